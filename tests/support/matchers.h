#pragma once

#include "coffer/result.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace coffer::test {

/// EXPECT_THAT(result, IsOk());
MATCHER(IsOk, "holds a value") {
  if (arg.has_value()) return true;
  *result_listener << "refused: " << arg.error().message;
  return false;
}

/// EXPECT_THAT(result, FailsWith(ErrorCode::kInvalidRequest, "text"));
MATCHER_P2(FailsWith, code, message, "is refused with that code and message") {
  if (arg.has_value()) {
    *result_listener << "holds a value";
    return false;
  }
  *result_listener << "refused with code " << static_cast<int>(arg.error().code) << ": "
                   << arg.error().message;
  return arg.error().code == code && arg.error().message == message;
}

/// EXPECT_THAT(result, FailsWithCode(ErrorCode::kInvalidRequest));
MATCHER_P(FailsWithCode, code, "is refused with that code") {
  if (arg.has_value()) {
    *result_listener << "holds a value";
    return false;
  }
  *result_listener << "refused with code " << static_cast<int>(arg.error().code) << ": "
                   << arg.error().message;
  return arg.error().code == code;
}

}  // namespace coffer::test
