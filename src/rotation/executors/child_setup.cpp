#include "rotation/executors/child_setup.h"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace coffer::rotation {
namespace {

// What the server ignores or blocks (SIGPIPE) would stay so after exec.
void ResetSignals() {
  struct sigaction standard {};
  standard.sa_handler = SIG_DFL;
  for (int number = 1; number < NSIG; ++number) ::sigaction(number, &standard, nullptr);
  sigset_t none;
  ::sigemptyset(&none);
  ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
}

// Not by a session of its own: where the kernel groups processes by session to share out the
// processors (sched_autogroup), each program would count as much as the whole server, and its
// niceness for nothing. Who does not lead a session cannot get another terminal.
void LeaveTerminal() {
  const int terminal = ::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (terminal >= 0) (void)::ioctl(terminal, TIOCNOTTY);
}

// Standard input, output and error; everything else closes at the exec.
bool SetDescriptors(const ChildPlan& plan) {
  if (::dup2(plan.standard_input, 0) < 0 || ::dup2(plan.standard_output, 1) < 0 ||
      ::dup2(plan.standard_error, 2) < 0) {
    return false;
  }
  if (::syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC) == 0) return true;
  // Kernels before 5.11. The server opens nothing without O_CLOEXEC; this is the second bolt.
  rlimit open_files{};
  if (::getrlimit(RLIMIT_NOFILE, &open_files) != 0) return false;
  for (int fd = 3; fd < static_cast<int>(open_files.rlim_cur); ++fd) {
    ::fcntl(fd, F_SETFD, FD_CLOEXEC);
  }
  return true;
}

bool SetLimits(std::span<const ResourceLimit> limits) {
  for (const ResourceLimit& limit : limits) {
    rlimit now{};
    if (::getrlimit(static_cast<__rlimit_resource_t>(limit.resource), &now) != 0) return false;
    // Never above what the server itself was given.
    const rlim_t value = limit.value < now.rlim_max ? limit.value : now.rlim_max;
    const rlimit wanted{.rlim_cur = value, .rlim_max = value};
    if (::setrlimit(static_cast<__rlimit_resource_t>(limit.resource), &wanted) != 0) return false;
  }
  return true;
}

// By system calls: glibc's own functions take locks to change the threads of the parent's image.
bool ChangeUser(const ChildPlan& plan) {
  return !plan.changes_user ||
         (::syscall(SYS_setgroups, plan.groups.size(), plan.groups.data()) == 0 &&
          ::syscall(SYS_setresgid, plan.gid, plan.gid, plan.gid) == 0 &&
          ::syscall(SYS_setresuid, plan.uid, plan.uid, plan.uid) == 0);
}

// After the change of user, which forgets the signal of the parent's death. PR_SET_DUMPABLE keeps
// the server's memory, which this child has or is a copy of, from being looked into; exec resets
// it, and RLIMIT_CORE is what keeps the program from leaving a core file.
bool Protect() {
  return ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 &&
         ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0;
}

[[noreturn]] void GiveUp(const ChildPlan& plan, ChildStage stage) {
  const ChildFailure failure{.stage = stage, .error = errno};
  [[maybe_unused]] const ssize_t written = ::write(plan.report, &failure, sizeof(failure));
  ::_exit(127);
}

}  // namespace

std::string_view NameOf(ChildStage stage) {
  switch (stage) {
    case ChildStage::kDescriptors:
      return "descriptors";
    case ChildStage::kLimits:
      return "limits";
    case ChildStage::kUser:
      return "user";
    case ChildStage::kProtection:
      return "protection";
    case ChildStage::kDirectory:
      return "directory";
    case ChildStage::kProgram:
      return "program";
  }
  return "";
}

void BecomeProgram(const ChildPlan& plan) noexcept {
  ::setpgid(0, 0);  // A group of its own: what it starts can be killed with it.
  LeaveTerminal();
  ResetSignals();
  if (!SetDescriptors(plan)) GiveUp(plan, ChildStage::kDescriptors);
  ::umask(077);
  // Where the process may not even be that modest, the program runs all the same.
  (void)::setpriority(PRIO_PROCESS, 0, ::getpriority(PRIO_PROCESS, 0) + plan.niceness);
  if (!SetLimits(plan.limits)) GiveUp(plan, ChildStage::kLimits);
  if (!ChangeUser(plan)) GiveUp(plan, ChildStage::kUser);
  if (!Protect()) GiveUp(plan, ChildStage::kProtection);
  if (::getppid() != plan.parent) ::_exit(127);  // The server died before it was watched.
  // As the user that the program runs as, who needs not see all that root sees.
  if (::chdir(plan.directory) != 0) GiveUp(plan, ChildStage::kDirectory);
  ::execve(plan.argv[0], plan.argv, plan.envp);
  GiveUp(plan, ChildStage::kProgram);
}

}  // namespace coffer::rotation
