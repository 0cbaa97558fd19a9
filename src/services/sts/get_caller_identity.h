#pragma once

#include "base/shape.h"
#include "coffer/result.h"
#include "services/sts/context.h"

#include <string>
#include <tuple>

namespace coffer::services::sts {

struct GetCallerIdentityRequest {
  static constexpr auto Members() { return std::tuple{}; }
};

struct GetCallerIdentityReply {
  std::string user_id;
  std::string account;
  std::string arn;

  static constexpr auto Members() {
    return std::tuple{base::Required("UserId", &GetCallerIdentityReply::user_id),
                      base::Required("Account", &GetCallerIdentityReply::account),
                      base::Required("Arn", &GetCallerIdentityReply::arn)};
  }
};

/// AWS: GetCallerIdentity. Needs no permission, and no policy can take it away.
[[nodiscard]] Result<GetCallerIdentityReply> GetCallerIdentity(
    Context& context, const GetCallerIdentityRequest& request);

}  // namespace coffer::services::sts
