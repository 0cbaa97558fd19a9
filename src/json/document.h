#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string_view>
#include <vector>

namespace coffer::json {

enum class Kind : std::uint8_t { kNull, kBoolean, kInteger, kNumber, kString, kArray, kObject };

/// Why a text is not an acceptable JSON document. Never quotes the text.
struct ParseError {
  std::size_t offset = 0;   ///< Byte position.
  std::string_view reason;  ///< A literal, such as "duplicate key" or "nested too deeply".
};

/// Bounds that keep a hostile document cheap.
struct Limits {
  std::size_t depth = 32;
  std::size_t values = 4096;
  std::size_t key_bytes = 256;
};

class Document;

/// A handle on one value of a Document; cheap to copy, valid until the document's next Parse.
class Value {
 public:
  [[nodiscard]] Kind kind() const;
  [[nodiscard]] bool IsNull() const { return kind() == Kind::kNull; }
  [[nodiscard]] bool boolean() const;
  [[nodiscard]] std::int64_t integer() const;
  [[nodiscard]] double number() const;
  /// A string, unescaped. Or the text of a number exactly as it was written.
  [[nodiscard]] std::string_view text() const;

  /// First element or member, next sibling; `valid()` is false past the end.
  [[nodiscard]] Value First() const;
  [[nodiscard]] Value Next() const;
  [[nodiscard]] bool valid() const { return document_ != nullptr; }
  /// The member's name, of a value inside an object; unescaped.
  [[nodiscard]] std::string_view key() const;
  /// Number of elements or members.
  [[nodiscard]] std::size_t size() const;
  /// Where the value begins in the text, in bytes; for messages with a position.
  [[nodiscard]] std::size_t offset() const;

 private:
  friend class Document;
  friend class DocumentBuilder;
  Value() = default;
  Value(const Document* document, std::uint32_t index) : document_(document), index_(index) {}
  const Document* document_ = nullptr;
  std::uint32_t index_ = 0;
};

/// A parsed JSON text (RFC 8259), strict: valid UTF-8, no lone surrogates, no duplicate member
/// names, no byte order mark, nothing after the value. Kept flat, so that no depth of input can
/// exhaust the stack; strings without escapes are views into the parsed text, others are unescaped
/// into memory of the document, which is wiped because it may be a secret. Meant to be reused: one
/// for each thread. Not thread-safe.
class Document {
 public:
  Document() = default;
  Document(const Document&) = delete;
  Document& operator=(const Document&) = delete;
  ~Document();

  /// The root value. `text` must outlive every use of it.
  [[nodiscard]] std::expected<Value, ParseError> Parse(std::string_view text,
                                                       const Limits& limits = {});
  /// Wipes what was unescaped. The values are no longer valid.
  void Clear();

 private:
  friend class Value;
  friend class DocumentBuilder;
  struct Node {
    std::string_view text;
    std::string_view key;
    std::int64_t integer = 0;
    double number = 0;
    std::uint32_t next = 0;  // Index of the next sibling; 0 = none (node 0 is the root).
    std::uint32_t count = 0;
    std::size_t offset = 0;
    Kind kind = Kind::kNull;
    bool boolean = false;
  };
  struct OpenContainer {
    std::uint32_t container = 0;
    std::uint32_t last_child = 0;  // 0 = none yet.
  };
  std::vector<Node> nodes_;
  std::vector<OpenContainer> open_;  // Of a parse in progress.
  std::vector<char> unescaped_;
};

}  // namespace coffer::json
