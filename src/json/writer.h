#pragma once

#include "base/reply_buffer.h"
#include "coffer/clock.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace coffer::json {

/// Appends `text` as a quoted string, escaping what RFC 8259 §7 demands and nothing else.
void AppendQuoted(base::ReplyBuffer& out, std::string_view text);

/// Writes JSON text piece by piece into a reply. Commas are set by the writer; nesting is the
/// caller's business. Non-ASCII text is written as it is (UTF-8); control characters, quotes and
/// backslashes are escaped.
class Writer {
 public:
  explicit Writer(base::ReplyBuffer& out) : out_(out) {}

  void BeginObject();
  void EndObject();
  void BeginArray();
  void EndArray();
  /// `key` is written as it is: a member name of ours, or anything when `Key` is `EscapedKey`.
  void Key(std::string_view key);
  void EscapedKey(std::string_view key);
  void String(std::string_view text);
  /// Base64 of `bytes` as a string.
  void Blob(std::span<const std::byte> bytes);
  void Integer(std::int64_t value);
  void Boolean(bool value);
  void Null();
  /// Epoch seconds with at most three decimals and no trailing zeros (`1523477145.713`).
  void Time(Timestamp time);

 private:
  void Separate();

  base::ReplyBuffer& out_;
  bool first_ = true;
};

}  // namespace coffer::json
