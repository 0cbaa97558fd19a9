#pragma once

#include <filesystem>
#include <string>
#include <vector>

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

}  // namespace coffer::net
