#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace coffer::test {

/// Something that was done to a file.
struct DiskEvent {
  enum class Kind : std::uint8_t { kOpened, kWritten, kTruncated, kSynced, kDeleted };
  Kind kind{};
  std::string path{};
  std::size_t offset = 0;  ///< Of the bytes, or the size that is left.
  /// What was written; of a file that is opened for the first time, what the disk held already.
  std::string bytes{};
  /// Opened: the disk had it. Deleted: the directory was synced.
  bool is_on_disk = false;
};

/// What a power cut does to what was written since the last sync of each file. What was synced is
/// never damaged.
enum class PowerCut : std::uint8_t {
  kNothingUnsyncedIsKept,
  kSomeIsKept,     ///< Any writes, whatever their order.
  kTornAtTheLast,  ///< All, but the last one not to its end.
  kAllIsKept,      ///< As after kill -9.
};

/// The files of a disk and, for each, what is only on its way to it.
class DiskModel {
 public:
  void Apply(const DiskEvent& event);
  /// Writes the files as the cut leaves them into `directory`, under their own names. Shared memory
  /// is not among them: it is rebuilt from the WAL.
  void WriteImage(const std::filesystem::path& directory, PowerCut cut, std::mt19937& random) const;

 private:
  struct File {
    std::string synced;
    std::vector<DiskEvent> unsynced;
    /// Whether the directory that was last synced names it.
    bool is_durable = false;
    bool is_deleted = false;
  };

  void SyncDirectory();
  static bool Survives(const File& file, PowerCut cut, std::mt19937& random);
  static std::string ContentAfter(const File& file, PowerCut cut, std::mt19937& random);

  std::map<std::string, File> files_;
};

}  // namespace coffer::test
