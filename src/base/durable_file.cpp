#include "base/durable_file.h"

#include "base/file_descriptor.h"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace coffer::base {
namespace {

[[noreturn]] void ThrowFor(const std::filesystem::path& path) {
  const int error = errno;
  throw std::system_error(error, std::generic_category(), "cannot write " + path.string());
}

/// Takes a file away again unless all that had to follow was done.
class Removal {
 public:
  explicit Removal(const std::filesystem::path& path) : path_(path) {}
  Removal(const Removal&) = delete;
  Removal& operator=(const Removal&) = delete;
  ~Removal() {
    if (!cancelled_) ::unlink(path_.c_str());
  }
  void Cancel() { cancelled_ = true; }

 private:
  const std::filesystem::path& path_;
  bool cancelled_ = false;
};

void WriteAll(const FileDescriptor& file, std::string_view text,
              const std::filesystem::path& path) {
  while (!text.empty()) {
    const ssize_t count = ::write(file.get(), text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) ThrowFor(path);
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

void SynchronizeDirectoryOf(const std::filesystem::path& path) {
  const std::filesystem::path parent = path.has_parent_path() ? path.parent_path() : ".";
  const FileDescriptor directory(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.valid() || ::fsync(directory.get()) != 0) ThrowFor(parent);
}

FileDescriptor OpenFresh(const std::filesystem::path& path, mode_t mode) {
  FileDescriptor file(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
  if (!file.valid()) ThrowFor(path);
  // The umask may have closed it further. It is never more open than asked, so that a file system
  // without modes is no reason to fail.
  ::fchmod(file.get(), mode);
  return file;
}

void Fill(const FileDescriptor& file, std::initializer_list<std::string_view> pieces,
          const std::filesystem::path& path) {
  for (const std::string_view piece : pieces) WriteAll(file, piece, path);
  if (::fsync(file.get()) != 0) ThrowFor(path);
}

/// Puts a file into place whole or not at all, so that whoever is killed leaves no half of one.
/// `flags` are those of renameat2.
void WriteFile(const std::filesystem::path& path, mode_t mode,
               std::initializer_list<std::string_view> pieces, unsigned flags) {
  const std::filesystem::path fresh = path.string() + ".new";
  ::unlink(fresh.c_str());  // Left by a process that was killed.
  const FileDescriptor file = OpenFresh(fresh, mode);
  Removal removal(fresh);
  Fill(file, pieces, fresh);
  if (::renameat2(AT_FDCWD, fresh.c_str(), AT_FDCWD, path.c_str(), flags) == 0) {
    removal.Cancel();
  } else if (errno != EINVAL || ::link(fresh.c_str(), path.c_str()) != 0) {
    ThrowFor(path);  // Some network file systems know no flags; a link replaces nothing either.
  }
  SynchronizeDirectoryOf(path);
}

}  // namespace

void CreateFile(const std::filesystem::path& path, mode_t mode,
                std::initializer_list<std::string_view> pieces) {
  WriteFile(path, mode, pieces, RENAME_NOREPLACE);
}

void ReplaceFile(const std::filesystem::path& path, mode_t mode,
                 std::initializer_list<std::string_view> pieces) {
  WriteFile(path, mode, pieces, 0);
}

}  // namespace coffer::base
