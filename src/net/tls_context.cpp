#include "net/tls_context.h"

#include "net/openssl_handles.h"

#include <openssl/err.h>

#include <array>
#include <stdexcept>
#include <string>

namespace coffer::net {
namespace {

constexpr auto kOptions = SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                          SSL_OP_CLEANSE_PLAINTEXT | SSL_OP_CIPHER_SERVER_PREFERENCE |
                          SSL_OP_IGNORE_UNEXPECTED_EOF;

// AES-128 first: as far out of reach of any attack as AES-256 here, and faster.
constexpr const char* kCiphersOfTls12 =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
constexpr const char* kCiphersOfTls13 =
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";

// The form of RFC 7301 §3.1: each name after its length.
constexpr std::array<unsigned char, 9> kProtocols = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

int SelectProtocol(SSL* /*ssl*/, const unsigned char** selected, unsigned char* selected_size,
                   const unsigned char* offered, unsigned int offered_size, void* /*argument*/) {
  unsigned char* match = nullptr;
  const int result = SSL_select_next_proto(&match, selected_size, kProtocols.data(),
                                           kProtocols.size(), offered, offered_size);
  *selected = match;
  return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

void Require(bool done, const std::string& what) {
  if (!done) throw std::runtime_error(what + ": " + TakeOpenSslError());
}

void LoadCertificate(SSL_CTX* context, const std::filesystem::path& certificate,
                     const std::filesystem::path& private_key) {
  SSL_CTX_set_default_passwd_cb(context, RefusePassphrase);
  Require(SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) == 1,
          "cannot use the certificate " + certificate.string());
  Require(SSL_CTX_use_PrivateKey_file(context, private_key.c_str(), SSL_FILETYPE_PEM) == 1,
          "cannot use the private key " + private_key.string());
  Require(SSL_CTX_check_private_key(context) == 1,
          "the private key " + private_key.string() + " is not that of " + certificate.string());
}

}  // namespace

std::shared_ptr<ssl_ctx_st> MakeTlsContext(const std::filesystem::path& certificate,
                                           const std::filesystem::path& private_key) {
  ERR_clear_error();
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  Require(context != nullptr, "cannot set up TLS");
  SSL_CTX_set_options(context.get(), kOptions);
  SSL_CTX_set_mode(context.get(),
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // One read() takes a whole record.
  SSL_CTX_set_read_ahead(context.get(), 1);
  // Sessions live in the clients' tickets alone, not in a cache of ours.
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_alpn_select_cb(context.get(), SelectProtocol, nullptr);
  Require(SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION) == 1 &&
              SSL_CTX_set_cipher_list(context.get(), kCiphersOfTls12) == 1 &&
              SSL_CTX_set_ciphersuites(context.get(), kCiphersOfTls13) == 1 &&
              SSL_CTX_set1_groups_list(context.get(), "X25519:P-256") == 1,
          "cannot set up TLS");
  LoadCertificate(context.get(), certificate, private_key);
  return context;
}

}  // namespace coffer::net
