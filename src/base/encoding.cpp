#include "base/encoding.h"

#include <array>
#include <cstdint>
#include <cstring>

namespace coffer::base {
namespace {

constexpr std::string_view kLowerHex = "0123456789abcdef";
constexpr std::string_view kUpperHex = "0123456789ABCDEF";
constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Has a bit above the six of a sextet, so that one test after OR-ing finds any wrong character.
constexpr std::uint32_t kNotBase64 = 0x80;

constexpr std::array<std::uint8_t, 256> kSextets = [] {
  std::array<std::uint8_t, 256> table{};
  table.fill(kNotBase64);
  for (std::size_t i = 0; i < kBase64.size(); ++i) {
    table[static_cast<std::uint8_t>(kBase64[i])] = static_cast<std::uint8_t>(i);
  }
  return table;
}();

/// The two lower-case digits of each byte.
constexpr std::array<std::array<char, 2>, 256> kHexOfByte = [] {
  std::array<std::array<char, 2>, 256> table{};
  for (std::size_t i = 0; i < table.size(); ++i) table[i] = {kLowerHex[i >> 4], kLowerHex[i & 0xF]};
  return table;
}();

/// Has bits above the four of a digit.
constexpr std::uint32_t kNotHex = 0xF0;

constexpr std::array<std::uint8_t, 256> kHexDigits = [] {
  std::array<std::uint8_t, 256> table{};
  table.fill(kNotHex);
  for (std::size_t i = 0; i < kLowerHex.size(); ++i) {
    table[static_cast<std::uint8_t>(kLowerHex[i])] = static_cast<std::uint8_t>(i);
  }
  return table;
}();

constexpr std::array<bool, 256> kUnreserved = [] {
  std::array<bool, 256> table{};
  for (int c = 'A'; c <= 'Z'; ++c) table[static_cast<std::size_t>(c)] = true;
  for (int c = 'a'; c <= 'z'; ++c) table[static_cast<std::size_t>(c)] = true;
  for (int c = '0'; c <= '9'; ++c) table[static_cast<std::size_t>(c)] = true;
  for (const char c : std::string_view("-._~")) table[static_cast<std::uint8_t>(c)] = true;
  return table;
}();

std::uint32_t Octet(std::byte byte) { return std::to_integer<std::uint32_t>(byte); }

char Base64Character(std::uint32_t bits) { return kBase64[bits & 0x3F]; }

std::uint32_t Sextet(char character) { return kSextets[static_cast<std::uint8_t>(character)]; }

std::uint32_t HexDigit(char character) { return kHexDigits[static_cast<std::uint8_t>(character)]; }

/// Decodes the last four characters, which may end in one or two `=`; answers the bytes written, or
/// nullopt.
std::optional<std::size_t> DecodeLastQuantum(std::string_view text, std::byte* out) {
  const std::size_t padding = text[3] != '=' ? 0 : text[2] != '=' ? 1 : 2;
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const std::uint32_t sextet = i < 4 - padding ? Sextet(text[i]) : 0;
    if (sextet == kNotBase64) return std::nullopt;
    bits = bits << 6 | sextet;
  }
  const std::size_t count = 3 - padding;
  const std::uint32_t unused = (1U << (8 * padding)) - 1;
  if ((bits & unused) != 0) return std::nullopt;
  for (std::size_t i = 0; i < count; ++i) {
    out[i] = static_cast<std::byte>(bits >> (16 - 8 * i) & 0xFF);
  }
  return count;
}

/// Length of the UTF-8 sequence that `lead` begins and the range its second byte must lie in
/// (RFC 3629 §4); the narrower ranges exclude overlong forms, surrogates and values above U+10FFFF.
struct Utf8Sequence {
  std::size_t length = 0;  ///< 0 = not a lead byte.
  std::uint8_t second_min = 0x80;
  std::uint8_t second_max = 0xBF;
};

Utf8Sequence Utf8SequenceOf(std::uint8_t lead) {
  if (lead < 0x80) return {.length = 1};
  if (lead < 0xC2) return {};
  if (lead < 0xE0) return {.length = 2};
  if (lead == 0xE0) return {.length = 3, .second_min = 0xA0};
  if (lead == 0xED) return {.length = 3, .second_max = 0x9F};
  if (lead < 0xF0) return {.length = 3};
  if (lead == 0xF0) return {.length = 4, .second_min = 0x90};
  if (lead < 0xF4) return {.length = 4};
  if (lead == 0xF4) return {.length = 4, .second_max = 0x8F};
  return {};
}

}  // namespace

std::string ToHex(std::span<const std::byte> bytes) {
  std::string text;
  AppendHex(text, bytes);
  return text;
}

