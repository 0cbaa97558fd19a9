#include "store/identity_store.h"

#include "store/row_encoding.h"
#include "store/sql_text.h"

#include <stdexcept>

namespace coffer::store {

namespace {

constexpr SqlText kSelect =
    "SELECT identity_id, account, kind, name_key, owner, body, generation, row_mac "
    "FROM identities WHERE ";
constexpr auto kFindSql = kSelect + "account = $1 AND kind = $2 AND name_key = $3";
constexpr auto kFindByIdSql = kSelect + "identity_id = $1 AND kind = $2";
constexpr auto kListSql =
    kSelect + "account = $1 AND kind = $2 AND name_key > $3 ORDER BY name_key";
constexpr auto kListOwnedSql = kSelect + "owner = $1 AND kind = $2 ORDER BY name_key";
constexpr auto kAllSql = kSelect + "identity_id <> '' ORDER BY identity_id";
constexpr Statement kCount{"SELECT COUNT(*) FROM identities WHERE account = $1 AND kind = $2"};
constexpr Statement kFind{kFindSql};
constexpr Statement kFindById{kFindByIdSql};
constexpr Statement kList{kListSql};
constexpr Statement kListOwned{kListOwnedSql};
constexpr Statement kAll{kAllSql};
constexpr Statement kHasAccount{"SELECT 1 FROM identities WHERE account = $1 LIMIT 1"};

}  // namespace

std::optional<Stored<identity::ManagedPolicy>> IdentityStore::FindPolicy(
    Transaction& transaction, std::string_view account, std::string_view arn) const {
  using identity::ManagedPolicy;
  const auto parsed = identity::ParseEntityArn(arn);
  if (!parsed || parsed->account != account || parsed->kind != ManagedPolicy::kKind) {
    return std::nullopt;
  }
  auto found = Find<ManagedPolicy>(transaction, account, parsed->name);
  if (!found || found->entity.path != parsed->path || found->entity.name != parsed->name) {
    return std::nullopt;
  }
  return found;
}

bool IdentityStore::HasAccount(Transaction& transaction, std::string_view account) {
  bool has = false;
  transaction.Query(kHasAccount, {account}, [&](const Row& /*row*/) {
    has = true;
    return false;
  });
  return has;
}

RowMac::Tag IdentityStore::MacOf(const IdentityRow& row) const {
  RowEncoder encoded("identities");
  for (const std::string* text :
       {&row.id, &row.account, &row.kind, &row.name_key, &row.owner, &row.body}) {
    encoded.Text(*text);
  }
  encoded.Integer(row.generation);
  return mac_.Compute(encoded.bytes());
}

IdentityStore::IdentityRow IdentityStore::ReadRow(const Row& row) const {
  IdentityRow read{.id = std::string(row.Text(0)),
                   .account = std::string(row.Text(1)),
                   .kind = std::string(row.Text(2)),
                   .name_key = std::string(row.Text(3)),
                   .owner = std::string(row.Text(4)),
                   .body = std::string(row.Text(5)),
                   .generation = row.Integer(6)};
  RowEncoder encoded("identities");
  for (const std::string* text :
       {&read.id, &read.account, &read.kind, &read.name_key, &read.owner, &read.body}) {
    encoded.Text(*text);
  }
  encoded.Integer(read.generation);
  if (!mac_.Verify(encoded.bytes(), row.Bytes(7))) {
    throw IntegrityError("identities: the row of " + read.id + " is not what the vault wrote");
  }
  return read;
}

std::optional<IdentityStore::IdentityRow> IdentityStore::FindRow(Transaction& transaction,
                                                                 std::string_view account,
                                                                 std::string_view kind,
                                                                 std::string_view name_key) const {
  std::optional<IdentityRow> found;
  transaction.Query(kFind, {account, kind, name_key}, [&](const Row& row) {
    found = ReadRow(row);
    return false;
  });
  return found;
}

std::optional<IdentityStore::IdentityRow> IdentityStore::FindRowById(Transaction& transaction,
                                                                     std::string_view kind,
                                                                     std::string_view id) const {
  std::optional<IdentityRow> found;
  transaction.Query(kFindById, {id, kind}, [&](const Row& row) {
    found = ReadRow(row);
    return false;
  });
  return found;
}

void IdentityStore::ListRows(Transaction& transaction, std::string_view account,
                             std::string_view kind, std::string_view after,
                             const std::function<bool(IdentityRow)>& each) const {
  transaction.Query(kList, {account, kind, after},
                    [&](const Row& row) { return each(ReadRow(row)); });
}

std::int64_t IdentityStore::CountRows(Transaction& transaction, std::string_view account,
                                      std::string_view kind) {
  std::int64_t count = 0;
  transaction.Query(kCount, {account, kind}, [&](const Row& row) {
    count = row.Integer(0);
    return false;
  });
  return count;
}

std::vector<std::string> IdentityStore::ListIds(Transaction& transaction, std::string_view kind,
                                                std::string_view after, std::size_t limit) {
  static constexpr Statement kIds{
      "SELECT identity_id FROM identities WHERE identity_id > $1 AND kind = $2 "
      "ORDER BY identity_id"};
  std::vector<std::string> ids;
  transaction.Query(kIds, {after, kind}, [&](const Row& row) {
    ids.emplace_back(row.Text(0));
    return ids.size() < limit;
  });
  return ids;
}

void IdentityStore::ListOwnedRows(Transaction& transaction, std::string_view kind,
                                  std::string_view owner,
                                  const std::function<void(IdentityRow)>& each) const {
  transaction.Query(kListOwned, {owner, kind}, [&](const Row& row) {
    each(ReadRow(row));
    return true;
  });
}

std::size_t IdentityStore::ForEach(
    Transaction& transaction, const std::function<void(const IntegrityError&)>& damaged) const {
  std::size_t count = 0;
  transaction.Query(kAll, {}, [&](const Row& row) {
    ++count;
    try {
      static_cast<void>(ReadRow(row));
    } catch (const IntegrityError& error) {
      damaged(error);
    }
    return true;
  });
  return count;
}

namespace {

constexpr Statement kInsert{
    "INSERT INTO identities(identity_id, account, kind, name_key, owner, body, generation, "
    "row_mac) VALUES($1, $2, $3, $4, $5, $6, $7, $8)"};
constexpr Statement kUpdate{
    "UPDATE identities SET name_key = $3, body = $4, generation = $2, row_mac = $5 "
    "WHERE identity_id = $1 AND generation = $2 - 1"};
constexpr Statement kRemove{"DELETE FROM identities WHERE identity_id = $1"};

}  // namespace

void IdentityStore::InsertRow(Transaction& transaction, const IdentityRow& row) {
  NoteChange(transaction);
  transaction.Execute(kInsert, {row.id, row.account, row.kind, row.name_key, row.owner, row.body,
                                row.generation, MacOf(row)});
}

void IdentityStore::UpdateRow(Transaction& transaction, const IdentityRow& row) {
  NoteChange(transaction);
  const std::int64_t changed =
      transaction.Execute(kUpdate, {row.id, row.generation, row.name_key, row.body, MacOf(row)});
  if (changed == 0) {
    throw std::logic_error("an identity was to be updated that has changed since it was loaded");
  }
}

void IdentityStore::Remove(Transaction& transaction, std::string_view id) {
  NoteChange(transaction);
  transaction.Execute(kRemove, {id});
}

void IdentityStore::NoteChange(Transaction& transaction) {
  transaction.AtEnd([this] { ++changes_; });
}

}  // namespace coffer::store
