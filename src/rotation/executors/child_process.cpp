#include "rotation/executors/child_process.h"

#include "rotation/executors/child_setup.h"
#include "rotation/executors/system_user.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <optional>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace coffer::rotation {
namespace {

constexpr rlim_t kMebibyte = rlim_t{1024} * 1024;
constexpr rlim_t kGibibyte = 1024 * kMebibyte;

[[noreturn]] void ThrowErrno(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

struct Pipe {
  base::FileDescriptor read_end, write_end;
};

// Above the three standard descriptors, even in a server that was started without some of them.
base::FileDescriptor Raised(int descriptor) {
  base::FileDescriptor low(descriptor);
  if (descriptor > 2) return low;
  base::FileDescriptor high(::fcntl(descriptor, F_DUPFD_CLOEXEC, 3));
  if (!high.valid()) ThrowErrno("pipe");
  return high;
}

Pipe MakePipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) ThrowErrno("pipe");
  base::FileDescriptor write_end(ends[1]);
  return {.read_end = Raised(ends[0]),
          .write_end = ends[1] > 2 ? std::move(write_end) : Raised(::dup(ends[1]))};
}

void MakeNonBlocking(const base::FileDescriptor& descriptor) {
  if (::fcntl(descriptor.get(), F_SETFL, O_NONBLOCK) != 0) ThrowErrno("pipe");
}

std::vector<ResourceLimit> LimitsOf(const ChildSpec& spec, const SystemUser& user) {
  const rlim_t memory = static_cast<rlim_t>(spec.memory_mebibytes) * kMebibyte;
  std::vector<ResourceLimit> limits{
      // One byte, not none: kernels pipe cores to a handler in spite of a zero, and write none at
      // all for one, which is less than a page.
      {.resource = RLIMIT_CORE, .value = 1},
      {.resource = RLIMIT_NOFILE, .value = 256},
      {.resource = RLIMIT_FSIZE, .value = 64 * kMebibyte},
      {.resource = RLIMIT_CPU, .value = static_cast<rlim_t>(spec.processor_seconds)},
      // Private writable memory is what a program uses; addresses are only reserved, by Node.js for
      // WebAssembly more than 8 GiB of them, so that their limit stops the absurd alone.
      {.resource = RLIMIT_DATA, .value = memory},
      {.resource = RLIMIT_AS, .value = memory + 32 * kGibibyte},
  };
  if (!user.is_own) limits.push_back({.resource = RLIMIT_NPROC, .value = 64});
  return limits;
}

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

// Nullopt when the program runs. Reads what the child wrote before it gave up, or the end of the
// stream, which a successful exec causes.
std::optional<std::string> FailureReported(int report) {
  ChildFailure failure;
  ssize_t got = 0;
  do {
    got = ::read(report, &failure, sizeof(failure));
  } while (got < 0 && errno == EINTR);
  if (got == 0) return std::nullopt;
  if (got != static_cast<ssize_t>(sizeof(failure))) return "the process could not be watched";
  return "the process could not be started (" + std::string(NameOf(failure.stage)) +
         "): " + std::generic_category().message(failure.error);
}

bool CanWrite(const SystemUser& user, const struct stat& facts) {
  const bool in_group = std::ranges::find(user.groups, facts.st_gid) != user.groups.end();
  return facts.st_uid == user.uid || (facts.st_mode & S_IWOTH) != 0 ||
         (in_group && (facts.st_mode & S_IWGRP) != 0);
}

// A function that can change its own program, or put another in its place, is nobody's to trust
// with the next secret. Arguments that are paths are scripts of an interpreter.
std::optional<std::string> WritableByUser(const ChildSpec& spec, const SystemUser& user) {
  if (user.is_own) return std::nullopt;
  std::vector<std::string> paths = spec.command;
  paths.push_back(spec.working_directory);
  for (const std::string& path : paths) {
    struct stat facts {};
    if (!path.starts_with('/') || ::stat(path.c_str(), &facts) != 0) continue;
    if (S_ISCHR(facts.st_mode) || !CanWrite(user, facts)) continue;  // As /dev/null is.
    return path + " can be changed by the user that it runs as";
  }
  return std::nullopt;
}

