#include "keyring/record.h"

#include "base/big_endian.h"
#include "base/encoding.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace coffer::keyring {
namespace {

constexpr std::byte kFormat{1};
constexpr std::byte kSuite{1};
constexpr std::byte kFlags{0};

constexpr std::size_t kKeyIdOffset = 4;
constexpr std::size_t kKeyVersionOffset = 20;
constexpr std::size_t kLengthOffset = 24;

using HeaderBytes = std::array<std::byte, kRecordHeaderSize>;

HeaderBytes EncodeHeader(const RecordHeader& header, std::size_t length) {
  HeaderBytes bytes{kFormat, kSuite, std::byte{static_cast<std::uint8_t>(header.purpose)}, kFlags};
  std::ranges::copy(header.key_id, bytes.begin() + kKeyIdOffset);
  std::ranges::copy(base::ToBigEndian(header.key_version), bytes.begin() + kKeyVersionOffset);
  std::ranges::copy(base::ToBigEndian(static_cast<std::uint32_t>(length)),
                    bytes.begin() + kLengthOffset);
  return bytes;
}

/// A record's header followed by its binding context: what a record authenticates beside its
/// content.
class AssociatedData {
 public:
  AssociatedData(std::span<const std::byte> header, const BindingContext& context)
      : size_(kRecordHeaderSize + context.bytes().size()) {
    std::memcpy(bytes_.data(), header.data(), kRecordHeaderSize);
    std::memcpy(bytes_.data() + kRecordHeaderSize, context.bytes().data(), context.bytes().size());
  }
  [[nodiscard]] std::span<const std::byte> bytes() const { return std::span(bytes_).first(size_); }

 private:
  std::array<std::byte, kRecordHeaderSize + BindingContext::kCapacity> bytes_;
  std::size_t size_;
};

/// `seal(associated_data, out)` writes nonce, ciphertext and tag of `plaintext_size` bytes.
template <class Seal>
std::vector<std::byte> ComposeRecord(const RecordHeader& header, const BindingContext& context,
                                     std::size_t plaintext_size, const Seal& seal) {
  const HeaderBytes encoded = EncodeHeader(header, plaintext_size);
  std::vector<std::byte> record(plaintext_size + kRecordOverhead);
  std::ranges::copy(encoded, record.begin());
  seal(AssociatedData(encoded, context).bytes(), std::span(record).subspan(kRecordHeaderSize));
  return record;
}

/// `open(associated_data, sealed, plaintext)` opens what lies behind the header.
template <class Open>
std::optional<SecretBytes> TakeApart(Purpose purpose, const BindingContext& context,
                                     std::span<const std::byte> record, const Open& open) {
  if (!ParseRecord(record, purpose)) return std::nullopt;
  SecretBytes plaintext(record.size() - kRecordOverhead);
  const AssociatedData associated_data(record.first(kRecordHeaderSize), context);
  if (!open(associated_data.bytes(), record.subspan(kRecordHeaderSize),
            plaintext.ExposeWritable())) {
    return std::nullopt;
  }
  return plaintext;
}

}  // namespace

BindingContext& BindingContext::Add(ContextTag tag, std::span<const std::byte> bytes) {
  constexpr std::size_t kItemHeaderSize = 6;
  if (bytes.size() > kCapacity - size_ || kItemHeaderSize > kCapacity - size_ - bytes.size()) {
    throw std::length_error("a binding context is too long");
  }
  const auto number = std::to_underlying(tag);
  auto out = bytes_.begin() + static_cast<std::ptrdiff_t>(size_);
  *out++ = static_cast<std::byte>(number >> 8);
  *out++ = static_cast<std::byte>(number);
  out = std::ranges::copy(base::ToBigEndian(static_cast<std::uint32_t>(bytes.size())), out).out;
  std::ranges::copy(bytes, out);
  size_ += kItemHeaderSize + bytes.size();
  return *this;
}

BindingContext& BindingContext::Add(ContextTag tag, std::string_view text) {
  return Add(tag, base::AsBytes(text));
}

BindingContext& BindingContext::Add(ContextTag tag, std::uint32_t number) {
  const std::array<std::byte, 4> bytes = base::ToBigEndian(number);
  return Add(tag, std::span<const std::byte>(bytes));
}

std::vector<std::byte> SealRecord(const crypto::Aead& key, const RecordHeader& header,
                                  const BindingContext& context,
                                  std::span<const std::byte> plaintext, Random& random) {
  return ComposeRecord(header, context, plaintext.size(),
                       [&](std::span<const std::byte> associated_data, std::span<std::byte> out) {
                         key.Seal(random, associated_data, plaintext, out);
                       });
}

std::vector<std::byte> SealRecordOnce(std::span<const std::byte> key, const RecordHeader& header,
                                      const BindingContext& context,
                                      std::span<const std::byte> plaintext, Random& random) {
  return ComposeRecord(header, context, plaintext.size(),
                       [&](std::span<const std::byte> associated_data, std::span<std::byte> out) {
                         crypto::SealOnce(key, random, associated_data, plaintext, out);
                       });
}

std::optional<RecordHeader> ParseRecord(std::span<const std::byte> record, Purpose purpose) {
  if (record.size() < kRecordOverhead) return std::nullopt;
  const auto header = record.first<kRecordHeaderSize>();
  const std::byte expected_purpose{static_cast<std::uint8_t>(purpose)};
  const std::size_t length = base::FromBigEndian<std::uint32_t>(header.subspan<kLengthOffset, 4>());
  if (header[0] != kFormat || header[1] != kSuite || header[2] != expected_purpose ||
      header[3] != kFlags || length != record.size() - kRecordOverhead) {
    return std::nullopt;
  }
  RecordHeader parsed;
  parsed.purpose = purpose;
  std::ranges::copy(header.subspan<kKeyIdOffset, sizeof(secrets::KeyId)>(), parsed.key_id.begin());
  parsed.key_version = base::FromBigEndian<std::uint32_t>(header.subspan<kKeyVersionOffset, 4>());
  return parsed;
}

std::optional<SecretBytes> OpenRecord(const crypto::Aead& key, Purpose purpose,
                                      const BindingContext& context,
                                      std::span<const std::byte> record) {
  return TakeApart(
      purpose, context, record,
      [&](std::span<const std::byte> associated_data, std::span<const std::byte> sealed,
          std::span<std::byte> plaintext) { return key.Open(associated_data, sealed, plaintext); });
}

std::optional<SecretBytes> OpenRecordOnce(std::span<const std::byte> key, Purpose purpose,
                                          const BindingContext& context,
                                          std::span<const std::byte> record) {
  return TakeApart(purpose, context, record,
                   [&](std::span<const std::byte> associated_data,
                       std::span<const std::byte> sealed, std::span<std::byte> plaintext) {
                     return crypto::OpenOnce(key, associated_data, sealed, plaintext);
                   });
}

}  // namespace coffer::keyring
