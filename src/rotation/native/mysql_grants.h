#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace coffer::rotation::native {

/// What a row of SHOW GRANTS becomes for another account.
struct ReplayedGrant {
  /// Empty where the row is not about the account itself: a role's own privileges, those of PUBLIC.
  std::string statement;
};

/// The statement that gives `to`, an account as a literal, what `row` gives. What stands behind the
/// grantee (a password hash, limits, REQUIRE) is left out, the right to grant unless
/// `with_grant_option`. Partial revokes are replayed too, MariaDB's default role as well.
/// nullopt for a row that cannot be understood: guessing could give too much.
[[nodiscard]] std::optional<ReplayedGrant> ReplayGrant(std::string_view row, std::string_view to,
                                                       bool with_grant_option);

}  // namespace coffer::rotation::native
