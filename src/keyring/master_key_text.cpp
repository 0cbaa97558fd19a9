#include "keyring/master_key_text.h"

#include "base/ascii.h"
#include "base/encoding.h"
#include "crypto/digest.h"

#include <algorithm>
#include <optional>
#include <string_view>

namespace coffer::keyring {
namespace {

constexpr std::size_t kHexLength = 2 * kMasterKeySize;
constexpr std::size_t kBase64Length = base::Base64Length(kMasterKeySize);
constexpr std::string_view kBlanks = " \t\r\n";

std::optional<SecretBytes> DecodeHexKey(std::string_view text) {
  SecretBytes lower = SecretBytes::FromText(text);
  for (std::byte& character : lower.ExposeWritable()) {
    character = static_cast<std::byte>(base::ToLower(std::to_integer<char>(character)));
  }
  SecretBytes key(kMasterKeySize);
  if (!base::FromHex(lower.ExposeText(), key.ExposeWritable())) return std::nullopt;
  return key;
}

std::optional<SecretBytes> DecodeBase64Key(std::string_view text) {
  SecretBytes key(kBase64Length / 4 * 3);
  if (base::DecodeBase64(text, key.ExposeWritable().data()) != kMasterKeySize) return std::nullopt;
  key.Truncate(kMasterKeySize);
  return key;
}

std::optional<SecretBytes> DecodeKey(std::string_view word) {
  if (word.size() == kHexLength) return DecodeHexKey(word);
  if (word.size() == kBase64Length) return DecodeBase64Key(word);
  return std::nullopt;
}

/// Takes the next word off the front of `text`; empty at its end.
std::string_view TakeWord(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  const std::string_view word = text.substr(0, text.find_first_of(kBlanks));
  text.remove_prefix(word.size());
  return word;
}

}  // namespace

std::expected<std::vector<SecretBytes>, std::string> ParseMasterKeys(const SecretBytes& text,
                                                                     bool may_be_raw) {
  std::vector<SecretBytes> keys;
  if (may_be_raw && text.size() == kMasterKeySize) {
    keys.push_back(text.Copy());
    return keys;
  }
  std::string_view rest = text.ExposeText();
  for (std::string_view word = TakeWord(rest); !word.empty(); word = TakeWord(rest)) {
    std::optional<SecretBytes> key = DecodeKey(word);
    if (!key) {
      keys.clear();
      break;
    }
    if (std::ranges::any_of(keys, [&](const SecretBytes& other) {
          return crypto::ConstantTimeEqual(other.Expose(), key->Expose());
        })) {
      return std::unexpected("holds the same key twice");
    }
    keys.push_back(*std::move(key));
    if (keys.size() > kMostMasterKeys) return std::unexpected("holds more than 8 keys");
  }
  if (keys.empty()) {
    return std::unexpected(
        "is neither 64 hexadecimal digits nor 44 characters of base64 (a 32-byte key)");
  }
  return keys;
}

SecretBytes FormatMasterKeys(const std::vector<SecretBytes>& keys) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  SecretBytes text(keys.size() * (kHexLength + 1));
  std::size_t at = 0;
  const auto put = [&](char character) {
    text.ExposeWritable()[at++] = static_cast<std::byte>(character);
  };
  for (const SecretBytes& key : keys) {
    for (const std::byte byte : key.Expose()) {
      put(kDigits[std::to_integer<std::size_t>(byte >> 4)]);
      put(kDigits[std::to_integer<std::size_t>(byte & std::byte{15})]);
    }
    put('\n');
  }
  return text;
}

}  // namespace coffer::keyring
