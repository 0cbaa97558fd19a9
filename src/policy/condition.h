#pragma once

#include "policy/condition_operator.h"
#include "policy/condition_value.h"
#include "policy/pattern.h"
#include "policy/request_context.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace coffer::policy {

/// One key under one operator of a Condition element, compiled: its values are read once, as what
/// the operator compares.
class Condition {
 public:
  /// A value that fits nothing: it is not of the operator's type.
  struct Unreadable {};
  using Value = std::variant<Unreadable, TextTemplate, long double, std::int64_t,
                             std::vector<std::byte>, AddressRange>;

  Condition(ConditionOperator comparison, ContextKey key)
      : operator_(comparison), key_(std::move(key)) {}

  /// Adds a value as the document has it (numbers and booleans as their texts).
  void AddValue(std::string_view text, TextTemplate::Variables variables);

  /// AWS: IAM JSON policy elements: conditions with multiple context keys or values; a key that is
  /// not in the request fits positive operators never and negated ones always.
  [[nodiscard]] bool Holds(const RequestContext& context) const;

  [[nodiscard]] const ConditionOperator& comparison() const { return operator_; }
  [[nodiscard]] const ContextKey& key() const { return key_; }
  [[nodiscard]] const std::vector<Value>& values() const { return values_; }
  /// The values as the document has them, in the order of values().
  [[nodiscard]] const std::vector<std::string>& written() const { return written_; }

 private:
  [[nodiscard]] bool HoldsFor(const std::vector<std::string>& values,
                              const RequestContext& context) const;
  [[nodiscard]] bool FitsAny(const std::string& given, const RequestContext& context) const;
  [[nodiscard]] bool Fits(const Value& value, const std::string& given,
                          const RequestContext& context) const;
  [[nodiscard]] bool FitsText(const std::string& pattern, const std::string& given) const;

  // In the order in which a decision looks at them.
  ConditionOperator operator_;
  std::vector<Value> values_;
  ContextKey key_;
  std::vector<std::string> written_;
};

}  // namespace coffer::policy
