#pragma once

#include "coffer/clock.h"
#include "coffer/database.h"
#include "secrets/secret.h"
#include "store/row_mac.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::store {

/// The day of a secret or version that was never read, where a number is needed.
inline constexpr DayNumber kNeverAccessed = -1;

/// A value as it is stored: sealed under its own data key, which is wrapped by the key-encryption
/// key `key_id`, version `key_version`.
struct SealedValue {
  secrets::KeyId key_id{};
  std::uint32_t key_version = 0;
  std::vector<std::byte> wrapped_data_key;
  std::vector<std::byte> record;

  bool operator==(const SealedValue&) const = default;
};

/// A version together with its sealed value (absent while a rotation has not filled it).
struct StoredVersion {
  secrets::Version version;
  std::optional<SealedValue> value;

  bool operator==(const StoredVersion&) const = default;
};

enum class SortBy : std::uint8_t { kCreatedDate, kLastAccessedDate, kLastChangedDate, kName };

/// Where a listing stopped: the sort key and id of the last secret seen.
struct ListPosition {
  std::int64_t number = 0;  ///< Milliseconds or day number; unused when sorting by name.
  std::string name;         ///< When sorting by name.
  std::int64_t id = 0;
};

/// Where a listing stands after `secret`.
[[nodiscard]] ListPosition PositionOf(const secrets::Secret& secret, SortBy sort_by);

struct ListQuery {
  std::string account;
  std::string region;
  bool include_deleted = false;
  SortBy sort_by = SortBy::kCreatedDate;
  bool ascending = true;
  std::optional<std::string> name_prefix;  ///< Only names that begin so.
  std::optional<ListPosition> after;       ///< Continue behind this one.
};

class PendingAccesses;
class ReadCache;

/// Secrets and their versions in the database: every SQL statement about them, once. Values cross
/// this interface sealed. Each row is authenticated when it is loaded (IntegrityError otherwise)
/// and when it is written. All functions are safe to call from any thread; a Transaction belongs to
/// one.
class SecretStore {
 public:
  /// `mac` must outlive the store. `cache_bytes` bounds what FindForRead keeps; 0 = no cache.
  SecretStore(const RowMac& mac, std::size_t cache_bytes);
  ~SecretStore();
  SecretStore(const SecretStore&) = delete;
  SecretStore& operator=(const SecretStore&) = delete;

  [[nodiscard]] std::shared_ptr<const secrets::Secret> Find(
      Transaction& transaction, const secrets::SecretAddress& address) const;
  /// By the store's own number.
  [[nodiscard]] std::shared_ptr<const secrets::Secret> FindById(Transaction& transaction,
                                                                std::int64_t id) const;
  /// As Find, from the cache when it holds the committed state. Only in a read transaction.
  [[nodiscard]] std::shared_ptr<const secrets::Secret> FindForRead(
      Transaction& transaction, const secrets::SecretAddress& address) const;

  [[nodiscard]] std::shared_ptr<const StoredVersion> FindVersion(Transaction& transaction,
                                                                 const secrets::Secret& secret,
                                                                 std::string_view version_id) const;
  /// As FindVersion, cached. Only with a secret from FindForRead in the same transaction.
  [[nodiscard]] std::shared_ptr<const StoredVersion> FindVersionForRead(
      Transaction& transaction, const secrets::Secret& secret, std::string_view version_id) const;
  /// All versions, oldest first, without values.
  [[nodiscard]] std::vector<secrets::Version> Versions(Transaction& transaction,
                                                       const secrets::Secret& secret) const;

  /// Inserts a new secret; sets its id, and its generation unless it has one.
  void Insert(Transaction& transaction, secrets::Secret& secret);
  /// Replaces the row of an existing secret; raises its generation, to `at_least` at least.
  void Update(Transaction& transaction, secrets::Secret& secret, std::int64_t at_least = 0);
  /// Removes secret and versions; their bytes are erased (Transaction::Erase).
  void Remove(Transaction& transaction, const secrets::Secret& secret);

  // Whoever changes versions updates the secret too, in the same transaction (labels,
  // version_count): each generation of a secret has its versions, and the cache counts on it.

  /// Adds a version.
  void InsertVersion(Transaction& transaction, const secrets::Secret& secret,
                     const secrets::Version& version, const std::optional<SealedValue>& value);
  /// Gives a pending version its value, or replaces the sealing after a change of key.
  void ReplaceValue(Transaction& transaction, const secrets::Secret& secret,
                    const secrets::Version& version, const SealedValue& value);
  void RemoveVersion(Transaction& transaction, const secrets::Secret& secret,
                     std::string_view version_id);

  /// Calls `each` with secrets in the query's order until it returns false; `each` may use the
  /// transaction. Ties of the sort key are ordered by id, in the same direction; never-accessed
  /// secrets come first when ascending by last access. Rows that were touched are logged and left
  /// out, so that one of them does not make all others unfindable.
  void List(Transaction& transaction, const ListQuery& query,
            const std::function<bool(const secrets::Secret&)>& each) const;

  /// Notes that a value was read on `day`. Does nothing when `version` says so already;
  /// visible at once to Find, Versions and List; written to the database by FlushAccesses.
  void Touch(const secrets::Secret& secret, const StoredVersion& version, DayNumber day);
  /// Writes noted accesses, those of 1,000 secrets at most; called by a background job inside a
  /// write transaction of its own, again while HasPendingAccesses.
  void FlushAccesses(Transaction& transaction);
  [[nodiscard]] bool HasPendingAccesses() const;

  /// Secrets whose purge_at is at or before `now`, at most `limit`, behind the first `passed_over`
  /// of them. The rows are not authenticated here: the caller finds each secret again and looks at
  /// its own purge_at.
  [[nodiscard]] std::vector<secrets::SecretAddress> DueForPurge(Transaction& transaction,
                                                                Timestamp now, int limit,
                                                                int passed_over = 0) const;

  /// Calls `each` for every secret of every account, by id, and `damaged` with a text for the
  /// operator for each row that is not what the vault wrote. For verification.
  void ForEach(Transaction& transaction, const std::function<void(const secrets::Secret&)>& each,
               const std::function<void(const IntegrityError&)>& damaged) const;

 private:
  /// To be called before every change of a secret or its versions: until the outcome of the
  /// transaction is settled, readers find the secret in the database alone.
  void BlockUntilSettled(Transaction& transaction, const secrets::SecretAddress& address);

  const RowMac& mac_;
  std::unique_ptr<ReadCache> cache_;  ///< Null when there is none.
  std::unique_ptr<PendingAccesses> accesses_;
};

}  // namespace coffer::store
