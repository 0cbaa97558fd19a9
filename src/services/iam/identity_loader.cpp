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

// `name` is what an explanation calls it.
CompiledPolicy Compile(std::string_view document, std::string name) {
  auto compiled = policy::Compile(document, policy::DocumentKind::kIdentity);
  if (!compiled) throw store::IntegrityError("identities: policy " + name + " cannot be read");
  compiled->name = std::move(name);
  return std::make_shared<const policy::Document>(*std::move(compiled));
}

// The default version of a managed policy of the account or of AWS; null when it does not exist.
// Another one that has its name since, under another path, is another policy.
CompiledPolicy FindManaged(Transaction& transaction, const store::IdentityStore& identities,
                           std::string_view account, std::string_view arn) {
  const auto parsed = identity::ParseEntityArn(arn);
  if (!parsed) return nullptr;
  if (parsed->account == "aws") {
    const auto document = identity::FindAwsPolicy(arn);
    return document ? Compile(*document, std::string(arn)) : nullptr;
  }
  const auto stored = identities.FindPolicy(transaction, account, arn);
  if (!stored) return nullptr;
  const auto& versions = stored->entity.versions;
  const auto version =
      std::ranges::find(versions, stored->entity.default_version, &identity::PolicyVersion::number);
  return version == versions.end() ? nullptr : Compile(version->document, std::string(arn));
}

void AddPolicies(Transaction& transaction, const store::IdentityStore& identities,
                 std::string_view account, const identity::PolicyHolder& holder,
                 const std::string& name, std::vector<CompiledPolicy>& policies) {
  for (const identity::InlinePolicy& inline_policy : holder.inline_policies) {
    policies.push_back(Compile(inline_policy.document, name + "_" + inline_policy.name));
  }
  for (const std::string& arn : holder.attached_policies) {
    CompiledPolicy managed = FindManaged(transaction, identities, account, arn);
    if (!managed) throw store::IntegrityError("identities: the policy " + arn + " is missing");
    policies.push_back(std::move(managed));
  }
}

CompiledPolicy FindBoundary(Transaction& transaction, const store::IdentityStore& identities,
                            std::string_view account, const std::optional<std::string>& arn,
                            std::string_view holder) {
  if (!arn) return nullptr;
  CompiledPolicy boundary = FindManaged(transaction, identities, account, *arn);
  if (!boundary) {
    throw store::IntegrityError("identities: the boundary of " + std::string(holder) +
                                " is missing");
  }
  return boundary;
}

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

std::shared_ptr<Identity> LoadRole(Transaction& transaction, const store::IdentityStore& identities,
                                   const store::Stored<identity::Role>& stored,
                                   const identity::Session& session) {
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
  AddPolicies(transaction, identities, stored.account, role.policies, "role_" + role.name,
              loaded->policies);
  loaded->boundary =
      FindBoundary(transaction, identities, stored.account, role.boundary, role.name);
  return loaded;
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

// Role or user of a session; null when it is no more.
std::shared_ptr<Identity> LoadHolder(Transaction& transaction,
                                     const store::IdentityStore& identities,
                                     const identity::Session& session) {
  if (session.kind == identity::kRoleSession) {
    const auto role = identities.FindById<identity::Role>(transaction, session.holder_id);
    return role ? LoadRole(transaction, identities, *role, session) : nullptr;
  }
  std::shared_ptr<Identity> holder;
  if (session.holder_id == session.account) {
    holder = std::make_shared<Identity>(*RootOf(session.account));
  } else {
    const auto user = identities.FindById<identity::User>(transaction, session.holder_id);
    if (!user) return nullptr;
    holder = std::make_shared<Identity>(*LoadUser(transaction, identities, *user));
  }
  if (session.kind == identity::kFederatedSession) BecomeFederated(session, *holder);
  return holder;
}

// A session that begins now, with all that the role may do.
std::shared_ptr<const Identity> LoadRoleNow(Transaction& transaction,
                                            const store::IdentityStore& identities,
                                            const store::Stored<identity::Role>& role,
                                            std::string_view session_name, Timestamp now) {
  return LoadSession(transaction, identities,
                     std::make_shared<identity::Session>(
                         identity::Session{.kind = std::string(identity::kRoleSession),
                                           .account = role.account,
                                           .holder_id = role.entity.id,
                                           .name = std::string(session_name),
                                           .issued = now,
                                           .expires = now}));
}

}  // namespace

std::shared_ptr<const Identity> LoadSession(Transaction& transaction,
                                            const store::IdentityStore& identities,
                                            std::shared_ptr<const identity::Session> session) {
  std::shared_ptr<Identity> loaded = LoadHolder(transaction, identities, *session);
  if (!loaded) return nullptr;
  AddSessionTags(session->tags, loaded->tags);
  if (session->is_limited()) {
    std::vector<CompiledPolicy>& limits = loaded->session_policies.emplace();
    for (const std::string& document : session->policies) {
      limits.push_back(Compile(document, "session_" + session->name));
    }
    for (const std::string& arn : session->policy_arns) {
      // Without one of them the session could do more than it was begun with, so it ends.
      auto managed = FindManaged(transaction, identities, session->account, arn);
      if (!managed) return nullptr;
      limits.push_back(std::move(managed));
    }
  }
  loaded->session = std::move(session);
  return loaded;
}

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
  AddPolicies(transaction, identities, stored.account, user.policies, "user_" + user.name,
              loaded->policies);
  for (const std::string& group_id : user.groups) {
    const auto group = identities.FindById<identity::Group>(transaction, group_id);
    if (!group) continue;  // Groups are emptied before they are deleted.
    AddPolicies(transaction, identities, stored.account, group->entity.policies,
                "group_" + group->entity.name, loaded->policies);
  }
  loaded->boundary =
      FindBoundary(transaction, identities, stored.account, user.boundary, user.name);
  return loaded;
}

std::shared_ptr<const Identity> LoadByArn(Transaction& transaction,
                                          const store::IdentityStore& identities,
                                          std::string_view arn, Timestamp now) {
  if (const auto account = base::AccountOfRootArn(arn)) return RootOf(*account);
  if (const auto session = identity::ParseSessionArn(arn)) {
    const auto role =
        identities.Find<identity::Role>(transaction, session->account, session->role_name);
    return role ? LoadRoleNow(transaction, identities, *role, session->session_name, now) : nullptr;
  }
  const auto entity = identity::ParseEntityArn(arn);
  if (!entity) return nullptr;
  if (entity->kind == identity::User::kKind) {
    const auto user = identities.Find<identity::User>(transaction, entity->account, entity->name);
    return user && ArnOf(*user) == arn ? LoadUser(transaction, identities, *user) : nullptr;
  }
  if (entity->kind != identity::Role::kKind) return nullptr;
  const auto role = identities.Find<identity::Role>(transaction, entity->account, entity->name);
  if (!role || ArnOf(*role) != arn) return nullptr;
  return LoadRoleNow(transaction, identities, *role, "explain", now);
}

std::shared_ptr<const Identity> LoadGroup(Transaction& transaction,
                                          const store::IdentityStore& identities,
                                          std::string_view account, std::string_view name) {
  const auto group = identities.Find<identity::Group>(transaction, account, name);
  if (!group) return nullptr;
  auto loaded = std::make_shared<Identity>();
  loaded->principal = {.kind = policy::PrincipalKind::kUser,
                       .arn = ArnOf(*group),
                       .account = group->account,
                       .unique_id = {},
                       .parent_arn = {},
                       .parent_id = {}};
  AddPolicies(transaction, identities, group->account, group->entity.policies,
              "group_" + group->entity.name, loaded->policies);
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
