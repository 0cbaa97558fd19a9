#pragma once

#include <filesystem>
#include <memory>

struct ssl_ctx_st;

namespace coffer::net {

/// TLS 1.2 and 1.3, ECDHE with AEAD ciphers, no renegotiation, no compression, session tickets,
/// decrypted records wiped after use. Throws with a message that names the file at fault.
[[nodiscard]] std::shared_ptr<ssl_ctx_st> MakeTlsContext(const std::filesystem::path& certificate,
                                                         const std::filesystem::path& private_key);

}  // namespace coffer::net
