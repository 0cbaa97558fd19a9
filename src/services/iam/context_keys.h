#pragma once

#include "services/iam/context.h"
#include "services/iam/shapes.h"

#include <optional>
#include <string>
#include <tuple>
#include <vector>

/// What policies ask a request for, so that it can be simulated: GetContextKeysForCustomPolicy,
/// GetContextKeysForPrincipalPolicy (AWS: IAM API reference).
namespace coffer::services::iam {

struct ContextKeysReply {
  std::vector<std::string> names;

  static constexpr auto Members() {
    return std::tuple{base::Required("ContextKeyNames", &ContextKeysReply::names)};
  }
};

struct GetContextKeysForCustomPolicyRequest {
  std::optional<std::vector<std::string>> policies;

  static constexpr auto Members() {
    using Request = GetContextKeysForCustomPolicyRequest;
    return std::tuple{
        base::Required("PolicyInputList", &Request::policies, {}, {.item_range = kDocumentLength})};
  }
};
[[nodiscard]] Result<ContextKeysReply> GetContextKeysForCustomPolicy(
    Context& context, const GetContextKeysForCustomPolicyRequest& request);

struct GetContextKeysForPrincipalPolicyRequest {
  std::string policy_source_arn;
  std::optional<std::vector<std::string>> policies;

  static constexpr auto Members() {
    using Request = GetContextKeysForPrincipalPolicyRequest;
    return std::tuple{
        base::Required("PolicySourceArn", &Request::policy_source_arn, kArnLength),
        base::Optional("PolicyInputList", &Request::policies, {}, {.item_range = kDocumentLength})};
  }
};
/// Of all policies that SimulatePrincipalPolicy would ask: those of the groups of a user and the
/// boundary too.
[[nodiscard]] Result<ContextKeysReply> GetContextKeysForPrincipalPolicy(
    Context& context, const GetContextKeysForPrincipalPolicyRequest& request);

}  // namespace coffer::services::iam
