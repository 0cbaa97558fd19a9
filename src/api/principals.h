#pragma once

#include "api/access_keys.h"
#include "api/identity.h"
#include "api/rotation_sessions.h"
#include "api/sessions.h"
#include "base/text_hash.h"
#include "coffer/clock.h"
#include "coffer/database.h"
#include "keyring/keyring.h"
#include "services/iam/identity_loader.h"
#include "sigv4/credential.h"
#include "store/identity_store.h"

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace coffer::api {

/// Everybody who can sign a request: the root users of AccessKeys, the users of the database, and
/// sessions, which come with all that is known of them in a token. What is derived from the
/// database is kept, and derived anew as soon as any identity has changed: a session ends with its
/// role or user, and their policies are always those of the moment.
/// Safe to call from any thread; not inside a transaction.
class Principals final : public sigv4::CredentialSource {
 public:
  /// All must outlive this. Sessions expire by `clock`, the one that dated them.
  Principals(Database& database, const keyring::Keyring& keyring,
             const store::IdentityStore& identities, const AccessKeys& root_keys,
             const RotationSessions& rotations, const Clock& clock)
      : database_(database),
        keyring_(keyring),
        identities_(identities),
        root_keys_(root_keys),
        clock_(clock),
        loader_(identities),
        sessions_(database, keyring.session_tokens(), identities, loader_, rotations, clock) {}

  [[nodiscard]] std::expected<sigv4::Credential, sigv4::CredentialFault> Find(
      const sigv4::KeyReference& key) const override;
  [[nodiscard]] std::expected<std::uint64_t, sigv4::CredentialFault> Generation(
      const sigv4::KeyReference& key) const override;

  /// The identity behind a verified call to `service`, whose key or role is noted as used now; null
  /// when the key was deleted or made inactive, or the session has ended, since.
  [[nodiscard]] std::shared_ptr<const Identity> IdentityOf(const sigv4::Caller& caller,
                                                           std::string_view service) const;

 private:
  /// What one access key stands for.
  struct Entry {
    std::uint64_t changes = 0;  ///< Of the store, when this was derived.
    std::shared_ptr<const Identity> identity;
    std::uint64_t generation = 0;
    store::AccessKeyRow key;  ///< Its secret part is sealed.
    store::UseGate uses;
    const CompiledPolicy* policies = nullptr;  ///< Of the identity, for Prefetch.

    /// Has the processor fetch what will be wanted of the identity once the signature is checked.
    void Prefetch() const;
  };

  template <class Value>
  using Table = std::unordered_map<std::string, std::shared_ptr<const Value>, base::TextHash,
                                   std::equal_to<>>;

  [[nodiscard]] std::shared_ptr<const Identity> FindRoot(const sigv4::Caller& caller) const;
  [[nodiscard]] std::shared_ptr<const Entry> FindUserKey(std::string_view access_key_id) const;
  [[nodiscard]] std::shared_ptr<const Entry> Load(std::string_view access_key_id,
                                                  std::uint64_t changes) const;

  Database& database_;
  const keyring::Keyring& keyring_;
  const store::IdentityStore& identities_;
  const AccessKeys& root_keys_;
  const Clock& clock_;
  services::iam::IdentityLoader loader_;
  Sessions sessions_;
  mutable std::shared_mutex entries_mutex_;
  mutable Table<Entry> entries_;   ///< By access key id.
  mutable Table<Identity> roots_;  ///< By ARN.
};

}  // namespace coffer::api