void AppendHex(std::string& out, std::span<const std::byte> bytes) {
  const std::size_t position = out.size();
  out.resize(position + bytes.size() * 2);
  char* to = out.data() + position;
  for (const std::byte byte : bytes) {
    std::memcpy(to, kHexOfByte[Octet(byte)].data(), 2);
    to += 2;
  }
}

bool FromHex(std::string_view text, std::span<std::byte> out) {
  if (text.size() != out.size() * 2) return false;
  std::uint32_t wrong = 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const std::uint32_t high = HexDigit(text[2 * i]);
    const std::uint32_t low = HexDigit(text[2 * i + 1]);
    wrong |= high | low;
    out[i] = static_cast<std::byte>(high << 4 | low);
  }
  return (wrong & kNotHex) == 0;
}

void EncodeBase64(std::span<const std::byte> bytes, char* out) {
  while (bytes.size() >= 3) {
    const std::uint32_t bits = Octet(bytes[0]) << 16 | Octet(bytes[1]) << 8 | Octet(bytes[2]);
    *out++ = Base64Character(bits >> 18);
    *out++ = Base64Character(bits >> 12);
    *out++ = Base64Character(bits >> 6);
    *out++ = Base64Character(bits);
    bytes = bytes.subspan(3);
  }
  if (bytes.empty()) return;
  const std::uint32_t bits = Octet(bytes[0]) << 16 | (bytes.size() == 2 ? Octet(bytes[1]) << 8 : 0);
  *out++ = Base64Character(bits >> 18);
  *out++ = Base64Character(bits >> 12);
  *out++ = bytes.size() == 2 ? Base64Character(bits >> 6) : '=';
  *out = '=';
}

std::optional<std::size_t> DecodeBase64(std::string_view text, std::byte* out) {
  if (text.size() % 4 != 0) return std::nullopt;
  if (text.empty()) return 0;
  const std::size_t whole = text.size() - 4;
  for (std::size_t i = 0; i < whole; i += 4) {
    const std::uint32_t a = Sextet(text[i]);
    const std::uint32_t b = Sextet(text[i + 1]);
    const std::uint32_t c = Sextet(text[i + 2]);
    const std::uint32_t d = Sextet(text[i + 3]);
    if (((a | b | c | d) & kNotBase64) != 0) return std::nullopt;
    const std::uint32_t bits = a << 18 | b << 12 | c << 6 | d;
    *out++ = static_cast<std::byte>(bits >> 16);
    *out++ = static_cast<std::byte>(bits >> 8 & 0xFF);
    *out++ = static_cast<std::byte>(bits & 0xFF);
  }
  const auto last = DecodeLastQuantum(text.substr(whole), out);
  if (!last) return std::nullopt;
  return whole / 4 * 3 + *last;
}

std::size_t Utf8Length(std::string_view text) {
  if (text.empty()) return 0;
  const auto at = [&](std::size_t index) { return static_cast<std::uint8_t>(text[index]); };
  const Utf8Sequence sequence = Utf8SequenceOf(at(0));
  if (sequence.length > text.size()) return 0;
  if (sequence.length > 1 && (at(1) < sequence.second_min || at(1) > sequence.second_max)) {
    return 0;
  }
  for (std::size_t i = 2; i < sequence.length; ++i) {
    if ((at(i) & 0xC0) != 0x80) return 0;
  }
  return sequence.length;
}

bool IsValidUtf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = Utf8Length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::size_t CharacterCount(std::string_view utf8) {
  std::size_t count = 0;
  for (const char c : utf8) {
    const auto octet = static_cast<std::uint8_t>(c);
    if ((octet & 0xC0) != 0x80) ++count;
    // Characters of four bytes lie outside the basic plane: a surrogate pair in UTF-16.
    if (octet >= 0xF0) ++count;
  }
  return count;
}

void AppendUriEncoded(std::string& out, std::string_view text, bool keep_slash) {
  for (const char c : text) {
    const auto octet = static_cast<std::uint8_t>(c);
    if (kUnreserved[octet] || (keep_slash && c == '/')) {
      out += c;
    } else {
      out += '%';
      out += kUpperHex[octet >> 4];
      out += kUpperHex[octet & 0xF];
    }
  }
}

std::string FormatUuid(std::span<const std::byte, 16> random_bytes) {
  std::array<std::byte, 16> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = random_bytes[i];
  bytes[6] = (bytes[6] & std::byte{0x0F}) | std::byte{0x40};  // version 4
  bytes[8] = (bytes[8] & std::byte{0x3F}) | std::byte{0x80};  // variant 10
  std::string text = ToHex(bytes);
  for (const std::size_t position : {8U, 13U, 18U, 23U}) text.insert(position, 1, '-');
  return text;
}

}  // namespace coffer::base
