#include "services/kms/create_key.h"

#include "services/kms/key_identifier.h"
#include "services/kms/key_policy.h"

namespace coffer::services::kms {

Result<void> CreateKeyRequest::Check() const {
  constexpr std::string_view kSymmetric = "SYMMETRIC_DEFAULT";
  const bool is_supported = key_usage.value_or("ENCRYPT_DECRYPT") == "ENCRYPT_DECRYPT" &&
                            customer_master_key_spec.value_or("SYMMETRIC_DEFAULT") == kSymmetric &&
                            key_spec.value_or("SYMMETRIC_DEFAULT") == kSymmetric &&
                            origin.value_or("AWS_KMS") == "AWS_KMS" &&
                            !multi_region.value_or(false);
  if (is_supported) return {};
  return Fail(ErrorCode::kUnsupportedOperation,
              "Coffer makes symmetric encryption keys (SYMMETRIC_DEFAULT, AWS_KMS) of one region.");
}

Result<std::string> AcceptPolicy(Context& context, const store::KeyRow& key,
                                 const std::string& policy, bool may_lock_out) {
  RETURN_IF_ERROR(CheckKeyPolicy(policy));
  ASSIGN_OR_RETURN(std::string pinned, PinKeyPolicy(policy, context.principals));
  if (may_lock_out || !context.authorizer.IsLockedOutBy(key, pinned)) return pinned;
  return Fail(ErrorCode::kMalformedKeyPolicy,
              "The new key policy will not allow you to update the key policy in the future.");
}

Result<KeyMetadataReply> CreateKey(Context& context, const CreateKeyRequest& request) {
  RETURN_IF_ERROR(context.authorizer.Require("CreateKey"));
  // Nobody knows the name of a key that is not there yet.
  store::KeyRow key;
  key.account = context.account;
  key.region = context.region;
  key.name = "*";
  store::KeySettings settings{.description = request.description.value_or(""),
                              .is_enabled = true,
                              .policy = std::nullopt,
                              .tags = {}};
  if (request.tags && !request.tags->empty()) {
    RETURN_IF_ERROR(context.authorizer.Require("TagResource", ArnOf(key)));
    ASSIGN_OR_RETURN(settings.tags, WithTags({}, *request.tags));
  }
  if (request.policy) {
    ASSIGN_OR_RETURN(settings.policy,
                     AcceptPolicy(context, key, *request.policy,
                                  request.bypass_policy_lockout_safety_check.value_or(false)));
  }
  keyring::Keyring& keyring = context.service.keyring;
  key = keyring.Create(context.transaction, context.account, context.region);
  keyring.key_settings().Put(context.transaction, key.id, settings);
  return KeyMetadataReply{MetadataOf(key, settings, {})};
}

}  // namespace coffer::services::kms
