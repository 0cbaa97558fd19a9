#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

namespace coffer {

/// Owns bytes that must not outlive their use: a plaintext value, a key. Move-only, wiped on
/// destruction and on assignment. There is deliberately no printing, no comparison and no
/// conversion to std::string: bytes are reached through `Expose()` alone, so that every use can be
/// found with grep. Not thread-safe; a moved-from object is empty.
class SecretBytes {
 public:
  SecretBytes() = default;
  /// `size` zero bytes.
  explicit SecretBytes(std::size_t size)
      : bytes_(size == 0 ? nullptr : std::make_unique<std::byte[]>(size)), size_(size) {}
  /// A copy of `bytes`; the caller still owns, and wipes, the original.
  explicit SecretBytes(std::span<const std::byte> bytes) : SecretBytes(bytes.size()) {
    if (!bytes.empty()) std::memcpy(bytes_.get(), bytes.data(), bytes.size());
  }
  [[nodiscard]] static SecretBytes FromText(std::string_view text) {
    return SecretBytes(std::as_bytes(std::span(text.data(), text.size())));
  }

  SecretBytes(SecretBytes&& other) noexcept
      : bytes_(std::move(other.bytes_)), size_(std::exchange(other.size_, 0)) {}
  SecretBytes& operator=(SecretBytes&& other) noexcept {
    if (this != &other) {
      Wipe();
      bytes_ = std::move(other.bytes_);
      size_ = std::exchange(other.size_, 0);
    }
    return *this;
  }
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  ~SecretBytes() { Wipe(); }

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }

  /// The bytes themselves; valid while this object lives.
  [[nodiscard]] std::span<const std::byte> Expose() const { return {bytes_.get(), size_}; }
  [[nodiscard]] std::span<std::byte> ExposeWritable() { return {bytes_.get(), size_}; }
  [[nodiscard]] std::string_view ExposeText() const {
    return {reinterpret_cast<const char*>(bytes_.get()), size_};
  }

  [[nodiscard]] SecretBytes Copy() const { return SecretBytes(Expose()); }

  /// Shortens to the first `size` bytes; the rest is wiped at once.
  void Truncate(std::size_t size) {
    if (size >= size_) return;
    ::explicit_bzero(bytes_.get() + size, size_ - size);
    size_ = size;
  }

 private:
  void Wipe() {
    // explicit_bzero, unlike memset, is not removed by the optimizer (glibc manual).
    if (bytes_) ::explicit_bzero(bytes_.get(), size_);
  }

  std::unique_ptr<std::byte[]> bytes_;
  std::size_t size_ = 0;
};

}  // namespace coffer
