#include "store/identity_uses.h"

#include "store/row_encoding.h"
#include "store/sql_text.h"
#include "store/sql_values.h"

#include <chrono>
#include <utility>

namespace coffer::store {

namespace {

constexpr SqlText kSelect =
    "SELECT identity_id, used_at, service, region, row_mac FROM identity_uses WHERE ";
constexpr auto kFindSql = kSelect + "identity_id = $1";
constexpr auto kAllSql = kSelect + "identity_id <> '' ORDER BY identity_id";
constexpr Statement kFind{kFindSql};
constexpr Statement kAll{kAllSql};
constexpr Statement kPut{
    "INSERT INTO identity_uses(identity_id, used_at, service, region, row_mac) "
    "SELECT $1, $2, $3, $4, $5 WHERE EXISTS(SELECT 1 FROM identities WHERE identity_id = $1) "
    "ON CONFLICT(identity_id) DO UPDATE SET used_at = excluded.used_at, "
    "service = excluded.service, region = excluded.region, row_mac = excluded.row_mac"};

RowEncoder EncodeForMac(std::string_view id, const IdentityUse& use) {
  RowEncoder row("identity_uses");
  row.Text(id);
  row.Time(use.at);
  row.Text(use.service);
  row.Text(use.region);
  return row;
}

}  // namespace

bool UseGate::IsNews(std::string_view service, std::string_view region, Timestamp at) const {
  const std::hash<std::string_view> hash;
  const auto minute = std::chrono::floor<std::chrono::minutes>(at).time_since_epoch().count();
  // Two that are taken for one another cost a minute, no more.
  const std::uint64_t mark =
      (hash(service) * 31) ^ hash(region) ^ static_cast<std::uint64_t>(minute);
  if (last_.load(std::memory_order_relaxed) == mark) return false;
  last_.store(mark, std::memory_order_relaxed);
  return true;
}

void IdentityUses::Note(std::string_view id, IdentityUse use) {
  const std::scoped_lock lock(pending_mutex_);
  const auto found = pending_.find(id);
  if (found == pending_.end()) {
    pending_.emplace(id, std::move(use));
  } else if (found->second.at <= use.at) {
    found->second = std::move(use);
  }
}

std::optional<IdentityUse> IdentityUses::Find(Transaction& transaction, std::string_view id) const {
  {
    const std::scoped_lock lock(pending_mutex_);
    const auto found = pending_.find(id);
    if (found != pending_.end()) return found->second;
  }
  std::optional<IdentityUse> use;
  transaction.Query(kFind, {id}, [&](const Row& row) {
    use = ReadRow(row);
    return false;
  });
  return use;
}

IdentityUses::ById IdentityUses::Pending() const {
  const std::scoped_lock lock(pending_mutex_);
  return pending_;
}

void IdentityUses::Write(Transaction& transaction, const ById& uses) const {
  for (const auto& [id, use] : uses) {
    transaction.Execute(kPut, {id, ToSql(use.at), use.service, use.region,
                               mac_.Compute(EncodeForMac(id, use).bytes())});
  }
}

void IdentityUses::Forget(const ById& written) {
  const std::scoped_lock lock(pending_mutex_);
  for (const auto& [id, use] : written) {
    const auto found = pending_.find(id);
    if (found != pending_.end() && found->second == use) pending_.erase(found);
  }
}

void IdentityUses::ForEach(Transaction& transaction,
                           const std::function<void(const IntegrityError&)>& damaged) const {
  transaction.Query(kAll, {}, [&](const Row& row) {
    try {
      static_cast<void>(ReadRow(row));
    } catch (const IntegrityError& error) {
      damaged(error);
    }
    return true;
  });
}

IdentityUse IdentityUses::ReadRow(const Row& row) const {
  const std::string_view id = row.Text(0);
  IdentityUse use{.at = TimeAt(row, 1),
                  .service = std::string(row.Text(2)),
                  .region = std::string(row.Text(3))};
  if (!mac_.Verify(EncodeForMac(id, use).bytes(), row.Bytes(4))) {
    throw IntegrityError("identity_uses: the row of " + std::string(id) +
                         " is not what the vault wrote");
  }
  return use;
}

}  // namespace coffer::store
