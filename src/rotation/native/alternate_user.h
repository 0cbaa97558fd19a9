#pragma once

#include "rotation/native/database_credential.h"
#include "rotation/native/error.h"
#include "rotation/native/settings.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace coffer::rotation::native {

/// PostgreSQL cuts longer names (NAMEDATALEN - 1), in bytes.
inline constexpr std::size_t kPostgresqlNameBytes = 63;

/// The other one of two users who take turns: `app` and `app_clone`, the names that AWS's functions
/// give them.
[[nodiscard]] std::string AlternateUser(std::string_view username);

/// Which strategy rotates this secret: the configured one, otherwise by whether it has `masterarn`.
[[nodiscard]] Strategy StrategyFor(const Settings& settings, const DatabaseCredential& current);

/// kUserNameTooLong if MySQL or MariaDB takes no more than `limit` characters.
[[nodiscard]] Outcome<void> CheckMysqlName(std::string_view username, std::size_t limit);
/// kUserNameTooLong if PostgreSQL would cut the name.
[[nodiscard]] Outcome<void> CheckPostgresqlName(std::string_view username);

}  // namespace coffer::rotation::native
