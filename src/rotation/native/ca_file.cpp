#include "rotation/native/ca_file.h"

#include <cerrno>
#include <system_error>
#include <unistd.h>

namespace coffer::rotation::native {

LoginFailure NameCaFile(LoginFailure failure, const std::string& ca_file) {
  if (failure.kind != LoginFailure::Kind::kTlsFailed) return failure;
  if (::access(ca_file.c_str(), R_OK) == 0) return failure;
  const int error = errno;
  failure.message = "the file with the certificate authorities, " + ca_file +
                    ", cannot be read: " + std::generic_category().message(error);
  return failure;
}

}  // namespace coffer::rotation::native
