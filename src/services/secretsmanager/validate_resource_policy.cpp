#include "services/secretsmanager/validate_resource_policy.h"

#include "base/log.h"
#include "policy/findings.h"
#include "policy/resource_policy.h"
#include "secrets/messages.h"
#include "secrets/secret_identifier.h"

#include <algorithm>

namespace coffer::services::secretsmanager {
namespace {

// AWS asks for the permission to attach what is validated, too.
Result<void> AuthorizePutting(Context& context, const ValidateResourcePolicyRequest& request) {
  if (!request.secret_id) return context.authorizer.AuthorizeAccount("PutResourcePolicy");
  const auto secret = context.authorizer.Authorize("PutResourcePolicy", *request.secret_id);
  if (!secret) return std::unexpected(secret.error());
  return {};
}

// AWS answers no warnings and a syntax error without its place, so whoever runs the server is told.
void Log(const std::vector<policy::Finding>& findings) {
  constexpr std::size_t kMost = 10;
  for (std::size_t i = 0; i < std::min(findings.size(), kMost); ++i) {
    base::log::Info("policy.finding",
                    {{"check", findings[i].check}, {"message", findings[i].message}});
  }
}

}  // namespace

Result<ValidateResourcePolicyResponse> ValidateResourcePolicy(
    Context& context, const std::optional<AuthorizedSecret>& secret,
    const ValidateResourcePolicyRequest& request) {
  RETURN_IF_ERROR(AuthorizePutting(context, request));
  std::optional<std::string> arn;
  if (secret) {
    if ((*secret)->deleted) return std::unexpected(secrets::MarkedForDeletion());
    arn = secrets::ArnOf(**secret);
  }
  std::vector<policy::Finding> findings = policy::Examine(request.resource_policy, arn);
  Log(findings);
  RETURN_IF_ERROR(policy::CheckResourcePolicy(request.resource_policy));
  RETURN_IF_ERROR(policy::PinResourcePolicy(request.resource_policy, context.principals));
  if (secret && context.authorizer.IsLockedOutBy(**secret, request.resource_policy)) {
    findings.push_back({.check = policy::checks::kLockOut,
                        .severity = policy::Severity::kError,
                        .message = "This resource policy will not allow you to manage this secret "
                                   "in the future."});
  }

  ValidateResourcePolicyResponse response;
  for (const policy::Finding& finding : findings) {
    if (finding.severity != policy::Severity::kError) continue;
    response.validation_errors.push_back({std::string(finding.check), finding.message});
  }
  response.policy_validation_passed = response.validation_errors.empty();
  return response;
}

}  // namespace coffer::services::secretsmanager
