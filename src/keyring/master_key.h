#pragma once

#include "coffer/random.h"
#include "coffer/secret_bytes.h"

#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace coffer::keyring {

inline constexpr std::size_t kMasterKeySize = 32;

/// Where the master key comes from.
struct MasterKeySource {
  enum class Kind : std::uint8_t { kFile, kEnvironment, kCommand };
  Kind kind = Kind::kFile;
  /// The file's path, the variable's name, or the command's absolute path.
  std::string where;
};

/// The master key cannot be had, or is not the right one. The text is for the operator.
class MasterKeyError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Reads the key: 64 hexadecimal digits, 44 characters of base64 (surrounding blanks allowed) or,
/// in a file, exactly 32 raw bytes. A file must be regular, not a symbolic link, owned by this user
/// and closed to others (0600 or 0400). The environment variable's memory is overwritten. The
/// command runs without a shell, with an empty environment, at most 30 s and 4 KiB of output.
[[nodiscard]] SecretBytes LoadMasterKey(const MasterKeySource& source);

/// Writes a fresh key in hexadecimal to `file` (0600, must not exist) and answers it.
[[nodiscard]] SecretBytes CreateMasterKeyFile(const std::filesystem::path& file, Random& random);

}  // namespace coffer::keyring
