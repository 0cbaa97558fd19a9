#pragma once

#include "coffer/clock.h"
#include "coffer/database.h"
#include "store/row_mac.h"

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace coffer::store {

/// When, for which service and in which region something was used.
struct IdentityUse {
  Timestamp at{};
  std::string service{};
  std::string region{};

  bool operator==(const IdentityUse&) const = default;
};

/// Remembers the last use of one identity that was told of, so that nearly all uses cost one load
/// of a number that seldom changes. Safe to call from any thread.
class UseGate {
 public:
  /// False for a use within the same minute, for the same service in the same region, as the last.
  [[nodiscard]] bool IsNews(std::string_view service, std::string_view region, Timestamp at) const;

 private:
  mutable std::atomic<std::uint64_t> last_ = 0;
};

/// The last uses of access keys and roles, by their ids. A use is noted in memory and written down
/// later: what was noted since is lost when the process is killed. Rows of their own, so that a use
/// is no change of the identity. Safe to call from any thread; a Transaction belongs to one.
class IdentityUses {
 public:
  using ById = std::map<std::string, IdentityUse, std::less<>>;

  /// `mac` must outlive this.
  explicit IdentityUses(const RowMac& mac) : mac_(mac) {}

  /// A use that is older than the noted one changes nothing.
  void Note(std::string_view id, IdentityUse use);
  /// What was noted last; what is written down when nothing was. IntegrityError.
  [[nodiscard]] std::optional<IdentityUse> Find(Transaction& transaction,
                                                std::string_view id) const;

  /// What has to be written down.
  [[nodiscard]] ById Pending() const;
  /// Uses of identities that are gone are left out.
  void Write(Transaction& transaction, const ById& uses) const;
  /// After the commit of Write: what was noted since stays pending.
  void Forget(const ById& written);

  /// Reads every row; calls `damaged` for each that is not what the vault wrote. For verification.
  void ForEach(Transaction& transaction,
               const std::function<void(const IntegrityError&)>& damaged) const;

 private:
  [[nodiscard]] IdentityUse ReadRow(const Row& row) const;

  const RowMac& mac_;
  mutable std::mutex pending_mutex_;
  ById pending_;
};

}  // namespace coffer::store
