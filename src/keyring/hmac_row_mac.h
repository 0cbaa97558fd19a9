#pragma once

#include "coffer/secret_bytes.h"
#include "crypto/digest.h"
#include "store/row_mac.h"

#include <algorithm>
#include <cstddef>
#include <span>

namespace coffer::keyring {

/// The first 16 bytes of HMAC-SHA-256 under the installation's row-MAC key.
class HmacRowMac final : public store::RowMac {
 public:
  explicit HmacRowMac(const SecretBytes& key) : key_(key.Expose()) {}

  [[nodiscard]] Tag Compute(std::span<const std::byte> encoded_row) const override {
    const crypto::Sha256Digest digest = key_.Sign(encoded_row);
    Tag tag;
    std::copy_n(digest.begin(), tag.size(), tag.begin());
    return tag;
  }
  [[nodiscard]] bool Verify(std::span<const std::byte> encoded_row,
                            std::span<const std::byte> tag) const override {
    return crypto::ConstantTimeEqual(Compute(encoded_row), tag);
  }

 private:
  crypto::HmacKey key_;
};

}  // namespace coffer::keyring
