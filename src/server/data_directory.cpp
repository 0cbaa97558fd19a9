#include "server/data_directory.h"

#include "base/log.h"

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <system_error>
#include <thread>

namespace coffer::server {
namespace {

std::filesystem::path MakeTemporary() {
  std::string pattern = (std::filesystem::temp_directory_path() / "coffer-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) {
    throw DataDirectoryError("No temporary directory could be made: " +
                             std::generic_category().message(errno));
  }
  return pattern;
}

void Make(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::create_directories(path.parent_path(), error);
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
    throw DataDirectoryError("The data directory " + path.string() +
                             " can't be made: " + std::generic_category().message(errno) + ".");
  }
  // One that was there may be open to others; it can be closed by its owner alone. What the owner
  // may do is left as it is: a read-only directory stays one, and is refused.
  struct stat info {};
  const bool is_known = ::stat(path.c_str(), &info) == 0;
  if (is_known && (info.st_mode & 077) != 0 && ::chmod(path.c_str(), info.st_mode & 0700) != 0) {
    base::log::Warning("data.directory_not_closed", {{"directory", path.string()}});
  }
}

// SQLite's locks and its shared memory are not reliable there.
void WarnOfNetworkFileSystem(const std::filesystem::path& path) {
  constexpr long kNfs = 0x6969;
  constexpr long kSmb = 0x517B;
  constexpr long kCifs = 0xFF534D42;
  constexpr long kSmb2 = 0xFE534D42;
  constexpr long k9p = 0x01021997;
  constexpr long kFuse = 0x65735546;
  struct statfs info {};
  if (::statfs(path.c_str(), &info) != 0) return;
  for (const long type : {kNfs, kSmb, kCifs, kSmb2, k9p, kFuse}) {
    if (info.f_type == type) {
      base::log::Warning("data.network_file_system", {{"directory", path.string()}});
      return;
    }
  }
}

// A server that was killed may have been starting a process just then, which shares the lock for
// the moment until it ends too.
bool TakeLock(int lock) {
  constexpr int kTries = 50;
  constexpr std::chrono::milliseconds kPause{10};
  for (int i = 1; ::flock(lock, LOCK_EX | LOCK_NB) != 0; ++i) {
    if (i == kTries) return false;
    std::this_thread::sleep_for(kPause);
  }
  return true;
}

base::FileDescriptor LockFile(const std::filesystem::path& path) {
  const std::filesystem::path file = path / "lock";
  base::FileDescriptor lock(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock.valid()) {
    throw DataDirectoryError("The data directory " + path.string() +
                             " can't be written: " + std::generic_category().message(errno) +
                             ". Give it to the user that runs the server, or choose another one "
                             "with --data.");
  }
  if (!TakeLock(lock.get())) {
    throw DataDirectoryError("Another server is using the data directory " + path.string() +
                             ". Stop it, or choose another directory with --data.");
  }
  return lock;
}

}  // namespace

DataDirectory::DataDirectory(const std::filesystem::path& path, bool ephemeral)
    : path_(ephemeral ? MakeTemporary() : std::filesystem::absolute(path).lexically_normal()),
      ephemeral_(ephemeral) {
  if (!path_.has_filename()) path_ = path_.parent_path();
  if (!ephemeral_) Make(path_);
  lock_ = LockFile(path_);
  WarnOfNetworkFileSystem(path_);
}

DataDirectory::~DataDirectory() {
  if (!ephemeral_) return;
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace coffer::server
