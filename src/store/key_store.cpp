#include "store/key_store.h"

#include "store/row_encoding.h"
#include "store/sql_text.h"
#include "store/sql_values.h"

#include <algorithm>

namespace coffer::store {

namespace {

constexpr Statement kFindMeta{"SELECT v FROM meta WHERE k = $1"};
constexpr Statement kPutMeta{
    "INSERT INTO meta(k, v) VALUES($1, $2) ON CONFLICT(k) DO UPDATE SET v = excluded.v"};

}  // namespace

std::optional<std::vector<std::byte>> KeyStore::FindMeta(Transaction& transaction,
                                                         std::string_view key) {
  std::optional<std::vector<std::byte>> value;
  transaction.Query(kFindMeta, {key}, [&](const Row& row) {
    value = BytesAt(row, 0);
    return true;
  });
  return value;
}

void KeyStore::PutMeta(Transaction& transaction, std::string_view key,
                       std::span<const std::byte> value) {
  transaction.Execute(kPutMeta, {key, value});
}

namespace {

std::span<const std::byte> Span(const secrets::KeyId& id) { return id; }

secrets::KeyId KeyIdAt(const Row& row, int column) {
  secrets::KeyId id{};
  const std::span<const std::byte> bytes = row.Bytes(column);
  if (bytes.size() != id.size()) throw IntegrityError("keys: a key id has the wrong length");
  std::ranges::copy(bytes, id.begin());
  return id;
}

std::uint32_t VersionAt(const Row& row, int column) {
  return static_cast<std::uint32_t>(row.Integer(column));
}

void Require(const RowMac& mac, const RowEncoder& row, std::span<const std::byte> tag,
             std::string_view table, std::string_view name) {
  if (mac.Verify(row.bytes(), tag)) return;
  throw IntegrityError(std::string(table) + ": the row of " + std::string(name) +
                       " is not what the vault wrote");
}

RowEncoder EncodeForMac(const KeyRow& key) {
  RowEncoder row("keys");
  row.Bytes(key.id);
  row.Text(key.account);
  row.Text(key.region);
  row.Text(key.name);
  row.Integer(key.is_default ? 1 : 0);
  row.Integer(key.primary_version);
  row.Time(key.created);
  return row;
}

RowEncoder EncodeForMac(const KeyVersionRow& version) {
  RowEncoder row("key_versions");
  row.Bytes(version.id);
  row.Integer(version.version);
  row.Integer(version.master_version);
  row.Bytes(version.wrapped);
  row.Time(version.created);
  return row;
}

RowEncoder EncodeForMac(const AccessKeyRow& key) {
  RowEncoder row("access_keys");
  row.Text(key.access_key_id);
  row.Text(key.account);
  row.Text(key.principal_arn);
  row.Bytes(key.sealed_secret);
  row.Time(key.created);
  return row;
}

RowEncoder EncodeAliasForMac(std::string_view account, std::string_view region,
                             std::string_view alias, const secrets::KeyId& id) {
  RowEncoder row("key_aliases");
  row.Text(account);
  row.Text(region);
  row.Text(alias);
  row.Bytes(id);
  return row;
}

constexpr SqlText kSelectKeys =
    "SELECT key_id, account, region, name, is_default, primary_version, created_at, row_mac "
    "FROM keys";
constexpr auto kFindKeySql = kSelectKeys + " WHERE key_id = $1";
constexpr auto kFindKeyByNameSql =
    kSelectKeys + " WHERE account = $1 AND region = $2 AND name = $3";
constexpr auto kFindDefaultKeySql =
    kSelectKeys + " WHERE account = $1 AND region = $2 AND is_default = 1";
constexpr auto kListKeysSql =
    kSelectKeys +
    " WHERE account = $1 AND region = $2 AND name > $3 AND primary_version > 0 ORDER BY name";
constexpr Statement kListKeys{kListKeysSql};
constexpr Statement kFindKey{kFindKeySql};
constexpr Statement kFindKeyByName{kFindKeyByNameSql};
constexpr Statement kFindDefaultKey{kFindDefaultKeySql};

KeyRow ReadKey(const Row& row, const RowMac& mac) {
  KeyRow key{.id = KeyIdAt(row, 0),
             .account = std::string(row.Text(1)),
             .region = std::string(row.Text(2)),
             .name = std::string(row.Text(3)),
             .is_default = row.Integer(4) != 0,
             .primary_version = VersionAt(row, 5),
             .created = TimeAt(row, 6)};
  Require(mac, EncodeForMac(key), row.Bytes(7), "keys", key.name);
  return key;
}

std::optional<KeyRow> FindOneKey(Transaction& transaction, const RowMac& mac,
                                 const Statement& statement, SqlParameters parameters) {
  std::optional<KeyRow> key;
  transaction.Query(statement, parameters, [&](const Row& row) {
    key = ReadKey(row, mac);
    return true;
  });
  return key;
}

}  // namespace

std::optional<KeyRow> KeyStore::FindKey(Transaction& transaction, const secrets::KeyId& id) const {
  return FindOneKey(transaction, mac_, kFindKey, {Span(id)});
}

std::optional<KeyRow> KeyStore::FindKeyByName(Transaction& transaction, std::string_view account,
                                              std::string_view region,
                                              std::string_view name) const {
  return FindOneKey(transaction, mac_, kFindKeyByName, {account, region, name});
}

std::optional<KeyRow> KeyStore::FindDefaultKey(Transaction& transaction, std::string_view account,
                                               std::string_view region) const {
  return FindOneKey(transaction, mac_, kFindDefaultKey, {account, region});
}

void KeyStore::ListKeys(Transaction& transaction, std::string_view account, std::string_view region,
                        std::string_view after,
                        const std::function<bool(const KeyRow&)>& each) const {
  transaction.Query(kListKeys, {account, region, after},
                    [&](const Row& row) { return each(ReadKey(row, mac_)); });
}

void KeyStore::ForEachKey(Transaction& transaction,
                          const std::function<void(const secrets::KeyId&)>& each) {
  static constexpr Statement kAllKeys{"SELECT key_id FROM keys ORDER BY key_id"};
  // Looking at one asks the database again, which a query in progress must not be disturbed by.
  std::vector<secrets::KeyId> ids;
  transaction.Query(kAllKeys, {}, [&](const Row& row) {
    ids.push_back(KeyIdAt(row, 0));
    return true;
  });
  for (const secrets::KeyId& id : ids) each(id);
}

namespace {

constexpr Statement kFindAlias{
    "SELECT key_id, row_mac FROM key_aliases WHERE account = $1 AND region = $2 AND alias = $3"};

}  // namespace

std::optional<KeyRow> KeyStore::FindKeyByAlias(Transaction& transaction, std::string_view account,
                                               std::string_view region,
                                               std::string_view alias) const {
  std::optional<secrets::KeyId> id;
  transaction.Query(kFindAlias, {account, region, alias}, [&](const Row& row) {
    id = KeyIdAt(row, 0);
    Require(mac_, EncodeAliasForMac(account, region, alias, *id), row.Bytes(1), "key_aliases",
            alias);
    return true;
  });
  return id ? FindKey(transaction, *id) : std::nullopt;
}

namespace {

constexpr Statement kFindKeyVersion{
    "SELECT key_id, version, master_version, wrapped, created_at, row_mac FROM key_versions "
    "WHERE key_id = $1 AND version = $2"};

}  // namespace

std::optional<KeyVersionRow> KeyStore::FindKeyVersion(Transaction& transaction,
                                                      const secrets::KeyId& id,
                                                      std::uint32_t version) const {
  std::optional<KeyVersionRow> found;
  transaction.Query(kFindKeyVersion, {Span(id), std::int64_t{version}}, [&](const Row& row) {
    found = KeyVersionRow{.id = KeyIdAt(row, 0),
                          .version = VersionAt(row, 1),
                          .master_version = VersionAt(row, 2),
                          .wrapped = BytesAt(row, 3),
                          .created = TimeAt(row, 4)};
    Require(mac_, EncodeForMac(*found), row.Bytes(5), "key_versions",
            "version " + std::to_string(version) + " of a key");
    return true;
  });
  return found;
}

namespace {

constexpr Statement kInsertKey{
    "INSERT INTO keys(key_id, account, region, name, is_default, primary_version, created_at, "
    "row_mac) VALUES($1, $2, $3, $4, $5, $6, $7, $8)"};
constexpr Statement kInsertKeyVersion{
    "INSERT INTO key_versions(key_id, version, master_version, wrapped, created_at, row_mac) "
    "VALUES($1, $2, $3, $4, $5, $6)"};
constexpr Statement kSetPrimaryVersion{
    "UPDATE keys SET primary_version = $2, row_mac = $3 WHERE key_id = $1"};
constexpr Statement kRemoveKeyVersions{"DELETE FROM key_versions WHERE key_id = $1"};
constexpr Statement kRemoveAliasesOf{"DELETE FROM key_aliases WHERE key_id = $1"};
constexpr Statement kInsertAlias{
    "INSERT INTO key_aliases(account, region, alias, key_id, row_mac, created_at, updated_at) "
    "VALUES($1, $2, $3, $4, $5, $6, $6)"};
constexpr Statement kMoveAlias{
    "UPDATE key_aliases SET key_id = $4, row_mac = $5, updated_at = $6 "
    "WHERE account = $1 AND region = $2 AND alias = $3"};
constexpr Statement kRemoveAlias{
    "DELETE FROM key_aliases WHERE account = $1 AND region = $2 AND alias = $3"};
constexpr Statement kListAliases{
    "SELECT alias, key_id, row_mac, created_at, updated_at FROM key_aliases "
    "WHERE account = $1 AND region = $2 AND alias > $3 ORDER BY alias"};

}  // namespace

void KeyStore::InsertKey(Transaction& transaction, const KeyRow& key,
                         const KeyVersionRow& version) const {
  transaction.Execute(kInsertKey, {Span(key.id), key.account, key.region, key.name,
                                   std::int64_t{key.is_default}, std::int64_t{key.primary_version},
                                   ToSql(key.created), mac_.Compute(EncodeForMac(key).bytes())});
  InsertVersion(transaction, version);
}

void KeyStore::AddVersion(Transaction& transaction, KeyRow& key,
                          const KeyVersionRow& version) const {
  InsertVersion(transaction, version);
  SetPrimaryVersion(transaction, key, version.version);
}

void KeyStore::Destroy(Transaction& transaction, KeyRow& key) const {
  transaction.Execute(kRemoveKeyVersions, {Span(key.id)});
  transaction.Execute(kRemoveAliasesOf, {Span(key.id)});
  SetPrimaryVersion(transaction, key, 0);
  transaction.Erase();
}

void KeyStore::SetPrimaryVersion(Transaction& transaction, KeyRow& key,
                                 std::uint32_t version) const {
  key.primary_version = version;
  transaction.Execute(kSetPrimaryVersion, {Span(key.id), std::int64_t{version},
                                           mac_.Compute(EncodeForMac(key).bytes())});
}

void KeyStore::InsertVersion(Transaction& transaction, const KeyVersionRow& version) const {
  transaction.Execute(kInsertKeyVersion,
                      {Span(version.id), std::int64_t{version.version},
                       std::int64_t{version.master_version}, ToSql(version.wrapped),
                       ToSql(version.created), mac_.Compute(EncodeForMac(version).bytes())});
}

std::vector<KeyStore::KeyVersionName> KeyStore::WrappedBefore(Transaction& transaction,
                                                              std::uint32_t master_version,
                                                              const KeyVersionName& after,
                                                              std::size_t limit) {
  static constexpr Statement kWrappedBefore{
      "SELECT key_id, version FROM key_versions WHERE master_version < $1 AND "
      "(key_id > $2 OR (key_id = $2 AND version > $3)) ORDER BY key_id, version"};
  std::vector<KeyVersionName> found;
  transaction.Query(kWrappedBefore,
                    {std::int64_t{master_version}, Span(after.id), std::int64_t{after.version}},
                    [&](const Row& row) {
                      found.push_back({.id = KeyIdAt(row, 0), .version = VersionAt(row, 1)});
                      return found.size() < limit;
                    });
  return found;
}

std::map<std::uint32_t, std::size_t> KeyStore::CountByMaster(Transaction& transaction) {
  static constexpr Statement kCount{
      "SELECT master_version, COUNT(*) FROM key_versions GROUP BY master_version"};
  std::map<std::uint32_t, std::size_t> counts;
  transaction.Query(kCount, {}, [&](const Row& row) {
    counts[VersionAt(row, 0)] = static_cast<std::size_t>(row.Integer(1));
    return true;
  });
  return counts;
}

void KeyStore::Rewrap(Transaction& transaction, const KeyVersionRow& version) const {
  static constexpr Statement kRewrap{
      "UPDATE key_versions SET master_version = $3, wrapped = $4, row_mac = $5 "
      "WHERE key_id = $1 AND version = $2"};
  transaction.Execute(kRewrap, {Span(version.id), std::int64_t{version.version},
                                std::int64_t{version.master_version}, ToSql(version.wrapped),
                                mac_.Compute(EncodeForMac(version).bytes())});
}

void KeyStore::InsertAlias(Transaction& transaction, const KeyRow& key, std::string_view alias,
                           Timestamp now) const {
  const RowMac::Tag tag =
      mac_.Compute(EncodeAliasForMac(key.account, key.region, alias, key.id).bytes());
  transaction.Execute(kInsertAlias,
                      {key.account, key.region, alias, Span(key.id), tag, ToSql(now)});
}

void KeyStore::MoveAlias(Transaction& transaction, const KeyRow& key, std::string_view alias,
                         Timestamp now) const {
  const RowMac::Tag tag =
      mac_.Compute(EncodeAliasForMac(key.account, key.region, alias, key.id).bytes());
  transaction.Execute(kMoveAlias, {key.account, key.region, alias, Span(key.id), tag, ToSql(now)});
}

void KeyStore::RemoveAlias(Transaction& transaction, std::string_view account,
                           std::string_view region, std::string_view alias) {
  transaction.Execute(kRemoveAlias, {account, region, alias});
}

void KeyStore::ListAliases(Transaction& transaction, std::string_view account,
                           std::string_view region, std::string_view after,
                           const std::function<bool(const AliasRow&)>& each) const {
  transaction.Query(kListAliases, {account, region, after}, [&](const Row& row) {
    const AliasRow found{.alias = std::string(row.Text(0)),
                         .key_id = KeyIdAt(row, 1),
                         .created = OptionalTimeAt(row, 3),
                         .updated = OptionalTimeAt(row, 4)};
    Require(mac_, EncodeAliasForMac(account, region, found.alias, found.key_id), row.Bytes(2),
            "key_aliases", found.alias);
    return each(found);
  });
}

namespace {

constexpr Statement kAccessKeys{
    "SELECT access_key_id, account, principal_arn, sealed_secret, created_at, row_mac "
    "FROM access_keys ORDER BY access_key_id"};
constexpr Statement kInsertAccessKey{
    "INSERT INTO access_keys(access_key_id, account, principal_arn, sealed_secret, created_at, "
    "row_mac) VALUES($1, $2, $3, $4, $5, $6)"};

}  // namespace

std::vector<AccessKeyRow> KeyStore::AccessKeys(Transaction& transaction) const {
  std::vector<AccessKeyRow> keys;
  transaction.Query(kAccessKeys, {}, [&](const Row& row) {
    const AccessKeyRow& key =
        keys.emplace_back(AccessKeyRow{.access_key_id = std::string(row.Text(0)),
                                       .account = std::string(row.Text(1)),
                                       .principal_arn = std::string(row.Text(2)),
                                       .sealed_secret = BytesAt(row, 3),
                                       .created = TimeAt(row, 4)});
    Require(mac_, EncodeForMac(key), row.Bytes(5), "access_keys", key.access_key_id);
    return true;
  });
  return keys;
}

void KeyStore::InsertAccessKey(Transaction& transaction, const AccessKeyRow& key) const {
  transaction.Execute(kInsertAccessKey,
                      {key.access_key_id, key.account, key.principal_arn, ToSql(key.sealed_secret),
                       ToSql(key.created), mac_.Compute(EncodeForMac(key).bytes())});
}

void KeyStore::ResealAccessKey(Transaction& transaction, const AccessKeyRow& key) const {
  static constexpr Statement kReseal{
      "UPDATE access_keys SET sealed_secret = $2, row_mac = $3 WHERE access_key_id = $1"};
  transaction.Execute(kReseal, {key.access_key_id, ToSql(key.sealed_secret),
                                mac_.Compute(EncodeForMac(key).bytes())});
}

}  // namespace coffer::store
