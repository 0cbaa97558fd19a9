#include "store/secret_codec.h"

#include "base/big_endian.h"
#include "base/encoding.h"
#include "store/row_encoding.h"
#include "store/sql_values.h"

#include <algorithm>

namespace coffer::store {

namespace {

void AppendNumber(std::vector<std::byte>& out, std::size_t number) {
  const auto bytes = base::ToBigEndian(static_cast<std::uint32_t>(number));
  out.insert(out.end(), bytes.begin(), bytes.end());
}

void AppendText(std::vector<std::byte>& out, std::string_view text) {
  const std::span<const std::byte> bytes = base::AsBytes(text);
  AppendNumber(out, bytes.size());
  out.insert(out.end(), bytes.begin(), bytes.end());
}

/// Takes an encoding apart from its front.
class PairReader {
 public:
  explicit PairReader(std::span<const std::byte> bytes) : rest_(bytes) {}

  std::size_t Number() { return base::FromBigEndian<std::uint32_t>(Take(4).first<4>()); }
  std::string Text() { return std::string(base::AsText(Take(Number()))); }
  void RequireEnd() const {
    if (!rest_.empty()) throw IntegrityError("secrets: a list of tags or labels is too long");
  }

 private:
  std::span<const std::byte> Take(std::size_t count) {
    if (count > rest_.size()) throw IntegrityError("secrets: a list of tags or labels is cut off");
    const auto taken = rest_.first(count);
    rest_ = rest_.subspan(count);
    return taken;
  }

