#pragma once

#include "coffer/random.h"
#include "coffer/secret_bytes.h"

#include <filesystem>
#include <string>
#include <vector>

namespace coffer::keyring {

/// The keys in a file, one in a line, or 32 raw bytes. It must be regular, not a symbolic link, and
/// closed to others: of this user and 0600 or 0400. MasterKeyError.
[[nodiscard]] std::vector<SecretBytes> ReadMasterKeyFile(const std::string& path);

/// As ReadMasterKeyFile, of a file that systemd put down for this service: it may belong to root
/// and be 0440, since systemd lets the service in by an access list.
[[nodiscard]] std::vector<SecretBytes> ReadMasterKeyCredential(const std::string& path);

/// Writes a fresh key in hexadecimal to `file` (0600, must not exist) and answers it.
/// MasterKeyError.
[[nodiscard]] SecretBytes CreateMasterKeyFile(const std::filesystem::path& file, Random& random);

/// Writes `keys` in the place of what the file holds: after a crash it has the old content or the
/// new. The old content is then overwritten on the disk, as far as the file system does that in
/// place, unless the file has another name (a hard link) under which somebody keeps it.
/// MasterKeyError, and the file as it was, when it cannot be written.
void ReplaceMasterKeyFile(const std::string& path, const std::vector<SecretBytes>& keys);

}  // namespace coffer::keyring
