#include "store/key_life.h"

#include "base/encoding.h"
#include "json/shape_codec.h"
#include "store/row_encoding.h"
#include "store/sql_values.h"

#include <algorithm>
#include <chrono>
#include <span>
#include <string>
#include <string_view>

namespace coffer::store {
namespace {

std::span<const std::byte> Span(const secrets::KeyId& id) { return id; }

/// What is in no column.
struct Body {
  std::int64_t rotation_period_days = 0;
  std::vector<KeyRotation> rotations;

  static constexpr auto Members() {
    return std::tuple{base::Required("RotationPeriodInDays", &Body::rotation_period_days),
                      base::Required("Rotations", &Body::rotations)};
  }
};

RowEncoder EncodeForMac(const secrets::KeyId& id, const KeyLife& life, std::string_view body) {
  RowEncoder row("key_lives");
  row.Bytes(id);
  row.OptionalTime(life.destruction);
  row.OptionalTime(life.next_rotation);
  row.Text(body);
  return row;
}

[[noreturn]] void RefuseRow(const secrets::KeyId& id) {
  throw IntegrityError("key_lives: the row of key " + base::ToHex(id) +
                       " is not what the vault wrote");
}

constexpr Statement kFind{
    "SELECT destroy_at, rotate_at, body, row_mac FROM key_lives WHERE key_id = $1"};
constexpr Statement kPut{
    "INSERT INTO key_lives(key_id, destroy_at, rotate_at, body, row_mac) "
    "VALUES($1, $2, $3, $4, $5) ON CONFLICT(key_id) DO UPDATE SET "
    "destroy_at = excluded.destroy_at, rotate_at = excluded.rotate_at, body = excluded.body, "
    "row_mac = excluded.row_mac"};
// The last are the default keys that were never rotated.
constexpr Statement kDue{
    "SELECT key_id FROM key_lives WHERE destroy_at IS NOT NULL AND destroy_at <= $1 "
    "UNION SELECT key_id FROM key_lives WHERE rotate_at IS NOT NULL AND rotate_at <= $1 "
    "UNION SELECT key_id FROM keys WHERE is_default = 1 AND created_at <= $2 "
    "AND NOT EXISTS(SELECT 1 FROM key_lives WHERE key_lives.key_id = keys.key_id)"};

constexpr std::chrono::days kUsualPeriod{kUsualRotationDays};

}  // namespace

KeyLife KeyLifeStore::Find(Transaction& transaction, const KeyRow& key) const {
  KeyLife life;
  if (key.is_default) {
    life.next_rotation = key.created + kUsualPeriod;
    life.rotation_period_days = kUsualRotationDays;
  }
  transaction.Query(kFind, {Span(key.id)}, [&](const Row& row) {
    life.destruction = OptionalTimeAt(row, 0);
    life.next_rotation = OptionalTimeAt(row, 1);
    const RowEncoder encoded = EncodeForMac(key.id, life, row.Text(2));
    if (!mac_.Verify(encoded.bytes(), row.Bytes(3))) RefuseRow(key.id);
    auto body = json::DecodeShape<Body>(row.Text(2));
    if (!body) RefuseRow(key.id);
    life.rotation_period_days = body->rotation_period_days;
    life.rotations = std::move(body->rotations);
    return true;
  });
  return life;
}

void KeyLifeStore::Put(Transaction& transaction, const secrets::KeyId& id,
                       const KeyLife& life) const {
  const std::string body = json::EncodeShape(Body{life.rotation_period_days, life.rotations});
  transaction.Execute(
      kPut, {Span(id), ToSql(life.destruction), ToSql(life.next_rotation), std::string_view(body),
             mac_.Compute(EncodeForMac(id, life, body).bytes())});
}

std::vector<secrets::KeyId> KeyLifeStore::Due(Transaction& transaction, Timestamp now) {
  std::vector<secrets::KeyId> due;
  transaction.Query(kDue, {ToSql(now), ToSql(now - kUsualPeriod)}, [&](const Row& row) {
    const std::span<const std::byte> bytes = row.Bytes(0);
    secrets::KeyId id{};
    if (bytes.size() != id.size()) throw IntegrityError("keys: a key id has the wrong length");
    std::ranges::copy(bytes, id.begin());
    due.push_back(id);
    return true;
  });
  return due;
}

}  // namespace coffer::store
