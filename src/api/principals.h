#pragma once

#include "api/access_keys.h"
#include "coffer/database.h"
#include "identity/entities.h"
#include "keyring/keyring.h"
#include "policy/document.h"
#include "policy/principal.h"
#include "sigv4/credential.h"
#include "store/identity_store.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::api {

using CompiledPolicy = std::shared_ptr<const policy::Document>;

/// Who made a request, with all that has a say in what he may do. A value of one moment.
struct Identity {
  policy::Principal principal;
  std::string user_name;  ///< Of a user; empty for others.
  std::vector<identity::Tag> tags;
  std::vector<CompiledPolicy> policies;
  CompiledPolicy boundary;  ///< Null when there is none.
};

/// Everybody who can sign a request: the root users of AccessKeys and the users of the database.
/// What is derived from the database is kept, and derived anew as soon as any identity has changed.
/// Safe to call from any thread; not inside a transaction.
class Principals final : public sigv4::CredentialSource {
 public:
  /// All must outlive this.
  Principals(Database& database, const keyring::Keyring& keyring,
             const store::IdentityStore& identities, const AccessKeys& root_keys)
      : database_(database), keyring_(keyring), identities_(identities), root_keys_(root_keys) {}

  [[nodiscard]] std::optional<sigv4::Credential> Find(
      std::string_view access_key_id) const override;
  [[nodiscard]] std::optional<std::uint64_t> Generation(
      std::string_view access_key_id) const override;

  /// The identity behind a verified call; null when its key was deleted or made inactive since.
  [[nodiscard]] std::shared_ptr<const Identity> IdentityOf(const sigv4::Caller& caller) const;

 private:
  /// What one access key stands for.
  struct Entry {
    std::uint64_t changes = 0;  ///< Of the store, when this was derived.
    std::shared_ptr<const Identity> identity;
    std::uint64_t generation = 0;
    store::AccessKeyRow key;  ///< Its secret part is sealed.
  };

  [[nodiscard]] std::shared_ptr<const Identity> FindRoot(const sigv4::Caller& caller) const;
  [[nodiscard]] std::shared_ptr<const Entry> FindUserKey(std::string_view access_key_id) const;
  [[nodiscard]] std::shared_ptr<const Entry> Load(std::string_view access_key_id,
                                                  std::uint64_t changes) const;

  Database& database_;
  const keyring::Keyring& keyring_;
  const store::IdentityStore& identities_;
  const AccessKeys& root_keys_;
  mutable std::shared_mutex entries_mutex_;
  mutable std::map<std::string, std::shared_ptr<const Entry>, std::less<>> entries_;
  mutable std::map<std::string, std::shared_ptr<const Identity>, std::less<>> roots_;  ///< By ARN.
};

}  // namespace coffer::api
