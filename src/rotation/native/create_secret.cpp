#include "rotation/native/create_secret.h"

#include "coffer/result.h"
#include "rotation/native/alternate_user.h"
#include "rotation/native/database_credential.h"
#include "rotation/native/secret_text.h"
#include "rotation/native/step_credentials.h"

#include <array>
#include <cstddef>
#include <span>
#include <string>

namespace coffer::rotation::native {
namespace {

constexpr std::size_t kMysqlNameCharacters = 32;
constexpr std::size_t kMariadbNameCharacters = 80;

/// By what the secret says; the real server is asked before its users are changed.
Outcome<void> CheckName(std::string_view username, std::string_view engine,
                        const Settings& settings) {
  if (settings.engine == Engine::kPostgresql) return CheckPostgresqlName(username);
  const std::size_t usual = engine == "mariadb" ? kMariadbNameCharacters : kMysqlNameCharacters;
  return CheckMysqlName(username, settings.username_limit.value_or(usual));
}

}  // namespace

Outcome<SecretBytes> MakePendingValue(std::string_view current, std::string_view new_password,
                                      const Settings& settings) {
  ASSIGN_OR_RETURN(const DatabaseCredential credential,
                   ParseCredential(current, settings.engine, kCurrentValue));
  if (new_password.empty()) return Failed(errors::kInvalidInput, "There is no NewPassword.");
  if (StrategyFor(settings, credential) == Strategy::kSingleUser) {
    const std::array<MemberValue, 1> members = {{{"password", new_password}}};
    return ReplaceMembers(current, members);
  }
  RETURN_IF_ERROR(CheckNamesMaster(credential));
  const std::string username = AlternateUser(credential.username);
  RETURN_IF_ERROR(CheckName(username, credential.engine, settings));
  const std::array<MemberValue, 2> members = {{{"username", username}, {"password", new_password}}};
  return ReplaceMembers(current, members);
}

}  // namespace coffer::rotation::native
