#pragma once

#include "base/http_message.h"
#include "crypto/digest.h"

#include <string>
#include <string_view>

namespace coffer::sigv4 {

/// A request target cut at its first `?`. Borrows it.
struct Target {
  std::string_view path;
  std::string_view query;
};
[[nodiscard]] Target SplitTarget(std::string_view target);

/// Whether `signed_headers` (names joined by `;`) lists `name`.
[[nodiscard]] bool IsSigned(std::string_view signed_headers, std::string_view name);

/// Adds the canonical request (AWS: IAM User Guide, Signature Version 4) to `out`. The method is
/// taken as received, the headers in the order of `signed_headers`. False when that list names a
/// header that is absent, repeats one or is too long: no signature can match then. What `out` has
/// got is unspecified in that case.
[[nodiscard]] bool AppendCanonicalRequest(std::string& out, const base::HttpRequest& request,
                                          std::string_view signed_headers,
                                          const crypto::Sha256Digest& body_hash);

/// Adds the string to sign. `date` is the date header as sent, `scope` the credential without its
/// access key id.
void AppendStringToSign(std::string& out, std::string_view date, std::string_view scope,
                        const crypto::Sha256Digest& canonical_request_hash);

}  // namespace coffer::sigv4
