#include "api/identity_loader.h"

#include "identity/aws_policies.h"
#include "identity/names.h"

#include <algorithm>
#include <string>
#include <utility>

namespace coffer::api {

namespace {

using identity::ManagedPolicy;

CompiledPolicy Compile(std::string_view document, std::string_view holder) {
  auto compiled = policy::Compile(document, policy::DocumentKind::kIdentity);
  if (!compiled) {
    throw store::IntegrityError("identities: a policy of " + std::string(holder) +
                                " cannot be read");
  }
  return std::make_shared<const policy::Document>(*std::move(compiled));
}

// The default version of a managed policy of the account or of AWS; null when it does not exist.
CompiledPolicy FindManaged(Transaction& transaction, const store::IdentityStore& identities,
                           std::string_view account, std::string_view arn) {
  const auto parsed = identity::ParseEntityArn(arn);
  if (!parsed) return nullptr;
  if (parsed->account == "aws") {
    const auto document = identity::FindAwsPolicy(arn);
    return document ? Compile(*document, arn) : nullptr;
  }
  const auto stored = identities.Find<ManagedPolicy>(transaction, account, parsed->name);
  if (!stored) return nullptr;
  const auto& versions = stored->entity.versions;
  const auto version =
      std::ranges::find(versions, stored->entity.default_version, &identity::PolicyVersion::number);
  return version == versions.end() ? nullptr : Compile(version->document, arn);
}

void AddPolicies(Transaction& transaction, const store::IdentityStore& identities,
                 std::string_view account, const identity::PolicyHolder& holder,
                 std::string_view name, std::vector<CompiledPolicy>& policies) {
  for (const identity::InlinePolicy& inline_policy : holder.inline_policies) {
    policies.push_back(Compile(inline_policy.document, name));
  }
  for (const std::string& arn : holder.attached_policies) {
    CompiledPolicy managed = FindManaged(transaction, identities, account, arn);
    if (!managed) throw store::IntegrityError("identities: the policy " + arn + " is missing");
    policies.push_back(std::move(managed));
  }
}

}  // namespace

std::shared_ptr<const Identity> LoadUser(Transaction& transaction,
                                         const store::IdentityStore& identities,
                                         const store::Stored<identity::User>& stored) {
  const identity::User& user = stored.entity;
  auto loaded = std::make_shared<Identity>();
  loaded->principal = {.kind = policy::PrincipalKind::kUser,
                       .arn = identity::ArnOf(stored.account, "user", user.path, user.name),
                       .account = stored.account,
                       .unique_id = user.id,
                       .parent_arn = {},
                       .parent_id = {}};
  loaded->user_name = user.name;
  loaded->tags = user.tags;
  AddPolicies(transaction, identities, stored.account, user.policies, user.name, loaded->policies);
  for (const std::string& group_id : user.groups) {
    const auto group = identities.FindById<identity::Group>(transaction, group_id);
    if (!group) continue;  // Groups are emptied before they are deleted.
    AddPolicies(transaction, identities, stored.account, group->entity.policies, group->entity.name,
                loaded->policies);
  }
  if (user.boundary) {
    loaded->boundary = FindManaged(transaction, identities, stored.account, *user.boundary);
    if (!loaded->boundary) {
      throw store::IntegrityError("identities: the boundary of " + user.name + " is missing");
    }
  }
  return loaded;
}

std::shared_ptr<const Identity> RootOf(std::string_view account) {
  auto root = std::make_shared<Identity>();
  root->principal = {.kind = policy::PrincipalKind::kRoot,
                     .arn = identity::RootArn(account),
                     .account = std::string(account),
                     .unique_id = std::string(account),
                     .parent_arn = {},
                     .parent_id = {}};
  return root;
}

}  // namespace coffer::api
