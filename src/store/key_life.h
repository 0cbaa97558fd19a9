#pragma once

#include "base/shape.h"
#include "coffer/clock.h"
#include "coffer/database.h"
#include "store/key_store.h"
#include "store/row_mac.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <tuple>
#include <vector>

namespace coffer::store {

/// One change of a key's material.
struct KeyRotation {
  std::int64_t version = 0;  ///< That it made.
  Timestamp date;
  bool is_on_demand = false;  ///< Else by the key's schedule.

  bool operator==(const KeyRotation&) const = default;
  static constexpr auto Members() {
    using R = KeyRotation;
    return std::tuple{base::Required("Version", &R::version), base::Required("Date", &R::date),
                      base::Required("OnDemand", &R::is_on_demand)};
  }
};

/// What becomes of a key: its schedule of rotations, those that there were, and its end.
struct KeyLife {
  std::optional<Timestamp> destruction{};    ///< When it is to be destroyed; else nobody has asked.
  std::optional<Timestamp> next_rotation{};  ///< By its schedule; absent while there is none.
  std::int64_t rotation_period_days = 0;     ///< Of the schedule, the latest if it was ended.
  std::vector<KeyRotation> rotations{};      ///< Oldest first.

  bool operator==(const KeyLife&) const = default;
};

/// AWS rotates the keys of its services once a year, and every other key by default.
inline constexpr std::int64_t kUsualRotationDays = 365;

/// The lives of keys. Rows carry MACs and are checked when loaded (IntegrityError). A key that
/// nothing has happened to has no row: it has no end and no schedule, but for a default key, which
/// is rotated every kUsualRotationDays from its creation on.
class KeyLifeStore {
 public:
  /// `mac` must outlive the store.
  explicit KeyLifeStore(const RowMac& mac) : mac_(mac) {}

  [[nodiscard]] KeyLife Find(Transaction& transaction, const KeyRow& key) const;
  void Put(Transaction& transaction, const secrets::KeyId& id, const KeyLife& life) const;

  /// The keys that may have something to be done at `now`: whose end or rotation is due. The rows
  /// are not authenticated here.
  [[nodiscard]] static std::vector<secrets::KeyId> Due(Transaction& transaction, Timestamp now);

 private:
  const RowMac& mac_;
};

}  // namespace coffer::store
