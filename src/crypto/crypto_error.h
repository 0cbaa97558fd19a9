#pragma once

#include <stdexcept>

namespace coffer::crypto {

/// OpenSSL failed where it must not. Carries our own words only.
class CryptoError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace coffer::crypto
