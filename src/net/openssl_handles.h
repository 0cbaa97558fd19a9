#pragma once

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>

/// OpenSSL's objects as values that free themselves.
namespace coffer::net {

template <auto Free>
struct FreeWith {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};

/// OPENSSL_free is a macro.
struct FreeText {
  void operator()(char* text) const { OPENSSL_free(text); }
};

using BioHandle = std::unique_ptr<BIO, FreeWith<BIO_free>>;
using KeyHandle = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
using CertificateHandle = std::unique_ptr<X509, FreeWith<X509_free>>;
using ExtensionHandle = std::unique_ptr<X509_EXTENSION, FreeWith<X509_EXTENSION_free>>;
using NumberHandle = std::unique_ptr<BIGNUM, FreeWith<BN_free>>;
using NamesHandle = std::unique_ptr<GENERAL_NAMES, FreeWith<GENERAL_NAMES_free>>;
using TextHandle = std::unique_ptr<char, FreeText>;
using SslHandle = std::unique_ptr<SSL, FreeWith<SSL_free>>;

/// Forgets the errors that OpenSSL noted on this thread: what is left over would be taken for the
/// failure of the next call. It wipes its whole list each time, so the usual empty one is only
/// looked at.
inline void ForgetOpenSslErrors() {
  if (ERR_peek_error() != 0) ERR_clear_error();
}

/// The oldest error that OpenSSL noted on this thread, as text; forgets them all.
[[nodiscard]] std::string TakeOpenSslError();

/// What OpenSSL is to call for the passphrase of an encrypted key file: that must be an error, not
/// a question on the terminal of a server.
[[nodiscard]] int RefusePassphrase(char* buffer, int size, int writing, void* argument);

}  // namespace coffer::net
