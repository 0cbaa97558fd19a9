#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <sys/resource.h>
#include <sys/types.h>

namespace coffer::rotation {

/// One limit of setrlimit(2), hard and soft.
struct ResourceLimit {
  int resource = 0;
  rlim_t value = 0;
};

/// All that a child needs between fork and exec, laid out before the fork: a child of a process
/// with threads may not even allocate memory, which may be its parent's. Every pointer outlives the
/// fork.
struct ChildPlan {
  char* const* argv = nullptr;  ///< Null-terminated, as `envp`; argv[0] is the program's path.
  char* const* envp = nullptr;
  const char* directory = nullptr;
  int standard_input = -1;  ///< This and the others: 3 or more.
  int standard_output = -1;
  int standard_error = -1;
  int report = -1;   ///< Where a ChildFailure is written; closed by a successful exec.
  pid_t parent = 0;  ///< Process id of the server.
  int niceness = 0;  ///< Added to the server's.
  bool changes_user = false;
  uid_t uid = 0;
  gid_t gid = 0;
  std::span<const gid_t> groups;
  std::span<const ResourceLimit> limits;
};

/// What a child could not do before it became the program.
enum class ChildStage : std::uint8_t {
  kDescriptors,
  kLimits,
  kUser,
  kProtection,
  kDirectory,
  kProgram
};
struct ChildFailure {
  ChildStage stage = ChildStage::kProgram;
  int error = 0;  ///< errno.
};
/// `limits`, `program` and the like, for a message.
[[nodiscard]] std::string_view NameOf(ChildStage stage);

/// Turns the freshly forked child into the program. Only async-signal-safe calls; writes to nothing
/// but its own stack.
[[noreturn]] void BecomeProgram(const ChildPlan& plan) noexcept;

}  // namespace coffer::rotation
