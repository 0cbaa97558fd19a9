#include "store/replication_store.h"

#include "json/shape_codec.h"
#include "store/row_encoding.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace coffer::store {
namespace {

RowEncoder EncodeForMac(std::int64_t secret_id, std::string_view body) {
  RowEncoder row("replications");
  row.Integer(secret_id);
  row.Text(body);
  return row;
}

constexpr Statement kFind{"SELECT secret_id, body, row_mac FROM replications WHERE secret_id = $1"};
constexpr Statement kAll{"SELECT secret_id, body, row_mac FROM replications ORDER BY secret_id"};
constexpr Statement kPut{
    "INSERT INTO replications(secret_id, has_failed, body, row_mac) VALUES($1, $2, $3, $4) "
    "ON CONFLICT(secret_id) DO UPDATE SET has_failed = excluded.has_failed, "
    "body = excluded.body, row_mac = excluded.row_mac"};
constexpr Statement kRemove{"DELETE FROM replications WHERE secret_id = $1"};
constexpr Statement kFailed{
    "SELECT secret_id FROM replications WHERE has_failed = 1 AND secret_id > $1 "
    "ORDER BY secret_id LIMIT $2"};

}  // namespace

secrets::Replication ReplicationStore::ReadReplication(const Row& row) const {
  const std::int64_t secret_id = row.Integer(0);
  auto replication = json::DecodeShape<secrets::Replication>(row.Text(1));
  if (!replication || !mac_.Verify(EncodeForMac(secret_id, row.Text(1)).bytes(), row.Bytes(2))) {
    throw IntegrityError("replications: the row of " + std::to_string(secret_id) +
                         " is not what the vault wrote");
  }
  return *std::move(replication);
}

std::optional<secrets::Replication> ReplicationStore::Find(Transaction& transaction,
                                                           std::int64_t secret_id) const {
  std::optional<secrets::Replication> found;
  transaction.Query(kFind, {secret_id}, [&](const Row& row) {
    found = ReadReplication(row);
    return true;
  });
  return found;
}

void ReplicationStore::Put(Transaction& transaction, std::int64_t secret_id,
                           const secrets::Replication& replication) const {
  if (replication.replicas.empty()) {
    transaction.Execute(kRemove, {secret_id});
    return;
  }
  const bool has_failed = !std::ranges::all_of(replication.replicas, &secrets::Replica::in_sync);
  const std::string body = json::EncodeShape(replication);
  transaction.Execute(kPut, {secret_id, std::int64_t{has_failed ? 1 : 0}, std::string_view(body),
                             mac_.Compute(EncodeForMac(secret_id, body).bytes())});
}

std::vector<std::int64_t> ReplicationStore::Failed(Transaction& transaction,
                                                   std::int64_t after_secret, int limit) const {
  std::vector<std::int64_t> failed;
  transaction.Query(kFailed, {after_secret, std::int64_t{limit}}, [&](const Row& row) {
    failed.push_back(row.Integer(0));
    return true;
  });
  return failed;
}

void ReplicationStore::ForEach(Transaction& transaction,
                               const std::function<void(const IntegrityError&)>& damaged) const {
  transaction.Query(kAll, {}, [&](const Row& row) {
    try {
      static_cast<void>(ReadReplication(row));
    } catch (const IntegrityError& error) {
      damaged(error);
    }
    return true;
  });
}

}  // namespace coffer::store
