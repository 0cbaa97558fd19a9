#include "services/sts/assume_role.h"

#include "identity/names.h"

#include <optional>
#include <set>
#include <utility>

namespace coffer::services::sts {
namespace {

using identity::Role;
using identity::Session;
using store::Stored;

constexpr std::int64_t kDefaultSeconds = 3600;
constexpr std::int64_t kMaxChainedSeconds = 3600;

// What a chained session inherits: the tags that are transitive, and who stands behind it all.
void Inherit(const Session& from, Session& session) {
  session.transitive_tag_keys = from.transitive_tag_keys;
  session.source_identity = from.source_identity;
  const std::set<std::string> transitive(from.transitive_tag_keys.begin(),
                                         from.transitive_tag_keys.end());
  for (const identity::Tag& tag : from.tags) {
    if (transitive.contains(identity::NameKey(tag.key))) session.tags.push_back(tag);
  }
}

// All that is asked of the caller and of the trust policy.
Result<void> Authorize(Context& context, const AssumeRoleRequest& request, const Session& session,
                       const Stored<Role>* role) {
  Authorizer& authorizer = context.authorizer;
  RETURN_IF_ERROR(authorizer.RequireRole("AssumeRole", request.role_arn, role));
  if (!session.tags.empty()) {
    RETURN_IF_ERROR(authorizer.RequireRole("TagSession", request.role_arn, role));
  }
  if (session.source_identity) {
    RETURN_IF_ERROR(authorizer.RequireRole("SetSourceIdentity", request.role_arn, role));
  }
  return {};
}

Result<std::int64_t> DurationOf(const AssumeRoleRequest& request, const Role& role,
                                bool is_chained) {
  const std::int64_t seconds = request.duration_seconds.value_or(kDefaultSeconds);
  if (is_chained && seconds > kMaxChainedSeconds) {
    return Fail(ErrorCode::kValidation,
                "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed "
                "by role chaining.");
  }
  if (seconds > role.max_session_seconds) {
    return Fail(ErrorCode::kValidation,
                "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
  }
  return seconds;
}

// Null when no role has this ARN, path and letter case included.
std::optional<Stored<Role>> FindRole(Context& context, const identity::EntityArn& arn,
                                     std::string_view text) {
  auto role = context.service.identities.Find<Role>(context.transaction, arn.account, arn.name);
  if (!role ||
      identity::ArnOf(role->account, Role::kKind, role->entity.path, role->entity.name) != text) {
    return std::nullopt;
  }
  return role;
}

}  // namespace

bool IsSessionName(std::string_view text) { return text.empty() || identity::IsName(text); }

bool IsExternalId(std::string_view text) {
  std::string rest(text);
  std::erase_if(rest, [](char c) { return c == ':' || c == '/'; });
  return IsSessionName(rest);
}

Result<AssumeRoleReply> AssumeRole(Context& context, const AssumeRoleRequest& request) {
  if (context.caller_session != nullptr &&
      context.caller_session->kind == identity::kFederatedSession) {
    return Fail(ErrorCode::kAccessDenied, "Cannot call AssumeRole with federation credentials");
  }
  const auto arn = identity::ParseEntityArn(request.role_arn);
  if (!arn || arn->kind != Role::kKind) {
    return Fail(ErrorCode::kValidation, request.role_arn + " is invalid");
  }
  const bool is_chained =
      context.caller_session != nullptr && context.caller_session->kind == identity::kRoleSession;
  Session session{.kind = std::string(identity::kRoleSession),
                  .account = arn->account,
                  .name = request.role_session_name};
  if (is_chained) Inherit(*context.caller_session, session);
  RETURN_IF_ERROR(AddTags(request.tags, request.transitive_tag_keys, session));
  RETURN_IF_ERROR(AddPolicies(context, request.policy, request.policy_arns, session));
  ASSIGN_OR_RETURN(const auto packed_size, PackedPolicySize(session));
  // Once set, it stays what it is along the chain.
  if (request.source_identity) {
    if (session.source_identity && session.source_identity != request.source_identity) {
      return Fail(ErrorCode::kAccessDenied,
                  "The source identity of the calling session can't be changed.");
    }
    session.source_identity = request.source_identity;
  }

  const std::optional<Stored<Role>> role = FindRole(context, *arn, request.role_arn);
  RETURN_IF_ERROR(Authorize(context, request, session, role ? &*role : nullptr));
  if (!role) return Fail(ErrorCode::kAccessDenied, "Access denied");
  ASSIGN_OR_RETURN(const std::int64_t seconds, DurationOf(request, role->entity, is_chained));
  session.holder_id = role->entity.id;

  AssumedRoleUser user{.assumed_role_id = role->entity.id + ":" + session.name,
                       .arn = identity::SessionArn(role->account, role->entity.name, session.name)};
  std::optional<std::string> source_identity = session.source_identity;
  return AssumeRoleReply{
      .credentials = Issue(context, std::move(session), std::chrono::seconds(seconds)),
      .assumed_role_user = std::move(user),
      .packed_policy_size = packed_size,
      .source_identity = std::move(source_identity)};
}

}  // namespace coffer::services::sts
