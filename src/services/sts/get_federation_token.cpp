#include "services/sts/get_federation_token.h"

#include "identity/session.h"

#include <utility>

namespace coffer::services::sts {
namespace {

constexpr std::int64_t kDefaultSeconds = 43'200;

}  // namespace

Result<GetFederationTokenReply> GetFederationToken(Context& context,
                                                   const GetFederationTokenRequest& request) {
  if (context.caller_session != nullptr) {
    return Fail(ErrorCode::kAccessDenied,
                "Cannot call GetFederationToken with session credentials");
  }
  if (context.caller_id == context.account) {
    return Fail(ErrorCode::kAccessDenied, "Root users cannot call GetFederationToken here");
  }
  identity::Session session{.kind = std::string(identity::kFederatedSession),
                            .account = std::string(context.account),
                            .holder_id = std::string(context.caller_id),
                            .name = request.name};
  RETURN_IF_ERROR(AddTags(request.tags, {}, session));
  RETURN_IF_ERROR(AddPolicies(context, request.policy, request.policy_arns, session));
  ASSIGN_OR_RETURN(const auto packed_size, PackedPolicySize(session));

  FederatedUser user{.federated_user_id = session.account + ":" + session.name,
                     .arn = identity::FederatedUserArn(session.account, session.name)};
  RETURN_IF_ERROR(context.authorizer.Require("GetFederationToken", user.arn));
  if (!session.tags.empty()) {
    RETURN_IF_ERROR(context.authorizer.Require("TagSession", user.arn));
  }
  const std::chrono::seconds duration(request.duration_seconds.value_or(kDefaultSeconds));
  return GetFederationTokenReply{.credentials = Issue(context, std::move(session), duration),
                                 .federated_user = std::move(user),
                                 .packed_policy_size = packed_size};
}

}  // namespace coffer::services::sts
