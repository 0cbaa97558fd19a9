#include "api/access_keys.h"

#include "base/account.h"

#include <array>
#include <utility>

namespace coffer::api {
namespace {

constexpr std::string_view kBuiltInKey = "test";
constexpr std::string_view kBuiltInSecret = "test";
constexpr std::uint64_t kFirstGeneration = 1;

// The alphabets have 32 and 64 characters, so that the low bits of a random byte choose uniformly.
constexpr std::string_view kIdAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr std::string_view kSecretAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

NewAccessKey DrawAccessKey(Random& random) {
  std::array<std::byte, 16> id{};
  random.Fill(id);
  NewAccessKey key{.access_key_id = "AKIA", .secret = SecretBytes(40)};
  for (const std::byte byte : id) {
    key.access_key_id += kIdAlphabet[std::to_integer<std::size_t>(byte) % kIdAlphabet.size()];
  }
  random.Fill(key.secret.ExposeWritable());
  for (std::byte& byte : key.secret.ExposeWritable()) {
    byte = static_cast<std::byte>(
        kSecretAlphabet[std::to_integer<std::size_t>(byte) % kSecretAlphabet.size()]);
  }
  return key;
}

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
