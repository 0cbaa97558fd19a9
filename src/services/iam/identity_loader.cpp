#include "services/iam/identity_loader.h"

#include "base/account.h"
#include "identity/aws_policies.h"
#include "identity/names.h"
#include "services/iam/lookup.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace coffer::services::iam {

namespace {

// A tag of the session takes the place of one of the role.
void AddSessionTags(const std::vector<identity::Tag>& session_tags,
                    std::vector<identity::Tag>& tags) {
  for (const identity::Tag& tag : session_tags) {
    std::erase_if(tags, [&](const identity::Tag& other) {
      return identity::NameKey(other.key) == identity::NameKey(tag.key);
    });
    tags.push_back(tag);
  }
}

void BecomeFederated(const identity::Session& session, Identity& user) {
  policy::Principal& principal = user.principal;
  principal = {.kind = policy::PrincipalKind::kFederatedSession,
               .arn = identity::FederatedUserArn(session.account, session.name),
               .account = session.account,
               .unique_id = session.account + ":" + session.name,
               .parent_arn = principal.arn,
               .parent_id = principal.unique_id};
  user.user_name.clear();
}

}  // namespace

// The default version of a managed policy of the account or of AWS; null when it does not exist.
// Another one that has its name since, under another path, is another policy.
CompiledPolicy IdentityLoader::FindManaged(Transaction& transaction, std::string_view account,
                                           const std::string& arn) const {
  const auto parsed = identity::ParseEntityArn(arn);
  if (!parsed) return nullptr;
  if (parsed->account == "aws") {
    const auto document = identity::FindAwsPolicy(arn);
    return document ? library_.Compile(*document, arn) : nullptr;
  }
  const auto stored = identities_.FindPolicy(transaction, account, arn);
  if (!stored) return nullptr;
  const auto& versions = stored->entity.versions;
  const auto version =
      std::ranges::find(versions, stored->entity.default_version, &identity::PolicyVersion::number);
  return version == versions.end() ? nullptr : library_.Compile(version->document, arn);
}

void IdentityLoader::AddPolicies(Transaction& transaction, std::string_view account,
                                 const identity::PolicyHolder& holder, const std::string& name,
                                 std::vector<CompiledPolicy>& policies) const {
  for (const identity::InlinePolicy& inline_policy : holder.inline_policies) {
    policies.push_back(library_.Compile(inline_policy.document, name + "_" + inline_policy.name));
  }
  for (const std::string& arn : holder.attached_policies) {
    CompiledPolicy managed = FindManaged(transaction, account, arn);
    if (!managed) throw store::IntegrityError("identities: the policy " + arn + " is missing");
    policies.push_back(std::move(managed));
  }
}

CompiledPolicy IdentityLoader::FindBoundary(Transaction& transaction, std::string_view account,
                                            const std::optional<std::string>& arn,
                                            std::string_view holder) const {
  if (!arn) return nullptr;
  CompiledPolicy boundary = FindManaged(transaction, account, *arn);
  if (!boundary) {
    throw store::IntegrityError("identities: the boundary of " + std::string(holder) +
                                " is missing");
  }
  return boundary;
}

std::shared_ptr<Identity> IdentityLoader::LoadRole(Transaction& transaction,
                                                   const store::Stored<identity::Role>& stored,
                                                   const identity::Session& session) const {
  const identity::Role& role = stored.entity;
  auto loaded = std::make_shared<Identity>();
  loaded->principal = {
      .kind = policy::PrincipalKind::kSession,
      .arn = identity::SessionArn(stored.account, role.name, session.name),
      .account = stored.account,
      .unique_id = role.id + ":" + session.name,
      .parent_arn = identity::ArnOf(stored.account, identity::Role::kKind, role.path, role.name),
      .parent_id = role.id};
  loaded->tags = role.tags;
  AddPolicies(transaction, stored.account, role.policies, "role_" + role.name, loaded->policies);
  loaded->boundary = FindBoundary(transaction, stored.account, role.boundary, role.name);
  return loaded;
}

// Role or user of a session; null when it is no more.
std::shared_ptr<Identity> IdentityLoader::LoadHolder(Transaction& transaction,
                                                     const identity::Session& session) const {
  if (session.kind == identity::kRoleSession) {
    const auto role = identities_.FindById<identity::Role>(transaction, session.holder_id);
    return role ? LoadRole(transaction, *role, session) : nullptr;
  }
  std::shared_ptr<Identity> holder;
  if (session.holder_id == session.account) {
    holder = std::make_shared<Identity>(*RootOf(session.account));
  } else {
    const auto user = identities_.FindById<identity::User>(transaction, session.holder_id);
    if (!user) return nullptr;
    holder = std::make_shared<Identity>(*LoadUser(transaction, *user));
  }
  if (session.kind == identity::kFederatedSession) BecomeFederated(session, *holder);
  return holder;
}

