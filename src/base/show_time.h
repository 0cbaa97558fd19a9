#pragma once

#include "coffer/clock.h"

#include <string>

namespace coffer::base {

/// For people, to the second: `2026-11-22T08:15:00Z`.
[[nodiscard]] std::string ShowTime(Timestamp time);

}  // namespace coffer::base
