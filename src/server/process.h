#pragma once

#include <cstddef>

namespace coffer::server {

/// First thing in the process: no core dumps, memory closed to other processes of the same user
/// (PR_SET_DUMPABLE), and a file that may not grow is an error of the write, not the end.
void HardenProcess();

/// Keeps all memory of the process, with the keys and values in it, out of swap, where its limit on
/// locked memory is infinite: under any other one allocations would fail once that is used up.
void LockMemory();

/// Blocks SIGTERM and SIGINT in this thread and all that it will start.
void BlockStopSignals();
/// Waits for one of them. A second one then ends the process at once.
int WaitForStopSignal();

/// Gives back the memory that only the start needed: the program's and libraries' own pages, of
/// which those that requests need come back from the page cache, and what malloc keeps at the
/// heap's end. Call it once, when the server is ready. Errors do not matter: it is then as before.
void ReleaseStartMemory();

/// Memory that this process may use: the machine's, or the control group's if that is less. Bytes.
[[nodiscard]] std::size_t AvailableMemory();

}  // namespace coffer::server
