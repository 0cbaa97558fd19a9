#include "rotation/native/database_credential.h"

#include "base/ascii.h"
#include "coffer/result.h"
#include "json/document.h"
#include "rotation/native/secret_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace coffer::rotation::native {
namespace {

constexpr std::array<std::string_view, 2> kPostgresqlEngines = {"postgres", "aurora-postgresql"};
constexpr std::array<std::string_view, 3> kMysqlEngines = {"mysql", "aurora-mysql", "mariadb"};

/// Reads members of one secret; errors begin with its name.
class SecretReader {
 public:
  SecretReader(json::Value object, std::string_view what) : object_(object), what_(what) {}

  /// The member, or nullopt where there is none or it is null.
  [[nodiscard]] std::optional<json::Value> Find(std::string_view key) const {
    for (json::Value member = object_.First(); member.valid(); member = member.Next()) {
      if (member.key() == key) {
        return member.IsNull() ? std::nullopt : std::optional(member);
      }
    }
    return std::nullopt;
  }

  [[nodiscard]] Outcome<std::string_view> OptionalText(std::string_view key) const {
    const std::optional<json::Value> member = Find(key);
    if (!member) return std::string_view{};
    if (member->kind() != json::Kind::kString) return Wrong(key, "is not a string");
    // The database libraries take C strings: what follows a zero byte would silently be lost.
    if (member->text().contains('\0')) return Wrong(key, "contains a NUL character");
    return member->text();
  }

  [[nodiscard]] Outcome<std::string_view> Text(std::string_view key) const {
    if (!Find(key)) return Wrong(key, "is missing");
    ASSIGN_OR_RETURN(const std::string_view text, OptionalText(key));
    if (text.empty()) return Wrong(key, "is empty");
    return text;
  }

  [[nodiscard]] std::unexpected<RotatorError> Wrong(std::string_view key,
                                                    std::string_view how) const {
    return Failed(errors::kInvalidSecret, std::string(what_) + " cannot be used: its key \"" +
                                              std::string(key) + "\" " + std::string(how) + ".");
  }

 private:
  json::Value object_;
  std::string_view what_;
};

Outcome<std::string_view> ReadEngine(const SecretReader& reader, Engine engine) {
  ASSIGN_OR_RETURN(const std::string_view name, reader.Text("engine"));
  if (engine == Engine::kPostgresql) {
    if (std::ranges::find(kPostgresqlEngines, name) != kPostgresqlEngines.end()) return name;
    return reader.Wrong("engine", "must be postgres or aurora-postgresql for this rotator");
  }
  if (std::ranges::find(kMysqlEngines, name) != kMysqlEngines.end()) return name;
  return reader.Wrong("engine", "must be mysql, aurora-mysql or mariadb for this rotator");
}

/// A name or an address. Not what a client library would take for a socket of this machine, where
/// it is the rotator's own user that logs in, or for a list of hosts.
Outcome<std::string_view> ReadHost(const SecretReader& reader) {
  ASSIGN_OR_RETURN(const std::string_view host, reader.Text("host"));
  if (host.starts_with('/') || host.starts_with('@') || host.contains(',')) {
    return reader.Wrong("host", "must be one name or address");
  }
  return host;
}

Outcome<std::uint16_t> ReadPort(const SecretReader& reader, Engine engine) {
  const std::optional<json::Value> member = reader.Find("port");
  if (!member) return engine == Engine::kPostgresql ? std::uint16_t{5432} : std::uint16_t{3306};
  if (member->kind() == json::Kind::kInteger || member->kind() == json::Kind::kString) {
    const std::string_view text = member->text();
    std::uint16_t port = 0;
    const auto [stop, code] = std::from_chars(text.begin(), text.end(), port);
    if (code == std::errc() && stop == text.end() && port != 0) return port;
  }
  return reader.Wrong("port", "is not a number from 1 to 65535");
}

bool IsWord(std::string_view text, std::string_view lower) {
  return std::ranges::equal(text, lower, {}, base::ToLower);
}

// Anything that is neither true nor false counts as absent, as in AWS's functions.
TlsMode ReadTls(const SecretReader& reader) {
  const std::optional<json::Value> member = reader.Find("ssl");
  if (!member) return TlsMode::kPreferred;
  if (member->kind() == json::Kind::kBoolean) {
    return member->boolean() ? TlsMode::kRequired : TlsMode::kOff;
  }
  if (member->kind() != json::Kind::kString) return TlsMode::kPreferred;
  if (IsWord(member->text(), "true")) return TlsMode::kRequired;
  if (IsWord(member->text(), "false")) return TlsMode::kOff;
  return TlsMode::kPreferred;
}

}  // namespace

Outcome<DatabaseCredential> ParseCredential(std::string_view json, Engine engine,
                                            std::string_view what) {
  json::Document document;
  const auto root = document.Parse(json, kSecretLimits);
  if (!root) {
    return Failed(errors::kInvalidSecret,
                  std::string(what) + " is not JSON: " + std::string(root.error().reason) +
                      " at byte " + std::to_string(root.error().offset) + ".");
  }
  if (root->kind() != json::Kind::kObject) {
    return Failed(errors::kInvalidSecret, std::string(what) + " is not a JSON object.");
  }
  const SecretReader reader(*root, what);
  DatabaseCredential credential;
  ASSIGN_OR_RETURN(credential.engine, ReadEngine(reader, engine));
  ASSIGN_OR_RETURN(credential.host, ReadHost(reader));
  ASSIGN_OR_RETURN(credential.username, reader.Text("username"));
  ASSIGN_OR_RETURN(const std::string_view password, reader.Text("password"));
  credential.password = SecretBytes::FromText(password);
  ASSIGN_OR_RETURN(credential.port, ReadPort(reader, engine));
  ASSIGN_OR_RETURN(credential.database, reader.OptionalText("dbname"));
  ASSIGN_OR_RETURN(credential.master_secret, reader.OptionalText("masterarn"));
  credential.tls = ReadTls(reader);
  return credential;
}

bool IsSameServer(const DatabaseCredential& one, const DatabaseCredential& other) {
  return one.host == other.host && one.port == other.port;
}

}  // namespace coffer::rotation::native
