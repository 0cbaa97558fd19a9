#pragma once

#include "coffer/secret_bytes.h"
#include "rotation/native/error.h"

#include <span>
#include <string_view>

namespace coffer::rotation::native {

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
