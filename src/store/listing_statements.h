#pragma once

#include "coffer/database.h"
#include "store/secret_codec.h"
#include "store/secret_store.h"
#include "store/sql_text.h"

#include <array>

namespace coffer::store {

// The statements of SecretStore::List. Each walks indexes from the position on, so that every page
// costs the same. Parameters: account, region, the stretch of names or the position, the limit.

/// By name: the stretch from $3 up to, not including, $4.
struct NameStatements {
  Statement active;
  Statement all;
};

template <SqlText kDirection>
struct NameSql {
  static constexpr auto kScope =
      kSelectSecrets + " WHERE account = $1 AND region = $2 AND name >= $3 AND name < $4";
  static constexpr auto kOrder = " ORDER BY name " + kDirection + " LIMIT $5";
  static constexpr auto kActive = kScope + " AND deleted_at IS NULL" + kOrder;
  static constexpr auto kAll = kScope + kOrder;
  static constexpr NameStatements kStatements{{kActive}, {kAll}};
};

/// By a number and, where it is the same, by id: what comes behind the position ($3, $4).
struct NumberStatements {
  Statement active;
  Statement all;
  /// Reads the stretch of names from $6 up to, not including, $7 and sorts it; $8 = 1 includes
  /// deleted ones.
  Statement stretch;
};

template <SqlText kKey, SqlText kBehind, SqlText kDirection>
struct NumberSql {
  static constexpr auto kScope = kSelectSecrets + " WHERE account = $1 AND region = $2";
  // Not (key, secret_id) > ($3, $4): there SQLite seeks by the key alone, because secret_id is the
  // rowid, and among secrets that were never accessed the key says nothing.
  static constexpr auto kSameNumber = " AND " + kKey + " = $3 AND secret_id " + kBehind + " $4";
  static constexpr auto kNumberBehind = " AND " + kKey + " " + kBehind + " $3";
  static constexpr auto kOrder =
      " ORDER BY " + kKey + " " + kDirection + ", secret_id " + kDirection + " LIMIT $5";

  static constexpr auto kActiveOnly = kScope + " AND deleted_at IS NULL" + kSameNumber +
                                      " UNION ALL " + kScope + " AND deleted_at IS NULL" +
                                      kNumberBehind;
  static constexpr auto kDeletedOnly = kScope + " AND deleted_at IS NOT NULL" + kSameNumber +
                                       " UNION ALL " + kScope + " AND deleted_at IS NOT NULL" +
                                       kNumberBehind;
  static constexpr auto kActive = kActiveOnly + kOrder;
  static constexpr auto kAll = kActiveOnly + " UNION ALL " + kDeletedOnly + kOrder;
  // The + keeps the planner from walking the index of the key instead of the stretch of names.
  static constexpr auto kStretch = kScope + " AND name >= $6 AND name < $7" +
                                   " AND (deleted_at IS NULL OR $8 = 1) AND (+" + kKey +
                                   ", +secret_id) " + kBehind + " ($3, $4) ORDER BY +" + kKey +
                                   " " + kDirection + ", +secret_id " + kDirection + " LIMIT $5";
  static constexpr NumberStatements kStatements{{kActive}, {kAll}, {kStretch}};
};

/// In a table: ascending, descending.
template <SqlText kKey>
inline constexpr std::array kByNumber{&NumberSql<kKey, ">", "ASC">::kStatements,
                                      &NumberSql<kKey, "<", "DESC">::kStatements};

[[nodiscard]] inline const NameStatements& StatementsByName(bool ascending) {
  return ascending ? NameSql<"ASC">::kStatements : NameSql<"DESC">::kStatements;
}

/// Not for SortBy::kName.
[[nodiscard]] inline const NumberStatements& StatementsByNumber(SortBy sort_by, bool ascending) {
  const std::size_t direction = ascending ? 0 : 1;
  switch (sort_by) {
    case SortBy::kLastAccessedDate:
      return *kByNumber<"accessed_day">[direction];
    case SortBy::kLastChangedDate:
      return *kByNumber<"changed_at">[direction];
    default:
      return *kByNumber<"created_at">[direction];
  }
}

}  // namespace coffer::store
