#pragma once

#include "coffer/clock.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::store {

/// The canonical encoding of a row for its MAC: each item as a kind byte, a big-endian length and
/// the bytes, so that no two different rows encode alike. Independent of the database engine.
class RowEncoder {
 public:
  explicit RowEncoder(std::string_view table) {
    bytes_.reserve(512);  // Most rows fit.
    Text(table);
  }

  void Text(std::string_view text);
  void OptionalText(const std::optional<std::string>& text);
  void Bytes(std::span<const std::byte> bytes);
  void Integer(std::int64_t value);
  void OptionalInteger(std::optional<std::int64_t> value);
  void Time(Timestamp time) { Integer(time.time_since_epoch().count()); }
  void OptionalTime(const std::optional<Timestamp>& time);

  [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }

 private:
  std::vector<std::byte> bytes_;
};

}  // namespace coffer::store
