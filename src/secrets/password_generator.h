#pragma once

#include "coffer/random.h"
#include "coffer/result.h"
#include "coffer/secret_bytes.h"

#include <cstdint>
#include <string>

namespace coffer::secrets {

/// The parameters of GetRandomPassword with AWS's defaults.
struct PasswordRules {
  std::int64_t length = 32;  ///< 1 to 4096.
  std::string exclude_characters;
  bool exclude_lowercase = false;
  bool exclude_uppercase = false;
  bool exclude_numbers = false;
  bool exclude_punctuation = false;
  bool include_space = false;
  bool require_each_included_type = true;
};

/// A password by `rules`: uniform over the allowed characters by rejection sampling, with one of
/// each required type at a random place (Fisher-Yates). InvalidParameter with AWS's texts when the
/// rules leave nothing to choose from.
[[nodiscard]] Result<SecretBytes> GeneratePassword(const PasswordRules& rules, Random& random);

}  // namespace coffer::secrets
