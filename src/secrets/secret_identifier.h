#pragma once

#include "coffer/random.h"
#include "coffer/result.h"
#include "secrets/secret.h"

#include <optional>
#include <string>
#include <string_view>

namespace coffer::secrets {

inline constexpr std::size_t kArnSuffixLength = 6;

/// The SecretId of a request, taken apart but not looked up.
struct SecretIdentifier {
  std::optional<std::string> region;   ///< Of an ARN; a name has none.
  std::optional<std::string> account;  ///< Of an ARN; a name belongs to the caller's account.
  std::string name;
  /// The six characters behind the name, when the text was a complete ARN. A text that only looks
  /// complete (ends in `-` and six alphanumerics) is taken as complete.
  std::optional<std::string> suffix;
};

/// ValidationException with AWS's text when a name holds a character that names cannot have.
/// An ARN that is not one of Secrets Manager's is ResourceNotFound.
[[nodiscard]] Result<SecretIdentifier> ParseSecretIdentifier(std::string_view secret_id);

/// ValidationException unless every character is allowed in a name: [A-Za-z0-9/_+=.@!-].
[[nodiscard]] Result<void> CheckName(std::string_view name);

/// `aws`, `aws-cn`, `aws-us-gov` or `aws-eusc`, by region.
[[nodiscard]] std::string_view PartitionOf(std::string_view region);

/// `arn:aws:secretsmanager:<region>:<account>:secret:<name>-<suffix>`
[[nodiscard]] std::string SecretArn(const SecretAddress& address, std::string_view suffix);
[[nodiscard]] inline std::string ArnOf(const Secret& secret) {
  return SecretArn(secret.address, secret.arn_suffix);
}

/// Six characters of [A-Za-z0-9], uniform.
[[nodiscard]] std::string DrawArnSuffix(Random& random);

}  // namespace coffer::secrets
