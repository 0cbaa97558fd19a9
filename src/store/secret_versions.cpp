#include "store/pending_accesses.h"
#include "store/read_cache.h"
#include "store/secret_codec.h"
#include "store/secret_store.h"
#include "store/sql_values.h"

#include <stdexcept>

namespace coffer::store {

namespace {

constexpr auto kFindSql = "SELECT " + kVersionColumns +
                          ", record FROM secret_versions WHERE secret_id = $1 AND version_id = $2";
constexpr Statement kFind{kFindSql};

std::optional<SealedValue> ReadValue(const Row& row, const VersionRow& read) {
  if (!read.version.has_value) return std::nullopt;
  return SealedValue{.key_id = read.version.key_id,
                     .key_version = read.key_version,
                     .wrapped_data_key = BytesAt(row, 6),
                     .record = BytesAt(row, 8)};
}

}  // namespace

std::shared_ptr<const StoredVersion> SecretStore::FindVersion(Transaction& transaction,
                                                              const secrets::Secret& secret,
                                                              std::string_view version_id) const {
  std::shared_ptr<StoredVersion> version;
  transaction.Query(kFind, {secret.id, version_id}, [&](const Row& row) {
    VersionRow read = ReadVersion(row, secret, mac_);
    version = std::make_shared<StoredVersion>();
    version->value = ReadValue(row, read);
    version->version = std::move(read.version);
    return true;
  });
  if (version) accesses_->Overlay(secret.id, version->version);
  return version;
}

std::shared_ptr<const StoredVersion> SecretStore::FindVersionForRead(
    Transaction& transaction, const secrets::Secret& secret, std::string_view version_id) const {
  if (!cache_) return FindVersion(transaction, secret, version_id);
  std::shared_ptr<const StoredVersion> version = cache_->FindVersion(secret, version_id);
  if (version) return version;
  version = FindVersion(transaction, secret, version_id);
  if (version) cache_->InsertVersion(secret, *version);
  return version;
}

namespace {

constexpr auto kAllSql = "SELECT " + kVersionColumns +
                         " FROM secret_versions WHERE secret_id = $1 "
                         "ORDER BY ordinal, created_at, version_id";
constexpr Statement kAll{kAllSql};

}  // namespace

std::vector<secrets::Version> SecretStore::Versions(Transaction& transaction,
                                                    const secrets::Secret& secret) const {
  std::vector<secrets::Version> versions;
  transaction.Query(kAll, {secret.id}, [&](const Row& row) {
    versions.push_back(ReadVersion(row, secret, mac_).version);
    return true;
  });
  for (secrets::Version& version : versions) accesses_->Overlay(secret.id, version);
  return versions;
}

namespace {

constexpr Statement kInsert{
    "INSERT INTO secret_versions(secret_id, version_id, created_at, accessed_day, key_id, "
    "key_version, row_mac, wrapped_data_key, record, ordinal) "
    "VALUES($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"};

/// `version` as its row says it once it has `value`.
secrets::Version With(secrets::Version version, const std::optional<SealedValue>& value) {
  version.has_value = value.has_value();
  if (value) version.key_id = value->key_id;
  return version;
}

}  // namespace

void SecretStore::InsertVersion(Transaction& transaction, const secrets::Secret& secret,
                                const secrets::Version& version,
                                const std::optional<SealedValue>& value) {
  BlockUntilSettled(transaction, secret.address);
  const secrets::Version stored = With(version, value);
  const std::uint32_t key_version = value ? value->key_version : 0;
  transaction.Execute(kInsert,
                      {secret.id, stored.id, ToSql(stored.created),
                       std::int64_t{stored.last_accessed.value_or(kNeverAccessed)},
                       std::span<const std::byte>(stored.key_id), std::int64_t{key_version},
                       VersionMac(secret.id, stored, key_version, mac_),
                       value ? ToSql(value->wrapped_data_key) : nullptr,
                       value ? ToSql(value->record) : nullptr, stored.ordinal});
}

namespace {

constexpr Statement kReplaceValue{
    "UPDATE secret_versions SET key_id = $3, key_version = $4, row_mac = $5, "
    "wrapped_data_key = $6, record = $7 WHERE secret_id = $1 AND version_id = $2"};

}  // namespace

void SecretStore::ReplaceValue(Transaction& transaction, const secrets::Secret& secret,
                               const secrets::Version& version, const SealedValue& value) {
  BlockUntilSettled(transaction, secret.address);
  const secrets::Version stored = With(version, value);
  const std::int64_t changed = transaction.Execute(
      kReplaceValue,
      {secret.id, stored.id, std::span<const std::byte>(value.key_id),
       std::int64_t{value.key_version}, VersionMac(secret.id, stored, value.key_version, mac_),
       ToSql(value.wrapped_data_key), ToSql(value.record)});
  if (changed == 0) throw std::logic_error("a version was to be given a value that does not exist");
}

namespace {

constexpr Statement kRemove{"DELETE FROM secret_versions WHERE secret_id = $1 AND version_id = $2"};

}  // namespace

void SecretStore::RemoveVersion(Transaction& transaction, const secrets::Secret& secret,
                                std::string_view version_id) {
  BlockUntilSettled(transaction, secret.address);
  transaction.Execute(kRemove, {secret.id, version_id});
}

}  // namespace coffer::store
