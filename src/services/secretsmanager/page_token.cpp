#include "services/secretsmanager/page_token.h"

#include "base/big_endian.h"
#include "base/encoding.h"
#include "secrets/messages.h"

#include <cstddef>
#include <span>
#include <vector>

namespace coffer::services::secretsmanager {
namespace {

// Layout, big-endian, in base64: fingerprint (8) ‖ number (8) ‖ id (8) ‖ name.
constexpr std::size_t kFixedSize = 24;

void AppendNumber(std::string& out, std::uint64_t number) {
  out += base::AsText(base::ToBigEndian(number));
}

}  // namespace

QueryFingerprint& QueryFingerprint::Add(std::string_view text) {
  Add(static_cast<std::int64_t>(text.size()));
  hash_.Add(text);
  return *this;
}

QueryFingerprint& QueryFingerprint::Add(std::int64_t number) {
  for (int shift = 0; shift < 64; shift += 8) {
    hash_.Add(static_cast<unsigned char>(number >> shift));
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
  if (base::FromBigEndian<std::uint64_t>(bytes.first<8>()) != query.value())
    return std::unexpected(secrets::InvalidNextToken());
  return store::ListPosition{
      .number =
          static_cast<std::int64_t>(base::FromBigEndian<std::uint64_t>(bytes.subspan<8, 8>())),
      .name = std::string(base::AsText(bytes.subspan(kFixedSize))),
      .id = static_cast<std::int64_t>(base::FromBigEndian<std::uint64_t>(bytes.subspan<16, 8>()))};
}

}  // namespace coffer::services::secretsmanager
