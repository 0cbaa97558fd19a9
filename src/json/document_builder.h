#pragma once

#include "json/document.h"

#include <boost/json/error.hpp>
#include <boost/json/string_view.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

namespace coffer::json {

/// What Boost.JSON's parser calls for each token; appends the nodes of one document. The names in
/// lower case are Boost's. Private to document.cpp.
class DocumentBuilder {
 public:
  // NOLINTBEGIN(readability-identifier-naming)
  static constexpr std::size_t max_array_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_object_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_string_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_key_size = std::numeric_limits<std::size_t>::max();

  DocumentBuilder(Document& document, std::string_view text, const Limits& limits)
      : document_(document), text_(text), limits_(limits), cursor_(text.data()) {}

  /// Why a callback stopped the parser; empty when it was none of them.
  [[nodiscard]] std::string_view reason() const { return reason_; }

  using Code = boost::json::error_code;
  using Part = boost::json::string_view;

  bool on_document_begin(Code&) { return true; }
  bool on_document_end(Code&) { return true; }
  bool on_array_begin(Code& code) { return Open(Kind::kArray, code); }
  bool on_array_end(std::size_t, Code&);
  bool on_object_begin(Code& code) { return Open(Kind::kObject, code); }
  bool on_object_end(std::size_t, Code& code);
  bool on_key_part(Part part, std::size_t size, Code& code);
  bool on_key(Part part, std::size_t size, Code& code);
  bool on_string_part(Part part, std::size_t, Code&);
  bool on_string(Part part, std::size_t, Code& code);
  bool on_number_part(Part, Code&) { return true; }
  bool on_int64(std::int64_t value, Part written, Code& code);
  bool on_uint64(std::uint64_t value, Part written, Code& code);
  bool on_double(double value, Part written, Code& code);
  bool on_bool(bool value, Code& code);
  bool on_null(Code& code);
  bool on_comment_part(Part, Code&) { return true; }
  bool on_comment(Part, Code&) { return true; }
  // NOLINTEND(readability-identifier-naming)

 private:
  using Node = Document::Node;

  bool Fail(std::string_view reason, Code& code);
  /// Appends a value that begins at the cursor; nullptr when there are too many.
  Node* Append(Kind kind, Code& code);
  bool Open(Kind kind, Code& code);
  void Close();
  [[nodiscard]] bool AddNumber(Kind kind, std::int64_t integer, double number, Part written,
                               Code& code);
  /// Copies a piece of the current string to the document's memory.
  void Collect(Part part);
  /// The whole current string, whose last piece is `part`.
  [[nodiscard]] std::string_view Finish(Part part);
  [[nodiscard]] bool IsInText(Part part) const;
  /// Moves the cursor to where the next token begins.
  void SkipToToken();
  /// Moves the cursor from a string's opening quote past its closing one.
  void SkipString(std::string_view content);
  [[nodiscard]] bool HasDuplicateKey(Value object) const;

  Document& document_;
  std::string_view text_;
  const Limits& limits_;
  // The parser does not say where a token is, so this follows along.
  const char* cursor_;
  std::string_view key_;
  std::size_t string_begin_ = 0;  // Where the current string's copied pieces begin.
  std::string_view reason_;
};

}  // namespace coffer::json