  std::span<const std::byte> rest_;
};

/// Everything that a secret's row says except accessed_day: reads write that later, and nothing is
/// decided by it.
RowEncoder EncodeForMac(const secrets::Secret& secret,
                        const std::optional<std::span<const std::byte>>& tags,
                        std::span<const std::byte> labels) {
  RowEncoder row("secrets");
  row.Integer(secret.id);
  row.Text(secret.address.account);
  row.Text(secret.address.region);
  row.Text(secret.address.name);
  row.Text(secret.arn_suffix);
  row.OptionalText(secret.description);
  row.OptionalText(secret.kms_key_id);
  row.OptionalText(secret.type);
  row.OptionalText(secret.owning_service);
  row.OptionalText(secret.primary_region);
  row.OptionalText(secret.resource_policy);
  tags ? row.Bytes(*tags) : row.OptionalInteger(std::nullopt);
  row.Bytes(labels);
  row.Integer(secret.version_count);
  row.Time(secret.created);
  row.Time(secret.last_changed);
  row.OptionalTime(secret.deleted);
  row.OptionalTime(secret.purge_at);
  row.Integer(secret.generation);
  return row;
}

RowEncoder EncodeForMac(std::int64_t secret_id, const secrets::Version& version,
                        std::uint32_t key_version) {
  RowEncoder row("secret_versions");
  row.Integer(secret_id);
  row.Text(version.id);
  row.Integer(version.ordinal);
  row.Time(version.created);
  row.Bytes(version.key_id);
  row.Integer(key_version);
  row.Integer(version.has_value ? 1 : 0);
  return row;
}

}  // namespace

std::vector<std::byte> EncodeTags(std::span<const secrets::Tag> tags) {
  std::vector<std::byte> out;
  AppendNumber(out, tags.size());
  for (const secrets::Tag& tag : tags) {
    AppendText(out, tag.key);
    AppendText(out, tag.value);
  }
  return out;
}

std::vector<std::byte> EncodeLabels(const secrets::StagingLabels& labels) {
  std::vector<std::byte> out;
  AppendNumber(out, labels.holders().size());
  for (const auto& [label, version_id] : labels.holders()) {
    AppendText(out, label);
    AppendText(out, version_id);
  }
  return out;
}

std::vector<secrets::Tag> DecodeTags(std::span<const std::byte> bytes) {
  PairReader reader(bytes);
  std::vector<secrets::Tag> tags;
  for (std::size_t left = reader.Number(); left > 0; --left) {
    std::string key = reader.Text();
    tags.push_back({.key = std::move(key), .value = reader.Text()});
  }
  reader.RequireEnd();
  tags.shrink_to_fit();  // Cached secrets are many.
  return tags;
}

secrets::StagingLabels DecodeLabels(std::span<const std::byte> bytes) {
  PairReader reader(bytes);
  secrets::StagingLabels::Map holders;
  for (std::size_t left = reader.Number(); left > 0; --left) {
    std::string label = reader.Text();
    holders.emplace_hint(holders.end(), std::move(label), reader.Text());
  }
  reader.RequireEnd();
  return secrets::StagingLabels(std::move(holders));
}

EncodedSecret::EncodedSecret(const secrets::Secret& secret, const RowMac& row_mac)
    : labels(EncodeLabels(secret.labels)) {
  if (secret.tags) tags = EncodeTags(*secret.tags);
  mac = row_mac.Compute(EncodeForMac(secret, tags, labels).bytes());
}

secrets::Secret ReadSecret(const Row& row, const RowMac& mac) {
  secrets::Secret secret{
      .id = row.Integer(0),
      .generation = row.Integer(19),
      .address = {.account = std::string(row.Text(1)),
                  .region = std::string(row.Text(2)),
                  .name = std::string(row.Text(3))},
      .arn_suffix = std::string(row.Text(4)),
      .description = OptionalTextAt(row, 5),
      .kms_key_id = OptionalTextAt(row, 6),
      .type = OptionalTextAt(row, 7),
      .owning_service = OptionalTextAt(row, 8),
      .primary_region = OptionalTextAt(row, 9),
      .resource_policy = OptionalTextAt(row, 10),
      .tags = std::nullopt,
      .created = TimeAt(row, 14),
      .last_changed = TimeAt(row, 15),
      .last_accessed = DayAt(row, 16),
      .deleted = OptionalTimeAt(row, 17),
      .purge_at = OptionalTimeAt(row, 18),
      .labels = {},
      .version_count = row.Integer(13),
  };
  std::optional<std::span<const std::byte>> tags;
  if (!row.IsNull(11)) tags = row.Bytes(11);
  const std::span<const std::byte> labels = row.Bytes(12);
  if (!mac.Verify(EncodeForMac(secret, tags, labels).bytes(), row.Bytes(20))) {
    throw IntegrityError("secrets: the row of " + secret.address.name + " (" +
                         secret.address.account + ", " + secret.address.region +
                         ") is not what the vault wrote");
  }
  if (tags) secret.tags = DecodeTags(*tags);
  secret.labels = DecodeLabels(labels);
  return secret;
}

ListPosition PositionOfRow(const Row& row, SortBy sort_by) {
  ListPosition position{.number = 0, .name = {}, .id = row.Integer(0)};
  switch (sort_by) {
    case SortBy::kName:
      position.name = row.Text(3);
      break;
    case SortBy::kCreatedDate:
      position.number = row.Integer(14);
      break;
    case SortBy::kLastChangedDate:
      position.number = row.Integer(15);
      break;
    case SortBy::kLastAccessedDate:
      position.number = row.Integer(16);
      break;
  }
  return position;
}

RowMac::Tag VersionMac(std::int64_t secret_id, const secrets::Version& version,
                       std::uint32_t key_version, const RowMac& mac) {
  return mac.Compute(EncodeForMac(secret_id, version, key_version).bytes());
}

VersionRow ReadVersion(const Row& row, const secrets::Secret& secret, const RowMac& mac) {
  VersionRow read{
      .version = {.id = std::string(row.Text(0)),
                  .ordinal = row.Integer(7),
                  .created = TimeAt(row, 1),
                  .last_accessed = DayAt(row, 2),
                  .has_value = !row.IsNull(6)},
      .key_version = static_cast<std::uint32_t>(row.Integer(4)),
  };
  const std::span<const std::byte> key_id = row.Bytes(3);
  const bool is_key_id = key_id.size() == read.version.key_id.size();
  if (is_key_id) std::ranges::copy(key_id, read.version.key_id.begin());
  const RowEncoder encoded = EncodeForMac(secret.id, read.version, read.key_version);
  if (!is_key_id || !mac.Verify(encoded.bytes(), row.Bytes(5))) {
    throw IntegrityError("secret_versions: the row of version " + read.version.id + " of " +
                         secret.address.name + " is not what the vault wrote");
  }
  return read;
}

}  // namespace coffer::store
