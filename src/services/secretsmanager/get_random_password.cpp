#include "services/secretsmanager/get_random_password.h"

#include "secrets/password_generator.h"

#include <utility>

namespace coffer::services::secretsmanager {

Result<GetRandomPasswordResponse> GetRandomPassword(Context& context,
                                                    const GetRandomPasswordRequest& request) {
  const secrets::PasswordRules defaults;
  const secrets::PasswordRules rules{
      .length = request.password_length.value_or(defaults.length),
      .exclude_characters = request.exclude_characters.value_or(""),
      .exclude_lowercase = request.exclude_lowercase.value_or(false),
      .exclude_uppercase = request.exclude_uppercase.value_or(false),
      .exclude_numbers = request.exclude_numbers.value_or(false),
      .exclude_punctuation = request.exclude_punctuation.value_or(false),
      .include_space = request.include_space.value_or(false),
      .require_each_included_type = request.require_each_included_type.value_or(true)};
  ASSIGN_OR_RETURN(SecretBytes password, secrets::GeneratePassword(rules, context.service.random));
  return GetRandomPasswordResponse{base::SecretText{std::move(password)}};
}

}  // namespace coffer::services::secretsmanager
