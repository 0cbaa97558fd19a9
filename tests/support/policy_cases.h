#pragma once

#include "policy/evaluator.h"

#include <boost/json.hpp>

#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::test {

/// A request context from a table: letter case of the keys does not matter.
class TableContext final : public policy::RequestContext {
 public:
  TableContext() = default;
  explicit TableContext(const boost::json::object& table) {
    for (const auto& [key, value] : table) {
      if (value.is_array()) {
        std::vector<std::string> several;
        for (const auto& item : value.as_array()) several.emplace_back(item.as_string());
        Set(key, several);
      } else {
        Set(key, std::string(value.as_string()));
      }
    }
  }

  void Set(std::string_view key, policy::ContextValue value) {
    values_[std::string(policy::ContextKey(key).name())] = std::move(value);
  }

  [[nodiscard]] policy::ContextValue Find(const policy::ContextKey& key) const override {
    const auto found = values_.find(std::string(key.name()));
    return found == values_.end() ? policy::ContextValue() : found->second;
  }

 private:
  std::map<std::string, policy::ContextValue> values_;
};

/// One case of tests/data/policy: who does what to which resource under which policies.
struct PolicyCase {
  explicit PolicyCase(const boost::json::object& source);

  [[nodiscard]] policy::Decision Decide() const;

  std::string id;
  std::string title;
  std::string expected;  ///< `Allow`, `Implicit` or `Explicit`, and the layer: `Implicit session`.

 private:
  using Compiled = std::shared_ptr<const policy::Document>;

  policy::Principal principal_;
  std::string action_;
  std::string resource_;
  std::string resource_account_;
  TableContext context_;
  std::vector<Compiled> identity_;
  Compiled boundary_;
  Compiled resource_policy_;
  std::optional<std::vector<Compiled>> session_;
};

/// A decision in the words of PolicyCase::expected.
[[nodiscard]] std::string Describe(const policy::Decision& decision);

/// For GoogleTest.
inline void PrintTo(const PolicyCase& shown, std::ostream* out) { *out << shown.title; }

/// The cases of a file of the source tree.
[[nodiscard]] std::vector<PolicyCase> LoadPolicyCases(std::string_view path);

}  // namespace coffer::test
