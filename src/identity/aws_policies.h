#pragma once

#include <optional>
#include <string_view>

namespace coffer::identity {

/// The document of a policy that AWS manages, by its ARN (`arn:aws:iam::aws:policy/…`): those that
/// have to do with secrets, with what they grant of the services that are here.
[[nodiscard]] std::optional<std::string_view> FindAwsPolicy(std::string_view arn);

}  // namespace coffer::identity
