#include "json/writer.h"

#include "base/encoding.h"

#include <array>
#include <bit>
#include <charconv>
#include <chrono>
#include <cstring>

namespace coffer::json {

namespace {

constexpr std::uint64_t Repeat(std::uint8_t byte) { return 0x0101010101010101U * byte; }

/// The high bit of each of eight bytes that must be escaped: a quote, a backslash or below 0x20.
/// The classic test for a byte below n (`(x - n) & ~x & 0x80` in each byte) may err, but only about
/// bytes above one that it is right about.
std::uint64_t Escapes(std::uint64_t bytes) {
  const std::uint64_t quote = bytes ^ Repeat('"');
  const std::uint64_t backslash = bytes ^ Repeat('\\');
  const std::uint64_t found = ((bytes - Repeat(0x20)) & ~bytes) | ((quote - Repeat(1)) & ~quote) |
                              ((backslash - Repeat(1)) & ~backslash);
  return found & Repeat(0x80);
}

bool NeedsEscape(char character) {
  return static_cast<unsigned char>(character) < 0x20 || character == '"' || character == '\\';
}

/// Length of the part of `text` that can be copied as it is.
std::size_t PlainLength(std::string_view text) {
  std::size_t position = 0;
  for (; position + sizeof(std::uint64_t) <= text.size(); position += sizeof(std::uint64_t)) {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, text.data() + position, sizeof bytes);
    // The lowest is the first, for the bytes are loaded in that order.
    static_assert(std::endian::native == std::endian::little);
    if (const std::uint64_t found = Escapes(bytes); found != 0) {
      return position + static_cast<std::size_t>(std::countr_zero(found)) / 8;
    }
  }
  while (position < text.size() && !NeedsEscape(text[position])) ++position;
  return position;
}

void AppendEscape(base::ReplyBuffer& out, char character) {
  switch (character) {
    case '"':
      return out.Append("\\\"");
    case '\\':
      return out.Append("\\\\");
    case '\b':
      return out.Append("\\b");
    case '\f':
      return out.Append("\\f");
    case '\n':
      return out.Append("\\n");
    case '\r':
      return out.Append("\\r");
    case '\t':
      return out.Append("\\t");
    default:
      constexpr std::string_view kDigits = "0123456789ABCDEF";
      const auto code = static_cast<unsigned char>(character);
      out.Append("\\u00");
      out.Append(kDigits[code >> 4]);
      out.Append(kDigits[code & 0xF]);
  }
}

void AppendInteger(base::ReplyBuffer& out, std::int64_t value) {
  std::array<char, 20> digits;
  const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  out.Append(std::string_view(digits.data(), written.ptr));
}

}  // namespace

void AppendQuoted(base::ReplyBuffer& out, std::string_view text) {
  out.Append('"');
  while (true) {
    const std::size_t plain = PlainLength(text);
    if (plain != 0) out.Append(text.substr(0, plain));
    if (plain == text.size()) break;
    AppendEscape(out, text[plain]);
    text.remove_prefix(plain + 1);
  }
  out.Append('"');
}

void Writer::BeginObject() {
  Separate();
  out_.Append('{');
  first_ = true;
}

void Writer::EndObject() {
  out_.Append('}');
  first_ = false;
}

void Writer::BeginArray() {
  Separate();
  out_.Append('[');
  first_ = true;
}

void Writer::EndArray() {
  out_.Append(']');
  first_ = false;
}

void Writer::Key(std::string_view key) {
  Separate();
  out_.Append('"');
  out_.Append(key);
  out_.Append("\":");
  first_ = true;  // The value that follows is not separated from its key.
}

void Writer::EscapedKey(std::string_view key) {
  Separate();
  AppendQuoted(out_, key);
  out_.Append(':');
  first_ = true;
}

void Writer::String(std::string_view text) {
  Separate();
  AppendQuoted(out_, text);
}

void Writer::Blob(std::span<const std::byte> bytes) {
  Separate();
  out_.Append('"');
  base::EncodeBase64(bytes, out_.Extend(base::Base64Length(bytes.size())));
  out_.Append('"');
}

void Writer::Integer(std::int64_t value) {
  Separate();
  AppendInteger(out_, value);
}

void Writer::Boolean(bool value) {
  Separate();
  out_.Append(value ? "true" : "false");
}

void Writer::Null() {
  Separate();
  out_.Append("null");
}

void Writer::Time(Timestamp time) {
  Separate();
  std::int64_t milliseconds = time.time_since_epoch().count();
  if (milliseconds < 0) {
    out_.Append('-');
    milliseconds = -milliseconds;
  }
  AppendInteger(out_, milliseconds / 1000);
  std::int64_t fraction = milliseconds % 1000;
  if (fraction == 0) return;
  out_.Append('.');
  for (std::int64_t unit = 100; fraction != 0; unit /= 10) {
    out_.Append(static_cast<char>('0' + fraction / unit));
    fraction %= unit;
  }
}

void Writer::Separate() {
  if (!first_) out_.Append(',');
  first_ = false;
}

}  // namespace coffer::json
