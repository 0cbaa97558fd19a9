#pragma once

#include "base/file_descriptor.h"
#include "rotation/executors/private_directory.h"
#include "rotation/executors/stop_event.h"

#include <chrono>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace coffer::rotation {

/// What is started, and what it may use.
struct ChildSpec {
  std::vector<std::string> command = {};  ///< The program's path and its arguments.
  /// `NAME=value`: all that the program sees beside HOME and TMPDIR, which are its private
  /// directory. Nothing is inherited from the server.
  std::vector<std::string> environment = {};
  std::string working_directory = {};  ///< Empty = the private directory.
  std::string user = {};               ///< As in RotationFunction; empty = the server's own.
  /// Of one process, in seconds of processor time.
  std::int64_t processor_seconds = 60;
  /// Of one process: what it may have in private writable memory.
  std::int64_t memory_mebibytes = 256;
  /// Added to the server's (nice(2)). Rotations can wait, callers cannot: many that are due at once
  /// get what requests leave of the processors. With 10 a process has still a tenth of the server's
  /// share, so that an interpreter starts in time on a busy machine.
  int niceness = 10;
  std::filesystem::path scratch = std::filesystem::temp_directory_path();
};

/// How a process ended.
struct ChildEnd {
  enum class Reason : std::uint8_t {
    kItself,    ///< It exited, or a signal that was not ours ended it.
    kDeadline,  ///< It was ended at its deadline.
    kStopped,   ///< It was ended because of the StopEvent.
  };
  Reason reason = Reason::kItself;
  bool by_signal = false;
  int code = 0;  ///< Exit status, or number of the signal.

  /// `exit status 3`, `signal 11`.
  [[nodiscard]] std::string Describe() const;
};

/// A program that was started in a process group of its own: no terminal, no descriptors but its
/// three pipes, no new privileges, umask 077, no core files, and limits on open files (256), the
/// size of files (64 MiB), processor time and memory; on processes (64) where it has a user of its
/// own, because that limit counts all processes of a user.
///
/// The limits are those of setrlimit(2), which hold for each process. Without cgroups there is no
/// limit for a function and its children together, a child that makes a session of its own outlives
/// the group, and memory is measured as what is mapped, not as what is used.
///
/// The kernel kills it when the thread that called `Start` ends (PR_SET_PDEATHSIG follows threads),
/// so whoever starts a process keeps that thread until the process is over. Not thread-safe.
class ChildProcess {
 public:
  using Sink = std::function<void(std::string_view bytes)>;

  /// What goes in and comes out while a process lives.
  struct Exchange {
    std::string_view input = {};  ///< Written to its standard input, which is closed then.
    std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
    Sink standard_output = [](std::string_view) {};
    Sink standard_error = [](std::string_view) {};
  };

  /// Starts it, or says in words why that cannot be done.
  [[nodiscard]] static std::expected<ChildProcess, std::string> Start(const ChildSpec& spec);
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&&) = delete;
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  /// Kills it and its group at once if it still lives.
  ~ChildProcess();

  /// The user that it runs as.
  [[nodiscard]] uid_t uid() const { return uid_; }

  /// Feeds it and reads what it prints until it is over. At the deadline, or when `stop` is set,
  /// its group gets SIGTERM and, two seconds later, SIGKILL; the latter also once it has ended by
  /// itself, for what it has left behind.
  [[nodiscard]] ChildEnd Communicate(const Exchange& exchange, const StopEvent& stop);

 private:
  struct Pipes {
    base::FileDescriptor input, output, error;
  };

  ChildProcess(pid_t pid, uid_t uid, Pipes pipes, PrivateDirectory directory);
  void Kill(int signal) const;
  ChildEnd Reap();

  friend class ChildConversation;

  pid_t pid_;  // Negative when moved from or reaped.
  uid_t uid_;
  base::FileDescriptor pid_descriptor_;
  Pipes pipes_;
  PrivateDirectory directory_;
};

}  // namespace coffer::rotation
