#include "keyring/master_key.h"

#include "keyring/key_command.h"
#include "keyring/master_key_file.h"
#include "keyring/master_key_text.h"

#include <cstdlib>
#include <cstring>
#include <utility>

namespace coffer::keyring {
namespace {

using Kind = MasterKeySource::Kind;

[[noreturn]] void Refuse(const MasterKeySource& source, const std::string& what) {
  throw MasterKeyError("master key " + Describe(source) + ": " + what);
}

std::vector<SecretBytes> Parse(const MasterKeySource& source, const SecretBytes& text,
                               bool may_be_raw) {
  auto keys = ParseMasterKeys(text, may_be_raw);
  if (!keys) Refuse(source, keys.error());
  return *std::move(keys);
}

std::vector<SecretBytes> LoadFromEnvironment(const MasterKeySource& source) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): the key is loaded before other threads start.
  char* const value = ::getenv(source.where.c_str());
  if (value == nullptr) Refuse(source, "is not set");
  const SecretBytes text = SecretBytes::FromText(value);
  // What /proc/<pid>/environ shows, and what programs started later would inherit.
  ::explicit_bzero(value, text.size());
  ::unsetenv(source.where.c_str());  // NOLINT(concurrency-mt-unsafe)
  return Parse(source, text, /*may_be_raw=*/false);
}

std::vector<SecretBytes> LoadFromCredential(const MasterKeySource& source) {
  if (source.where.find('/') != std::string::npos || source.where == "." || source.where == "..") {
    Refuse(source, "must be the name alone, without a path");
  }
  const char* const folder = ::getenv("CREDENTIALS_DIRECTORY");  // NOLINT(concurrency-mt-unsafe)
  if (folder == nullptr || *folder != '/') {
    Refuse(source,
           "there is no CREDENTIALS_DIRECTORY: the service needs LoadCredential= or "
           "LoadCredentialEncrypted= in its systemd unit");
  }
  return ReadMasterKeyCredential(std::string(folder) + "/" + source.where);
}

std::vector<SecretBytes> Load(const MasterKeySource& source) {
  switch (source.kind) {
    case Kind::kFile:
      return ReadMasterKeyFile(source.where);
    case Kind::kEnvironment:
      return LoadFromEnvironment(source);
    case Kind::kCommand:
      return Parse(source, RunKeyCommand(source.where), /*may_be_raw=*/true);
    case Kind::kCredential:
      return LoadFromCredential(source);
  }
  throw std::logic_error("unknown kind of master key source");
}

}  // namespace

std::string Describe(const MasterKeySource& source) {
  switch (source.kind) {
    case Kind::kFile:
      return "file " + source.where;
    case Kind::kEnvironment:
      return "environment variable " + source.where;
    case Kind::kCommand:
      return "command " + source.where;
    case Kind::kCredential:
      return "credential " + source.where;
  }
  throw std::logic_error("unknown kind of master key source");
}

std::vector<GivenMasterKey> LoadMasterKeys(const MasterKeySource& source) {
  std::vector<SecretBytes> keys = Load(source);
  std::vector<GivenMasterKey> given;
  for (SecretBytes& key : keys) {
    const std::string number = ", key " + std::to_string(given.size() + 1);
    given.push_back({std::move(key), Describe(source) + (keys.size() > 1 ? number : "")});
  }
  return given;
}

}  // namespace coffer::keyring
