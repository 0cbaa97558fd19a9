#pragma once

#include "coffer/clock.h"
#include "coffer/database.h"
#include "secrets/secret.h"
#include "store/row_mac.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::store {

/// A key-encryption key. `name` is what follows `key/` in its ARN: a UUID, or what a developer
/// passed as KmsKeyId.
struct KeyRow {
  secrets::KeyId id{};
  std::string account;
  std::string region;
  std::string name;
  bool is_default = false;            ///< The account's `alias/aws/secretsmanager` of that region.
  std::uint32_t primary_version = 1;  ///< The one that seals; 0 of a key that was destroyed.
  Timestamp created;

  /// Such a row stays, so that what the key has sealed is refused and its name is not used again.
  [[nodiscard]] bool is_destroyed() const { return primary_version == 0; }
};

/// A name that an account gave to one of its keys.
struct AliasRow {
  std::string alias;  ///< `alias/<name>`
  secrets::KeyId key_id{};
  std::optional<Timestamp> created;  ///< Absent for those of a vault before schema step 8.
  std::optional<Timestamp> updated;
};

/// One version of a key-encryption key, wrapped by the master key.
struct KeyVersionRow {
  secrets::KeyId id{};
  std::uint32_t version = 0;
  std::uint32_t master_version = 0;
  std::vector<std::byte> wrapped;
  Timestamp created;
};

/// An access key; the secret part is sealed.
struct AccessKeyRow {
  std::string access_key_id;
  std::string account;
  std::string principal_arn;
  std::vector<std::byte> sealed_secret;
  Timestamp created;
};

/// What there is once for an installation: meta values, keys, access keys. Rows carry MACs and are
/// checked when loaded (IntegrityError).
class KeyStore {
 public:
  /// `mac` must outlive the store.
  explicit KeyStore(const RowMac& mac) : mac_(mac) {}

  /// Static: needed before there is a MAC key.
  [[nodiscard]] static std::optional<std::vector<std::byte>> FindMeta(Transaction& transaction,
                                                                      std::string_view key);
  static void PutMeta(Transaction& transaction, std::string_view key,
                      std::span<const std::byte> value);

  [[nodiscard]] std::optional<KeyRow> FindKey(Transaction& transaction,
                                              const secrets::KeyId& id) const;
  [[nodiscard]] std::optional<KeyRow> FindKeyByName(Transaction& transaction,
                                                    std::string_view account,
                                                    std::string_view region,
                                                    std::string_view name) const;
  [[nodiscard]] std::optional<KeyRow> FindDefaultKey(Transaction& transaction,
                                                     std::string_view account,
                                                     std::string_view region) const;
  [[nodiscard]] std::optional<KeyRow> FindKeyByAlias(Transaction& transaction,
                                                     std::string_view account,
                                                     std::string_view region,
                                                     std::string_view alias) const;
  [[nodiscard]] std::optional<KeyVersionRow> FindKeyVersion(Transaction& transaction,
                                                            const secrets::KeyId& id,
                                                            std::uint32_t version) const;
  void InsertKey(Transaction& transaction, const KeyRow& key, const KeyVersionRow& version) const;
  /// Adds `version` and makes it the primary one of `key`.
  void AddVersion(Transaction& transaction, KeyRow& key, const KeyVersionRow& version) const;
  /// Erases all versions of `key` and removes its aliases; the row stays, and says so.
  void Destroy(Transaction& transaction, KeyRow& key) const;

  /// One version of a key, by its number in the table.
  struct KeyVersionName {
    secrets::KeyId id{};
    std::uint32_t version = 0;
  };
  /// At most `limit` versions of keys that a master key older than `master_version` wraps, behind
  /// `after` in their order. Not authenticated here.
  [[nodiscard]] static std::vector<KeyVersionName> WrappedBefore(Transaction& transaction,
                                                                 std::uint32_t master_version,
                                                                 const KeyVersionName& after,
                                                                 std::size_t limit);
  /// How many versions of keys each version of the master key wraps. Not authenticated here.
  [[nodiscard]] static std::map<std::uint32_t, std::size_t> CountByMaster(Transaction& transaction);
  /// Replaces `wrapped` and `master_version`.
  void Rewrap(Transaction& transaction, const KeyVersionRow& version) const;
  /// The keys of an account and region behind the name `after`, by name, until `each` answers
  /// false. Those that were destroyed are left out.
  void ListKeys(Transaction& transaction, std::string_view account, std::string_view region,
                std::string_view after, const std::function<bool(const KeyRow&)>& each) const;

  /// Calls `each` for every key of every account. The rows are not authenticated here. For
  /// verification.
  static void ForEachKey(Transaction& transaction,
                         const std::function<void(const secrets::KeyId&)>& each);

  void InsertAlias(Transaction& transaction, const KeyRow& key, std::string_view alias,
                   Timestamp now) const;
  /// Has an alias that exists name another key of its account and region.
  void MoveAlias(Transaction& transaction, const KeyRow& key, std::string_view alias,
                 Timestamp now) const;
  static void RemoveAlias(Transaction& transaction, std::string_view account,
                          std::string_view region, std::string_view alias);
  /// As ListKeys, by alias.
  void ListAliases(Transaction& transaction, std::string_view account, std::string_view region,
                   std::string_view after, const std::function<bool(const AliasRow&)>& each) const;

  [[nodiscard]] std::vector<AccessKeyRow> AccessKeys(Transaction& transaction) const;
  void InsertAccessKey(Transaction& transaction, const AccessKeyRow& key) const;
  /// Replaces `sealed_secret`.
  void ResealAccessKey(Transaction& transaction, const AccessKeyRow& key) const;

 private:
  void InsertVersion(Transaction& transaction, const KeyVersionRow& version) const;
  void SetPrimaryVersion(Transaction& transaction, KeyRow& key, std::uint32_t version) const;

  const RowMac& mac_;
};

}  // namespace coffer::store
