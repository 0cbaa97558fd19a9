#pragma once

#include "requests.h"
#include "sql/sqlite_database.h"
#include "support/api_over_database.h"
#include "support/temporary_directory.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <random>
#include <string>
#include <string_view>

namespace coffer::test {

/// How a server uses its disk.
struct DiskUse {
  std::string vfs{};
  std::size_t forced_checkpoint_pages = 8000;
  std::string synchronous = "FULL";
  std::function<void(std::string_view reason)> on_fatal{};
};

/// A directory in memory: disks fail here by our own doing alone.
class MemoryDirectory : public TemporaryDirectory {
 public:
  MemoryDirectory();
};

/// What a server's process has between a request and its files. The same files, calls and seed make
/// the same files again.
class ServerOverFiles {
 public:
  ServerOverFiles(const std::filesystem::path& directory, const DiskUse& use,
                  std::uint64_t random_seed);

  /// The body of the answer.
  std::string Ask(const ApiRequest& request);
  /// The same while all open readers are busy, so that another one has to be opened for it.
  std::string AskWithoutOpenReaders(const ApiRequest& request);
  [[nodiscard]] int status() const { return api_.reply().status; }
  /// All that the API tells, without what differs between two times of asking.
  std::string Describe();
  ApiOverDatabase& api() { return api_; }

 private:
  sql::SqliteDatabase database_;
  ApiOverDatabase api_;
};

/// Files of the vault of VaultRequests(), and after some further calls, closed.
class PreparedVault {
 public:
  explicit PreparedVault(const std::vector<ApiRequest>& further);
  void CopyTo(const std::filesystem::path& directory) const;

 private:
  MemoryDirectory directory_;
};

/// Every row of every table; throws when SQLite finds the file damaged.
[[nodiscard]] std::string RowsIn(const std::filesystem::path& directory);
/// The same after the real store has opened the files and checked every row's MAC and every value;
/// or what was wrong, which is equal to no rows.
[[nodiscard]] std::string ReopenedRowsIn(const std::filesystem::path& directory);

/// Seeded by COFFER_TEST_SEED or at random, which is printed.
[[nodiscard]] std::mt19937& SampleRandom();
/// Whether COFFER_DISK_FAULTS=all wants every case instead of a sample.
[[nodiscard]] bool WantsAll();
/// How many cases to take where `usual` are enough every day: COFFER_DISK_FAULTS times as many.
[[nodiscard]] std::size_t SampleOf(std::size_t usual);

}  // namespace coffer::test
