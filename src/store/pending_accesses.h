#pragma once

#include "coffer/clock.h"
#include "secrets/secret.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace coffer::store {

/// When a secret and its versions were last read, as far as the database does not say it yet.
struct NotedAccess {
  std::string account;
  std::string region;
  DayNumber day = 0;  ///< Of the secret: the latest of its versions.
  std::vector<std::pair<std::string, DayNumber>> versions;
};

/// Accesses on their way to the database. A flush keeps what it wrote here until the next one finds
/// that it was committed, so that nobody misses an access meanwhile, and none is lost when a commit
/// fails. Safe to call from any thread.
class PendingAccesses {
 public:
  /// Ordered, so that a flush changes rows that lie beside each other.
  using BySecret = std::map<std::int64_t, NotedAccess>;

  /// Whether that was news.
  bool Note(const secrets::Secret& secret, std::string_view version_id, DayNumber day);

  /// Whether there is something to flush.
  [[nodiscard]] bool IsAny() const;
  /// What flush number `flush` has to write, at most about `limit` secrets. Numbers come from the
  /// database, one after another: when the previous one is missing, it was rolled back, and what it
  /// wrote is pending again.
  [[nodiscard]] BySecret TakeForFlush(std::int64_t flush, std::size_t limit);

  /// Move `last_accessed` forward to what was noted.
  void Overlay(secrets::Secret& secret) const;
  void Overlay(std::int64_t secret_id, secrets::Version& version) const;
  /// The days noted for secrets of one account and region.
  [[nodiscard]] std::unordered_map<std::int64_t, DayNumber> DaysIn(std::string_view account,
                                                                   std::string_view region) const;

 private:
  mutable std::mutex accesses_mutex_;
  BySecret pending_;
  BySecret written_;
  std::int64_t last_flush_ = 0;
};

}  // namespace coffer::store
