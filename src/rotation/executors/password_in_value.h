#pragma once

#include "coffer/secret_bytes.h"

#include <expected>
#include <string>
#include <string_view>
#include <vector>

/// What is looked for, and changed, inside the value of a secret. AWS's own layout of a database
/// secret is a JSON object with `engine`, `host`, `username`, `password` and so on.
namespace coffer::rotation {

/// `value` with another password: where it is a JSON object its member `password` is replaced, or
/// added, and all else stays as it was written; anything else is taken to be the password itself.
/// Fails, in words, where an object has several members of one name.
[[nodiscard]] std::expected<SecretBytes, std::string> WithPassword(std::string_view value,
                                                                   std::string_view password);

/// The ids of further secrets that AWS's functions read: `masterarn` and `adminSecretArn`, where
/// they are strings, each once.
[[nodiscard]] std::vector<std::string> RelatedSecretIds(std::string_view value);

/// Whether the value names PostgreSQL as its `engine`: `postgres` or `aurora-postgresql`.
[[nodiscard]] bool IsOfPostgres(std::string_view value);

}  // namespace coffer::rotation
