#pragma once

#include "coffer/random.h"

#include <string>

namespace coffer::api {

/// A UUID for x-amzn-RequestId and the log. Unique, not secret: each thread draws a random start
/// and counts from there, so that a request costs no random bytes.
[[nodiscard]] std::string NewRequestId(Random& random);

}  // namespace coffer::api
