#include "services/iam/policy_entities.h"

#include "services/iam/lookup.h"
#include "services/iam/policy_lookup.h"

#include <algorithm>

namespace coffer::services::iam {
namespace {

using Request = ListEntitiesForPolicyRequest;

template <class Entity>
bool Has(const Entity& entity, const Request& request) {
  const auto& attached = entity.policies.attached_policies;
  const bool is_attached = request.usage_filter != kPolicyUsages[1] &&
                           std::ranges::find(attached, request.policy_arn) != attached.end();
  if constexpr (requires { entity.boundary; }) {
    const bool is_bounded =
        request.usage_filter != kPolicyUsages[0] && entity.boundary == request.policy_arn;
    return is_attached || is_bounded;
  } else {
    return is_attached;
  }
}

// Adds the users, groups or roles that belong to the page.
template <class Entity>
void Collect(Context& context, const Request& request, Pager<ListEntitiesForPolicyReply>& pager,
             auto& entities) {
  if (request.entity_filter && *request.entity_filter != Spelling<Entity>::kWord) return;
  const std::string prefix = request.path_prefix.value_or("/");
  context.service.identities.List<Entity>(
      context.transaction, context.account, "", [&](const store::Stored<Entity>& stored) {
        const Entity& entity = stored.entity;
        if (entity.path.starts_with(prefix) && Has(entity, request) &&
            pager.Wants(std::string(Entity::kKind) + "/" + identity::NameKey(entity.name))) {
          entities.push_back({.name = entity.name, .id = entity.id});
        }
        return true;
      });
}

}  // namespace

Result<ListEntitiesForPolicyReply> ListEntitiesForPolicy(Context& context, const Request& request) {
  RETURN_IF_ERROR(AuthorizedPolicy(context, "ListEntitiesForPolicy", request.policy_arn));
  ListEntitiesForPolicyReply reply;
  Pager pager(request, reply);
  // In the order of their kinds' names, of which keys begin.
  Collect<identity::Group>(context, request, pager, reply.groups);
  Collect<identity::Role>(context, request, pager, reply.roles);
  Collect<identity::User>(context, request, pager, reply.users);
  return reply;
}

}  // namespace coffer::services::iam
