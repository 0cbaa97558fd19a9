#pragma once

#include "services/kms/context.h"
#include "services/kms/shapes.h"

/// The policy of a key, which is always called `default`: GetKeyPolicy, PutKeyPolicy,
/// ListKeyPolicies (AWS: KMS API reference).
namespace coffer::services::kms {

inline constexpr std::string_view kPolicyName = "default";

struct GetKeyPolicyRequest {
  std::string key_id;
  std::optional<std::string> policy_name;

  static constexpr auto Members() {
    using R = GetKeyPolicyRequest;
    return std::tuple{base::Required("KeyId", &R::key_id, kKeyIdLength),
                      base::Optional("PolicyName", &R::policy_name, kPolicyNameLength)};
  }
};
struct GetKeyPolicyReply {
  std::string policy;  ///< As it was given, or the default one.
  std::string policy_name{kPolicyName};

  static constexpr auto Members() {
    return std::tuple{base::Required("Policy", &GetKeyPolicyReply::policy),
                      base::Required("PolicyName", &GetKeyPolicyReply::policy_name)};
  }
};
[[nodiscard]] Result<GetKeyPolicyReply> GetKeyPolicy(Context& context,
                                                     const GetKeyPolicyRequest& request);

struct PutKeyPolicyRequest {
  std::string key_id;
  std::optional<std::string> policy_name;
  std::string policy;
  std::optional<bool> bypass_policy_lockout_safety_check;

  static constexpr auto Members() {
    using R = PutKeyPolicyRequest;
    return std::tuple{
        base::Required("KeyId", &R::key_id, kKeyIdLength),
        base::Optional("PolicyName", &R::policy_name, kPolicyNameLength),
        base::Required("Policy", &R::policy, kPolicyLength),
        base::Optional("BypassPolicyLockoutSafetyCheck", &R::bypass_policy_lockout_safety_check)};
  }
};
[[nodiscard]] Result<base::NoOutput> PutKeyPolicy(Context& context,
                                                  const PutKeyPolicyRequest& request);

struct ListKeyPoliciesRequest {
  std::string key_id;
  std::optional<std::int64_t> limit;
  std::optional<std::string> marker;

  static constexpr auto Members() {
    using R = ListKeyPoliciesRequest;
    return std::tuple{base::Required("KeyId", &R::key_id, kKeyIdLength),
                      base::Optional("Limit", &R::limit, kPageSize),
                      base::Optional("Marker", &R::marker, kMarkerLength)};
  }
};
struct ListKeyPoliciesReply {
  std::vector<std::string> policy_names{std::string(kPolicyName)};
  bool is_truncated = false;

  static constexpr auto Members() {
    return std::tuple{base::Required("PolicyNames", &ListKeyPoliciesReply::policy_names),
                      base::Required("Truncated", &ListKeyPoliciesReply::is_truncated)};
  }
};
[[nodiscard]] Result<ListKeyPoliciesReply> ListKeyPolicies(Context& context,
                                                           const ListKeyPoliciesRequest& request);

}  // namespace coffer::services::kms
