#pragma once

#include "coffer/clock.h"
#include "coffer/database.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace coffer::store {

// What the stores bind and read beside the driver's own types.

[[nodiscard]] inline SqlValue ToSql(Timestamp time) {
  return std::int64_t{time.time_since_epoch().count()};
}
[[nodiscard]] inline SqlValue ToSql(const std::optional<Timestamp>& time) {
  return time ? ToSql(*time) : SqlValue(nullptr);
}
[[nodiscard]] inline SqlValue ToSql(const std::optional<std::string>& text) {
  return text ? SqlValue(std::string_view(*text)) : SqlValue(nullptr);
}
[[nodiscard]] inline SqlValue ToSql(const std::vector<std::byte>& bytes) {
  return std::span<const std::byte>(bytes);
}

[[nodiscard]] inline Timestamp TimeAt(const Row& row, int column) {
  return Timestamp(std::chrono::milliseconds(row.Integer(column)));
}
[[nodiscard]] inline std::optional<Timestamp> OptionalTimeAt(const Row& row, int column) {
  if (row.IsNull(column)) return std::nullopt;
  return TimeAt(row, column);
}
[[nodiscard]] inline std::optional<std::string> OptionalTextAt(const Row& row, int column) {
  if (row.IsNull(column)) return std::nullopt;
  return std::string(row.Text(column));
}
[[nodiscard]] inline std::vector<std::byte> BytesAt(const Row& row, int column) {
  const std::span<const std::byte> bytes = row.Bytes(column);
  return {bytes.begin(), bytes.end()};
}

}  // namespace coffer::store
