#pragma once

#include "api/call_environment.h"
#include "base/shape.h"
#include "coffer/clock.h"

#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace coffer::api {

/// Whether somebody may do something, and why: `coffer explain`.
struct AccessQuestion {
  struct ContextEntry {
    std::string key;
    std::vector<std::string> values;

    static constexpr auto Members() {
      return std::tuple{base::Required("key", &ContextEntry::key),
                        base::Required("values", &ContextEntry::values)};
    }
  };
  /// ARN of a user, a role, a session of a role (`assumed-role`) or an account's root user.
  std::string principal{};
  std::string action{};    ///< Of Secrets Manager, KMS, IAM, or `sts:AssumeRole`.
  std::string resource{};  ///< Name or ARN of a secret, a key, a role; `*` for an account's own.
  std::string region{};
  std::vector<ContextEntry> context{};  ///< Condition keys with values that replace the call's.

  static constexpr auto Members() {
    return std::tuple{base::Required("principal", &AccessQuestion::principal),
                      base::Required("action", &AccessQuestion::action),
                      base::Required("resource", &AccessQuestion::resource),
                      base::Required("region", &AccessQuestion::region),
                      base::Required("context", &AccessQuestion::context)};
  }
};

struct AccessAnswer {
  bool is_allowed = false;
  std::string text;  ///< For a person: every decision that the call takes, statement by statement.
};

/// Takes the decisions that the call would take, as if policies were enforced, with the secrets,
/// keys and policies as they are. InvalidParameter for a principal or an action that is not here.
[[nodiscard]] Result<AccessAnswer> ExplainAccess(const Services& services, Transaction& transaction,
                                                 const AccessQuestion& question, Timestamp now);

}  // namespace coffer::api
