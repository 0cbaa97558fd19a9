#pragma once

#include "api/identity.h"
#include "api/rotation_sessions.h"
#include "base/text_hash.h"
#include "coffer/clock.h"
#include "coffer/database.h"
#include "identity/session.h"
#include "keyring/session_tokens.h"
#include "services/iam/identity_loader.h"
#include "sigv4/credential.h"
#include "store/identity_store.h"

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace coffer::api {

/// Sessions by their tokens. Those in use are kept opened, each under its access key id, until any
/// identity changes. Safe to call from any thread; not inside a transaction.
class Sessions {
 public:
  /// How many are kept opened.
  static constexpr std::size_t kMaxOpened = 4096;

  /// All must outlive this. `clock` is the one that dated the sessions.
  Sessions(Database& database, const keyring::SessionTokens& tokens,
           const store::IdentityStore& identities, const services::iam::IdentityLoader& loader,
           const RotationSessions& rotations, const Clock& clock)
      : database_(database),
        tokens_(tokens),
        identities_(identities),
        loader_(loader),
        rotations_(rotations),
        clock_(clock) {}

  [[nodiscard]] std::expected<sigv4::Credential, sigv4::CredentialFault> Find(
      const sigv4::KeyReference& key) const;
  [[nodiscard]] std::expected<std::uint64_t, sigv4::CredentialFault> Generation(
      const sigv4::KeyReference& key) const;
  /// Who makes a verified call to `service`; his role is noted as used now. Null when the session
  /// has ended.
  [[nodiscard]] std::shared_ptr<const Identity> IdentityOf(const sigv4::Caller& caller,
                                                           std::string_view service) const;

 private:
  using Fingerprint = keyring::SessionTokens::Fingerprint;

  /// An opened token, without its secret: that is in the cached signing keys, and in the token.
  struct Entry {
    std::uint64_t changes = 0;  ///< Of the store, when this was derived.
    Fingerprint fingerprint{};
    std::shared_ptr<const identity::Session> session;
    std::shared_ptr<const Identity> identity;  ///< Null when role or user are no more.
    store::UseGate uses;
  };
  using FoundEntry = std::expected<std::shared_ptr<const Entry>, sigv4::CredentialFault>;

  [[nodiscard]] FoundEntry FindLive(const sigv4::KeyReference& key) const;
  [[nodiscard]] std::shared_ptr<const Entry> FindOpened(const sigv4::KeyReference& key) const;
  [[nodiscard]] std::shared_ptr<const Entry> Open(const sigv4::KeyReference& key,
                                                  const Fingerprint& fingerprint,
                                                  std::uint64_t changes) const;

  Database& database_;
  const keyring::SessionTokens& tokens_;
  const store::IdentityStore& identities_;
  const services::iam::IdentityLoader& loader_;
  const RotationSessions& rotations_;
  const Clock& clock_;
  mutable std::shared_mutex entries_mutex_;
  mutable std::unordered_map<std::string, std::shared_ptr<const Entry>, base::TextHash,
                             std::equal_to<>>
      entries_;  ///< By access key id.
};

}  // namespace coffer::api
