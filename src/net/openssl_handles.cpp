#include "net/openssl_handles.h"

#include <openssl/err.h>

#include <array>

namespace coffer::net {

std::string TakeOpenSslError() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  if (code == 0) return "unknown error";
  std::array<char, 256> text{};
  ERR_error_string_n(code, text.data(), text.size());
  return text.data();
}

int RefusePassphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*argument*/) {
  return 0;
}

}  // namespace coffer::net
