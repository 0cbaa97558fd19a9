#include "store/key_settings.h"

#include "base/encoding.h"
#include "store/row_encoding.h"
#include "store/secret_codec.h"
#include "store/sql_values.h"

#include <cstdint>
#include <mutex>
#include <span>

namespace coffer::store {
namespace {

std::span<const std::byte> Span(const secrets::KeyId& id) { return id; }

RowEncoder EncodeForMac(const secrets::KeyId& id, const KeySettings& settings,
                        std::span<const std::byte> tags) {
  RowEncoder row("key_settings");
  row.Bytes(id);
  row.Text(settings.description);
  row.Integer(settings.is_enabled ? 1 : 0);
  row.OptionalText(settings.policy);
  row.Bytes(tags);
  return row;
}

constexpr Statement kFind{
    "SELECT description, is_enabled, policy, tags, row_mac FROM key_settings WHERE key_id = $1"};
constexpr Statement kPut{
    "INSERT INTO key_settings(key_id, description, is_enabled, policy, tags, row_mac) "
    "VALUES($1, $2, $3, $4, $5, $6) ON CONFLICT(key_id) DO UPDATE SET "
    "description = excluded.description, is_enabled = excluded.is_enabled, "
    "policy = excluded.policy, tags = excluded.tags, row_mac = excluded.row_mac"};

// A policy may be long, and keys cost their owner nothing.
constexpr std::size_t kMaxInMemory = 1000;

}  // namespace

KeySettings KeySettingsStore::Find(Transaction& transaction, const secrets::KeyId& id) const {
  KeySettings settings;
  transaction.Query(kFind, {Span(id)}, [&](const Row& row) {
    settings.description = row.Text(0);
    settings.is_enabled = row.Integer(1) != 0;
    settings.policy = OptionalTextAt(row, 2);
    const RowEncoder encoded = EncodeForMac(id, settings, row.Bytes(3));
    if (!mac_.Verify(encoded.bytes(), row.Bytes(4))) {
      throw IntegrityError("key_settings: the row of key " + base::ToHex(id) +
                           " is not what the vault wrote");
    }
    settings.tags = DecodeTags(row.Bytes(3));
    return true;
  });
  return settings;
}

// Once the snapshot is fixed memory may be ahead of it, and a transaction that writes must see what
// it has written itself. What is found is kept unless something was changed after the snapshot may
// have begun.
std::shared_ptr<const KeySettings> KeySettingsStore::FindForRead(Transaction& transaction,
                                                                 const secrets::KeyId& id) const {
  if (transaction.HasSnapshot()) return std::make_shared<const KeySettings>(Find(transaction, id));
  std::uint64_t changes_before = 0;
  {
    const std::shared_lock lock(cache_mutex_);
    const auto known = cache_.find(id);
    if (known != cache_.end()) return known->second;
    changes_before = changes_;
  }
  auto found = std::make_shared<const KeySettings>(Find(transaction, id));
  const std::scoped_lock lock(cache_mutex_);
  if (changes_ != changes_before) return found;
  if (cache_.size() >= kMaxInMemory) cache_.clear();
  cache_.insert_or_assign(id, found);
  return found;
}

void KeySettingsStore::Forget(const secrets::KeyId& id) const {
  const std::scoped_lock lock(cache_mutex_);
  ++changes_;
  cache_.erase(id);
}

void KeySettingsStore::Put(Transaction& transaction, const secrets::KeyId& id,
                           const KeySettings& settings) const {
  const std::vector<std::byte> tags = EncodeTags(settings.tags);
  transaction.Execute(kPut, {Span(id), std::string_view(settings.description),
                             std::int64_t{settings.is_enabled}, ToSql(settings.policy), ToSql(tags),
                             mac_.Compute(EncodeForMac(id, settings, tags).bytes())});
  // When the outcome is settled: until then others see, and may keep, what there was before.
  transaction.AtEnd([this, id] { Forget(id); });
}

}  // namespace coffer::store
