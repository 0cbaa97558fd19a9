#pragma once

#include "rotation/native/session.h"

#include <string>

namespace coffer::rotation::native {

/// `failure`; one of TLS says so when it is only that the file with the certificate authorities
/// cannot be read, because the libraries' own texts do not name it.
[[nodiscard]] LoginFailure NameCaFile(LoginFailure failure, const std::string& ca_file);

}  // namespace coffer::rotation::native
