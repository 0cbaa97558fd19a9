#include "server/process.h"

#include "base/log.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <fstream>
#include <link.h>
#include <malloc.h>
#include <pthread.h>
#include <span>
#include <string>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <system_error>
#include <unistd.h>

namespace coffer::server {
namespace {

sigset_t StopSignals() {
  sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGTERM);
  ::sigaddset(&signals, SIGINT);
  return signals;
}

// Of one loaded file. Pages that are never written to are the file's own: when they are needed
// again they come from the page cache, with their neighbours. Writable segments hold relocated
// addresses, and may hold secrets: those stay locked where LockMemory() locked them.
int ReleaseReadOnlyPages(dl_phdr_info* file, std::size_t /*size*/, void* /*context*/) {
  static const auto kPage = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  for (const ElfW(Phdr) & segment : std::span(file->dlpi_phdr, file->dlpi_phnum)) {
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) continue;
    const std::uintptr_t begin = (file->dlpi_addr + segment.p_vaddr) & ~(kPage - 1);
    const std::uintptr_t end = file->dlpi_addr + segment.p_vaddr + segment.p_memsz;
    void* const pages = reinterpret_cast<void*>(begin);  // NOLINT(performance-no-int-to-ptr)
    ::munlock(pages, end - begin);
    ::madvise(pages, end - begin, MADV_DONTNEED);
  }
  return 0;
}

}  // namespace

void HardenProcess() {
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  const rlimit no_core{.rlim_cur = 0, .rlim_max = 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  (void)std::signal(SIGXFSZ, SIG_IGN);
}

void LockMemory() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_MEMLOCK, &limit) != 0 || limit.rlim_cur != RLIM_INFINITY) return;
  // On fault: what is only reserved, as most of the cache is, stays so.
  if (::mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0) {
    base::log::Info("memory.locked");
  } else {
    const int error = errno;
    base::log::Warning("memory.not_locked", {{"reason", std::generic_category().message(error)}});
  }
}

void BlockStopSignals() {
  const sigset_t signals = StopSignals();
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

int WaitForStopSignal() {
  const sigset_t signals = StopSignals();
  int signal = 0;
  ::sigwait(&signals, &signal);
  (void)std::signal(SIGTERM, SIG_DFL);
  (void)std::signal(SIGINT, SIG_DFL);
  ::pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  return signal;
}

void ReleaseStartMemory() {
  ::dl_iterate_phdr(ReleaseReadOnlyPages, nullptr);
  static_cast<void>(::malloc_trim(0));
}

std::size_t AvailableMemory() {
  const auto pages = static_cast<std::uint64_t>(std::max(::sysconf(_SC_PHYS_PAGES), 1L));
  const auto page_size = static_cast<std::uint64_t>(std::max(::sysconf(_SC_PAGESIZE), 1L));
  std::uint64_t memory = pages * page_size;
  std::ifstream group("/sys/fs/cgroup/memory.max");
  std::uint64_t limit = 0;
  if (group >> limit) memory = std::min(memory, limit);  // The word "max" is no number: no limit.
  return memory;
}

}  // namespace coffer::server
