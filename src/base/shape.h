#pragma once

#include "coffer/clock.h"
#include "coffer/secret_bytes.h"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

/// How the members of a request or reply structure are declared, once. Decoding, constraint checks,
/// their messages and encoding follow from a structure's `Members()`; see `api/json_codec.h`.
namespace coffer::base {

/// A sensitive string member (SecretString): never echoed in an error.
struct SecretText {
  SecretBytes bytes;
};
/// A sensitive blob member (SecretBinary): base64 on the wire, decoded bytes here.
struct SecretBlob {
  SecretBytes bytes;
};

/// A policy document in a reply of IAM: percent-encoded there (RFC 3986, a blank is %20), as it is
/// in requests and here. For the query protocol alone.
struct EncodedDocument {
  std::string text;
};

/// Bounds of a member, as AWS's model states them: characters of a string, bytes of a blob, items
/// of a list, or the value of a number.
struct Range {
  std::int64_t min = std::numeric_limits<std::int64_t>::min();
  std::int64_t max = std::numeric_limits<std::int64_t>::max();
};

/// A further constraint on a string's form: `pattern` is the text that AWS prints, `matches`
/// decides. For a list of strings it applies to each item.
struct Pattern {
  std::string_view pattern{};
  bool (*matches)(std::string_view) = nullptr;
};

/// What the constraint engine knows of one member.
struct Constraint {
  bool required = false;
  bool sensitive = false;  ///< The value is never echoed. SecretText and SecretBlob always are.
  Range range{};           ///< Of the string, blob, number or list itself.
  Range item_range{};      ///< Of each string of a list of strings.
  Pattern pattern{};
  std::span<const std::string_view> allowed{};  ///< Enum values in the order AWS lists them.
};

/// One member of `Class`: wire name (`SecretId`), where it is, and its constraint. Messages use the
/// name with its first letter in lower case (`secretId`).
template <class Class, class Type>
struct Member {
  using ClassType = Class;
  using ValueType = Type;
  std::string_view name;
  Type Class::*field;
  Constraint constraint;
};

template <class Class, class Type>
[[nodiscard]] constexpr Member<Class, Type> Required(std::string_view name, Type Class::*field,
                                                     Range range = {}, Constraint more = {}) {
  more.required = true;
  more.range = range;
  return {name, field, more};
}

template <class Class, class Type>
[[nodiscard]] constexpr Member<Class, Type> Optional(std::string_view name, Type Class::*field,
                                                     Range range = {}, Constraint more = {}) {
  more.range = range;
  return {name, field, more};
}

// A member's type is one of
//   std::string, std::int64_t, bool, Timestamp, SecretText, SecretBlob (JSON only),
//   EncodedDocument (query and XML only), a structure with Members(),
//   std::vector of std::string or of structures,
//   std::map of std::string to std::string (JSON only), or of std::string to a
//   std::vector<std::string> or a structure (replies only; the last in XML only),
//   or std::optional of any of these.
// In a reply an empty optional is omitted; everything else is written, also an empty list.
// A required string that is absent from a request is a violation; it is left empty in the
// structure.

/// A structure that has a member list.
template <class T>
concept Shape = requires {
  T::Members();
};

/// The reply of an operation without output (TagResource): an empty HTTP body.
struct NoOutput {
  static constexpr auto Members() { return std::tuple{}; }
};

}  // namespace coffer::base
