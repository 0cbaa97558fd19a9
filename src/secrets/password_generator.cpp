#include "secrets/password_generator.h"

#include "secrets/uniform_numbers.h"

#include <array>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace coffer::secrets {
namespace {

/// One kind of character and the rule that leaves it out.
struct CharacterType {
  std::string_view characters;
  bool PasswordRules::*excluded;
};

constexpr std::array kTypes{
    CharacterType{"abcdefghijklmnopqrstuvwxyz", &PasswordRules::exclude_lowercase},
    CharacterType{"ABCDEFGHIJKLMNOPQRSTUVWXYZ", &PasswordRules::exclude_uppercase},
    CharacterType{"0123456789", &PasswordRules::exclude_numbers},
    CharacterType{"!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", &PasswordRules::exclude_punctuation},
};

/// `characters` without the excluded ones. Bytes of UTF-8 beyond ASCII occur in no type.
std::string Allowed(std::string_view characters, const PasswordRules& rules) {
  std::string allowed;
  for (const char c : characters) {
    if (rules.exclude_characters.find(c) == std::string::npos) allowed += c;
  }
  return allowed;
}

/// What a password is made of.
struct Alphabet {
  std::string pool;                   ///< Every allowed character.
  std::vector<std::string> required;  ///< One character of each of these must occur.
};

Result<Alphabet> AlphabetFor(const PasswordRules& rules) {
  Alphabet alphabet;
  bool type_is_empty = false;
  for (const CharacterType& type : kTypes) {
    if (rules.*type.excluded) continue;
    std::string allowed = Allowed(type.characters, rules);
    type_is_empty = type_is_empty || allowed.empty();
    alphabet.pool += allowed;
    if (rules.require_each_included_type) alphabet.required.push_back(std::move(allowed));
  }
  // The space is admitted but never required.
  if (rules.include_space) alphabet.pool += Allowed(" ", rules);

  if (alphabet.pool.empty()) {
    return Fail(ErrorCode::kInvalidParameter, "All characters have been excluded from selection.");
  }
  if (rules.require_each_included_type && type_is_empty) {
    return Fail(ErrorCode::kInvalidParameter,
                "All characters of the desired type have been excluded.");
  }
  if (static_cast<std::size_t>(rules.length) < alphabet.required.size()) {
    return Fail(ErrorCode::kInvalidParameter,
                "Password length is too short based on the required types.");
  }
  return alphabet;
}

}  // namespace

Result<SecretBytes> GeneratePassword(const PasswordRules& rules, Random& random) {
  ASSIGN_OR_RETURN(const Alphabet alphabet, AlphabetFor(rules));
  UniformNumbers numbers(random);
  SecretBytes password(static_cast<std::size_t>(rules.length));
  const std::span<std::byte> characters = password.ExposeWritable();
  for (std::size_t i = 0; i < characters.size(); ++i) {
    const std::string& choice = i < alphabet.required.size() ? alphabet.required[i] : alphabet.pool;
    characters[i] = static_cast<std::byte>(choice[numbers.Below(choice.size())]);
  }
  // Fisher-Yates: the required characters end up anywhere.
  for (std::size_t i = characters.size(); i > 1; --i) {
    std::swap(characters[i - 1], characters[numbers.Below(i)]);
  }
  return password;
}

}  // namespace coffer::secrets
