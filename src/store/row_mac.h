#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <stdexcept>

namespace coffer::store {

/// Authenticates rows that are not encrypted, so that nobody can edit names, labels, policies or
/// key states in the database file unnoticed. The store hands over a canonical encoding of the
/// table's name and every protected column. Safe to call from any thread.
class RowMac {
 public:
  using Tag = std::array<std::byte, 16>;

  virtual ~RowMac() = default;
  [[nodiscard]] virtual Tag Compute(std::span<const std::byte> encoded_row) const = 0;
  /// Constant-time.
  [[nodiscard]] virtual bool Verify(std::span<const std::byte> encoded_row,
                                    std::span<const std::byte> tag) const = 0;
};

/// A stored row is not what the vault wrote. Names the table and the object, never a value.
class IntegrityError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace coffer::store
