#pragma once

#include "policy/condition_operator.h"
#include "policy/request_context.h"

#include <cstdint>
#include <span>
#include <string_view>

namespace coffer::policy {

/// What the values of a condition key are.
enum class KeyType : std::uint8_t {
  kText,
  kUserId,   ///< A text such as `AROA…:session`: the id of a user, role or account first.
  kOrgPath,  ///< A text such as `o-…/r-…/ou-…/`: the organization first.
  kArn,
  kNumber,
  kBoolean,
  kDate,
  kEpochTime,  ///< A date as seconds, so a number as well.
  kAddress,
};

/// What somebody from outside can make of a key's value.
enum class Control : std::uint8_t {
  kFree,           ///< He chooses it, or it is not about him.
  kPinned,         ///< It says who or where he is, in every request.
  kPinnedIfThere,  ///< The same, but requests without it exist.
};

/// A condition key that requests to Secrets Manager can have, or that is pinned in those to others.
struct ConditionKey {
  std::string_view name;  ///< In lower case. With a slash at its end: any key that begins so.
  KeyType type = KeyType::kText;
  Control control = Control::kFree;
  bool is_list = false;  ///< Has several values, so only a set operator can ask for it.

  /// Not those of other services.
  [[nodiscard]] bool is_in_requests() const { return !name.starts_with("kms:"); }
};

/// Sorted by name. Each has a number, its place here.
[[nodiscard]] std::span<const ConditionKey> KnownConditionKeys();

/// Null when there is no such key.
[[nodiscard]] const ConditionKey* FindConditionKey(const ContextKey& key);

/// Whether an operator compares what the values are. ARNs and ids may be compared as texts.
[[nodiscard]] bool Suits(Comparison comparison, KeyType type);

}  // namespace coffer::policy
