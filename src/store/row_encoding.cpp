#include "store/row_encoding.h"

#include <array>

namespace coffer::store {

namespace {

enum class Kind : unsigned char { kNull = 0, kText = 1, kBytes = 2, kInteger = 3 };

template <std::size_t kWidth>
std::array<std::byte, kWidth> BigEndian(std::uint64_t value) {
  std::array<std::byte, kWidth> bytes{};
  for (std::size_t i = kWidth; i-- > 0; value >>= 8) bytes[i] = static_cast<std::byte>(value);
  return bytes;
}

void Append(std::vector<std::byte>& out, Kind kind, std::span<const std::byte> item) {
  const auto length = BigEndian<4>(item.size());
  out.push_back(static_cast<std::byte>(kind));
  out.insert(out.end(), length.begin(), length.end());
  out.insert(out.end(), item.begin(), item.end());
}

}  // namespace

void RowEncoder::Text(std::string_view text) {
  Append(bytes_, Kind::kText, std::as_bytes(std::span(text.data(), text.size())));
}

void RowEncoder::OptionalText(const std::optional<std::string>& text) {
  text ? Text(*text) : Append(bytes_, Kind::kNull, {});
}

void RowEncoder::Bytes(std::span<const std::byte> bytes) { Append(bytes_, Kind::kBytes, bytes); }

void RowEncoder::Integer(std::int64_t value) {
  Append(bytes_, Kind::kInteger, BigEndian<8>(static_cast<std::uint64_t>(value)));
}

void RowEncoder::OptionalInteger(std::optional<std::int64_t> value) {
  value ? Integer(*value) : Append(bytes_, Kind::kNull, {});
}

void RowEncoder::OptionalTime(const std::optional<Timestamp>& time) {
  time ? Time(*time) : Append(bytes_, Kind::kNull, {});
}

}  // namespace coffer::store
