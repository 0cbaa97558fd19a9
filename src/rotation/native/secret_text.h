#pragma once

#include "coffer/secret_bytes.h"
#include "json/document.h"
#include "rotation/native/error.h"

#include <span>
#include <string_view>

namespace coffer::rotation::native {

/// Bounds of a secret's value beside its 64 KiB: none that anybody meets.
inline constexpr json::Limits kSecretLimits{.depth = 64, .values = 16'384, .key_bytes = 65'536};

/// A member of a JSON object and its new value, a string.
struct MemberValue {
  std::string_view name;
  std::string_view value;
};

/// `json`, an object, with the values of these members replaced. Everything else stays as it is
/// byte for byte: order, blanks, the text of numbers. kInvalidSecret when `json` is not an object
/// or one of the members is not a string in it.
[[nodiscard]] Outcome<SecretBytes> ReplaceMembers(std::string_view json,
                                                  std::span<const MemberValue> members);

}  // namespace coffer::rotation::native
