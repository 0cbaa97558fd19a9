#include "store/secret_store.h"

#include "store/pending_accesses.h"
#include "store/read_cache.h"
#include "store/secret_codec.h"
#include "store/sequences.h"
#include "store/sql_values.h"

#include <algorithm>
#include <stdexcept>

namespace coffer::store {

SecretStore::SecretStore(const RowMac& mac, std::size_t cache_bytes)
    : mac_(mac),
      cache_(cache_bytes == 0 ? nullptr : std::make_unique<ReadCache>(cache_bytes)),
      accesses_(std::make_unique<PendingAccesses>()) {}

SecretStore::~SecretStore() = default;

namespace {

constexpr auto kFindSql = kSelectSecrets + " WHERE account = $1 AND region = $2 AND name = $3";
constexpr Statement kFind{kFindSql};
constexpr auto kFindByIdSql = kSelectSecrets + " WHERE secret_id = $1";
constexpr Statement kFindById{kFindByIdSql};

}  // namespace

std::shared_ptr<const secrets::Secret> SecretStore::Find(
    Transaction& transaction, const secrets::SecretAddress& address) const {
  std::shared_ptr<secrets::Secret> secret;
  transaction.Query(kFind, {address.account, address.region, address.name}, [&](const Row& row) {
    secret = std::make_shared<secrets::Secret>(ReadSecret(row, mac_));
    return true;
  });
  if (secret) accesses_->Overlay(*secret);
  return secret;
}

std::shared_ptr<const secrets::Secret> SecretStore::FindById(Transaction& transaction,
                                                             std::int64_t id) const {
  std::shared_ptr<secrets::Secret> secret;
  transaction.Query(kFindById, {id}, [&](const Row& row) {
    secret = std::make_shared<secrets::Secret>(ReadSecret(row, mac_));
    return true;
  });
  if (secret) accesses_->Overlay(*secret);
  return secret;
}

std::shared_ptr<const secrets::Secret> SecretStore::FindForRead(
    Transaction& transaction, const secrets::SecretAddress& address) const {
  // Once the snapshot is fixed the cache may be ahead of it, and the two must not be mixed.
  if (!cache_ || transaction.HasSnapshot()) return Find(transaction, address);
  ReadCache::Lookup lookup = cache_->Find(address);
  if (lookup.secret) return std::move(lookup.secret);
  std::shared_ptr<const secrets::Secret> secret = Find(transaction, address);
  if (secret && lookup.ticket) cache_->Insert(*secret, *lookup.ticket);
  return secret;
}

namespace {

constexpr Statement kInsert{
    "INSERT INTO secrets(secret_id, account, region, name, arn_suffix, description, kms_key_id, "
    "type, owning_service, primary_region, resource_policy, tags, labels, version_count, "
    "created_at, changed_at, accessed_day, deleted_at, purge_at, generation, row_mac) "
    "VALUES($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, "
    "$20, $21)"};

SqlValue TagsOf(const EncodedSecret& encoded) {
  return encoded.tags ? ToSql(*encoded.tags) : SqlValue(nullptr);
}

}  // namespace

void SecretStore::Insert(Transaction& transaction, secrets::Secret& secret) {
  BlockUntilSettled(transaction, secret.address);
  secret.id = NextNumber(transaction, "secrets");
  secret.generation = std::max(secret.generation, std::int64_t{1});
  const EncodedSecret encoded(secret, mac_);
  transaction.Execute(kInsert, {secret.id,
                                secret.address.account,
                                secret.address.region,
                                secret.address.name,
                                secret.arn_suffix,
                                ToSql(secret.description),
                                ToSql(secret.kms_key_id),
                                ToSql(secret.type),
                                ToSql(secret.owning_service),
                                ToSql(secret.primary_region),
                                ToSql(secret.resource_policy),
                                TagsOf(encoded),
                                ToSql(encoded.labels),
                                secret.version_count,
                                ToSql(secret.created),
                                ToSql(secret.last_changed),
                                std::int64_t{secret.last_accessed.value_or(kNeverAccessed)},
                                ToSql(secret.deleted),
                                ToSql(secret.purge_at),
                                secret.generation,
                                encoded.mac});
}

namespace {

// What never changes (address, suffix, creation) is not written, nor is accessed_day, which follows
// reads alone. An index is touched only by statements that name one of its columns, and most of
// them depend on deleted_at: hence a second statement for the few changes of that.
constexpr SqlText kSetColumns =
    "UPDATE secrets SET generation = $16, row_mac = $3, description = $4, "
    "kms_key_id = $5, type = $6, owning_service = $7, primary_region = $8, resource_policy = $9, "
    "tags = $10, labels = $11, version_count = $12, changed_at = $13";
constexpr auto kUpdateSql = kSetColumns +
                            " WHERE secret_id = $1 AND generation = $2"
                            " AND deleted_at IS NOT DISTINCT FROM $14"
                            " AND purge_at IS NOT DISTINCT FROM $15";
constexpr auto kUpdateWithDeletionSql =
    kSetColumns + ", deleted_at = $14, purge_at = $15 WHERE secret_id = $1 AND generation = $2";
constexpr Statement kUpdate{kUpdateSql};
constexpr Statement kUpdateWithDeletion{kUpdateWithDeletionSql};

}  // namespace

void SecretStore::Update(Transaction& transaction, secrets::Secret& secret, std::int64_t at_least) {
  BlockUntilSettled(transaction, secret.address);
  const std::int64_t stored_generation = secret.generation;
  secret.generation = std::max(stored_generation + 1, at_least);
  const EncodedSecret encoded(secret, mac_);
  const auto run = [&](const Statement& statement) {
    return transaction.Execute(
        statement, {secret.id, stored_generation, encoded.mac, ToSql(secret.description),
                    ToSql(secret.kms_key_id), ToSql(secret.type), ToSql(secret.owning_service),
                    ToSql(secret.primary_region), ToSql(secret.resource_policy), TagsOf(encoded),
                    ToSql(encoded.labels), secret.version_count, ToSql(secret.last_changed),
                    ToSql(secret.deleted), ToSql(secret.purge_at), secret.generation});
  };
  if (run(kUpdate) == 0 && run(kUpdateWithDeletion) == 0) {
    throw std::logic_error("a secret was to be updated that has changed since it was loaded");
  }
}

namespace {

constexpr Statement kRemoveVersions{"DELETE FROM secret_versions WHERE secret_id = $1"};
constexpr Statement kRemove{"DELETE FROM secrets WHERE secret_id = $1"};

}  // namespace

void SecretStore::Remove(Transaction& transaction, const secrets::Secret& secret) {
  BlockUntilSettled(transaction, secret.address);
  transaction.Execute(kRemoveVersions, {secret.id});
  transaction.Execute(kRemove, {secret.id});
  transaction.Erase();
}

void SecretStore::BlockUntilSettled(Transaction& transaction,
                                    const secrets::SecretAddress& address) {
  if (!cache_) return;
  ReadCache* const cache = cache_.get();
  transaction.AtEnd([cache, block = cache->Block(address)] { cache->Unblock(block); });
}

namespace {

constexpr Statement kDueForPurge{
    "SELECT account, region, name FROM secrets WHERE purge_at IS NOT NULL AND purge_at <= $1 "
    "ORDER BY purge_at, secret_id LIMIT $2 OFFSET $3"};

}  // namespace

std::vector<secrets::SecretAddress> SecretStore::DueForPurge(Transaction& transaction,
                                                             Timestamp now, int limit,
                                                             int passed_over) const {
  std::vector<secrets::SecretAddress> due;
  transaction.Query(kDueForPurge, {ToSql(now), std::int64_t{limit}, std::int64_t{passed_over}},
                    [&](const Row& row) {
                      due.push_back({.account = std::string(row.Text(0)),
                                     .region = std::string(row.Text(1)),
                                     .name = std::string(row.Text(2))});
                      return true;
                    });
  return due;
}

}  // namespace coffer::store
