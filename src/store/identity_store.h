#pragma once

#include "coffer/database.h"
#include "identity/entities.h"
#include "identity/names.h"
#include "json/shape_codec.h"
#include "store/identity_uses.h"
#include "store/row_mac.h"

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coffer::store {

/// An entity of IAM (identity/entities.h) with what the store keeps beside it.
template <class Entity>
struct Stored {
  std::string account{};
  std::string owner{};          ///< Id of the user an access key belongs to; empty for others.
  std::int64_t generation = 0;  ///< +1 for every change.
  Entity entity{};
};

/// Users, groups, roles, managed policies and access keys in the database: one row each, whose body
/// is the whole entity as JSON. Rows are authenticated when they are loaded (IntegrityError
/// otherwise). Safe to call from any thread; a Transaction belongs to one.
class IdentityStore {
 public:
  /// `mac` must outlive the store.
  explicit IdentityStore(const RowMac& mac) : mac_(mac), uses_(mac) {}

  /// By its name in any letter case.
  template <class Entity>
  [[nodiscard]] std::optional<Stored<Entity>> Find(Transaction& transaction,
                                                   std::string_view account,
                                                   std::string_view name) const {
    return Decode<Entity>(FindRow(transaction, account, Entity::kKind, identity::NameKey(name)));
  }
  /// A managed policy of the account, by its ARN to the letter.
  [[nodiscard]] std::optional<Stored<identity::ManagedPolicy>> FindPolicy(
      Transaction& transaction, std::string_view account, std::string_view arn) const;
  /// By its id, which no two entities of any account share.
  template <class Entity>
  [[nodiscard]] std::optional<Stored<Entity>> FindById(Transaction& transaction,
                                                       std::string_view id) const {
    return Decode<Entity>(FindRowById(transaction, Entity::kKind, id));
  }
  /// Whether anything at all belongs to the account.
  [[nodiscard]] static bool HasAccount(Transaction& transaction, std::string_view account);
  /// Calls `each` with the entities of an account, by name, behind the name `after`, until it
  /// returns false.
  template <class Entity>
  void List(Transaction& transaction, std::string_view account, std::string_view after,
            const std::function<bool(const Stored<Entity>&)>& each) const {
    ListRows(transaction, account, Entity::kKind, identity::NameKey(after),
             [&](IdentityRow row) { return each(*Decode<Entity>(std::move(row))); });
  }
  /// How many of a kind an account has. Rows are counted, not loaded, so none is authenticated.
  template <class Entity>
  [[nodiscard]] std::int64_t Count(Transaction& transaction, std::string_view account) const {
    return CountRows(transaction, account, Entity::kKind);
  }
  /// What belongs to the entity with the id `owner`, by name.
  template <class Entity>
  [[nodiscard]] std::vector<Stored<Entity>> OwnedBy(Transaction& transaction,
                                                    std::string_view owner) const {
    std::vector<Stored<Entity>> owned;
    ListOwnedRows(transaction, Entity::kKind, owner,
                  [&](IdentityRow row) { owned.push_back(*Decode<Entity>(std::move(row))); });
    return owned;
  }

  /// The ids of a kind's entities of every account behind `after`, in their order; at most `limit`.
  /// The rows are not authenticated here.
  template <class Entity>
  [[nodiscard]] static std::vector<std::string> Ids(Transaction& transaction,
                                                    std::string_view after, std::size_t limit) {
    return ListIds(transaction, Entity::kKind, after, limit);
  }

  /// The caller has seen to it that name and id are free.
  template <class Entity>
  void Insert(Transaction& transaction, Stored<Entity>& stored) {
    stored.generation = 1;
    InsertRow(transaction, Encode(stored));
  }
  /// Replaces what is stored under the entity's id; raises its generation.
  template <class Entity>
  void Update(Transaction& transaction, Stored<Entity>& stored) {
    ++stored.generation;
    UpdateRow(transaction, Encode(stored));
  }
  void Remove(Transaction& transaction, std::string_view id);

  /// Reads every row of every account and answers how many there are; calls `damaged` for each that
  /// is not what the vault wrote. For verification.
  std::size_t ForEach(Transaction& transaction,
                      const std::function<void(const IntegrityError&)>& damaged) const;

  /// Grows with each change of any entity that was settled: what was derived from entities is as
  /// good as new while this stays the same. To be read before the transaction that derives begins.
  [[nodiscard]] std::uint64_t changes() const { return changes_.load(); }

  /// When access keys and roles were last used: nothing that changes them.
  [[nodiscard]] IdentityUses& uses() const { return uses_; }

 private:
  struct IdentityRow {
    std::string id;
    std::string account;
    std::string kind;
    std::string name_key;
    std::string owner;
    std::string body;
    std::int64_t generation = 0;
  };

  template <class Entity>
  [[nodiscard]] static IdentityRow Encode(const Stored<Entity>& stored) {
    return {.id = stored.entity.id,
            .account = stored.account,
            .kind = std::string(Entity::kKind),
            .name_key = identity::NameKey(stored.entity.name),
            .owner = stored.owner,
            .body = json::EncodeShape(stored.entity),
            .generation = stored.generation};
  }
  template <class Entity>
  [[nodiscard]] static std::optional<Stored<Entity>> Decode(std::optional<IdentityRow> row) {
    if (!row) return std::nullopt;
    std::optional<Entity> entity = json::DecodeShape<Entity>(row->body);
    if (!entity) throw IntegrityError("identities: the row of " + row->id + " cannot be read");
    return Stored<Entity>{.account = std::move(row->account),
                          .owner = std::move(row->owner),
                          .generation = row->generation,
                          .entity = *std::move(entity)};
  }

  [[nodiscard]] std::optional<IdentityRow> FindRow(Transaction& transaction,
                                                   std::string_view account, std::string_view kind,
                                                   std::string_view name_key) const;
  [[nodiscard]] std::optional<IdentityRow> FindRowById(Transaction& transaction,
                                                       std::string_view kind,
                                                       std::string_view id) const;
  void ListRows(Transaction& transaction, std::string_view account, std::string_view kind,
                std::string_view after, const std::function<bool(IdentityRow)>& each) const;
  [[nodiscard]] static std::int64_t CountRows(Transaction& transaction, std::string_view account,
                                              std::string_view kind);
  [[nodiscard]] static std::vector<std::string> ListIds(Transaction& transaction,
                                                        std::string_view kind,
                                                        std::string_view after, std::size_t limit);
  void ListOwnedRows(Transaction& transaction, std::string_view kind, std::string_view owner,
                     const std::function<void(IdentityRow)>& each) const;
  void InsertRow(Transaction& transaction, const IdentityRow& row);
  void UpdateRow(Transaction& transaction, const IdentityRow& row);
  void NoteChange(Transaction& transaction);

  [[nodiscard]] RowMac::Tag MacOf(const IdentityRow& row) const;
  [[nodiscard]] IdentityRow ReadRow(const Row& row) const;

  const RowMac& mac_;
  mutable IdentityUses uses_;
  std::atomic<std::uint64_t> changes_ = 0;
};

}  // namespace coffer::store
