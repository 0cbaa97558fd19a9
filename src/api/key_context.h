#pragma once

#include "api/secret_context.h"
#include "keyring/ciphertext.h"
#include "policy/request_context.h"
#include "secrets/secret.h"

#include <span>
#include <string_view>

namespace coffer::api {

/// A use of a key for a value of a secret: what the call of KMS would be that Secrets Manager makes
/// in the caller's name.
struct SecretKeyUse {
  std::string_view region;  ///< Of secret and key: a replica's are not those of the call.
  std::string_view secret_arn;
  std::string_view version_id;
};

/// The condition keys of a call about a key: the global ones and those of KMS (AWS: Actions,
/// resources, and condition keys for AWS Key Management Service).
class KeyContext final : public policy::RequestContext {
 public:
  /// `use` is null for a call of KMS itself, `message` unless that is about a message, whose
  /// encryption context it is. All must outlive this.
  KeyContext(const CallFacts& facts, std::string_view key_account,
             std::span<const secrets::Tag> key_tags, const SecretKeyUse* use,
             const keyring::EncryptionContext* message = nullptr)
      : facts_(facts),
        global_(facts, {.account = key_account}),
        key_tags_(key_tags),
        use_(use),
        message_(message) {}

  [[nodiscard]] policy::ContextValue Find(const policy::ContextKey& key) const override;

 private:
  [[nodiscard]] policy::ContextValue FindGlobal(const policy::ContextKey& key) const;
  [[nodiscard]] policy::ContextValue FindOfUse(std::string_view name) const;
  [[nodiscard]] policy::ContextValue FindOfMessage(std::string_view name) const;
  [[nodiscard]] policy::ContextValue FindOfRequest(std::string_view name) const;

  const CallFacts& facts_;
  SecretContext global_;
  std::span<const secrets::Tag> key_tags_;
  const SecretKeyUse* use_;
  const keyring::EncryptionContext* message_;
};

}  // namespace coffer::api
