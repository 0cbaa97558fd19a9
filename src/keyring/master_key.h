#pragma once

#include "coffer/secret_bytes.h"

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace coffer::keyring {

/// Where master keys come from. (A passphrase is none of these: it becomes a key together with what
/// the database keeps; see given_master_keys.h.)
struct MasterKeySource {
  enum class Kind : std::uint8_t { kFile, kEnvironment, kCommand, kCredential };
  Kind kind = Kind::kFile;
  /// The file's path, the variable's name, the command's absolute path, or the credential's name.
  std::string where;
};

/// A key as a source gave it.
struct GivenMasterKey {
  SecretBytes key;
  std::string where;  ///< For people: `file /etc/coffer/master.key, key 2`.
};

/// The master key cannot be had, or is not the right one. The text is for the operator.
class MasterKeyError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// For people: `file /etc/coffer/master.key`.
[[nodiscard]] std::string Describe(const MasterKeySource& source);

/// Reads the keys of a source: one, or several while a master key is being replaced (at most 8,
/// none twice). Each is 64 hexadecimal digits or 44 characters of base64, blanks or line feeds
/// between them; a file, credential or command may also give one key as 32 raw bytes.
///
/// A file must be regular, not a symbolic link, owned by this user and closed to others (0600 or
/// 0400). A credential is a file of that name in $CREDENTIALS_DIRECTORY (systemd's
/// LoadCredential=). An environment variable is taken out of the environment and its memory
/// overwritten, so that it can be read once. The command runs without a shell, with an empty
/// environment, at most 30 s and 4 KiB of output. MasterKeyError otherwise.
[[nodiscard]] std::vector<GivenMasterKey> LoadMasterKeys(const MasterKeySource& source);

}  // namespace coffer::keyring
