#pragma once

#include "secrets/replication.h"
#include "services/secretsmanager/replication.h"

#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace coffer::services::secretsmanager {

/// Brings replicas of one primary to its state, one after the other. Whatever can go wrong goes
/// wrong before the first row is written.
class ReplicaUpdate {
 public:
  /// Both must outlive this.
  ReplicaUpdate(const ReplicationScope& scope, const secrets::Secret& primary)
      : scope_(scope), primary_(primary) {}

  /// The replica of `entry`, which is made if it is not there and somebody calls; `entry` then says
  /// how that went.
  void Run(secrets::Replica& entry, bool by_force);

 private:
  /// A version of the replica with its value sealed anew; nullopt while it has none.
  struct SealedVersion {
    secrets::Version version;
    std::optional<store::SealedValue> value;
  };

  [[nodiscard]] Result<void> Follow(secrets::Replica& entry, const secrets::Secret& held);
  /// `holder` is who has the name, if anybody.
  [[nodiscard]] Result<void> Make(const secrets::Replica& entry, const secrets::Secret* holder,
                                  bool by_force);
  [[nodiscard]] Result<keyring::UsableKey> KeyOf(const secrets::Secret& replica) const;
  [[nodiscard]] Result<void> PermitOpening(const secrets::Version& version) const;
  [[nodiscard]] Result<std::vector<SealedVersion>> SealAnew(
      const secrets::Secret& replica, const keyring::UsableKey& key,
      std::span<const secrets::Version> versions) const;
  [[nodiscard]] const std::vector<secrets::Version>& Versions();

  const ReplicationScope& scope_;
  const secrets::Secret& primary_;
  std::optional<std::vector<secrets::Version>> versions_;  ///< Of the primary, once read.
};

}  // namespace coffer::services::secretsmanager
