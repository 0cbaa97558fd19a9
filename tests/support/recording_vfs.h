#pragma once

#include "support/disk_model.h"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

struct sqlite3_vfs;

namespace coffer::test {

enum class FileOperation : std::uint8_t {
  kRead,
  kWrite,
  kTruncate,
  kSync,
  kOpen,
  kDelete,
  kMapShared,     ///< Shared memory, the WAL's index.
  kExtendShared,  ///< Of these calls, the ones that make its file longer.
};
enum class FileKind : std::uint8_t { kDatabase, kWal, kOther };

/// One call that an injected fault answers with `code` instead of doing it.
struct InjectedFault {
  FileOperation operation;
  std::optional<FileKind> kind;  ///< Absent = any.
  int code;
  /// Calls of that sort that still succeed before it.
  std::size_t successes_before = 0;
  bool is_sticky = false;      ///< All later calls of that sort fail as well.
  int system_error = 0;        ///< The errno that is found.
  bool writes_a_part = false;  ///< Half of what is written arrives all the same.
};

/// What was recorded from some moment on.
struct Recording {
  DiskModel before;
  std::vector<DiskEvent> events;
};

/// A shim over SQLite's default VFS. It remembers what was written to each file since its last
/// sync, so that it can show what a power loss at any moment would leave. And it can break calls.
/// Registered under `name()` while the object lives, which must be longer than any connection that
/// uses it. It never bothers the real disk with a sync.
class RecordingVfs {
 public:
  RecordingVfs();
  RecordingVfs(const RecordingVfs&) = delete;
  RecordingVfs& operator=(const RecordingVfs&) = delete;
  ~RecordingVfs();

  [[nodiscard]] const std::string& name() const { return name_; }

  /// Writes the files as a power loss now would leave them in the worst case: the synced bytes
  /// alone.
  void WriteSyncedImage(const std::filesystem::path& directory) const;

  /// From here on everything is kept.
  void StartRecording();
  [[nodiscard]] std::size_t CountOfEvents() const;
  [[nodiscard]] const Recording& recording() const { return recording_; }

  /// Arms one fault.
  void Inject(const InjectedFault& fault);
  [[nodiscard]] bool HasFaultStruck() const;
  /// Changes that were let through after it struck first.
  [[nodiscard]] std::size_t CountOfChangesSinceStrike() const;
  /// The disk works again.
  void Heal();

  /// Calls so far that were let through.
  [[nodiscard]] std::size_t CountOf(FileOperation operation, FileKind kind) const;
  /// Calls so far that changed a file: writes, truncations, syncs and deletions.
  [[nodiscard]] std::size_t CountOfChanges() const;
  /// Waits until `CountOf` reaches `count`; false when it takes absurdly long.
  [[nodiscard]] bool WaitForCount(FileOperation operation, FileKind kind, std::size_t count) const;

 private:
  friend struct RecordingVfsCalls;

  /// Answers the fault that strikes now; otherwise counts the call.
  std::optional<InjectedFault> Observe(FileOperation operation, FileKind kind);
  void Note(DiskEvent event);
  [[nodiscard]] std::size_t Changes() const;  // With record_mutex_ held.
  [[nodiscard]] bool Knows(const std::string& path) const;

  std::string name_;
  std::unique_ptr<sqlite3_vfs> vfs_;

  mutable std::mutex record_mutex_;
  mutable std::condition_variable counted_;
  DiskModel disk_;
  std::set<std::string> known_;
  bool is_recording_ = false;
  Recording recording_;
  std::map<std::pair<FileOperation, FileKind>, std::size_t> counts_;
  std::optional<InjectedFault> fault_;
  bool has_struck_ = false;
  std::size_t changes_before_strike_ = 0;
};

}  // namespace coffer::test
