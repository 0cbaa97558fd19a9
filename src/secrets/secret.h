#pragma once

#include "coffer/clock.h"
#include "secrets/staging_labels.h"

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace coffer::secrets {

/// Where a secret lives: accounts and regions are separate worlds.
struct SecretAddress {
  std::string account;  ///< Twelve digits.
  std::string region;
  std::string name;

  auto operator<=>(const SecretAddress&) const = default;
};

struct Tag {
  std::string key;
  std::string value;

  bool operator==(const Tag&) const = default;
};

/// Identifies a key-encryption key inside this installation (not its name in ARNs).
using KeyId = std::array<std::byte, 16>;

/// A secret without its values: what lists and descriptions show, and what the rules work on.
struct Secret {
  std::int64_t id = 0;          ///< The store's own; 0 until inserted.
  std::int64_t generation = 0;  ///< +1 for every stored change.
  SecretAddress address;
  std::string arn_suffix;  ///< Six characters [A-Za-z0-9].
  std::optional<std::string> description;
  std::optional<std::string> kms_key_id;  ///< Exactly as the caller gave it; absent = default key.
  std::optional<std::string> type;        ///< Managed external secrets.
  std::optional<std::string> owning_service;
  std::optional<std::string> primary_region;
  /// Pretty-printed, as it is shown, but with the ids of users and roles for their ARNs.
  std::optional<std::string> resource_policy;
  std::optional<std::vector<Tag>> tags;  ///< In order; absent = never tagged.
  Timestamp created;
  Timestamp last_changed;
  std::optional<DayNumber> last_accessed;
  std::optional<Timestamp> deleted;   ///< When deletion was asked for; absent = active.
  std::optional<Timestamp> purge_at;  ///< When the recovery window ends.
  StagingLabels labels;
  std::int64_t version_count = 0;  ///< Versions stored, labelled or not.

  bool operator==(const Secret&) const = default;
};

/// A version without its value.
struct Version {
  std::string id;            ///< The ClientRequestToken that made it: 32 to 64 characters.
  std::int64_t ordinal = 0;  ///< Grows from version to version: two may have the same date.
  Timestamp created;
  std::optional<DayNumber> last_accessed;
  KeyId key_id{};         ///< The key-encryption key of its data key.
  bool has_value = true;  ///< False for a pending version that a rotation has not filled yet.

  bool operator==(const Version&) const = default;
};

}  // namespace coffer::secrets
