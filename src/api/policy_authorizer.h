#pragma once

#include "api/call_facts.h"
#include "api/permission.h"
#include "api/policy_cache.h"
#include "api/secret_context.h"
#include "coffer/config.h"
#include "coffer/database.h"
#include "keyring/keyring.h"
#include "policy/evaluator.h"
#include "secrets/secret_identifier.h"
#include "services/secretsmanager/context.h"
#include "store/rotation_store.h"
#include "store/secret_store.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace coffer::api {

/// What decisions of all calls share; everything outlives them.
struct AuthorizationParts {
  const store::SecretStore& secrets;
  const store::RotationStore& rotations;
  const keyring::Keyring& keyring;
  PolicyCache& policies;
  Random& random;
  PolicyEnforcement enforcement = PolicyEnforcement::kOn;
};

/// Decides for one call, inside its transaction: looks secrets up, and asks the policies of the
/// caller and of the secret. AccessDenied comes before existence is revealed.
class PolicyAuthorizer final : public services::secretsmanager::Authorizer,
                               private RotationFunctionFinder {
 public:
  /// `may_use_cache`: the transaction is a read that the store may answer from its cache.
  PolicyAuthorizer(const AuthorizationParts& parts, const CallFacts& facts,
                   Transaction& transaction, bool may_use_cache)
      : parts_(parts), facts_(facts), transaction_(transaction), may_use_cache_(may_use_cache) {}

  [[nodiscard]] Result<services::secretsmanager::AuthorizedSecret> Authorize(
      std::string_view operation, std::string_view secret_id) override;
  [[nodiscard]] Result<std::optional<services::secretsmanager::AuthorizedSecret>> AuthorizeIfExists(
      std::string_view operation, std::string_view secret_id) override;
  [[nodiscard]] Result<services::secretsmanager::AuthorizedSecret> AuthorizeFound(
      std::string_view operation, std::shared_ptr<const secrets::Secret> secret) override;
  [[nodiscard]] Result<void> AuthorizeNew(std::string_view operation,
                                          std::string_view name) override;
  [[nodiscard]] Result<void> AuthorizeAccount(std::string_view operation) override;
  [[nodiscard]] bool IsLockedOutBy(const secrets::Secret& secret, std::string_view policy) override;
  [[nodiscard]] Result<void> AuthorizeKey(services::secretsmanager::KeyUse use,
                                          const secrets::Secret& secret,
                                          std::string_view version_id,
                                          const secrets::KeyId& key_id) override;

 private:
  /// What an action is to be done to.
  struct Target {
    std::string_view arn;          ///< Or `*`.
    std::string_view shown;        ///< In a refusal: an ARN, what the caller sent, or nothing.
    std::string_view account;      ///< Whose it is.
    std::string_view secret_id{};  ///< As of SecretTarget.
    const secrets::Secret* secret = nullptr;
    bool is_new = false;
  };

  [[nodiscard]] std::string FunctionOf(const secrets::Secret& secret) const override;
  [[nodiscard]] std::shared_ptr<const secrets::Secret> Resolve(
      const secrets::SecretIdentifier& identifier) const;
  [[nodiscard]] std::string ArnOfMissing(std::string_view secret_id,
                                         const secrets::SecretIdentifier& identifier) const;
  [[nodiscard]] bool is_enforced() const { return parts_.enforcement != PolicyEnforcement::kOff; }
  /// Where policies are not enforced, everybody may do what the root user of his account may.
  [[nodiscard]] bool IsFree(std::string_view resource_account) const;
  [[nodiscard]] Result<void> RequireRotation(std::int64_t job_id) const;
  [[nodiscard]] Result<void> Require(std::string_view operation, const Target& target) const;
  /// The ARN of the key that the request's KmsKeyId names.
  [[nodiscard]] std::string ArnOfSentKey(std::string_view account) const;
  [[nodiscard]] Result<void> AuthorizeDefaultKey(services::secretsmanager::KeyUse use,
                                                 const secrets::Secret& secret,
                                                 std::string_view version_id,
                                                 const keyring::KeyIdentity& key) const;
  [[nodiscard]] Result<void> PermitUse(services::secretsmanager::KeyUse use,
                                       Question question) const;
  /// Of a key that is disabled, waits for its deletion or is destroyed.
  [[nodiscard]] ApiError RefusalOfUnusable(services::secretsmanager::KeyUse use,
                                           const secrets::KeyId& key_id) const;

  const AuthorizationParts& parts_;
  const CallFacts& facts_;
  Transaction& transaction_;
  bool may_use_cache_;
};

}  // namespace coffer::api
