#pragma once

#include "json/document.h"

#include <cstddef>
#include <limits>
#include <stdexcept>
#include <string_view>

/// How this module reads policies as JSON.
namespace coffer::policy {

/// A policy has at most 20,480 characters, so these bound nothing that the size does not. Whoever
/// reads a policy reads it with these: one that was accepted must not be too large later.
inline constexpr json::Limits kPolicyLimits{.depth = 32, .values = 20'480, .key_bytes = 20'480};

/// A document that was checked before it was stored, whatever the bounds were then. Throws
/// std::invalid_argument when it is not JSON.
[[nodiscard]] inline json::Value ParseStored(json::Document& document, std::string_view text) {
  constexpr std::size_t kUnbounded = std::numeric_limits<std::size_t>::max();
  const auto root = document.Parse(text, {.values = kUnbounded, .key_bytes = kUnbounded});
  if (!root) throw std::invalid_argument("a stored policy is not JSON");
  return *root;
}

/// The member of `object` called `name`; not valid when there is none.
[[nodiscard]] inline json::Value Member(json::Value object, std::string_view name) {
  json::Value member = object.First();
  while (member.valid() && member.key() != name) member = member.Next();
  return member;
}

/// Calls `use` with each element of a list, or with the value itself when it is none.
template <class Use>
void ForEachItem(json::Value value, Use use) {
  if (value.kind() != json::Kind::kArray) {
    use(value);
    return;
  }
  for (json::Value item = value.First(); item.valid(); item = item.Next()) use(item);
}

}  // namespace coffer::policy
