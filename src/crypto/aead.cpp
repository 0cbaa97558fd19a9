#include "crypto/aead.h"

#include "crypto/crypto_error.h"
#include "crypto/openssl_handles.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <limits>

namespace coffer::crypto {
namespace {

/// Fetched once: EVP_CIPHER_fetch takes longer than sealing a short message.
const EVP_CIPHER* Algorithm() {
  static const Cipher kAlgorithm = [] {
    Cipher fetched(EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr));
    Check(fetched != nullptr, "AES-256-GCM is not available");
    return fetched;
  }();
  return kAlgorithm.get();
}

CipherContext NewContext() {
  CipherContext context(EVP_CIPHER_CTX_new());
  Check(context != nullptr, "no AES-256-GCM context");
  Check(EVP_DecryptInit_ex2(context.get(), Algorithm(), nullptr, nullptr, nullptr),
        "AES-256-GCM did not start");
  return context;
}

/// The calling thread's context for keys that are used once. The schedule of the last such key
/// stays in it until the next: wiping it would cost a third of opening a short message, and who can
/// read it can also read the key-encryption keys, which are in memory all the time.
EVP_CIPHER_CTX* ThreadContext() {
  thread_local const CipherContext kContext = NewContext();
  return kContext.get();
}

/// A context in which the key of one Aead is scheduled already.
struct ScheduledContext {
  CipherContext context;
  std::uint64_t key_number = 0;
};

/// The calling thread's context for the key `number`: scheduling a key takes as long as opening a
/// short message, and a context must not be shared between threads. A handful of slots is enough,
/// since a process works with few keys at a time; keys that meet in one slot only take turns.
EVP_CIPHER_CTX* ContextFor(std::uint64_t number, std::span<const std::byte> key) {
  thread_local std::array<ScheduledContext, 16> slots;
  ScheduledContext& slot = slots.at(number % slots.size());
  if (slot.key_number != number) {
    slot.key_number = 0;
    if (!slot.context) slot.context = NewContext();
    Check(EVP_DecryptInit_ex2(slot.context.get(), nullptr, Input(key), nullptr, nullptr),
          "the key was not accepted");
    slot.key_number = number;
  }
  return slot.context.get();
}

int Length(std::span<const std::byte> bytes) {
  Check(bytes.size() <= std::numeric_limits<int>::max(), "a message is too long to seal or open");
  return static_cast<int>(bytes.size());
}

void CheckKeySize(std::span<const std::byte> key) {
  Check(key.size() == kAeadKeySize, "an AES-256 key has 32 bytes");
}

/// With an empty `key`, the one that `context` has scheduled.
bool OpenWith(EVP_CIPHER_CTX* context, std::span<const std::byte> key,
              std::span<const std::byte> associated_data, std::span<const std::byte> sealed,
              std::span<std::byte> plaintext) {
  if (sealed.size() < kAeadOverhead) return false;
  Check(plaintext.size() == sealed.size() - kAeadOverhead, "the plaintext has another length");
  const auto nonce = sealed.first(kAeadNonceSize);
  const auto ciphertext = sealed.subspan(kAeadNonceSize, plaintext.size());
  std::array<std::byte, kAeadTagSize> tag;
  std::ranges::copy(sealed.last(kAeadTagSize), tag.begin());

  int size = 0;
  Check(EVP_DecryptInit_ex2(context, nullptr, key.empty() ? nullptr : Input(key), Input(nonce),
                            nullptr),
        "opening did not start");
  Check(EVP_DecryptUpdate(context, nullptr, &size, Input(associated_data), Length(associated_data)),
        "the associated data was not accepted");
  Check(EVP_DecryptUpdate(context, Output(plaintext), &size, Input(ciphertext), Length(ciphertext)),
        "the ciphertext was not accepted");
  Check(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, kAeadTagSize, tag.data()),
        "the tag was not accepted");
  if (EVP_DecryptFinal_ex(context, Output(plaintext), &size) == 1) return true;

  OPENSSL_cleanse(plaintext.data(), plaintext.size());
  ERR_clear_error();
  return false;
}

}  // namespace

struct Aead::State {
  SecretBytes key;
  std::uint64_t number;  ///< Never given twice, so that no context is taken for another key's.
};

Aead::Aead(std::span<const std::byte> key) {
  CheckKeySize(key);
  static std::atomic<std::uint64_t> last_number{0};
  state_ = std::make_unique<State>(SecretBytes(key), ++last_number);
}

Aead::Aead(Aead&&) noexcept = default;
Aead& Aead::operator=(Aead&&) noexcept = default;
Aead::~Aead() = default;

void Aead::Seal(Random& random, std::span<const std::byte> associated_data,
                std::span<const std::byte> plaintext, std::span<std::byte> out) const {
  SealOnce(state_->key.Expose(), random, associated_data, plaintext, out);
}

bool Aead::Open(std::span<const std::byte> associated_data, std::span<const std::byte> sealed,
                std::span<std::byte> plaintext) const {
  return OpenWith(ContextFor(state_->number, state_->key.Expose()), {}, associated_data, sealed,
                  plaintext);
}

bool OpenOnce(std::span<const std::byte> key, std::span<const std::byte> associated_data,
              std::span<const std::byte> sealed, std::span<std::byte> plaintext) {
  CheckKeySize(key);
  return OpenWith(ThreadContext(), key, associated_data, sealed, plaintext);
}

void SealOnce(std::span<const std::byte> key, Random& random,
              std::span<const std::byte> associated_data, std::span<const std::byte> plaintext,
              std::span<std::byte> out) {
  CheckKeySize(key);
  Check(out.size() == plaintext.size() + kAeadOverhead, "the sealed message has another length");
  const auto nonce = out.first(kAeadNonceSize);
  const auto ciphertext = out.subspan(kAeadNonceSize, plaintext.size());
  const auto tag = out.last(kAeadTagSize);
  random.Fill(nonce);

  EVP_CIPHER_CTX* const context = ThreadContext();
  int size = 0;
  Check(EVP_EncryptInit_ex2(context, nullptr, Input(key), Input(nonce), nullptr),
        "sealing did not start");
  Check(EVP_EncryptUpdate(context, nullptr, &size, Input(associated_data), Length(associated_data)),
        "the associated data was not accepted");
  Check(EVP_EncryptUpdate(context, Output(ciphertext), &size, Input(plaintext), Length(plaintext)),
        "the plaintext was not accepted");
  Check(EVP_EncryptFinal_ex(context, Output(tag), &size), "sealing did not finish");
  Check(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, kAeadTagSize, tag.data()),
        "there is no tag");
}

}  // namespace coffer::crypto
