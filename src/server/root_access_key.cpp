#include "server/root_access_key.h"

#include "api/access_keys.h"
#include "server/data_directory.h"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <string>
#include <sys/uio.h>
#include <system_error>
#include <unistd.h>

namespace coffer::server {
namespace {

iovec Piece(std::string_view text) {
  return {.iov_base = const_cast<char*>(text.data()), .iov_len = text.size()};
}

// Written piece by piece, so that the secret is not copied into a string on the way.
void WriteCredentials(const std::filesystem::path& file, const api::NewAccessKey& key) {
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    throw DataDirectoryError("The root access key can't be written to " + file.string() + ": " +
                             std::generic_category().message(errno) +
                             (errno == EEXIST ? ". It is left from an earlier start that did not "
                                                "finish: move it away and start again."
                                              : "."));
  }
  const std::array pieces{Piece("[default]\naws_access_key_id = "), Piece(key.access_key_id),
                          Piece("\naws_secret_access_key = "), Piece(key.secret.ExposeText()),
                          Piece("\n")};
  ssize_t expected = 0;
  for (const iovec& piece : pieces) expected += static_cast<ssize_t>(piece.iov_len);
  const bool written =
      ::writev(descriptor, pieces.data(), static_cast<int>(pieces.size())) == expected &&
      ::fsync(descriptor) == 0;
  ::close(descriptor);
  if (written) return;
  ::unlink(file.c_str());
  throw DataDirectoryError("The root access key can't be written to " + file.string() + ".");
}

}  // namespace

void CreateRootAccessKey(Database& database, const keyring::Keyring& keyring, Random& random,
                         const Clock& clock, std::string_view account,
                         const std::filesystem::path& file) {
  const api::NewAccessKey key = api::DrawAccessKey(random);
  // The file first: a key that the database knows and nobody else would be lost for ever.
  WriteCredentials(file, key);
  const store::AccessKeyRow row{
      .access_key_id = key.access_key_id,
      .account = std::string(account),
      .principal_arn = api::RootArn(account),
      .sealed_secret = keyring.SealAccessKey(key.access_key_id, account, key.secret),
      .created = clock.Now()};
  database.Write(
      [&](Transaction& transaction) { keyring.key_store().InsertAccessKey(transaction, row); });
}

}  // namespace coffer::server
