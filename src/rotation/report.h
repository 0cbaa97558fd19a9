#pragma once

#include "base/shape.h"
#include "coffer/clock.h"
#include "coffer/database.h"
#include "services/secretsmanager/context.h"

#include <optional>
#include <string>
#include <tuple>

namespace coffer::rotation {

/// What `coffer rotation` asks a server.
struct ReportQuestion {
  std::string verb{};     ///< `list`, `show` or `retry`.
  std::string secret{};   ///< Name or ARN; empty for `list`.
  std::string account{};  ///< Of a name.
  std::string region{};   ///< Of a name.

  static constexpr auto Members() {
    using Q = ReportQuestion;
    return std::tuple{base::Required("verb", &Q::verb), base::Required("secret", &Q::secret),
                      base::Required("account", &Q::account), base::Required("region", &Q::region)};
  }
};

/// The rotations that are not over, and the last ones that are, one line each, for people.
[[nodiscard]] std::string ListRotations(const services::secretsmanager::Service& service,
                                        Transaction& transaction);

/// How a secret is rotated and what happened in its last rotations, step by step. NotFound when it
/// does not exist.
[[nodiscard]] Result<std::string> ShowRotation(const services::secretsmanager::Service& service,
                                               Transaction& transaction,
                                               const ReportQuestion& question);

/// The number of the secret that is meant. NotFound when there is none.
[[nodiscard]] Result<std::int64_t> FindSecretOf(const services::secretsmanager::Service& service,
                                                Transaction& transaction,
                                                const ReportQuestion& question);

}  // namespace coffer::rotation
