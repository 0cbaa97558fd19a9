#pragma once

#include "coffer/database.h"
#include "secrets/secret.h"
#include "store/row_mac.h"
#include "store/secret_store.h"
#include "store/sql_text.h"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::store {

// Rows of `secrets` and `secret_versions` as values: the one place that knows their columns.

/// Tags and labels are kept in one column each: a count, then key and value of each entry, every
/// text behind its length; all numbers are four bytes, big-endian. Labels are sorted, tags are in
/// their own order, so equal values have equal bytes.
[[nodiscard]] std::vector<std::byte> EncodeTags(std::span<const secrets::Tag> tags);
[[nodiscard]] std::vector<std::byte> EncodeLabels(const secrets::StagingLabels& labels);
/// Throw IntegrityError when the bytes are not such an encoding, to the last one.
[[nodiscard]] std::vector<secrets::Tag> DecodeTags(std::span<const std::byte> bytes);
[[nodiscard]] secrets::StagingLabels DecodeLabels(std::span<const std::byte> bytes);

inline constexpr SqlText kSecretColumns =
    "secret_id, account, region, name, arn_suffix, description, kms_key_id, type, owning_service, "
    "primary_region, resource_policy, tags, labels, version_count, created_at, changed_at, "
    "accessed_day, deleted_at, purge_at, generation, row_mac";
inline constexpr SqlText kSelectSecrets = "SELECT " + kSecretColumns + " FROM secrets";

/// The encoded columns of a secret and the MAC over all that it covers, ready to be stored.
struct EncodedSecret {
  EncodedSecret(const secrets::Secret& secret, const RowMac& row_mac);

  std::optional<std::vector<std::byte>> tags;
  std::vector<std::byte> labels;
  RowMac::Tag mac;
};

/// The secret of a row of kSecretColumns. IntegrityError when its MAC does not fit.
[[nodiscard]] secrets::Secret ReadSecret(const Row& row, const RowMac& mac);
/// Where such a row stands in a listing, whether its MAC fits or not.
[[nodiscard]] ListPosition PositionOfRow(const Row& row, SortBy sort_by);

inline constexpr SqlText kVersionColumns =
    "version_id, created_at, accessed_day, key_id, key_version, row_mac, wrapped_data_key, ordinal";

/// `key_version` is 0 for a version without a value.
[[nodiscard]] RowMac::Tag VersionMac(std::int64_t secret_id, const secrets::Version& version,
                                     std::uint32_t key_version, const RowMac& mac);

/// A version of `secret` from a row of kVersionColumns, and of which version its key is.
/// IntegrityError when its MAC does not fit.
struct VersionRow {
  secrets::Version version;
  std::uint32_t key_version = 0;
};
[[nodiscard]] VersionRow ReadVersion(const Row& row, const secrets::Secret& secret,
                                     const RowMac& mac);

[[nodiscard]] inline std::optional<DayNumber> DayAt(const Row& row, int column) {
  const auto day = static_cast<DayNumber>(row.Integer(column));
  return day == kNeverAccessed ? std::nullopt : std::optional(day);
}

}  // namespace coffer::store
