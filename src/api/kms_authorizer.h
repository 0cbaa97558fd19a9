#pragma once

#include "api/policy_authorizer.h"
#include "services/kms/context.h"
#include "services/kms/key_identifier.h"

#include <optional>
#include <string_view>

namespace coffer::api {

/// Decides for one call of KMS, inside its transaction: looks keys up, and asks the policies of the
/// key and of the caller.
class KmsAuthorizer final : public services::kms::Authorizer {
 public:
  KmsAuthorizer(const AuthorizationParts& parts, const CallFacts& facts, Transaction& transaction)
      : parts_(parts), facts_(facts), transaction_(transaction) {}

  [[nodiscard]] Result<void> Require(std::string_view operation,
                                     std::string_view resource) override;
  [[nodiscard]] Result<services::kms::AuthorizedKey> Authorize(std::string_view operation,
                                                               std::string_view key_id) override;
  [[nodiscard]] Result<services::kms::AuthorizedKey> AuthorizeUse(
      const services::kms::MessageUse& use, std::string_view key_id) override;
  [[nodiscard]] Result<services::kms::AuthorizedKey> AuthorizeFound(std::string_view operation,
                                                                    store::KeyRow row) override;
  [[nodiscard]] Result<services::kms::AuthorizedKey> AuthorizeUseOfFound(
      const services::kms::MessageUse& use, store::KeyRow row) override;
  [[nodiscard]] bool IsLockedOutBy(const store::KeyRow& row, std::string_view policy) override;

 private:
  /// What is done: `message` is null unless it is with a message.
  struct KeyAction {
    std::string_view operation;
    const keyring::EncryptionContext* message = nullptr;
  };
  [[nodiscard]] Result<services::kms::AuthorizedKey> Decide(const KeyAction& action,
                                                            std::string_view key_id) const;
  [[nodiscard]] Result<services::kms::AuthorizedKey> DecideFound(const KeyAction& action,
                                                                 store::KeyRow row) const;
  [[nodiscard]] std::optional<store::KeyRow> Find(
      const services::kms::KeyIdentifier& identifier) const;
  /// A key that something is to be done to, under the policy in force.
  struct KeyTarget {
    std::string arn;
    std::string account;
    std::string policy;
    bool is_accounts_own;  ///< Not of a default key, which belongs to the service.
  };
  [[nodiscard]] Result<void> PermitOnKey(std::string_view operation, const KeyTarget& target,
                                         const policy::RequestContext& context) const;

  const AuthorizationParts& parts_;
  const CallFacts& facts_;
  Transaction& transaction_;
};

}  // namespace coffer::api
