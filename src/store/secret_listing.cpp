#include "store/listing_reader.h"
#include "store/pending_accesses.h"
#include "store/secret_codec.h"
#include "store/secret_store.h"

#include <algorithm>
#include <unordered_map>

namespace coffer::store {

namespace {

using NotedDays = std::unordered_map<std::int64_t, DayNumber>;
using Visitor = std::function<bool(const secrets::Secret&)>;

constexpr auto kFindByIdSql = kSelectSecrets + " WHERE secret_id = $1";
constexpr Statement kFindById{kFindByIdSql};

bool IsOutdated(const secrets::Secret& secret, const NotedDays& noted) {
  const auto found = noted.find(secret.id);
  return found != noted.end() && secret.last_accessed.value_or(kNeverAccessed) < found->second;
}

/// The secrets whose last access the database does not know yet, in the order of a listing by last
/// access.
class NotedReader {
 public:
  NotedReader(Transaction& transaction, const RowMac& mac, const ListQuery& query,
              const NotedDays& noted)
      : transaction_(transaction), mac_(mac), query_(query), noted_(noted) {
    for (const auto& [id, day] : noted) {
      const ListPosition position{.number = day, .name = {}, .id = id};
      if (!query.after || IsBefore(*query.after, position, query)) positions_.push_back(position);
    }
    std::ranges::sort(positions_, [&query](const ListPosition& a, const ListPosition& b) {
      return IsBefore(a, b, query);
    });
  }

  [[nodiscard]] std::optional<secrets::Secret> Next() {
    while (next_ < positions_.size()) {
      const ListPosition& position = positions_[next_++];
      std::optional<secrets::Secret> secret = Load(position.id);
      if (!secret || !IsWanted(*secret, query_) || !IsOutdated(*secret, noted_)) continue;
      secret->last_accessed = static_cast<DayNumber>(position.number);
      return secret;
    }
    return std::nullopt;
  }

 private:
  std::optional<secrets::Secret> Load(std::int64_t id) {
    std::optional<secrets::Secret> secret;
    transaction_.Query(kFindById, {id}, [&](const Row& row) {
      secret = ReadIfSound(row, mac_);
      return true;
    });
    return secret;
  }

  Transaction& transaction_;
  const RowMac& mac_;
  const ListQuery& query_;
  const NotedDays& noted_;
  std::vector<ListPosition> positions_;
  std::size_t next_ = 0;
};

/// Merges what the index says with what it does not know yet. Both see the same noted days, so each
/// secret comes from exactly one of them.
void ListByAccess(Transaction& transaction, const RowMac& mac, const ListQuery& query,
                  const NotedDays& noted, const Visitor& each) {
  ListingReader stored_reader(transaction, mac, query);
  NotedReader noted_reader(transaction, mac, query, noted);
  const auto next_stored = [&] {
    std::optional<secrets::Secret> secret = stored_reader.Next();
    while (secret && IsOutdated(*secret, noted)) secret = stored_reader.Next();
    return secret;
  };
  const auto comes_first = [&](const secrets::Secret& a, const secrets::Secret& b) {
    return IsBefore(PositionOf(a, query.sort_by), PositionOf(b, query.sort_by), query);
  };
  std::optional<secrets::Secret> from_index = next_stored();
  std::optional<secrets::Secret> from_notes = noted_reader.Next();
  while (from_index || from_notes) {
    if (from_index && (!from_notes || comes_first(*from_index, *from_notes))) {
      if (!each(*from_index)) return;
      from_index = next_stored();
    } else {
      if (!each(*from_notes)) return;
      from_notes = noted_reader.Next();
    }
  }
}

}  // namespace

void SecretStore::List(Transaction& transaction, const ListQuery& query,
                       const Visitor& each) const {
  if (query.sort_by == SortBy::kLastAccessedDate) {
    const NotedDays noted = accesses_->DaysIn(query.account, query.region);
    return ListByAccess(transaction, mac_, query, noted, each);
  }
  ListingReader reader(transaction, mac_, query);
  while (std::optional<secrets::Secret> secret = reader.Next()) {
    accesses_->Overlay(*secret);
    if (!each(*secret)) return;
  }
}

namespace {

constexpr std::int64_t kChunk = 256;
constexpr auto kBehindIdSql = kSelectSecrets + " WHERE secret_id > $1 ORDER BY secret_id LIMIT $2";
constexpr Statement kBehindId{kBehindIdSql};

}  // namespace

void SecretStore::ForEach(Transaction& transaction,
                          const std::function<void(const secrets::Secret&)>& each,
                          const std::function<void(const IntegrityError&)>& damaged) const {
  std::int64_t last_id = 0;
  std::int64_t rows = kChunk;
  while (rows == kChunk) {
    rows = 0;
    std::vector<secrets::Secret> chunk;
    transaction.Query(kBehindId, {last_id, kChunk}, [&](const Row& row) {
      ++rows;
      last_id = row.Integer(0);
      try {
        chunk.push_back(ReadSecret(row, mac_));
      } catch (const IntegrityError& error) {
        damaged(error);
      }
      return true;
    });
    for (secrets::Secret& secret : chunk) {
      accesses_->Overlay(secret);
      each(secret);
    }
  }
}

}  // namespace coffer::store
