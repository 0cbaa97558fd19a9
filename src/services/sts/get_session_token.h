#pragma once

#include "base/shape.h"
#include "coffer/result.h"
#include "services/sts/context.h"
#include "services/sts/credentials.h"

#include <cstdint>
#include <optional>
#include <tuple>

namespace coffer::services::sts {

struct GetSessionTokenRequest {
  std::optional<std::int64_t> duration_seconds;

  static constexpr auto Members() {
    return std::tuple{base::Optional("DurationSeconds", &GetSessionTokenRequest::duration_seconds,
                                     {900, 129'600})};
  }
};
struct GetSessionTokenReply {
  Credentials credentials;

  static constexpr auto Members() {
    return std::tuple{base::Required("Credentials", &GetSessionTokenReply::credentials)};
  }
};

/// AWS: GetSessionToken. Temporary credentials of the caller himself, for 12 hours when nothing
/// else is asked for; of a root user for one hour at most. Needs no permission.
[[nodiscard]] Result<GetSessionTokenReply> GetSessionToken(Context& context,
                                                           const GetSessionTokenRequest& request);

}  // namespace coffer::services::sts
