#pragma once

#include "coffer/secret_bytes.h"

#include <cstddef>
#include <expected>
#include <string>
#include <vector>

namespace coffer::keyring {

inline constexpr std::size_t kMasterKeySize = 32;
/// More than one key is given while a master key is being replaced; a longer list is a mistake.
inline constexpr std::size_t kMostMasterKeys = 8;

/// The keys that `text` spells: words between blanks or line feeds, each of 64 hexadecimal digits
/// (either case) or 44 characters of base64. With `may_be_raw` also the bytes of one key
/// themselves, when there are exactly 32. Otherwise what is wrong, without a byte of the text.
[[nodiscard]] std::expected<std::vector<SecretBytes>, std::string> ParseMasterKeys(
    const SecretBytes& text, bool may_be_raw);

/// `keys` in hexadecimal, one in a line: what ParseMasterKeys reads.
[[nodiscard]] SecretBytes FormatMasterKeys(const std::vector<SecretBytes>& keys);

}  // namespace coffer::keyring
