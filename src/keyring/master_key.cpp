#include "keyring/master_key.h"

#include "base/ascii.h"
#include "base/durable_file.h"
#include "base/encoding.h"
#include "base/file_descriptor.h"
#include "keyring/key_command.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <optional>
#include <sys/stat.h>
#include <system_error>

namespace coffer::keyring {
namespace {

constexpr std::size_t kHexLength = 2 * kMasterKeySize;
constexpr std::size_t kBase64Length = base::Base64Length(kMasterKeySize);
constexpr std::size_t kLongestSource = 4096;

[[noreturn]] void Refuse(const std::string& where, const std::string& what) {
  throw MasterKeyError("master key " + where + ": " + what);
}

[[noreturn]] void RefuseWithErrno(const std::string& where, const char* what) {
  const int error = errno;
  Refuse(where, std::string(what) + ": " + std::generic_category().message(error));
}

std::string_view WithoutBlanks(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::optional<SecretBytes> DecodeHexKey(std::string_view text) {
  SecretBytes lower = SecretBytes::FromText(text);
  for (std::byte& character : lower.ExposeWritable()) {
    character = static_cast<std::byte>(base::ToLower(std::to_integer<char>(character)));
  }
  SecretBytes key(kMasterKeySize);
  if (!base::FromHex(lower.ExposeText(), key.ExposeWritable())) return std::nullopt;
  return key;
}

std::optional<SecretBytes> DecodeBase64Key(std::string_view text) {
  SecretBytes key(kBase64Length / 4 * 3);
  if (base::DecodeBase64(text, key.ExposeWritable().data()) != kMasterKeySize) return std::nullopt;
  key.Truncate(kMasterKeySize);
  return key;
}

/// The key that `source` spells in hexadecimal or base64.
SecretBytes DecodeKey(const SecretBytes& source, const std::string& where) {
  const std::string_view text = WithoutBlanks(source.ExposeText());
  std::optional<SecretBytes> key;
  if (text.size() == kHexLength) key = DecodeHexKey(text);
  if (text.size() == kBase64Length) key = DecodeBase64Key(text);
  if (!key) {
    Refuse(where, "is neither 64 hexadecimal digits nor 44 characters of base64 (a 32-byte key)");
  }
  return *std::move(key);
}

void CheckFile(const base::FileDescriptor& file, const std::string& where) {
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) RefuseWithErrno(where, "cannot be examined");
  if (!S_ISREG(status.st_mode)) Refuse(where, "is not a regular file");
  if (status.st_uid != ::geteuid()) Refuse(where, "belongs to another user");
  const mode_t mode = status.st_mode & 07777;
  if (mode != 0600 && mode != 0400) {
    Refuse(where, "must be closed to others: chmod 0600 or 0400");
  }
}

SecretBytes ReadFile(const base::FileDescriptor& file, const std::string& where) {
  SecretBytes content(kLongestSource + 1);
  std::size_t size = 0;
  for (;;) {
    const auto room = content.ExposeWritable().subspan(size);
    const ssize_t count = ::read(file.get(), room.data(), room.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) RefuseWithErrno(where, "cannot be read");
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
    if (size > kLongestSource) Refuse(where, "is too long for a key");
  }
  content.Truncate(size);
  return content;
}

SecretBytes LoadFromFile(const std::string& path) {
  const std::string where = "file " + path;
  // O_NONBLOCK: opening a named pipe must not wait for a writer before it is refused.
  const base::FileDescriptor file(
      ::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file.valid() && errno == ELOOP) Refuse(where, "is a symbolic link");
  if (!file.valid()) RefuseWithErrno(where, "cannot be opened");
  CheckFile(file, where);
  SecretBytes content = ReadFile(file, where);
  if (content.size() == kMasterKeySize) return content;
  return DecodeKey(content, where);
}

SecretBytes LoadFromEnvironment(const std::string& name) {
  const std::string where = "environment variable " + name;
  // NOLINTNEXTLINE(concurrency-mt-unsafe): the key is loaded before other threads start.
  char* const value = ::getenv(name.c_str());
  if (value == nullptr) Refuse(where, "is not set");
  const SecretBytes text = SecretBytes::FromText(value);
  // What /proc/<pid>/environ shows, and what programs started later would inherit.
  ::explicit_bzero(value, text.size());
  ::unsetenv(name.c_str());  // NOLINT(concurrency-mt-unsafe)
  return DecodeKey(text, where);
}

/// `key` in hexadecimal with a line feed.
SecretBytes ToHexLine(const SecretBytes& key) {
  std::string hex = base::ToHex(key.Expose());
  SecretBytes line(hex.size() + 1);
  std::ranges::copy(base::AsBytes(hex), line.ExposeWritable().begin());
  line.ExposeWritable().back() = std::byte{'\n'};
  ::explicit_bzero(hex.data(), hex.size());
  return line;
}

}  // namespace

SecretBytes LoadMasterKey(const MasterKeySource& source) {
  switch (source.kind) {
    case MasterKeySource::Kind::kFile:
      return LoadFromFile(source.where);
    case MasterKeySource::Kind::kEnvironment:
      return LoadFromEnvironment(source.where);
    case MasterKeySource::Kind::kCommand:
      return DecodeKey(RunKeyCommand(source.where), "command " + source.where);
  }
  throw std::logic_error("unknown kind of master key source");
}

SecretBytes CreateMasterKeyFile(const std::filesystem::path& file, Random& random) {
  const std::string where = "file " + file.string();
  SecretBytes key(kMasterKeySize);
  random.Fill(key.ExposeWritable());
  try {
    base::CreateFile(file, 0600, {ToHexLine(key).ExposeText()});
  } catch (const std::system_error& error) {
    Refuse(where, "cannot be created: " + error.code().message());
  }
  return key;
}

}  // namespace coffer::keyring