// The child becomes the program. It is no copy of the server where that can be avoided: copying the
// page tables takes 8 ms for each 400 MiB that the server holds, and its threads wait meanwhile
// whenever they touch a page. A child that shares the memory until its exec must not be another
// user's, whose other processes could then reach for it.
pid_t Spawn(const ChildPlan& plan) {
  if (plan.changes_user) {
    const pid_t pid = ::fork();
    if (pid == 0) BecomeProgram(plan);
    return pid;
  }
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  // No handler of the server may run in the child; BecomeProgram resets them, and then this.
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  // BecomeProgram changes nothing that this thread, which waits meanwhile, looks at afterwards.
  const pid_t pid = ::vfork();        // NOLINT(clang-analyzer-security.insecureAPI.vfork)
  if (pid == 0) BecomeProgram(plan);  // NOLINT(clang-analyzer-unix.Vfork)
  const int error = errno;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = error;
  return pid;
}

}  // namespace

std::string ChildEnd::Describe() const {
  return (by_signal ? "signal " : "exit status ") + std::to_string(code);
}

std::expected<ChildProcess, std::string> ChildProcess::Start(const ChildSpec& spec) try {
  const auto user = FindUser(spec.user);
  if (!user) return std::unexpected(user.error());
  if (spec.command.empty()) return std::unexpected("no command is configured");
  if (const auto reason = WritableByUser(spec, *user)) return std::unexpected(*reason);

  PrivateDirectory directory(spec.scratch, user->uid, user->gid);
  std::vector<std::string> arguments = spec.command;
  std::vector<std::string> environment = spec.environment;
  environment.push_back("HOME=" + directory.path().string());
  environment.push_back("TMPDIR=" + directory.path().string());
  const std::vector<char*> argv = Pointers(arguments);
  const std::vector<char*> envp = Pointers(environment);
  const std::string working_directory =
      spec.working_directory.empty() ? directory.path().string() : spec.working_directory;
  const std::vector<ResourceLimit> limits = LimitsOf(spec, *user);
  Pipe input = MakePipe();
  Pipe output = MakePipe();
  Pipe error = MakePipe();
  Pipe report = MakePipe();
  const ChildPlan plan{.argv = argv.data(),
                       .envp = envp.data(),
                       .directory = working_directory.c_str(),
                       .standard_input = input.read_end.get(),
                       .standard_output = output.write_end.get(),
                       .standard_error = error.write_end.get(),
                       .report = report.write_end.get(),
                       .parent = ::getpid(),
                       .niceness = spec.niceness,
                       .changes_user = !user->is_own,
                       .uid = user->uid,
                       .gid = user->gid,
                       .groups = user->groups,
                       .limits = limits};
  const pid_t pid = Spawn(plan);
  if (pid < 0) return std::unexpected("fork: " + std::generic_category().message(errno));

  report.write_end.Close();
  ChildProcess child(pid, user->uid,
                     {.input = std::move(input.write_end),
                      .output = std::move(output.read_end),
                      .error = std::move(error.read_end)},
                     std::move(directory));
  if (auto reason = FailureReported(report.read_end.get())) {
    return std::unexpected(*std::move(reason));
  }
  return child;
} catch (const std::system_error& failure) {
  return std::unexpected(std::string(failure.what()));
}

ChildProcess::ChildProcess(pid_t pid, uid_t uid, Pipes pipes, PrivateDirectory directory)
    : pid_(pid),
      uid_(uid),
      // By number: glibc 2.36 declares pidfd_open without C linkage.
      pid_descriptor_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))),
      pipes_(std::move(pipes)),
      directory_(std::move(directory)) {
  MakeNonBlocking(pipes_.input);
  MakeNonBlocking(pipes_.output);
  MakeNonBlocking(pipes_.error);
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      uid_(other.uid_),
      pid_descriptor_(std::move(other.pid_descriptor_)),
      pipes_(std::move(other.pipes_)),
      directory_(std::move(other.directory_)) {}

ChildProcess::~ChildProcess() {
  if (pid_ < 0) return;
  Kill(SIGKILL);
  (void)Reap();
}

// The process leads its group, whose id stays taken until it has been reaped. It may not yet have
// come to setpgid, so that it is told by its own id too.
void ChildProcess::Kill(int signal) const {
  if (::kill(-pid_, signal) != 0) ::kill(pid_, signal);
}

ChildEnd ChildProcess::Reap() {
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  const bool by_signal = WIFSIGNALED(status);
  return {.reason = ChildEnd::Reason::kItself,
          .by_signal = by_signal,
          .code = by_signal ? WTERMSIG(status) : WEXITSTATUS(status)};
}

}  // namespace coffer::rotation
