#include "store/row_encoding.h"

#include "base/big_endian.h"

namespace coffer::store {

namespace {

enum class Kind : unsigned char { kNull = 0, kText = 1, kBytes = 2, kInteger = 3 };

void Append(std::vector<std::byte>& out, Kind kind, std::span<const std::byte> item) {
  const auto length = base::ToBigEndian(static_cast<std::uint32_t>(item.size()));
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
  Append(bytes_, Kind::kInteger, base::ToBigEndian(static_cast<std::uint64_t>(value)));
}

void RowEncoder::OptionalInteger(std::optional<std::int64_t> value) {
  value ? Integer(*value) : Append(bytes_, Kind::kNull, {});
}

void RowEncoder::OptionalTime(const std::optional<Timestamp>& time) {
  time ? Time(*time) : Append(bytes_, Kind::kNull, {});
}

}  // namespace coffer::store
