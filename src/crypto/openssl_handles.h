#pragma once

#include "crypto/crypto_error.h"

#include <openssl/err.h>
#include <openssl/evp.h>

#include <cstddef>
#include <memory>
#include <span>

/// Ownership and error checks for the OpenSSL objects that this module uses.
namespace coffer::crypto {

template <auto kFree>
struct OpenSslDeleter {
  template <class T>
  void operator()(T* object) const {
    kFree(object);
  }
};

using Digest = std::unique_ptr<EVP_MD, OpenSslDeleter<EVP_MD_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, OpenSslDeleter<EVP_MD_CTX_free>>;
using Cipher = std::unique_ptr<EVP_CIPHER, OpenSslDeleter<EVP_CIPHER_free>>;
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, OpenSslDeleter<EVP_CIPHER_CTX_free>>;

/// Throws CryptoError with `what` unless an OpenSSL call succeeded. OpenSSL's own error queue is
/// emptied: left over, it would be taken for the failure of a later call of this thread.
inline void Check(bool succeeded, const char* what) {
  if (succeeded) return;
  ERR_clear_error();
  throw CryptoError(what);
}
inline void Check(int result, const char* what) { Check(result == 1, what); }

[[nodiscard]] inline const unsigned char* Input(std::span<const std::byte> bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}
[[nodiscard]] inline unsigned char* Output(std::span<std::byte> bytes) {
  return reinterpret_cast<unsigned char*>(bytes.data());
}

}  // namespace coffer::crypto
