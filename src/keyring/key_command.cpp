#include "keyring/key_command.h"

#include "base/file_descriptor.h"
#include "keyring/master_key.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <span>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <system_error>
#include <utility>

namespace coffer::keyring {
namespace {

using Deadline = std::chrono::steady_clock::time_point;

[[noreturn]] void Refuse(const std::string& path, const std::string& what) {
  throw MasterKeyError("master key command " + path + ": " + what);
}

void CheckError(int error, const std::string& path, const char* what) {
  if (error == 0) return;
  Refuse(path, std::string(what) + ": " + std::generic_category().message(error));
}

/// How the program is started: where its streams go, which signals it sees.
class SpawnSettings {
 public:
  SpawnSettings() {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawnattr_init(&attributes_);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;
  ~SpawnSettings() {
    ::posix_spawnattr_destroy(&attributes_);
    ::posix_spawn_file_actions_destroy(&actions_);
  }

  [[nodiscard]] pid_t Start(const std::string& path, int output) {
    ::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
    sigset_t no_signals;
    sigset_t all_signals;
    ::sigemptyset(&no_signals);
    ::sigfillset(&all_signals);
    ::posix_spawnattr_setsigmask(&attributes_, &no_signals);
    ::posix_spawnattr_setsigdefault(&attributes_, &all_signals);
    ::posix_spawnattr_setflags(
        &attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);

    std::string name = path;
    const std::array<char*, 2> arguments{name.data(), nullptr};
    const std::array<char*, 1> environment{nullptr};
    pid_t process = -1;
    CheckError(::posix_spawn(&process, path.c_str(), &actions_, &attributes_, arguments.data(),
                             environment.data()),
               path, "cannot be started");
    return process;
  }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

/// A started program; killed with all it started unless it was seen to end.
class Process {
 public:
  explicit Process(pid_t process) : process_(process) {}
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process() {
    if (process_ < 0) return;
    ::kill(-process_, SIGKILL);
    (void)Wait();
  }

  [[nodiscard]] pid_t id() const { return process_; }
  /// Its wait status.
  int Wait() {
    int status = 0;
    while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
    }
    process_ = -1;
    return status;
  }

 private:
  pid_t process_;
};

void WaitUntilReadable(const base::FileDescriptor& descriptor, Deadline deadline,
                       const std::string& path) {
  for (;;) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) Refuse(path, "took too long");
    pollfd event{descriptor.get(), POLLIN, 0};
    const int ready = ::poll(&event, 1, static_cast<int>(left.count()));
    if (ready > 0) return;
    if (ready < 0 && errno != EINTR) CheckError(errno, path, "poll");
  }
}

SecretBytes ReadOutput(const base::FileDescriptor& output, Deadline deadline, std::size_t limit,
                       const std::string& path) {
  SecretBytes text(limit + 1);
  std::size_t size = 0;
  for (;;) {
    WaitUntilReadable(output, deadline, path);
    const auto room = text.ExposeWritable().subspan(size);
    const ssize_t count = ::read(output.get(), room.data(), room.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) CheckError(errno, path, "its output cannot be read");
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
    if (size > limit) Refuse(path, "wrote more than " + std::to_string(limit) + " bytes");
  }
  text.Truncate(size);
  return text;
}

std::pair<base::FileDescriptor, base::FileDescriptor> NewPipe(const std::string& path) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) CheckError(errno, path, "no pipe");
  return {base::FileDescriptor(ends[0]), base::FileDescriptor(ends[1])};
}

}  // namespace

SecretBytes RunKeyCommand(const std::string& path, const CommandLimits& limits) {
  if (!path.starts_with('/')) Refuse(path, "must be an absolute path");
  const Deadline deadline = std::chrono::steady_clock::now() + limits.time;

  auto [output, program_end] = NewPipe(path);
  Process process(SpawnSettings().Start(path, program_end.get()));
  program_end.Close();
  SecretBytes text = ReadOutput(output, deadline, limits.output_bytes, path);

  // It may close its output long before it ends; only its exit status tells whether to trust it.
  // By number: glibc 2.36 declares pidfd_open without C linkage.
  const base::FileDescriptor ended(static_cast<int>(::syscall(SYS_pidfd_open, process.id(), 0)));
  if (!ended.valid()) CheckError(errno, path, "cannot be waited for");
  WaitUntilReadable(ended, deadline, path);
  const int status = process.Wait();
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) Refuse(path, "failed");
  return text;
}

}  // namespace coffer::keyring
