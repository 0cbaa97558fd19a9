#pragma once

#include "base/shape.h"
#include "coffer/result.h"
#include "services/sts/assume_role.h"
#include "services/sts/context.h"
#include "services/sts/credentials.h"
#include "services/sts/session_limits.h"

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>

namespace coffer::services::sts {

struct GetFederationTokenRequest {
  std::string name;
  std::optional<std::string> policy;
  PolicyDescriptors policy_arns;
  std::optional<std::int64_t> duration_seconds;
  Tags tags;

  static constexpr auto Members() {
    using Self = GetFederationTokenRequest;
    return std::tuple{base::Required("Name", &Self::name, {2, 32}, kSessionNamePattern),
                      base::Optional("Policy", &Self::policy, kSessionPolicyLength),
                      base::Optional("PolicyArns", &Self::policy_arns, {0, 10}),
                      base::Optional("DurationSeconds", &Self::duration_seconds, {900, 129'600}),
                      base::Optional("Tags", &Self::tags, {0, 50})};
  }
};

struct FederatedUser {
  std::string federated_user_id;
  std::string arn;

  static constexpr auto Members() {
    return std::tuple{base::Required("FederatedUserId", &FederatedUser::federated_user_id),
                      base::Required("Arn", &FederatedUser::arn)};
  }
};
struct GetFederationTokenReply {
  Credentials credentials;
  FederatedUser federated_user;
  std::optional<std::int64_t> packed_policy_size;

  static constexpr auto Members() {
    using Self = GetFederationTokenReply;
    return std::tuple{base::Required("Credentials", &Self::credentials),
                      base::Required("FederatedUser", &Self::federated_user),
                      base::Optional("PackedPolicySize", &Self::packed_policy_size)};
  }
};

/// AWS: GetFederationToken. A session may do what both the calling user and the policies given here
/// allow; without any, only what a resource's policy grants to the federated user by name. Not for
/// root users (AccessDenied): AWS advises against it, and such a session could do nothing here.
[[nodiscard]] Result<GetFederationTokenReply> GetFederationToken(
    Context& context, const GetFederationTokenRequest& request);

}  // namespace coffer::services::sts
