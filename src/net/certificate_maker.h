#pragma once

#include "net/openssl_handles.h"

#include <string>
#include <vector>

namespace coffer::net {

/// A certificate with the key it was made for.
struct KeyPair {
  KeyHandle key;
  CertificateHandle certificate;
};

/// A self-signed certificate authority that may sign leaves only: ECDSA P-256, ten years.
[[nodiscard]] KeyPair MakeAuthority();

/// A server certificate for `names` (host names and IP addresses), signed by `authority`: ECDSA
/// P-256, 397 days, the longest that clients accept.
[[nodiscard]] KeyPair MakeLeaf(const KeyPair& authority, const std::vector<std::string>& names);

/// Whether `certificate` stays valid for `days` more and belongs to `key`.
[[nodiscard]] bool IsUsable(const X509* certificate, const EVP_PKEY* key, int days);

/// Whether `certificate` was signed by `authority` and names each of `names`.
[[nodiscard]] bool IsLeafFor(X509* certificate, const X509* authority,
                             const std::vector<std::string>& names);

}  // namespace coffer::net
