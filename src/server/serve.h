#pragma once

#include "coffer/config.h"

namespace coffer::server {

/// Serves until SIGTERM or SIGINT, says how to reach the server, answers the exit code: 0 after a
/// clean stop, 74 (EX_IOERR) when the disk failed.
[[nodiscard]] int Serve(const Config& config);

}  // namespace coffer::server
