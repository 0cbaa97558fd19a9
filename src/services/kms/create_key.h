#pragma once

#include "services/kms/context.h"
#include "services/kms/shapes.h"

#include <array>

namespace coffer::services::kms {

inline constexpr std::array<std::string_view, 4> kKeyUsages{"SIGN_VERIFY", "ENCRYPT_DECRYPT",
                                                            "GENERATE_VERIFY_MAC", "KEY_AGREEMENT"};
inline constexpr std::array<std::string_view, 4> kOrigins{"AWS_KMS", "EXTERNAL", "AWS_CLOUDHSM",
                                                          "EXTERNAL_KEY_STORE"};

struct CreateKeyRequest {
  std::optional<std::string> policy;
  std::optional<std::string> description;
  std::optional<std::string> key_usage;
  std::optional<std::string> customer_master_key_spec;
  std::optional<std::string> key_spec;
  std::optional<std::string> origin;
  std::optional<bool> bypass_policy_lockout_safety_check;
  std::optional<std::vector<Tag>> tags;
  std::optional<bool> multi_region;

  static constexpr auto Members() {
    using R = CreateKeyRequest;
    return std::tuple{
        base::Optional("Policy", &R::policy, kPolicyLength),
        base::Optional("Description", &R::description, kDescriptionLength),
        base::Optional("KeyUsage", &R::key_usage, {}, {.allowed = kKeyUsages}),
        base::Optional("CustomerMasterKeySpec", &R::customer_master_key_spec),
        base::Optional("KeySpec", &R::key_spec),
        base::Optional("Origin", &R::origin, {}, {.allowed = kOrigins}),
        base::Optional("BypassPolicyLockoutSafetyCheck", &R::bypass_policy_lockout_safety_check),
        base::Optional("Tags", &R::tags, {0, 200}),
        base::Optional("MultiRegion", &R::multi_region)};
  }

  /// UnsupportedOperation for anything but a symmetric key whose material is the vault's.
  [[nodiscard]] Result<void> Check() const;
};

/// AWS: CreateKey. The key seals secrets as a KmsKeyId.
[[nodiscard]] Result<KeyMetadataReply> CreateKey(Context& context, const CreateKeyRequest& request);

/// `policy` as it is stored. MalformedKeyPolicy unless the caller may put it on `key`: its grammar,
/// that its principals exist, and that he can put another one later unless he has asked not to be
/// kept from locking himself out.
[[nodiscard]] Result<std::string> AcceptPolicy(Context& context, const store::KeyRow& key,
                                               const std::string& policy, bool may_lock_out);

}  // namespace coffer::services::kms
