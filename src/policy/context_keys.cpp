#include "policy/context_keys.h"

#include <set>
#include <variant>

namespace coffer::policy {

namespace {

/// Keys in the order in which they are added.
class KeyList {
 public:
  void Add(const ContextKey& key) {
    if (known_.insert(std::string(key.name())).second) spelled_.push_back(key.spelled());
  }
  void Add(const TextTemplate& text) {
    for (const ContextKey& key : text.variables()) Add(key);
  }
  void Add(const Statement& statement) {
    for (const ContextKey& key : statement.resources.variables()) Add(key);
    for (const Condition& condition : statement.conditions) {
      Add(condition.key());
      for (const Condition::Value& value : condition.values()) {
        if (const auto* text = std::get_if<TextTemplate>(&value)) Add(*text);
      }
    }
  }

  [[nodiscard]] std::vector<std::string> Take() { return std::move(spelled_); }

 private:
  std::set<std::string> known_;
  std::vector<std::string> spelled_;
};

}  // namespace

std::vector<std::string> ContextKeysOf(std::span<const Document* const> documents) {
  KeyList keys;
  for (const Document* document : documents) {
    for (const Statement& statement : document->statements) keys.Add(statement);
  }
  return keys.Take();
}

}  // namespace coffer::policy
