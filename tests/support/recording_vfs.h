#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct sqlite3_vfs;

namespace coffer::test {

enum class FileOperation : std::uint8_t { kRead, kWrite, kTruncate, kSync };
enum class FileKind : std::uint8_t { kDatabase, kWal, kOther };

/// One call that an injected fault answers with `code` instead of doing it.
struct InjectedFault {
  FileOperation operation;
  FileKind kind;
  int code;
  /// Calls of that sort that still succeed before it.
  std::size_t successes_before = 0;
};

/// A shim over SQLite's default VFS. It remembers what was written to each file since its last
/// sync, so that it can show what a power loss at this moment would leave in the worst case: the
/// synced bytes alone. And it can break calls. Registered under `name()` while the object lives,
/// which must be longer than any connection that uses it.
class RecordingVfs {
 public:
  RecordingVfs();
  RecordingVfs(const RecordingVfs&) = delete;
  RecordingVfs& operator=(const RecordingVfs&) = delete;
  ~RecordingVfs();

  [[nodiscard]] const std::string& name() const { return name_; }

  /// Writes the files as a power loss now would leave them into `directory`, under their own names.
  /// Shared memory is not among them: it is rebuilt from the WAL.
  void WriteSyncedImage(const std::filesystem::path& directory) const;

  /// Arms one fault; it strikes once.
  void Inject(const InjectedFault& fault);
  [[nodiscard]] bool HasFaultStruck() const;

  /// Calls so far that were let through.
  [[nodiscard]] std::size_t CountOf(FileOperation operation, FileKind kind) const;
  /// Calls so far that changed a file: writes, truncations, syncs and deletions.
  [[nodiscard]] std::size_t CountOfChanges() const;
  /// Waits until `CountOf` reaches `count`; false when it takes absurdly long.
  [[nodiscard]] bool WaitForCount(FileOperation operation, FileKind kind, std::size_t count) const;

 private:
  friend struct RecordingVfsCalls;

  struct Change {
    bool is_truncation;
    std::size_t offset;  ///< Of the bytes, or the size that is left.
    std::string bytes;
  };

  struct File {
    std::string synced;
    std::vector<Change> unsynced;
    /// Whether the directory that was last synced names it.
    bool is_durable = false;
    bool is_deleted = false;
  };

  /// Answers the code of a fault that strikes now; otherwise counts the call.
  std::optional<int> Observe(FileOperation operation, FileKind kind);
  void NoteOpened(const std::string& path, bool existed);
  void NoteChange(const std::string& path, Change change);
  void NoteSynced(const std::string& path);
  void NoteDeleted(const std::string& path, bool is_directory_synced);
  void SyncDirectory();

  std::string name_;
  std::unique_ptr<sqlite3_vfs> vfs_;

  mutable std::mutex record_mutex_;
  mutable std::condition_variable counted_;
  std::map<std::string, File> files_;
  std::map<std::pair<FileOperation, FileKind>, std::size_t> counts_;
  std::size_t deletions_ = 0;
  std::optional<InjectedFault> fault_;
};

}  // namespace coffer::test
