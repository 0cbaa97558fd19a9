#pragma once

#include "coffer/secret_bytes.h"

#include <string>
#include <string_view>
#include <vector>

namespace coffer::rotation::native {

/// Takes passwords out of texts that a database or a library has written, in every form in which
/// they may stand there: as they are, escaped for SQL, JSON or a URL, and pieces of them, because
/// servers quote the place of an error cut at any byte.
class Redactor {
 public:
  /// Shorter ones are not looked for: they are part of ordinary words.
  static constexpr std::size_t kShortest = 4;
  /// Pieces of a password from this length on are taken out.
  static constexpr std::size_t kPiece = 6;
  static constexpr std::size_t kMostBytes = 1024;

  void Add(std::string_view password);
  /// One line of valid UTF-8, at most kMostBytes long, in which `***` stands for each password.
  [[nodiscard]] std::string Redact(std::string_view message) const;

 private:
  std::vector<SecretBytes> forms_;
};

}  // namespace coffer::rotation::native
