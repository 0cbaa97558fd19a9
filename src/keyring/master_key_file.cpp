#include "keyring/master_key_file.h"

#include "base/durable_file.h"
#include "base/file_descriptor.h"
#include "keyring/master_key.h"
#include "keyring/master_key_text.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace coffer::keyring {
namespace {

constexpr std::size_t kLongestFile = 4096;

[[noreturn]] void Refuse(const std::string& where, const std::string& what) {
  throw MasterKeyError("master key " + where + ": " + what);
}

[[noreturn]] void RefuseWithErrno(const std::string& where, const char* what) {
  const int error = errno;
  Refuse(where, std::string(what) + ": " + std::generic_category().message(error));
}

base::FileDescriptor Open(const std::string& path, int mode, const std::string& where) {
  // O_NONBLOCK: opening a named pipe must not wait for a writer before it is refused.
  base::FileDescriptor file(::open(path.c_str(), mode | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file.valid() && errno == ELOOP) Refuse(where, "is a symbolic link");
  if (!file.valid()) RefuseWithErrno(where, "cannot be opened");
  return file;
}

struct stat StatusOf(const base::FileDescriptor& file, const std::string& where) {
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) RefuseWithErrno(where, "cannot be examined");
  if (!S_ISREG(status.st_mode)) Refuse(where, "is not a regular file");
  return status;
}

void CheckOwnFile(const struct stat& status, const std::string& where) {
  if (status.st_uid != ::geteuid()) Refuse(where, "belongs to another user");
  const mode_t mode = status.st_mode & 07777;
  if (mode != 0600 && mode != 0400) {
    Refuse(where, "must be closed to others: chmod 0600 or 0400");
  }
}

void CheckCredential(const struct stat& status, const std::string& where) {
  if (status.st_uid != ::geteuid() && status.st_uid != 0) Refuse(where, "belongs to another user");
  // With an access list the bits of the group are its mask.
  if ((status.st_mode & 037) != 0) Refuse(where, "must be closed to others");
}

SecretBytes ReadWhole(const base::FileDescriptor& file, const std::string& where) {
  SecretBytes content(kLongestFile + 1);
  std::size_t size = 0;
  for (;;) {
    const auto room = content.ExposeWritable().subspan(size);
    const ssize_t count = ::read(file.get(), room.data(), room.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) RefuseWithErrno(where, "cannot be read");
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
    if (size > kLongestFile) Refuse(where, "is too long for a key");
  }
  content.Truncate(size);
  return content;
}

std::vector<SecretBytes> ReadKeys(const base::FileDescriptor& file, const std::string& where) {
  auto keys = ParseMasterKeys(ReadWhole(file, where), /*may_be_raw=*/true);
  if (!keys) Refuse(where, keys.error());
  return *std::move(keys);
}

/// Writes zeros over what the file holds. Nothing hangs on it: what may fail does so unsaid.
void Overwrite(const base::FileDescriptor& file, off_t size) {
  constexpr std::array<std::byte, 512> kZeros{};
  off_t at = 0;
  while (at < size) {
    const auto left = static_cast<std::size_t>(size - at);
    const ssize_t count = ::pwrite(file.get(), kZeros.data(), std::min(left, kZeros.size()), at);
    if (count <= 0) return;
    at += count;
  }
  ::fsync(file.get());
}

}  // namespace

std::vector<SecretBytes> ReadMasterKeyFile(const std::string& path) {
  const std::string where = "file " + path;
  const base::FileDescriptor file = Open(path, O_RDONLY, where);
  CheckOwnFile(StatusOf(file, where), where);
  return ReadKeys(file, where);
}

std::vector<SecretBytes> ReadMasterKeyCredential(const std::string& path) {
  const std::string where = "credential " + path;
  const base::FileDescriptor file = Open(path, O_RDONLY, where);
  CheckCredential(StatusOf(file, where), where);
  return ReadKeys(file, where);
}

SecretBytes CreateMasterKeyFile(const std::filesystem::path& file, Random& random) {
  std::vector<SecretBytes> keys;
  keys.emplace_back(kMasterKeySize);
  random.Fill(keys.front().ExposeWritable());
  try {
    base::CreateFile(file, 0600, {FormatMasterKeys(keys).ExposeText()});
  } catch (const std::system_error& error) {
    Refuse("file " + file.string(), "cannot be created: " + error.code().message());
  }
  return std::move(keys.front());
}

void ReplaceMasterKeyFile(const std::string& path, const std::vector<SecretBytes>& keys) {
  const std::string where = "file " + path;
  const base::FileDescriptor old = Open(path, O_RDONLY, where);
  const struct stat status = StatusOf(old, where);
  CheckOwnFile(status, where);
  try {
    base::ReplaceFile(path, status.st_mode & 07777, {FormatMasterKeys(keys).ExposeText()});
  } catch (const std::system_error& error) {
    Refuse(where, "cannot be written: " + error.code().message());
  }
  struct stat now {};
  if (::fstat(old.get(), &now) != 0 || now.st_nlink != 0) return;
  // By the descriptor: the old file has no name any more. Read-only ones are opened for writing.
  ::fchmod(old.get(), 0600);
  const base::FileDescriptor writable(
      ::open(("/proc/self/fd/" + std::to_string(old.get())).c_str(), O_WRONLY | O_CLOEXEC));
  if (writable.valid()) Overwrite(writable, status.st_size);
}

}  // namespace coffer::keyring
