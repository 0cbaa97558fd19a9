#pragma once

#include "coffer/database.h"
#include "secrets/secret.h"
#include "store/row_mac.h"
#include "store/secret_store.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace coffer::store {

/// Reads the stored secrets that a query asks for, in its order, some at a time: between them the
/// transaction is free for other statements. Reads further the longer it is asked. Steps over rows
/// that were touched.
class ListingReader {
 public:
  /// All must outlive the reader.
  ListingReader(Transaction& transaction, const RowMac& mac, const ListQuery& query)
      : transaction_(transaction), mac_(mac), query_(query), position_(query.after) {}

  /// nullopt at the end.
  [[nodiscard]] std::optional<secrets::Secret> Next();

 private:
  void ReadChunk();
  void QueryByName(const std::function<bool(const Row&)>& each);
  void QueryByNumber(const std::function<bool(const Row&)>& each);

  Transaction& transaction_;
  const RowMac& mac_;
  const ListQuery& query_;
  std::optional<ListPosition> position_;
  std::vector<secrets::Secret> chunk_;
  std::size_t next_ = 0;
  std::int64_t chunk_limit_ = 16;
  bool is_at_end_ = false;
};

/// The secret of a row; nullopt when the row is not what the vault wrote, which is logged.
[[nodiscard]] std::optional<secrets::Secret> ReadIfSound(const Row& row, const RowMac& mac);

/// Whether `a` comes before `b` in the query's order.
[[nodiscard]] bool IsBefore(const ListPosition& a, const ListPosition& b, const ListQuery& query);

/// Whether the query asks for `secret`, wherever it stands in the order.
[[nodiscard]] bool IsWanted(const secrets::Secret& secret, const ListQuery& query);

}  // namespace coffer::store
