#include "api/named_principals.h"

#include "base/log.h"
#include "identity/names.h"
#include "policy/arn.h"
#include "policy/principal_form.h"
#include "services/iam/lookup.h"

#include <algorithm>

namespace coffer::api {
namespace {

using identity::Role;
using identity::User;
using policy::NamedPrincipal;

// Names are found in any letter case and without their path; an ARN names one of both.
template <class Entity>
std::optional<std::string> FindId(const store::IdentityStore& identities, Transaction& transaction,
                                  const identity::EntityArn& parsed, std::string_view arn) {
  const auto found = identities.Find<Entity>(transaction, parsed.account, parsed.name);
  if (!found || services::iam::ArnOf(*found) != arn) return std::nullopt;
  return found->entity.id;
}

template <class Entity>
std::optional<std::string> FindArn(const store::IdentityStore& identities, Transaction& transaction,
                                   std::string_view id) {
  const auto found = identities.FindById<Entity>(transaction, id);
  return found ? std::optional(services::iam::ArnOf(*found)) : std::nullopt;
}

}  // namespace

std::optional<std::string> NamedPrincipals::ArnOf(std::string_view unique_id) const {
  return unique_id.starts_with("AROA") ? FindArn<Role>(iam_.identities, transaction_, unique_id)
                                       : FindArn<User>(iam_.identities, transaction_, unique_id);
}

NamedPrincipal NamedPrincipals::Find(std::string_view principal) const {
  NamedPrincipal named = LookUp(principal);
  if (!named.is_missing || enforcement_ == PolicyEnforcement::kOn) return named;
  if (enforcement_ == PolicyEnforcement::kSoft) {
    base::log::Warning("policy.unknown_principal", {{"principal", principal}});
  }
  named.is_missing = false;
  return named;
}

// A session is known by its role's name and its own, and stays so in a policy.
NamedPrincipal NamedPrincipals::LookUp(std::string_view principal) const {
  if (policy::IsUniqueId(principal)) {
    return {.unique_id = std::nullopt, .is_missing = !ArnOf(principal)};
  }
  const auto arn = policy::SplitArn(principal);
  if (!arn) return {};
  const std::string_view service = (*arn)[2];
  const std::string_view account = (*arn)[4];
  const std::string_view resource = (*arn)[policy::kResourceSegment];
  if (service == "sts") {
    const bool is_session = resource.starts_with("assumed-role/");
    return {.unique_id = std::nullopt,
            .is_missing = is_session && !IsSessionOfRole(principal, account) && IsHere(account)};
  }
  if (resource == "root") return {};
  NamedPrincipal named;
  if (const auto parsed = identity::ParseEntityArn(principal)) {
    named.unique_id = parsed->kind == Role::kKind
                          ? FindId<Role>(iam_.identities, transaction_, *parsed, principal)
                          : FindId<User>(iam_.identities, transaction_, *parsed, principal);
  }
  named.is_missing = !named.unique_id && IsHere(account);
  return named;
}

bool NamedPrincipals::IsSessionOfRole(std::string_view session_arn,
                                      std::string_view account) const {
  const std::size_t session = session_arn.rfind('/');
  const std::size_t role = session_arn.rfind('/', session - 1);
  const auto found = iam_.identities.Find<Role>(transaction_, account,
                                                session_arn.substr(role + 1, session - role - 1));
  return found && identity::SessionArn(account, found->entity.name,
                                       session_arn.substr(session + 1)) == session_arn;
}

bool NamedPrincipals::IsHere(std::string_view account) const {
  if (account == account_ || store::IdentityStore::HasAccount(transaction_, account)) return true;
  const auto root_keys = iam_.keyring.key_store().AccessKeys(transaction_);
  return std::ranges::find(root_keys, account, &store::AccessKeyRow::account) != root_keys.end();
}

}  // namespace coffer::api
