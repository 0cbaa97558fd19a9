#include "policy/secret_actions.h"

#include <algorithm>
#include <array>

namespace coffer::policy {

namespace {

constexpr std::array<std::string_view, 4> kAccountActions{
    "secretsmanager:BatchGetSecretValue", "secretsmanager:CreateSecret",
    "secretsmanager:GetRandomPassword", "secretsmanager:ListSecrets"};

}  // namespace

std::vector<Action> SecretActions() {
  std::vector<Action> actions;
  for (const std::string_view name : KnownActions()) {
    if (name.starts_with("secretsmanager:") &&
        std::ranges::find(kAccountActions, name) == kAccountActions.end()) {
      actions.emplace_back(name);
    }
  }
  return actions;
}

}  // namespace coffer::policy
