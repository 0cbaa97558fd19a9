#pragma once

#include "coffer/clock.h"
#include "coffer/database.h"
#include "coffer/random.h"
#include "keyring/keyring.h"

#include <filesystem>
#include <string_view>

namespace coffer::server {

/// Makes the access key of `account`'s root user, for data that has none: the secret part goes to
/// `file` alone (0600, an AWS credentials file), in the place of one that a start which was cut
/// short may have left; the database keeps it sealed. Throws DataDirectoryError.
void CreateRootAccessKey(Database& database, const keyring::Keyring& keyring, Random& random,
                         const Clock& clock, std::string_view account,
                         const std::filesystem::path& file);

}  // namespace coffer::server
