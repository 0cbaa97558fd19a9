#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::base {

/// Lower-case hexadecimal.
[[nodiscard]] std::string ToHex(std::span<const std::byte> bytes);
/// The same, added to the end of `out`.
void AppendHex(std::string& out, std::span<const std::byte> bytes);
/// Decodes exactly `out.size()` bytes of lower-case hexadecimal; false when `text` is anything
/// else.
[[nodiscard]] bool FromHex(std::string_view text, std::span<std::byte> out);

/// Length of `size` bytes in padded base64.
[[nodiscard]] constexpr std::size_t Base64Length(std::size_t size) { return (size + 2) / 3 * 4; }
/// Writes padded standard base64 (RFC 4648 §4) of `bytes` to `out`, Base64Length(bytes.size())
/// long.
void EncodeBase64(std::span<const std::byte> bytes, char* out);
/// Strict decoding: padding required, no blanks, unused bits zero. Writes to `out`, which must hold
/// at least text.size() / 4 * 3 bytes; answers the decoded length, or nullopt.
[[nodiscard]] std::optional<std::size_t> DecodeBase64(std::string_view text, std::byte* out);

/// Length of the character that `text` begins with, in bytes; 0 when its UTF-8 is not well-formed
/// (RFC 3629: no overlong forms, no surrogates) or `text` is empty.
[[nodiscard]] std::size_t Utf8Length(std::string_view text);
/// Whether all of `text` is well-formed UTF-8.
[[nodiscard]] bool IsValidUtf8(std::string_view text);
/// Number of characters as AWS counts them in length constraints: UTF-16 code units, as Java does.
[[nodiscard]] std::size_t CharacterCount(std::string_view utf8);

/// Percent-encodes everything except RFC 3986 unreserved characters (and `/` when asked), with
/// upper-case hex, as SigV4 wants it.
void AppendUriEncoded(std::string& out, std::string_view text, bool keep_slash);

/// A random (version 4) UUID from 16 random bytes, RFC 9562 §5.4.
[[nodiscard]] std::string FormatUuid(std::span<const std::byte, 16> random_bytes);

[[nodiscard]] inline std::span<const std::byte> AsBytes(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}
[[nodiscard]] inline std::string_view AsText(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace coffer::base
