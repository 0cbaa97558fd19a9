#include "server/root_access_key.h"

#include "base/account.h"
#include "base/durable_file.h"
#include "keyring/access_key.h"
#include "server/data_directory.h"

#include <string>
#include <system_error>

namespace coffer::server {
namespace {

void WriteCredentials(const std::filesystem::path& file, const keyring::NewAccessKey& key) {
  try {
    base::ReplaceFile(file, 0600,
                      {"[default]\naws_access_key_id = ", key.access_key_id,
                       "\naws_secret_access_key = ", key.secret.ExposeText(), "\n"});
  } catch (const std::system_error& error) {
    throw DataDirectoryError("The root access key can't be written to " + file.string() + ": " +
                             error.code().message() + ".");
  }
}

}  // namespace

void CreateRootAccessKey(Database& database, const keyring::Keyring& keyring, Random& random,
                         const Clock& clock, std::string_view account,
                         const std::filesystem::path& file) {
  const keyring::NewAccessKey key = keyring::DrawAccessKey(random);
  // The file first: a key that the database knows and nobody else would be lost for ever.
  WriteCredentials(file, key);
  const store::AccessKeyRow row{
      .access_key_id = key.access_key_id,
      .account = std::string(account),
      .principal_arn = base::RootArn(account),
      .sealed_secret = keyring.SealAccessKey(key.access_key_id, account, key.secret),
      .created = clock.Now()};
  database.Write(
      [&](Transaction& transaction) { keyring.key_store().InsertAccessKey(transaction, row); });
}

}  // namespace coffer::server
