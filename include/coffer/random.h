#pragma once

#include <cstddef>
#include <span>

namespace coffer {

/// A source of random bytes fit for keys. Safe to call from any thread.
class Random {
 public:
  virtual ~Random() = default;
  /// Fills `out` or throws: a process without randomness can do nothing useful.
  virtual void Fill(std::span<std::byte> out) = 0;
};

}  // namespace coffer
