#pragma once

#include "base/shape.h"
#include "coffer/result.h"
#include "identity/entities.h"
#include "identity/names.h"
#include "services/iam/context.h"
#include "services/iam/shapes.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

/// What the operations on users, groups, roles and policies have in common.
namespace coffer::services::iam {

/// How the API spells a kind of entity.
template <class Entity>
struct Spelling;
template <>
struct Spelling<identity::User> {
  static constexpr std::string_view kWord = "User";
  static constexpr std::string_view kNameMember = "UserName";
};
template <>
struct Spelling<identity::Group> {
  static constexpr std::string_view kWord = "Group";
  static constexpr std::string_view kNameMember = "GroupName";
};
template <>
struct Spelling<identity::Role> {
  static constexpr std::string_view kWord = "Role";
  static constexpr std::string_view kNameMember = "RoleName";
};
/// Requests name a policy by its ARN: see NameMember.
template <>
struct Spelling<identity::ManagedPolicy> {
  static constexpr std::string_view kWord = "Policy";
};

/// The operation of `Entity`: `Attach`, `Policy` are AttachUserPolicy.
template <class Entity>
[[nodiscard]] std::string OperationOf(std::string_view verb, std::string_view object) {
  return std::string(verb) + std::string(Spelling<Entity>::kWord) + std::string(object);
}

/// The bounds of a name by which an entity is looked up.
inline constexpr base::Range kLookupNameLength{1, 128};

template <class Entity>
[[nodiscard]] std::string ArnOf(const store::Stored<Entity>& stored) {
  return identity::ArnOf(stored.account, Entity::kKind, stored.entity.path, stored.entity.name);
}

/// `stored` under an ARN, which may be one that it is to get. Both must outlive the target.
template <class Entity>
[[nodiscard]] Target TargetOf(const store::Stored<Entity>& stored, std::string_view arn) {
  Target target{.arn = arn};
  if constexpr (requires { stored.entity.tags; }) target.tags = stored.entity.tags;
  if constexpr (requires { stored.entity.boundary; }) target.boundary = stored.entity.boundary;
  return target;
}

/// Looks a user, group or role up and decides whether the caller may do `operation` to it.
/// AccessDenied comes before existence is revealed; then NoSuchEntity.
template <class Entity>
[[nodiscard]] Result<store::Stored<Entity>> Authorized(Context& context, std::string_view operation,
                                                       std::string_view name) {
  auto found = context.service.identities.Find<Entity>(context.transaction, context.account, name);
  const std::string arn =
      found ? ArnOf(*found) : identity::ArnOf(context.account, Entity::kKind, "/", name);
  RETURN_IF_ERROR(
      context.authorizer.RequireFor(operation, found ? TargetOf(*found, arn) : Target{.arn = arn}));
  if (!found) {
    return Fail(ErrorCode::kNoSuchEntity, "The " + std::string(Entity::kKind) + " with name " +
                                              std::string(name) + " cannot be found.");
  }
  return *std::move(found);
}

/// The same for the user that a request names, or for the caller. ValidationError without a name
/// when the caller is no user.
[[nodiscard]] Result<store::Stored<identity::User>> AuthorizedUser(
    Context& context, std::string_view operation, const std::optional<std::string>& user_name);

/// EntityAlreadyExists when a user, group or role of that name is there, unless it is `except`.
template <class Entity>
[[nodiscard]] Result<void> CheckNameIsFree(Context& context, const std::string& name,
                                           std::string_view except = {}) {
  const auto found =
      context.service.identities.Find<Entity>(context.transaction, context.account, name);
  if (!found || found->entity.id == except) return {};
  return Fail(ErrorCode::kEntityAlreadyExists,
              std::string(Spelling<Entity>::kWord) + " with name " + name + " already exists.");
}

/// ValidationError unless `path` is absent or one.
[[nodiscard]] Result<void> CheckPath(const std::optional<std::string>& path);

/// `prefix` (`AIDA`, `AGPA`, `AROA`, `ANPA`) and random characters.
[[nodiscard]] std::string NewId(Context& context, std::string_view prefix);

/// DeleteConflict: what `must` be done first.
[[nodiscard]] ApiError DeleteConflict(std::string_view must);

}  // namespace coffer::services::iam
