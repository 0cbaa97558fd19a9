#pragma once

#include "coffer/random.h"
#include "coffer/secret_bytes.h"

#include <cstddef>

namespace coffer::secrets {

/// Uniform whole numbers out of random bytes. Bytes are drawn in batches, so that a password does
/// not cost one system call for each character, and wiped, since they would tell the password.
/// Used by one thread.
class UniformNumbers {
 public:
  /// `random` must outlive this.
  explicit UniformNumbers(Random& random) : random_(random), batch_(kBatchBytes) {}

  /// A number from 0 up to `bound` - 1; `bound` is 1 to 65,536.
  [[nodiscard]] std::size_t Below(std::size_t bound);

 private:
  /// Enough for a password of the default length with its shuffle, in most cases.
  static constexpr std::size_t kBatchBytes = 160;

  [[nodiscard]] std::size_t NextWord();

  Random& random_;
  SecretBytes batch_;
  std::size_t used_ = kBatchBytes;
};

}  // namespace coffer::secrets
