#pragma once

#include "coffer/clock.h"
#include "coffer/database.h"
#include "coffer/random.h"
#include "coffer/result.h"
#include "keyring/ciphertext.h"
#include "keyring/keyring.h"
#include "policy/pinning.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace coffer::services::kms {

class Authorizer;

/// A key that the caller may do this operation to. Only an Authorizer makes one, so a handler that
/// forgets the check does not compile.
class AuthorizedKey {
 public:
  [[nodiscard]] const store::KeyRow& row() const { return row_; }
  [[nodiscard]] const store::KeySettings& settings() const { return settings_; }
  [[nodiscard]] const store::KeyLife& life() const { return life_; }

 private:
  friend class Authorizer;
  AuthorizedKey(store::KeyRow row, store::KeySettings settings, store::KeyLife life)
      : row_(std::move(row)), settings_(std::move(settings)), life_(std::move(life)) {}
  store::KeyRow row_;
  store::KeySettings settings_;
  store::KeyLife life_;
};

/// A use of a key for a message: what conditions can ask for beside the key.
struct MessageUse {
  std::string_view operation;
  const keyring::EncryptionContext& encryption_context;
};

/// What the service is made of; one for the process.
struct Service {
  keyring::Keyring& keyring;
  Random& random;
};

/// One call, while it runs: inside one transaction, at one moment.
struct Context {
  const Service& service;
  Transaction& transaction;
  Authorizer& authorizer;
  const policy::PrincipalDirectory& principals;
  std::string_view account;  ///< The caller's.
  std::string_view region;   ///< Of the call.
  Timestamp now;
};

/// Resolves and authorizes; implemented by the dispatcher's side, which knows the caller.
class Authorizer {
 public:
  virtual ~Authorizer() = default;
  /// Decides for an operation that is about the caller's account, or about something that has no
  /// policy of its own, such as an alias. AccessDenied.
  [[nodiscard]] virtual Result<void> Require(std::string_view operation,
                                             std::string_view resource = "*") = 0;
  /// Looks up what `key_id` names (key id, key ARN, alias, alias ARN) and decides whether the
  /// caller may do `operation` to it. AccessDenied comes before existence is revealed; then
  /// NotFound.
  [[nodiscard]] virtual Result<AuthorizedKey> Authorize(std::string_view operation,
                                                        std::string_view key_id) = 0;
  /// As Authorize, for a use of the key that other accounts can be allowed.
  [[nodiscard]] virtual Result<AuthorizedKey> AuthorizeUse(const MessageUse& use,
                                                           std::string_view key_id) = 0;
  /// Decides for a key that was found another way.
  [[nodiscard]] virtual Result<AuthorizedKey> AuthorizeFound(std::string_view operation,
                                                             store::KeyRow row) = 0;
  [[nodiscard]] virtual Result<AuthorizedKey> AuthorizeUseOfFound(const MessageUse& use,
                                                                  store::KeyRow row) = 0;
  /// Whether `policy`, put on the key, would keep the caller from putting another. Such a policy
  /// compiles.
  [[nodiscard]] virtual bool IsLockedOutBy(const store::KeyRow& row, std::string_view policy) = 0;

 protected:
  [[nodiscard]] static AuthorizedKey Admit(store::KeyRow row, store::KeySettings settings,
                                           store::KeyLife life) {
    return {std::move(row), std::move(settings), std::move(life)};
  }
};

}  // namespace coffer::services::kms
