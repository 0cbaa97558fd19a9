#pragma once

#include "coffer/result.h"
#include "identity/entities.h"
#include "services/iam/context.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// What an account and a policy can have at most (AWS: IAM and STS quotas, as a new account has
/// them).
namespace coffer::services::iam {

/// How many entities of a kind there can be in one account.
struct AccountQuota {
  std::string_view plural;
  std::int64_t most = 0;
};
template <class Entity>
inline constexpr AccountQuota kAccountQuota{};
template <>
inline constexpr AccountQuota kAccountQuota<identity::User>{"Users", 5000};
template <>
inline constexpr AccountQuota kAccountQuota<identity::Group>{"Groups", 300};
template <>
inline constexpr AccountQuota kAccountQuota<identity::Role>{"Roles", 1000};
/// Policies of AWS do not count.
template <>
inline constexpr AccountQuota kAccountQuota<identity::ManagedPolicy>{"Policies", 1500};

/// LimitExceeded when there is no room for one more entity of a kind.
template <class Entity>
[[nodiscard]] Result<void> CheckAccountQuota(Context& context) {
  constexpr AccountQuota kQuota = kAccountQuota<Entity>;
  const std::int64_t count =
      context.service.identities.Count<Entity>(context.transaction, context.account);
  if (count < kQuota.most) return {};
  return Fail(ErrorCode::kLimitExceeded, "Cannot exceed quota for " + std::string(kQuota.plural) +
                                             "PerAccount: " + std::to_string(kQuota.most));
}

/// Characters of all inline policies of one user, group or role together, white space not counted.
template <class Holder>
inline constexpr std::size_t kMaxInlineCharacters = 2048;
template <>
inline constexpr std::size_t kMaxInlineCharacters<identity::Group> = 5120;
template <>
inline constexpr std::size_t kMaxInlineCharacters<identity::Role> = 10'240;
/// Of a managed policy and of a trust policy, likewise.
inline constexpr std::size_t kMaxManagedCharacters = 6144;
inline constexpr std::size_t kMaxTrustCharacters = 2048;

}  // namespace coffer::services::iam
