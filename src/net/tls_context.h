#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

struct ssl_ctx_st;

namespace coffer::net {

/// Certificate files made by ourselves.
struct LocalCertificates {
  std::filesystem::path authority;    ///< ca.pem: what clients trust (AWS_CA_BUNDLE).
  std::filesystem::path certificate;  ///< server.pem
  std::filesystem::path private_key;  ///< server.key, 0600
};

/// Makes a local certificate authority and a leaf for localhost, 127.0.0.1, ::1 and `names` in
/// `directory`, unless usable ones are there: the leaf is made anew when it nears its end or lacks
/// a name. ECDSA P-256. Throws std::runtime_error with a message for the operator.
[[nodiscard]] LocalCertificates EnsureLocalCertificates(const std::filesystem::path& directory,
                                                        const std::vector<std::string>& names);

/// TLS 1.2 and 1.3, ECDHE with AEAD ciphers, no renegotiation, no compression, session tickets,
/// decrypted records wiped after use. Throws with a message that names the file at fault.
[[nodiscard]] std::shared_ptr<ssl_ctx_st> MakeTlsContext(const std::filesystem::path& certificate,
                                                         const std::filesystem::path& private_key);

}  // namespace coffer::net
