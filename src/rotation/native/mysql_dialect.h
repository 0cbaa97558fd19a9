#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

namespace coffer::rotation::native {

/// What a server answered to SELECT VERSION().
struct MysqlVersion {
  enum class Flavour : std::uint8_t { kMysql, kMariadb };
  Flavour flavour = Flavour::kMysql;
  int major = 0;
  int minor = 0;
  int patch = 0;  ///< The highest number where the text has none (Aurora's `8.0.mysql_aurora...`).

  /// Whether it is MySQL from this version on.
  [[nodiscard]] bool IsMysql(int from_major, int from_minor, int from_patch = 0) const {
    return flavour == Flavour::kMysql &&
           std::tie(major, minor, patch) >= std::tie(from_major, from_minor, from_patch);
  }
  [[nodiscard]] bool IsMariadb(int from_major, int from_minor) const {
    return flavour == Flavour::kMariadb &&
           std::tie(major, minor) >= std::tie(from_major, from_minor);
  }
};

/// `8.0.36-0ubuntu0.22.04.1`, `10.11.6-MariaDB-0+deb12u1-log`; nullopt for what has no two numbers.
[[nodiscard]] std::optional<MysqlVersion> ParseMysqlVersion(std::string_view text);

/// How long a user name may be, in characters.
[[nodiscard]] std::size_t UserNameLimit(const MysqlVersion& version);
/// Whether an account can keep its old password beside the new one.
[[nodiscard]] bool HasDualPasswords(const MysqlVersion& version);
/// Whether roles are rows of mysql.default_roles. (MariaDB shows them among the grants.)
[[nodiscard]] bool HasDefaultRolesTable(const MysqlVersion& version);

// Statements. `account`, `password` and the like are literals with their quotes.

/// Of the user who is logged in. SET PASSWORD keeps the account's authentication plugin, which
/// ALTER USER ... IDENTIFIED BY may change.
[[nodiscard]] std::string SetOwnPassword(const MysqlVersion& version, std::string_view password);
[[nodiscard]] std::string SetPasswordOf(const MysqlVersion& version, std::string_view account,
                                        std::string_view password);
[[nodiscard]] std::string CreateUser(std::string_view account, std::string_view password);

/// What an account demands of a connection, as mysql.user has it; the last three are literals, and
/// empty where there is nothing.
struct TlsDemand {
  std::string type;  ///< ``, `ANY`, `X509`, `SPECIFIED`.
  std::string cipher;
  std::string issuer;
  std::string subject;
};
/// The statement that makes an account demand the same; nullopt for a type that nobody knows.
[[nodiscard]] std::optional<std::string> RequireTls(const MysqlVersion& version,
                                                    std::string_view account,
                                                    const TlsDemand& demand);

}  // namespace coffer::rotation::native
