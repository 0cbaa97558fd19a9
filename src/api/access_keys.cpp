#include "api/access_keys.h"

#include "base/account.h"

#include <utility>

namespace coffer::api {
namespace {

constexpr std::string_view kBuiltInKey = "test";
constexpr std::string_view kBuiltInSecret = "test";
constexpr std::uint64_t kFirstGeneration = 1;

}  // namespace

AccessKeys::AccessKeys(Database& database, const keyring::Keyring& keyring, Options options)
    : keyring_(keyring), options_(std::move(options)) {
  database.Read([&](Transaction& transaction) {
    for (store::AccessKeyRow& row : keyring.key_store().AccessKeys(transaction)) {
      std::string id = row.access_key_id;
      rows_.emplace(std::move(id), std::move(row));
    }
  });
}

std::optional<std::string> AccessKeys::BuiltInAccount(std::string_view access_key_id) const {
  if (!options_.built_in) return std::nullopt;
  if (access_key_id == kBuiltInKey) return options_.default_account;
  if (base::IsAccountId(access_key_id)) return std::string(access_key_id);
  return std::nullopt;
}

std::optional<sigv4::Credential> AccessKeys::Find(std::string_view access_key_id) const {
  if (const auto row = rows_.find(access_key_id); row != rows_.end()) {
    std::optional<SecretBytes> secret = keyring_.OpenAccessKey(row->second);
    if (!secret) return std::nullopt;
    return sigv4::Credential{.account = row->second.account,
                             .principal_arn = row->second.principal_arn,
                             .secret_access_key = *std::move(secret),
                             .generation = kFirstGeneration};
  }
  if (const auto account = BuiltInAccount(access_key_id)) {
    return sigv4::Credential{.account = *account,
                             .principal_arn = base::RootArn(*account),
                             .secret_access_key = SecretBytes::FromText(kBuiltInSecret),
                             .generation = kFirstGeneration};
  }
  return std::nullopt;
}

std::optional<std::uint64_t> AccessKeys::Generation(std::string_view access_key_id) const {
  const bool is_known = rows_.contains(access_key_id) || BuiltInAccount(access_key_id);
  return is_known ? std::optional(kFirstGeneration) : std::nullopt;
}

}  // namespace coffer::api
