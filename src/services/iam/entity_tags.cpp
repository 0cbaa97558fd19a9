#include "services/iam/entity_tags.h"

#include "services/iam/policy_lookup.h"

#include <algorithm>
#include <utility>

namespace coffer::services::iam {
namespace {

using identity::ManagedPolicy;
using identity::Role;
using identity::User;
using store::Stored;

// Users and roles are named, policies have ARNs and may be AWS's.
template <class Entity>
Result<Stored<Entity>> Readable(Context& context, const std::string& name) {
  return Authorized<Entity>(context, OperationOf<Entity>("List", "Tags"), name);
}
template <>
Result<Stored<ManagedPolicy>> Readable(Context& context, const std::string& arn) {
  return AuthorizedPolicy(context, "ListPolicyTags", arn);
}

template <class Entity>
Result<Stored<Entity>> Changeable(Context& context, std::string_view verb,
                                  const std::string& name) {
  return Authorized<Entity>(context, OperationOf<Entity>(verb, ""), name);
}
template <>
Result<Stored<ManagedPolicy>> Changeable(Context& context, std::string_view verb,
                                         const std::string& arn) {
  return ChangeablePolicy(context, OperationOf<ManagedPolicy>(verb, ""), arn);
}

std::string KeyOf(const identity::Tag& tag) { return identity::NameKey(tag.key); }

}  // namespace

template <class Entity>
Result<base::NoOutput> TagEntity(Context& context, const TagEntityRequest<Entity>& request) {
  ASSIGN_OR_RETURN(Stored<Entity> stored, Changeable<Entity>(context, "Tag", request.name));
  ASSIGN_OR_RETURN(const std::vector<identity::Tag> added, ToRules(request.tags));
  std::vector<identity::Tag>& tags = stored.entity.tags;
  for (const identity::Tag& tag : added) {
    const auto found = std::ranges::find(tags, KeyOf(tag), &KeyOf);
    if (found == tags.end()) {
      tags.push_back(tag);
    } else {
      *found = tag;
    }
  }
  if (tags.size() > kMaxTags) {
    return Fail(ErrorCode::kLimitExceeded, "Cannot exceed quota for TagsPer" +
                                               std::string(Spelling<Entity>::kWord) + ": " +
                                               std::to_string(kMaxTags));
  }
  context.service.identities.Update(context.transaction, stored);
  return base::NoOutput{};
}

template <class Entity>
Result<base::NoOutput> UntagEntity(Context& context, const UntagEntityRequest<Entity>& request) {
  ASSIGN_OR_RETURN(Stored<Entity> stored, Changeable<Entity>(context, "Untag", request.name));
  for (const std::string& key : request.tag_keys) {
    std::erase_if(stored.entity.tags, [folded = identity::NameKey(key)](const identity::Tag& tag) {
      return KeyOf(tag) == folded;
    });
  }
  context.service.identities.Update(context.transaction, stored);
  return base::NoOutput{};
}

template <class Entity>
Result<ListEntityTagsReply> ListEntityTags(Context& context,
                                           const ListEntityTagsRequest<Entity>& request) {
  ASSIGN_OR_RETURN(const Stored<Entity> stored, Readable<Entity>(context, request.name));
  std::vector<identity::Tag> tags = stored.entity.tags;
  std::ranges::sort(tags, {}, &KeyOf);
  ListEntityTagsReply reply;
  Pager pager(request, reply);
  for (identity::Tag& tag : tags) {
    if (!pager.Wants(KeyOf(tag))) continue;
    reply.items.push_back({.key = std::move(tag.key), .value = std::move(tag.value)});
  }
  return reply;
}

template Result<base::NoOutput> TagEntity(Context&, const TagEntityRequest<User>&);
template Result<base::NoOutput> TagEntity(Context&, const TagEntityRequest<Role>&);
template Result<base::NoOutput> TagEntity(Context&, const TagEntityRequest<ManagedPolicy>&);
template Result<base::NoOutput> UntagEntity(Context&, const UntagEntityRequest<User>&);
template Result<base::NoOutput> UntagEntity(Context&, const UntagEntityRequest<Role>&);
template Result<base::NoOutput> UntagEntity(Context&, const UntagEntityRequest<ManagedPolicy>&);
template Result<ListEntityTagsReply> ListEntityTags(Context&, const ListEntityTagsRequest<User>&);
template Result<ListEntityTagsReply> ListEntityTags(Context&, const ListEntityTagsRequest<Role>&);
template Result<ListEntityTagsReply> ListEntityTags(Context&,
                                                    const ListEntityTagsRequest<ManagedPolicy>&);

}  // namespace coffer::services::iam
