#pragma once

#include <string_view>

namespace coffer::services::sts {

/// One call, while it runs.
struct Context {
  std::string_view account;
  std::string_view caller_arn;
  std::string_view caller_id;  ///< As `aws:userid`.
};

}  // namespace coffer::services::sts
