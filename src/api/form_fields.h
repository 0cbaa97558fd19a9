#pragma once

#include "coffer/result.h"
#include "coffer/secret_bytes.h"

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace coffer::api {

/// A parameter of the query protocol, decoded.
struct FormField {
  std::string_view name;
  std::string_view value;
};

/// A place in the tree that the dots of the parameters' names make: behind `Tags.member.1` stand
/// `Key` and `Value`. Borrows the fields.
struct FormNode {
  std::optional<std::string_view> value;  ///< Of the parameter whose name is this place.
  std::span<const FormField> below;       ///< Those whose names go on behind a dot, in order.
  std::size_t depth = 0;                  ///< Where, in their names, the part behind it begins.

  [[nodiscard]] FormNode Child(std::string_view name) const;
  [[nodiscard]] bool empty() const { return !value && below.empty(); }
};

/// The parameters of a request of the query protocol (IAM, STS): an
/// application/x-www-form-urlencoded body, or the query of a GET. May hold a password or a token,
/// so what was decoded is wiped with this object.
class FormFields {
 public:
  /// Bounds of a request, far above what AWS's limits let one need (contract: 131,072 characters of
  /// a policy, 50 tags). The number of fields also bounds the items of a list, as each has a field.
  static constexpr std::size_t kMaxBytes = std::size_t{1} << 20;
  static constexpr std::size_t kMaxFields = 4096;
  static constexpr std::size_t kMaxNameBytes = 256;

  /// `+` and `%20` are blanks; the first of several values counts; a piece without `=` has an empty
  /// value. MalformedQueryString for a wrong escape or wrong UTF-8, ValidationError for too much.
  [[nodiscard]] static Result<FormFields> Parse(std::string_view encoded);

  /// The operation that is asked for; MissingAction when none is.
  [[nodiscard]] Result<std::string_view> Action() const;
  /// Which names the service: `2010-05-08` is IAM. Empty when absent.
  [[nodiscard]] std::string_view Version() const;
  /// All parameters; the names of a request's members are the first parts of theirs.
  [[nodiscard]] FormNode root() const { return {.value = std::nullopt, .below = fields_}; }

 private:
  explicit FormFields(std::size_t encoded_size) : text_(encoded_size) {}

  /// Refuses what is no UTF-8 or beyond the bounds.
  [[nodiscard]] Result<void> Add(std::string_view encoded_name, std::string_view encoded_value);
  [[nodiscard]] std::string_view Decode(std::string_view encoded);
  void SortAndDropRepeated();

  SecretBytes text_;  // Of all fields: never longer than it was encoded, so that it never moves.
  std::size_t used_ = 0;
  std::vector<FormField> fields_;  // Sorted by name, each name once.
};

/// Whether `encoded` has a parameter of that name, which is not decoded for the comparison.
[[nodiscard]] bool HasField(std::string_view encoded, std::string_view name);

/// InvalidAction: what is answered when no service has the operation that is asked for.
[[nodiscard]] ApiError UnknownAction(const FormFields& form);

}  // namespace coffer::api
