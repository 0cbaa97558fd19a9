#pragma once

#include "policy/request_context.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::policy {

/// Whether `text` fits `pattern` as a whole. In a pattern, kAnyRun stands for any characters and
/// kAnyOne for exactly one; everything else is literal. Both are bytes that no UTF-8 text has, so a
/// literal star needs no escape. Takes time of at most the product of the lengths, no memory.
inline constexpr char kAnyRun = '\xFF';
inline constexpr char kAnyOne = '\xFE';
[[nodiscard]] bool Matches(std::string_view pattern, std::string_view text);

/// What `*` and `?` mean where a text of a policy is read.
enum class Wildcards : bool { kLiteral, kSpecial };
/// The pattern of a text without variables.
[[nodiscard]] std::string PatternOf(std::string_view text, Wildcards wildcards);

/// A text of a policy that may hold policy variables: `${key}`, `${key, 'default'}`, and `${*}`,
/// `${?}`, `${$}` for the characters themselves (AWS: IAM policy elements: variables and tags).
class TextTemplate {
 public:
  enum class Variables : bool { kLiteral, kExpanded };
  TextTemplate(std::string_view text, Wildcards wildcards, Variables variables);

  /// The pattern with the values put in literally: their stars are no wildcards and their `${` is
  /// not expanded again. Nullopt when a variable without default has no value, an empty one or
  /// several, or when a value is no UTF-8.
  [[nodiscard]] std::optional<std::string> Expand(const RequestContext& context) const;
  /// What every text begins with that the pattern, whatever the variables are, can fit.
  [[nodiscard]] std::string_view prefix() const {
    return std::string_view(head_).substr(0, prefix_size_);
  }
  /// The pattern when no variables are in it: Expand needs no context and no copy then.
  [[nodiscard]] const std::string* fixed() const { return pieces_.empty() ? &head_ : nullptr; }
  /// The keys of its variables, in their order.
  [[nodiscard]] std::vector<ContextKey> variables() const;

 private:
  struct Piece {
    ContextKey key;
    std::optional<std::string> fallback;
    std::string tail;  ///< The pattern between this variable and the next.
  };

  /// Reads what follows `${`, up to and with the `}`; false when it is not a variable.
  bool AddVariable(std::string_view inside, std::string& literal);

  std::string head_;
  std::size_t prefix_size_ = 0;
  std::vector<Piece> pieces_;
};

}  // namespace coffer::policy
