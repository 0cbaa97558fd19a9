#pragma once

#include "base/shape.h"
#include "coffer/result.h"
#include "secrets/secret.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

/// Replicas of secrets in other regions. A replica is a secret of its own region with its primary's
/// account, name and ARN suffix; `primary_region` tells the two kinds: a primary's is its own
/// region, a replica's another one, and other secrets have none.
namespace coffer::secrets {

/// What the primary knows of one replica: an entry of ReplicationStatus.
struct Replica {
  std::string region;
  std::string kms_key_id;  ///< As it was given, or the alias of the default key.
  bool in_sync = false;    ///< Otherwise its last update failed; it is as it was before that.
  std::string message;     ///< AWS: StatusMessage.

  static constexpr auto Members() {
    using R = Replica;
    return std::tuple{base::Required("region", &R::region), base::Required("key", &R::kms_key_id),
                      base::Required("in_sync", &R::in_sync),
                      base::Required("message", &R::message)};
  }
  bool operator==(const Replica&) const = default;
};

/// In the order in which they were added.
struct Replication {
  std::vector<Replica> replicas;

  [[nodiscard]] Replica* Find(std::string_view region);
  [[nodiscard]] std::vector<std::string> regions() const;

  static constexpr auto Members() {
    return std::tuple{base::Required("replicas", &Replication::replicas)};
  }
  bool operator==(const Replication&) const = default;
};

[[nodiscard]] inline bool HasReplicas(const Secret& secret) {
  return secret.primary_region && *secret.primary_region == secret.address.region;
}
[[nodiscard]] inline bool IsReplica(const Secret& secret) {
  return secret.primary_region && *secret.primary_region != secret.address.region;
}
[[nodiscard]] bool IsReplicaOf(const Secret& secret, const Secret& primary);
/// Where a replica's primary is.
[[nodiscard]] SecretAddress PrimaryOf(const Secret& replica);
/// Where the replica of `secret` in `region` is, or would be.
[[nodiscard]] SecretAddress AddressIn(const Secret& secret, std::string_view region);

/// InvalidParameter with AWS's text unless a secret of `own` can have a replica in `region`:
/// another region of `served` (sorted) in the same partition.
[[nodiscard]] Result<void> CheckReplicaRegion(std::string_view region, std::string_view own,
                                              std::span<const std::string> served);

/// Why `holder`, which has the name of `primary` in a region where that is to have a replica, keeps
/// it from one, in AWS's words. Nullopt when it may be replaced: by force alone, and only when it
/// is an ordinary secret.
[[nodiscard]] std::optional<std::string> Obstacle(const Secret& holder, const Secret& primary,
                                                  bool by_force);

/// `replica` as its primary wants it: everything but what a replica has of its own (address, dates
/// of creation and access, key, what the store counts).
[[nodiscard]] Secret Following(const Secret& primary, Secret replica);

/// What has to be done to the versions of a replica.
struct VersionChanges {
  std::vector<Version> copied;       ///< Of the primary; the replica lacks them.
  std::vector<Version> filled;       ///< Of the primary; the replica has them without their value.
  std::vector<std::string> removed;  ///< Of the replica, by their ids; before the others.

  [[nodiscard]] bool empty() const { return copied.empty() && filled.empty() && removed.empty(); }
};
/// A version id may be used again once its version is removed: the date of its creation counts too.
[[nodiscard]] VersionChanges Compare(std::span<const Version> primary,
                                     std::span<const Version> replica);

/// Notes in `replica` how its last update went: AWS's StatusMessage.
void NoteSuccess(Replica& replica);
void NoteFailure(Replica& replica, std::string_view reason);

}  // namespace coffer::secrets