// A session that begins now, with all that the role may do.
std::shared_ptr<const Identity> IdentityLoader::LoadRoleNow(
    Transaction& transaction, const store::Stored<identity::Role>& role,
    std::string_view session_name, Timestamp now) const {
  return LoadSession(transaction, std::make_shared<identity::Session>(
                                      identity::Session{.kind = std::string(identity::kRoleSession),
                                                        .account = role.account,
                                                        .holder_id = role.entity.id,
                                                        .name = std::string(session_name),
                                                        .issued = now,
                                                        .expires = now}));
}

std::shared_ptr<const Identity> IdentityLoader::LoadSession(
    Transaction& transaction, std::shared_ptr<const identity::Session> session) const {
  std::shared_ptr<Identity> loaded = LoadHolder(transaction, *session);
  if (!loaded) return nullptr;
  AddSessionTags(session->tags, loaded->tags);
  if (session->is_limited()) {
    std::vector<CompiledPolicy>& limits = loaded->session_policies.emplace();
    for (const std::string& document : session->policies) {
      limits.push_back(library_.Compile(document, "session_" + session->name));
    }
    for (const std::string& arn : session->policy_arns) {
      // Without one of them the session could do more than it was begun with, so it ends.
      auto managed = FindManaged(transaction, session->account, arn);
      if (!managed) return nullptr;
      limits.push_back(std::move(managed));
    }
  }
  loaded->session = std::move(session);
  return loaded;
}

std::shared_ptr<const Identity> IdentityLoader::LoadUser(
    Transaction& transaction, const store::Stored<identity::User>& stored) const {
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
  AddPolicies(transaction, stored.account, user.policies, "user_" + user.name, loaded->policies);
  for (const std::string& group_id : user.groups) {
    const auto group = identities_.FindById<identity::Group>(transaction, group_id);
    if (!group) continue;  // Groups are emptied before they are deleted.
    AddPolicies(transaction, stored.account, group->entity.policies, "group_" + group->entity.name,
                loaded->policies);
  }
  loaded->boundary = FindBoundary(transaction, stored.account, user.boundary, user.name);
  return loaded;
}

std::shared_ptr<const Identity> IdentityLoader::LoadByArn(Transaction& transaction,
                                                          std::string_view arn,
                                                          Timestamp now) const {
  if (const auto account = base::AccountOfRootArn(arn)) return RootOf(*account);
  if (const auto session = identity::ParseSessionArn(arn)) {
    const auto role =
        identities_.Find<identity::Role>(transaction, session->account, session->role_name);
    return role ? LoadRoleNow(transaction, *role, session->session_name, now) : nullptr;
  }
  const auto entity = identity::ParseEntityArn(arn);
  if (!entity) return nullptr;
  if (entity->kind == identity::User::kKind) {
    const auto user = identities_.Find<identity::User>(transaction, entity->account, entity->name);
    return user && ArnOf(*user) == arn ? LoadUser(transaction, *user) : nullptr;
  }
  if (entity->kind != identity::Role::kKind) return nullptr;
  const auto role = identities_.Find<identity::Role>(transaction, entity->account, entity->name);
  if (!role || ArnOf(*role) != arn) return nullptr;
  return LoadRoleNow(transaction, *role, "explain", now);
}

std::shared_ptr<const Identity> IdentityLoader::LoadGroup(Transaction& transaction,
                                                          std::string_view arn) const {
  const auto parsed = identity::ParseEntityArn(arn);
  if (!parsed || parsed->kind != identity::Group::kKind) return nullptr;
  const auto group = identities_.Find<identity::Group>(transaction, parsed->account, parsed->name);
  if (!group || ArnOf(*group) != arn) return nullptr;
  auto loaded = std::make_shared<Identity>();
  loaded->principal = {.kind = policy::PrincipalKind::kUser,
                       .arn = ArnOf(*group),
                       .account = group->account,
                       .unique_id = {},
                       .parent_arn = {},
                       .parent_id = {}};
  AddPolicies(transaction, group->account, group->entity.policies, "group_" + group->entity.name,
              loaded->policies);
  return loaded;
}

std::shared_ptr<const Identity> RootOf(std::string_view account) {
  auto root = std::make_shared<Identity>();
  root->principal = {.kind = policy::PrincipalKind::kRoot,
                     .arn = base::RootArn(account),
                     .account = std::string(account),
                     .unique_id = std::string(account),
                     .parent_arn = {},
                     .parent_id = {}};
  return root;
}

}  // namespace coffer::services::iam
