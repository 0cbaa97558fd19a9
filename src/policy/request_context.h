#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace coffer::policy {

/// The name of a condition key, such as `aws:PrincipalTag/team`. Letter case does not matter, in
/// the part behind the slash neither, so it is kept in lower case.
class ContextKey {
 public:
  explicit ContextKey(std::string_view name);

  [[nodiscard]] std::string_view name() const { return name_; }
  /// Of the known condition key that it is or belongs to (condition_keys.h).
  [[nodiscard]] std::optional<std::size_t> number() const { return number_; }
  /// In the letters that it was given in.
  [[nodiscard]] const std::string& spelled() const { return spelled_; }
  /// Up to and with the slash of a key that takes one (`aws:principaltag/`), else the whole name.
  [[nodiscard]] std::string_view family() const {
    return std::string_view(name_).substr(0, family_size_);
  }
  /// Behind the slash; empty when there is none.
  [[nodiscard]] std::string_view member() const {
    return std::string_view(name_).substr(family_size_);
  }

 private:
  [[nodiscard]] std::optional<std::size_t> FindNumber() const;

  std::optional<std::size_t> number_;
  std::size_t family_size_;
  std::string name_;
  std::string spelled_;
};

/// What the request says about a key: nothing, one value, or a list (of a key that can have
/// several). Times are ISO 8601, numbers decimal, booleans `true` or `false`.
using ContextValue = std::variant<std::monostate, std::string, std::vector<std::string>>;

/// The facts of one request that conditions are about. Asked only for the keys that a statement
/// names, so that nothing is computed in vain.
class RequestContext {
 public:
  virtual ~RequestContext() = default;
  [[nodiscard]] virtual ContextValue Find(const ContextKey& key) const = 0;
  /// Whether values may hold kAnyRun and kAnyOne as wildcards. Of a request never; an analysis of
  /// what variables can stand for at most asks with such.
  [[nodiscard]] virtual bool values_are_patterns() const { return false; }
};

}  // namespace coffer::policy
