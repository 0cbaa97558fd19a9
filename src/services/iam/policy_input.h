#pragma once

#include "coffer/result.h"
#include "services/iam/context.h"
#include "services/iam/identity.h"

#include <optional>
#include <string>
#include <vector>

/// What the operations that look at policies without a call being made are given: documents, and
/// whose policies are meant.
namespace coffer::services::iam {

[[nodiscard]] std::unexpected<ApiError> InvalidInput(std::string message);

/// Identity policies of a request. `member` is the list that they came in, by which they are called
/// (`PolicyInputList.1`). InvalidInput for what is no policy.
[[nodiscard]] Result<std::vector<CompiledPolicy>> CompileInput(
    const std::optional<std::vector<std::string>>& documents, const std::string& member);

/// A user, a group or a role of the caller's account by its ARN, as LoadByArn does. InvalidInput,
/// NoSuchEntity.
[[nodiscard]] Result<Identity> LoadSource(Context& context, const std::string& arn);

}  // namespace coffer::services::iam
