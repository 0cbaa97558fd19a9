#include "services/sts/get_session_token.h"

#include <algorithm>

namespace coffer::services::sts {
namespace {

constexpr std::int64_t kDefaultSeconds = 43'200;
constexpr std::int64_t kMaxRootSeconds = 3600;

}  // namespace

Result<GetSessionTokenReply> GetSessionToken(Context& context,
                                             const GetSessionTokenRequest& request) {
  if (context.caller_session != nullptr) {
    return Fail(ErrorCode::kAccessDenied, "Cannot call GetSessionToken with session credentials");
  }
  std::int64_t seconds = request.duration_seconds.value_or(kDefaultSeconds);
  const bool is_root = context.caller_id == context.account;
  if (is_root) seconds = std::min(seconds, kMaxRootSeconds);
  return GetSessionTokenReply{Issue(context,
                                    {.kind = std::string(identity::kUserSession),
                                     .account = std::string(context.account),
                                     .holder_id = std::string(context.caller_id)},
                                    std::chrono::seconds(seconds))};
}

}  // namespace coffer::services::sts
