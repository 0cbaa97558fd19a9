#include "services/secretsmanager/page_token.h"

#include "base/encoding.h"
#include "secrets/messages.h"

#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace coffer::services::secretsmanager {
namespace {

// Layout, big-endian, in base64: fingerprint (8) ‖ number (8) ‖ id (8) ‖ name.
constexpr std::size_t kFixedSize = 24;

void AppendNumber(std::string& out, std::uint64_t number) {
  for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<char>(number >> shift));
}

std::uint64_t ReadNumber(std::span<const std::byte> bytes) {
  std::uint64_t number = 0;
  for (const std::byte byte : bytes.first(8))
    number = number << 8 | std::to_integer<unsigned>(byte);
  return number;
}

}  // namespace

QueryFingerprint& QueryFingerprint::Add(std::string_view text) {
  Add(static_cast<std::int64_t>(text.size()));
  for (const char c : text) {
    state_ = (state_ ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  }
  return *this;
}

QueryFingerprint& QueryFingerprint::Add(std::int64_t number) {
  for (int shift = 0; shift < 64; shift += 8) {
    state_ = (state_ ^ (static_cast<std::uint64_t>(number) >> shift & 0xff)) * 0x100000001b3ULL;
  }
  return *this;
}

std::string FormatPageToken(const QueryFingerprint& query, const store::ListPosition& position) {
  std::string raw;
  AppendNumber(raw, query.value());
  AppendNumber(raw, static_cast<std::uint64_t>(position.number));
  AppendNumber(raw, static_cast<std::uint64_t>(position.id));
  raw += position.name;
  std::string token(base::Base64Length(raw.size()), '\0');
  base::EncodeBase64(base::AsBytes(raw), token.data());
  return token;
}

Result<store::ListPosition> ParsePageToken(const QueryFingerprint& query, std::string_view token) {
  std::vector<std::byte> raw(token.size());
  const std::optional<std::size_t> size = base::DecodeBase64(token, raw.data());
  if (!size || *size < kFixedSize) return std::unexpected(secrets::InvalidNextToken());
  const std::span<const std::byte> bytes = std::span(raw).first(*size);
  if (ReadNumber(bytes) != query.value()) return std::unexpected(secrets::InvalidNextToken());
  return store::ListPosition{.number = static_cast<std::int64_t>(ReadNumber(bytes.subspan(8))),
                             .name = std::string(base::AsText(bytes.subspan(kFixedSize))),
                             .id = static_cast<std::int64_t>(ReadNumber(bytes.subspan(16)))};
}

}  // namespace coffer::services::secretsmanager
