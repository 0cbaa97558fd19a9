#include "services/iam/lookup.h"

#include <array>
#include <cstddef>

namespace coffer::services::iam {

Result<store::Stored<identity::User>> AuthorizedUser(Context& context, std::string_view operation,
                                                     const std::optional<std::string>& user_name) {
  if (!user_name && context.caller_name.empty()) {
    return Fail(ErrorCode::kValidation,
                "Must specify userName when calling with non-User credentials");
  }
  return Authorized<identity::User>(context, operation,
                                    user_name ? std::string_view(*user_name) : context.caller_name);
}

Result<void> CheckPath(const std::optional<std::string>& path) {
  if (!path || identity::IsPath(*path)) return {};
  return Fail(ErrorCode::kValidation,
              "The specified value for path is invalid. It must begin and end with / and contain "
              "only alphanumeric characters and/or / characters.");
}

std::string NewId(Context& context, std::string_view prefix) {
  std::array<std::byte, identity::kIdRandomBytes> random_bytes{};
  context.service.random.Fill(random_bytes);
  return identity::UniqueId(prefix, random_bytes);
}

ApiError DeleteConflict(std::string_view must) {
  return {ErrorCode::kDeleteConflict,
          "Cannot delete entity, must " + std::string(must) + " first."};
}

}  // namespace coffer::services::iam
