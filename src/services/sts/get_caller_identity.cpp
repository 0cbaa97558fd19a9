#include "services/sts/get_caller_identity.h"

namespace coffer::services::sts {

Result<GetCallerIdentityReply> GetCallerIdentity(Context& context,
                                                 const GetCallerIdentityRequest& /*request*/) {
  return GetCallerIdentityReply{.user_id = std::string(context.caller_id),
                                .account = std::string(context.account),
                                .arn = std::string(context.caller_arn)};
}

}  // namespace coffer::services::sts
