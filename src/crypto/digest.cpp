#include "crypto/digest.h"

#include "coffer/secret_bytes.h"
#include "crypto/crypto_error.h"
#include "crypto/openssl_handles.h"

#include <openssl/crypto.h>

#include <algorithm>

namespace coffer::crypto {
namespace {

constexpr std::size_t kBlockSize = 64;
constexpr std::size_t kDigestSize = sizeof(Sha256Digest);

/// Fetched once: EVP_MD_fetch takes longer than hashing a short message.
const EVP_MD* Algorithm() {
  static const Digest kAlgorithm = [] {
    Digest fetched(EVP_MD_fetch(nullptr, "SHA256", nullptr));
    Check(fetched != nullptr, "SHA-256 is not available");
    return fetched;
  }();
  return kAlgorithm.get();
}

DigestContext NewContext() {
  DigestContext context(EVP_MD_CTX_new());
  Check(context != nullptr, "no SHA-256 context");
  return context;
}

/// The context in which the calling thread computes short digests, so that none is allocated for
/// each of them.
EVP_MD_CTX* ThreadContext() {
  thread_local const DigestContext kContext = NewContext();
  return kContext.get();
}

void Begin(EVP_MD_CTX* context) {
  Check(EVP_DigestInit_ex2(context, Algorithm(), nullptr), "SHA-256 did not start");
}

void Update(EVP_MD_CTX* context, std::span<const std::byte> data) {
  Check(EVP_DigestUpdate(context, data.data(), data.size()), "SHA-256 failed");
}

Sha256Digest End(EVP_MD_CTX* context) {
  Sha256Digest digest;
  unsigned int size = 0;
  Check(EVP_DigestFinal_ex(context, Output(digest), &size), "SHA-256 did not finish");
  Check(size == digest.size(), "SHA-256 has an unexpected length");
  return digest;
}

/// Continues the hash whose state is `start` with `data`, without touching `start`.
Sha256Digest Continue(const EVP_MD_CTX* start, std::span<const std::byte> data) {
  EVP_MD_CTX* const context = ThreadContext();
  Check(EVP_MD_CTX_copy_ex(context, start), "SHA-256 state was not copied");
  Update(context, data);
  return End(context);
}

}  // namespace

Sha256Digest Sha256(std::span<const std::byte> data) {
  EVP_MD_CTX* const context = ThreadContext();
  Begin(context);
  Update(context, data);
  return End(context);
}

struct Sha256Stream::State {
  DigestContext context = NewContext();
};

Sha256Stream::Sha256Stream() : state_(std::make_unique<State>()) { Begin(state_->context.get()); }
Sha256Stream::~Sha256Stream() = default;

void Sha256Stream::Update(std::span<const std::byte> data) {
  crypto::Update(state_->context.get(), data);
}

Sha256Digest Sha256Stream::Finish() {
  const Sha256Digest digest = End(state_->context.get());
  Begin(state_->context.get());
  return digest;
}

/// The hash states behind the padded key: RFC 2104 §4. OpenSSL wipes them when they are freed.
struct HmacKey::State {
  DigestContext inner = NewContext();
  DigestContext outer = NewContext();
};

HmacKey::HmacKey(std::span<const std::byte> key) : state_(std::make_unique<State>()) {
  SecretBytes block(kBlockSize);
  const std::span<std::byte> padded = block.ExposeWritable();
  if (key.size() > kBlockSize) {
    std::ranges::copy(Sha256(key), padded.begin());
  } else {
    std::ranges::copy(key, padded.begin());
  }

  constexpr std::byte kInnerPad{0x36};
  constexpr std::byte kOuterPad{0x5c};
  for (std::byte& byte : padded) byte ^= kInnerPad;
  Begin(state_->inner.get());
  crypto::Update(state_->inner.get(), padded);
  for (std::byte& byte : padded) byte ^= kInnerPad ^ kOuterPad;
  Begin(state_->outer.get());
  crypto::Update(state_->outer.get(), padded);
}

HmacKey::HmacKey(HmacKey&&) noexcept = default;
HmacKey& HmacKey::operator=(HmacKey&&) noexcept = default;
HmacKey::~HmacKey() = default;

Sha256Digest HmacKey::Sign(std::span<const std::byte> message) const {
  return Continue(state_->outer.get(), Continue(state_->inner.get(), message));
}

Sha256Digest HmacSha256(std::span<const std::byte> key, std::span<const std::byte> message) {
  return HmacKey(key).Sign(message);
}

void HkdfSha256(std::span<const std::byte> key, std::span<const std::byte> salt,
                std::span<const std::byte> info, std::span<std::byte> out) {
  Check(out.size() <= 255 * kDigestSize, "HKDF cannot deliver that many bytes");
  Sha256Digest pseudorandom_key = HmacSha256(salt, key);
  const HmacKey expand(pseudorandom_key);
  OPENSSL_cleanse(pseudorandom_key.data(), pseudorandom_key.size());

  // T(i) = HMAC(PRK, T(i-1) ‖ info ‖ i), with T(0) empty: RFC 5869 §2.3.
  SecretBytes buffer(kDigestSize + info.size() + 1);
  const std::span<std::byte> input = buffer.ExposeWritable();
  std::ranges::copy(info, input.subspan(kDigestSize).begin());
  std::size_t skipped = kDigestSize;
  for (std::byte counter{1}; !out.empty(); skipped = 0) {
    input.back() = counter;
    Sha256Digest block = expand.Sign(input.subspan(skipped));
    std::ranges::copy(block, input.begin());
    OPENSSL_cleanse(block.data(), block.size());
    const std::size_t size = std::min(out.size(), kDigestSize);
    std::ranges::copy(input.first(size), out.begin());
    out = out.subspan(size);
    counter = static_cast<std::byte>(std::to_integer<unsigned>(counter) + 1);
  }
}

bool ConstantTimeEqual(std::span<const std::byte> a, std::span<const std::byte> b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace coffer::crypto
