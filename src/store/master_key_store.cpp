#include "store/master_key_store.h"

#include "store/row_encoding.h"
#include "store/sql_values.h"

#include <string>
#include <utility>

namespace coffer::store {
namespace {

constexpr Statement kSelect{
    "SELECT version, created_at, retired_at, check_value, salt, row_mac FROM master_keys "
    "ORDER BY version"};
constexpr Statement kInsert{
    "INSERT INTO master_keys(version, created_at, retired_at, check_value, salt, row_mac) "
    "VALUES($1, $2, $3, $4, $5, $6)"};
constexpr Statement kRetire{
    "UPDATE master_keys SET retired_at = $2, row_mac = $3 WHERE version = $1"};

RowEncoder EncodeForMac(const MasterKeyRow& key) {
  RowEncoder row("master_keys");
  row.Integer(key.version);
  row.Time(key.created);
  row.OptionalTime(key.retired);
  row.Bytes(key.check);
  row.Bytes(key.salt);
  return row;
}

MasterKeyRow ReadRow(const Row& row) {
  return {.version = static_cast<std::uint32_t>(row.Integer(0)),
          .created = TimeAt(row, 1),
          .retired = OptionalTimeAt(row, 2),
          .check = BytesAt(row, 3),
          .salt = BytesAt(row, 4)};
}

}  // namespace

std::vector<MasterKeyRow> MasterKeyStore::ReadUnverified(Transaction& transaction) {
  std::vector<MasterKeyRow> rows;
  transaction.Query(kSelect, {}, [&](const Row& row) {
    rows.push_back(ReadRow(row));
    return true;
  });
  return rows;
}

std::vector<MasterKeyRow> MasterKeyStore::List(Transaction& transaction) const {
  std::vector<MasterKeyRow> rows;
  transaction.Query(kSelect, {}, [&](const Row& row) {
    rows.push_back(ReadRow(row));
    if (!mac_.Verify(EncodeForMac(rows.back()).bytes(), row.Bytes(5))) {
      throw IntegrityError("master_keys: the row of version " +
                           std::to_string(rows.back().version) + " is not what the vault wrote");
    }
    return true;
  });
  return rows;
}

void MasterKeyStore::Insert(Transaction& transaction, const MasterKeyRow& row) const {
  transaction.Execute(
      kInsert, {std::int64_t{row.version}, ToSql(row.created), ToSql(row.retired), ToSql(row.check),
                ToSql(row.salt), mac_.Compute(EncodeForMac(row).bytes())});
}

void MasterKeyStore::MarkRetired(Transaction& transaction, const MasterKeyRow& row) const {
  transaction.Execute(kRetire, {std::int64_t{row.version}, ToSql(row.retired),
                                mac_.Compute(EncodeForMac(row).bytes())});
}

}  // namespace coffer::store
