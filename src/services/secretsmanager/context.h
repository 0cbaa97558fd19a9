#pragma once

#include "coffer/clock.h"
#include "coffer/database.h"
#include "coffer/random.h"
#include "coffer/result.h"
#include "keyring/envelope.h"
#include "keyring/keyring.h"
#include "policy/pinning.h"
#include "secrets/function_registry.h"
#include "secrets/secret.h"
#include "store/replication_store.h"
#include "store/rotation_store.h"
#include "store/secret_store.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::services::secretsmanager {

class Authorizer;

/// A secret that the caller may do this operation to. Only an Authorizer makes one, so a handler
/// that forgets the check does not compile.
class AuthorizedSecret {
 public:
  [[nodiscard]] const secrets::Secret& operator*() const { return *secret_; }
  [[nodiscard]] const secrets::Secret* operator->() const { return secret_.get(); }
  [[nodiscard]] const std::string& arn() const { return arn_; }

 private:
  friend class Authorizer;
  AuthorizedSecret(std::shared_ptr<const secrets::Secret> secret, std::string arn)
      : secret_(std::move(secret)), arn_(std::move(arn)) {}
  std::shared_ptr<const secrets::Secret> secret_;
  std::string arn_;
};

/// Hears of rotations. Called when the outcome of a transaction is settled, whatever it is, from
/// any thread; must not throw or block.
class RotationListener {
 public:
  virtual ~RotationListener() = default;
  /// A rotation may have been asked for, have ended or have another schedule.
  virtual void OnRotationChange() = 0;
  /// Somebody wants the secret rotated whose rotation is incomplete: AWS "will reattempt" that.
  virtual void OnRotationWanted(std::int64_t secret_id) = 0;
};

/// What the service is made of; one for the process.
struct Service {
  store::SecretStore& secrets;
  const store::RotationStore& rotations;
  const store::ReplicationStore& replications;
  const secrets::FunctionRegistry& functions;
  keyring::Keyring& keyring;
  keyring::Envelope& envelope;
  Random& random;
  const Clock& clock;
  /// The wire name of an error, for operations that report errors inside a reply.
  std::string_view (*error_name)(ErrorCode) = nullptr;
  /// Make a KmsKeyId that does not exist instead of refusing it (development profile).
  bool create_unknown_keys = false;
  RotationListener* rotation_listener = nullptr;  ///< Null where nothing rotates.
  std::vector<std::string> regions{};             ///< Those that are served, sorted.
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
  /// The rotation that makes this call by its own credentials; absent for everybody else.
  std::optional<std::int64_t> rotation_job{};
};

/// What a key-encryption key is used for, and what that takes of KMS.
enum class KeyUse : std::uint8_t {
  kOpen,       ///< kms:Decrypt
  kSeal,       ///< kms:GenerateDataKey and kms:Decrypt
  kReplicate,  ///< For the values of a new replica: kms:GenerateDataKey and kms:Encrypt
};

/// Resolves and authorizes; implemented by the dispatcher's side, which knows the caller.
class Authorizer {
 public:
  virtual ~Authorizer() = default;
  /// Looks `secret_id` up and decides whether the caller may do `operation` to it. AccessDenied
  /// comes before existence is revealed; then ResourceNotFound.
  [[nodiscard]] virtual Result<AuthorizedSecret> Authorize(std::string_view operation,
                                                           std::string_view secret_id) = 0;
  /// As Authorize, for operations that act on a missing secret too (DeleteSecret with force).
  [[nodiscard]] virtual Result<std::optional<AuthorizedSecret>> AuthorizeIfExists(
      std::string_view operation, std::string_view secret_id) = 0;
  /// Decides for a secret found by a listing.
  [[nodiscard]] virtual Result<AuthorizedSecret> AuthorizeFound(
      std::string_view operation, std::shared_ptr<const secrets::Secret> secret) = 0;
  /// Decides for a secret that is to be made under `name` in the caller's account.
  [[nodiscard]] virtual Result<void> AuthorizeNew(std::string_view operation,
                                                  std::string_view name) = 0;
  /// Decides for an operation that is about the caller's account, not about one secret.
  [[nodiscard]] virtual Result<void> AuthorizeAccount(std::string_view operation) = 0;
  /// Whether `policy`, put on `secret`, would deny the caller to put another: AWS's lock-out. Such
  /// a policy compiles.
  [[nodiscard]] virtual bool IsLockedOutBy(const secrets::Secret& secret,
                                           std::string_view policy) = 0;
  /// Decides whether the caller may have the vault use a key for a value of `secret`, by the policy
  /// of the key. AccessDenied `Access to KMS is not allowed`; InvalidRequest for another account's
  /// default key; DecryptionFailure or EncryptionFailure for a key that is disabled.
  [[nodiscard]] virtual Result<void> AuthorizeKey(KeyUse use, const secrets::Secret& secret,
                                                  std::string_view version_id,
                                                  const secrets::KeyId& key_id) = 0;

 protected:
  /// `arn` is the secret's.
  [[nodiscard]] static AuthorizedSecret Admit(std::shared_ptr<const secrets::Secret> secret,
                                              std::string arn) {
    return {std::move(secret), std::move(arn)};
  }
};

}  // namespace coffer::services::secretsmanager
