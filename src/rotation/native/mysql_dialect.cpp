#include "rotation/native/mysql_dialect.h"

#include <charconv>
#include <limits>
#include <vector>

namespace coffer::rotation::native {
namespace {

constexpr std::size_t kMariadbNameCharacters = 80;
constexpr std::size_t kMysqlNameCharacters = 32;
constexpr std::size_t kOldMysqlNameCharacters = 16;

/// Takes a number from the front of `text`.
std::optional<int> TakeNumber(std::string_view& text) {
  int number = 0;
  const auto [stop, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (code != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
  return number;
}

bool TakeDot(std::string_view& text) {
  if (!text.starts_with('.')) return false;
  text.remove_prefix(1);
  return true;
}

/// MySQL from 5.7.6 on hashes by the account's plugin; older servers and MariaDB are given the
/// hash.
std::string PasswordValue(const MysqlVersion& version, std::string_view password) {
  if (version.IsMysql(5, 7, 6)) return std::string(password);
  return "PASSWORD(" + std::string(password) + ")";
}

/// What stands behind REQUIRE.
std::optional<std::string> Demand(const TlsDemand& demand) {
  if (demand.type.empty()) return "NONE";
  if (demand.type == "ANY") return "SSL";
  if (demand.type == "X509") return "X509";
  if (demand.type != "SPECIFIED") return std::nullopt;
  std::string all;
  const auto add = [&](std::string_view word, const std::string& value) {
    if (value.empty()) return;
    if (!all.empty()) all += " AND ";
    all += std::string(word) + " " + value;
  };
  add("CIPHER", demand.cipher);
  add("ISSUER", demand.issuer);
  add("SUBJECT", demand.subject);
  return all.empty() ? std::nullopt : std::optional(all);
}

}  // namespace

std::optional<MysqlVersion> ParseMysqlVersion(std::string_view text) {
  MysqlVersion version;
  if (text.contains("MariaDB")) version.flavour = MysqlVersion::Flavour::kMariadb;
  const std::optional<int> major = TakeNumber(text);
  if (!major || !TakeDot(text)) return std::nullopt;
  const std::optional<int> minor = TakeNumber(text);
  if (!minor) return std::nullopt;
  version.major = *major;
  version.minor = *minor;
  version.patch = std::numeric_limits<int>::max();
  if (TakeDot(text)) version.patch = TakeNumber(text).value_or(version.patch);
  return version;
}

std::size_t UserNameLimit(const MysqlVersion& version) {
  if (version.flavour == MysqlVersion::Flavour::kMariadb) return kMariadbNameCharacters;
  return version.IsMysql(5, 7, 8) ? kMysqlNameCharacters : kOldMysqlNameCharacters;
}

bool HasDualPasswords(const MysqlVersion& version) { return version.IsMysql(8, 0, 14); }

bool HasDefaultRolesTable(const MysqlVersion& version) { return version.IsMysql(8, 0); }

std::string SetOwnPassword(const MysqlVersion& version, std::string_view password) {
  return "SET PASSWORD = " + PasswordValue(version, password);
}

std::string SetPasswordOf(const MysqlVersion& version, std::string_view account,
                          std::string_view password) {
  return "SET PASSWORD FOR " + std::string(account) + " = " + PasswordValue(version, password);
}

std::string CreateUser(std::string_view account, std::string_view password) {
  return "CREATE USER " + std::string(account) + " IDENTIFIED BY " + std::string(password);
}

std::optional<std::string> RequireTls(const MysqlVersion& version, std::string_view account,
                                      const TlsDemand& demand) {
  const std::optional<std::string> what = Demand(demand);
  if (!what) return std::nullopt;
  const bool has_alter_user = version.IsMysql(5, 7, 6) || version.IsMariadb(10, 2);
  return (has_alter_user ? "ALTER USER " : "GRANT USAGE ON *.* TO ") + std::string(account) +
         " REQUIRE " + *what;
}

}  // namespace coffer::rotation::native
