#include "services/iam/context_keys.h"

#include "policy/context_keys.h"
#include "services/iam/policy_input.h"

namespace coffer::services::iam {
namespace {

ContextKeysReply KeysOf(const std::vector<CompiledPolicy>& policies) {
  std::vector<const policy::Document*> documents;
  documents.reserve(policies.size());
  for (const CompiledPolicy& compiled : policies) documents.push_back(compiled.get());
  return {policy::ContextKeysOf(documents)};
}

}  // namespace

Result<ContextKeysReply> GetContextKeysForCustomPolicy(
    Context& context, const GetContextKeysForCustomPolicyRequest& request) {
  RETURN_IF_ERROR(context.authorizer.Require("GetContextKeysForCustomPolicy", "*"));
  ASSIGN_OR_RETURN(const auto policies, CompileInput(request.policies, "PolicyInputList"));
  return KeysOf(policies);
}

Result<ContextKeysReply> GetContextKeysForPrincipalPolicy(
    Context& context, const GetContextKeysForPrincipalPolicyRequest& request) {
  RETURN_IF_ERROR(
      context.authorizer.Require("GetContextKeysForPrincipalPolicy", request.policy_source_arn));
  ASSIGN_OR_RETURN(const Identity source, LoadSource(context, request.policy_source_arn));
  std::vector<CompiledPolicy> policies = source.policies;
  if (source.boundary) policies.push_back(source.boundary);
  ASSIGN_OR_RETURN(const auto given, CompileInput(request.policies, "PolicyInputList"));
  policies.insert(policies.end(), given.begin(), given.end());
  return KeysOf(policies);
}

}  // namespace coffer::services::iam
