#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace coffer::sigv4 {

/// The pieces of a text between separators, one after the other: `a;;b` has three, an empty text
/// has one. Borrows the text.
class Pieces {
 public:
  Pieces(std::string_view text, char separator) : rest_(text), separator_(separator) {}

  /// The next piece, or nullopt after the last.
  [[nodiscard]] std::optional<std::string_view> Next() {
    if (!rest_) return std::nullopt;
    const std::size_t end = rest_->find(separator_);
    const std::string_view piece = rest_->substr(0, end);
    rest_ = end == std::string_view::npos ? std::nullopt : std::optional(rest_->substr(end + 1));
    return piece;
  }

 private:
  std::optional<std::string_view> rest_;
  char separator_;
};

/// `text` as an error message repeats it: cut at 1 KiB, so that a reply stays small, and with `?`
/// for every byte that is not printable ASCII.
[[nodiscard]] std::string Echo(std::string_view text);

/// The parts, one behind the other.
[[nodiscard]] std::string Concatenate(std::initializer_list<std::string_view> parts);

}  // namespace coffer::sigv4
