#pragma once

#include "services/secretsmanager/context.h"
#include "services/secretsmanager/shapes.h"

namespace coffer::services::secretsmanager {

struct GetRandomPasswordRequest {
  std::optional<std::int64_t> password_length;
  std::optional<std::string> exclude_characters;
  std::optional<bool> exclude_numbers;
  std::optional<bool> exclude_punctuation;
  std::optional<bool> exclude_uppercase;
  std::optional<bool> exclude_lowercase;
  std::optional<bool> include_space;
  std::optional<bool> require_each_included_type;

  static constexpr auto Members() {
    using R = GetRandomPasswordRequest;
    return std::tuple{base::Optional("PasswordLength", &R::password_length, {1, 4096}),
                      base::Optional("ExcludeCharacters", &R::exclude_characters, {0, 4096}),
                      base::Optional("ExcludeNumbers", &R::exclude_numbers),
                      base::Optional("ExcludePunctuation", &R::exclude_punctuation),
                      base::Optional("ExcludeUppercase", &R::exclude_uppercase),
                      base::Optional("ExcludeLowercase", &R::exclude_lowercase),
                      base::Optional("IncludeSpace", &R::include_space),
                      base::Optional("RequireEachIncludedType", &R::require_each_included_type)};
  }
};

struct GetRandomPasswordResponse {
  base::SecretText random_password;

  static constexpr auto Members() {
    return std::tuple{
        base::Required("RandomPassword", &GetRandomPasswordResponse::random_password)};
  }
};

/// AWS: GetRandomPassword.
[[nodiscard]] Result<GetRandomPasswordResponse> GetRandomPassword(
    Context& context, const GetRandomPasswordRequest& request);

}  // namespace coffer::services::secretsmanager
