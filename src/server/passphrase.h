#pragma once

#include "coffer/secret_bytes.h"

#include <string_view>

namespace coffer::server {

/// Asks for passphrases: on the terminal, without showing what is typed, where standard input is
/// one; else each is a line of standard input.
class PassphrasePrompt {
 public:
  /// At most this many bytes.
  static constexpr std::size_t kLongest = 1024;
  /// Of a new one, in bytes: scrypt makes guesses dear, not impossible.
  static constexpr std::size_t kShortestNew = 12;

  /// keyring::MasterKeyError when the input ends, or the answer is empty or too long.
  [[nodiscard]] static SecretBytes Ask(std::string_view prompt);
  /// `passphrase`, once it is found long enough and, on a terminal, typed a second time alike.
  [[nodiscard]] static SecretBytes Confirm(SecretBytes passphrase);
};

}  // namespace coffer::server
