#pragma once

#include "coffer/secret_bytes.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::rotation {

/// Takes secrets out of what functions say, before anything keeps or prints it. Immutable once the
/// values are added; its texts are wiped with it.
class Redaction {
 public:
  /// Values shorter than this are left alone: they would be found everywhere.
  static constexpr std::size_t kShortest = 4;
  /// Of a message that is kept, in bytes.
  static constexpr std::size_t kLongestMessage = 1024;

  /// Hides `value` and, where it is a JSON object or array, each string in it at any depth that has
  /// at least four bytes; each as it is and as it looks escaped for URLs, JSON and SQL, and of
  /// several lines each by itself.
  void Add(std::string_view value);

  /// `text` with `***` for everything that is hidden.
  [[nodiscard]] std::string Redact(std::string_view text) const;
  /// The same of the first line that is not blank, cut at 1 KiB between characters.
  [[nodiscard]] std::string RedactMessage(std::string_view text) const;
  /// Makes `message` what RedactMessage says; what it was is wiped.
  void RedactInPlace(std::string& message) const;

 private:
  void AddText(std::string_view text);
  void AddLines(std::string_view text);
  void AddForm(std::string form);

  // Longest first, so that a secret goes in whole where another is a part of it.
  std::vector<SecretBytes> forms_;
};

}  // namespace coffer::rotation
