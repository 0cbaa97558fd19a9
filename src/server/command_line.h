#pragma once

namespace coffer::server {

/// The program `coffer`: reads the command line, does what it says, answers the exit code.
[[nodiscard]] int RunCommandLine(int argc, char** argv);

}  // namespace coffer::server
