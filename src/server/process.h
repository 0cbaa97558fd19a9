#pragma once

#include <cstddef>

namespace coffer::server {

/// First thing in the process: no core dumps, memory closed to other processes of the same user
/// (PR_SET_DUMPABLE).
void HardenProcess();

/// Keeps all memory of the process, with the keys and values in it, out of swap, where its limit on
/// locked memory is infinite: under any other one allocations would fail once that is used up.
void LockMemory();

/// Blocks SIGTERM and SIGINT in this thread and all that it will start.
void BlockStopSignals();
/// Waits for one of them. A second one then ends the process at once.
int WaitForStopSignal();

/// Memory that this process may use: the machine's, or the control group's if that is less. Bytes.
[[nodiscard]] std::size_t AvailableMemory();

}  // namespace coffer::server
