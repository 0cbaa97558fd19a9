#pragma once

#include <cstddef>
#include <cstring>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace coffer {

/// Owns bytes that must not outlive their use: a plaintext value, a key. Move-only, wiped on
/// destruction and on assignment. There is deliberately no printing, no comparison and no
/// conversion to std::string: bytes are reached through `Expose()` alone, so that every use can be
/// found with grep. Not thread-safe; a moved-from object is empty.
class SecretBytes {
 public:
  SecretBytes() = default;
  /// `size` zero bytes.
  explicit SecretBytes(std::size_t size) : bytes_(size) {}
  /// A copy of `bytes`; the caller still owns, and wipes, the original.
  explicit SecretBytes(std::span<const std::byte> bytes) : bytes_(bytes.begin(), bytes.end()) {}
  [[nodiscard]] static SecretBytes FromText(std::string_view text) {
    return SecretBytes(std::as_bytes(std::span(text.data(), text.size())));
  }

  SecretBytes(SecretBytes&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
  SecretBytes& operator=(SecretBytes&& other) noexcept {
    if (this != &other) {
      Wipe();
      bytes_ = std::exchange(other.bytes_, {});
    }
    return *this;
  }
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  ~SecretBytes() { Wipe(); }

  [[nodiscard]] std::size_t size() const { return bytes_.size(); }
  [[nodiscard]] bool empty() const { return bytes_.empty(); }

  /// The bytes themselves; valid while this object lives.
  [[nodiscard]] std::span<const std::byte> Expose() const { return bytes_; }
  [[nodiscard]] std::span<std::byte> ExposeWritable() { return bytes_; }
  [[nodiscard]] std::string_view ExposeText() const {
    return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()};
  }

  [[nodiscard]] SecretBytes Copy() const { return SecretBytes(Expose()); }

  /// Shortens to the first `size` bytes; the rest is wiped at once.
  void Truncate(std::size_t size) {
    if (size >= bytes_.size()) return;
    ::explicit_bzero(bytes_.data() + size, bytes_.size() - size);
    bytes_.resize(size);
  }

 private:
  void Wipe() {
    // explicit_bzero, unlike memset, is not removed by the optimizer (glibc manual).
    if (!bytes_.empty()) ::explicit_bzero(bytes_.data(), bytes_.size());
  }

  std::vector<std::byte> bytes_;  // Never grows, so that no copy is left behind.
};

}  // namespace coffer
