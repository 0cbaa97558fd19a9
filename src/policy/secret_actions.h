#pragma once

#include "policy/action.h"

#include <vector>

namespace coffer::policy {

/// What can be done to one secret: the actions that its policy has a say in. Making a secret,
/// listing them and drawing a password are about an account
/// (AWS: service authorization reference, Secrets Manager).
[[nodiscard]] std::vector<Action> SecretActions();

}  // namespace coffer::policy
