#include "services/iam/policy_input.h"

#include "identity/names.h"
#include "services/iam/identity_loader.h"

#include <memory>
#include <utility>

namespace coffer::services::iam {

std::unexpected<ApiError> InvalidInput(std::string message) {
  return Fail(ErrorCode::kInvalidInput, std::move(message));
}

Result<std::vector<CompiledPolicy>> CompileInput(
    const std::optional<std::vector<std::string>>& documents, const std::string& member) {
  std::vector<CompiledPolicy> compiled;
  if (!documents) return compiled;
  for (const std::string& text : *documents) {
    auto document = policy::Compile(text, policy::DocumentKind::kIdentity);
    const std::string name = member + "." + std::to_string(compiled.size() + 1);
    if (!document) return InvalidInput("Invalid policy document " + name + ".");
    document->name = name;
    compiled.push_back(std::make_shared<const policy::Document>(*std::move(document)));
  }
  return compiled;
}

Result<Identity> LoadSource(Context& context, const std::string& arn) {
  const auto parsed = identity::ParseEntityArn(arn);
  if (!parsed || parsed->kind == identity::ManagedPolicy::kKind) {
    return InvalidInput("Invalid Entity Arn: " + arn +
                        " does not clearly define entity type and name.");
  }
  const bool is_own = parsed->account == context.account;
  const IdentityLoader loader(context.service.identities);
  const auto found = parsed->kind == identity::Group::kKind
                         ? loader.LoadGroup(context.transaction, arn)
                         : loader.LoadByArn(context.transaction, arn, context.now);
  if (is_own && found) return *found;
  return Fail(ErrorCode::kNoSuchEntity,
              "The " + parsed->kind + " with name " + parsed->name + " cannot be found.");
}

}  // namespace coffer::services::iam
