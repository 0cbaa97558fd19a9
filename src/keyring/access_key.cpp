#include "keyring/access_key.h"

#include <array>
#include <string_view>

namespace coffer::keyring {

namespace {

// The alphabets have 32 and 64 characters, so that the low bits of a random byte choose uniformly.
constexpr std::string_view kIdAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr std::string_view kSecretAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

NewAccessKey DrawAccessKey(Random& random, std::string_view prefix) {
  std::array<std::byte, 16> id{};
  random.Fill(id);
  NewAccessKey key{.access_key_id = std::string(prefix), .secret = SecretBytes(40)};
  for (const std::byte byte : id) {
    key.access_key_id += kIdAlphabet[std::to_integer<std::size_t>(byte) % kIdAlphabet.size()];
  }
  random.Fill(key.secret.ExposeWritable());
  for (std::byte& byte : key.secret.ExposeWritable()) {
    byte = static_cast<std::byte>(
        kSecretAlphabet[std::to_integer<std::size_t>(byte) % kSecretAlphabet.size()]);
  }
  return key;
}

}  // namespace coffer::keyring
