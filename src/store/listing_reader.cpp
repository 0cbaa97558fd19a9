#include "store/listing_reader.h"

#include "base/log.h"
#include "store/listing_statements.h"

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>

namespace coffer::store {

namespace {

constexpr std::int64_t kLongestChunk = 512;

// Names are printable ASCII: nothing in them is below the first or above the second.
constexpr char kBelowNames = '\x01';
constexpr char kAboveNames = '\x7F';

/// The texts from `first` up to, not including, `end`.
struct Stretch {
  std::string first;
  std::string end;
};

Stretch StretchOf(const std::optional<std::string>& prefix) {
  const std::string first = prefix.value_or("");
  return {.first = first, .end = first + kAboveNames};
}

}  // namespace

ListPosition PositionOf(const secrets::Secret& secret, SortBy sort_by) {
  ListPosition position{.number = 0, .name = {}, .id = secret.id};
  switch (sort_by) {
    case SortBy::kCreatedDate:
      position.number = secret.created.time_since_epoch().count();
      break;
    case SortBy::kLastAccessedDate:
      position.number = secret.last_accessed.value_or(kNeverAccessed);
      break;
    case SortBy::kLastChangedDate:
      position.number = secret.last_changed.time_since_epoch().count();
      break;
    case SortBy::kName:
      position.name = secret.address.name;
      break;
  }
  return position;
}

// A list goes on behind a row that was touched.
std::optional<secrets::Secret> ReadIfSound(const Row& row, const RowMac& mac) {
  try {
    return ReadSecret(row, mac);
  } catch (const IntegrityError& error) {
    base::log::Error("secret.not_listed", {{"reason", error.what()}});
    return std::nullopt;
  }
}

std::optional<secrets::Secret> ListingReader::Next() {
  while (next_ == chunk_.size() && !is_at_end_) ReadChunk();
  if (next_ == chunk_.size()) return std::nullopt;
  return std::move(chunk_[next_++]);
}

void ListingReader::ReadChunk() {
  chunk_.clear();
  next_ = 0;
  std::int64_t rows = 0;
  const auto keep = [&](const Row& row) {
    ++rows;
    position_ = PositionOfRow(row, query_.sort_by);
    if (auto secret = ReadIfSound(row, mac_)) chunk_.push_back(*std::move(secret));
    return true;
  };
  query_.sort_by == SortBy::kName ? QueryByName(keep) : QueryByNumber(keep);
  is_at_end_ = rows < chunk_limit_;
  chunk_limit_ = std::min(2 * chunk_limit_, kLongestChunk);
}

void ListingReader::QueryByName(const std::function<bool(const Row&)>& each) {
  Stretch stretch = StretchOf(query_.name_prefix);
  if (position_ && query_.ascending) stretch.first = position_->name + kBelowNames;
  if (position_ && !query_.ascending) stretch.end = position_->name;
  const NameStatements& statements = StatementsByName(query_.ascending);
  transaction_.Query(query_.include_deleted ? statements.all : statements.active,
                     {query_.account, query_.region, stretch.first, stretch.end, chunk_limit_},
                     each);
}

void ListingReader::QueryByNumber(const std::function<bool(const Row&)>& each) {
  constexpr std::int64_t kFirst = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t kLast = std::numeric_limits<std::int64_t>::max();
  const std::int64_t start = query_.ascending ? kFirst : kLast;
  const ListPosition from = position_.value_or(ListPosition{start, {}, start});
  const NumberStatements& statements = StatementsByNumber(query_.sort_by, query_.ascending);
  if (query_.name_prefix) {
    const Stretch stretch = StretchOf(query_.name_prefix);
    transaction_.Query(statements.stretch,
                       {query_.account, query_.region, from.number, from.id, chunk_limit_,
                        stretch.first, stretch.end, std::int64_t{query_.include_deleted}},
                       each);
  } else {
    transaction_.Query(query_.include_deleted ? statements.all : statements.active,
                       {query_.account, query_.region, from.number, from.id, chunk_limit_}, each);
  }
}

bool IsBefore(const ListPosition& a, const ListPosition& b, const ListQuery& query) {
  const auto key_a = std::tie(a.number, a.name, a.id);
  const auto key_b = std::tie(b.number, b.name, b.id);
  return query.ascending ? key_a < key_b : key_b < key_a;
}

bool IsWanted(const secrets::Secret& secret, const ListQuery& query) {
  return secret.address.account == query.account && secret.address.region == query.region &&
         (query.include_deleted || !secret.deleted) &&
         secret.address.name.starts_with(query.name_prefix.value_or(""));
}

}  // namespace coffer::store
