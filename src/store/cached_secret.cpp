#include "store/cached_secret.h"

#include "base/encoding.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace coffer::store {

namespace {

// The bytes: SecretNumbers, the texts of the secret, then each version as VersionNumbers and its
// texts. It never leaves the process, so numbers are in the machine's own order.

struct SecretNumbers {
  std::int64_t id;
  std::int64_t generation;
  std::int64_t version_count;
  Timestamp created;
  Timestamp last_changed;
  std::optional<Timestamp> deleted;
  std::optional<Timestamp> purge_at;
  std::optional<DayNumber> last_accessed;
  std::uint32_t versions_at;  ///< Where the versions begin.
  std::uint32_t tag_count;
  std::uint32_t label_count;
  bool has_tags;
};

struct VersionNumbers {
  std::uint32_t size;  ///< Of the version, this structure included.
  std::uint32_t key_version;
  std::int64_t ordinal;
  Timestamp created;
  secrets::KeyId key_id;
  secrets::KeyId sealed_key_id;
  std::optional<DayNumber> last_accessed;
  bool has_value;
  bool is_sealed;
};

constexpr std::uint32_t kAbsent = ~0U;

class Writer {
 public:
  Writer() { bytes_.reserve(512); }  // Most fit.

  template <class Numbers>
  void Put(const Numbers& numbers) {
    static_assert(std::is_trivially_copyable_v<Numbers>);
    Append(std::as_bytes(std::span(&numbers, 1)));
  }
  void Put(std::span<const std::byte> text) {
    Put(static_cast<std::uint32_t>(text.size()));
    Append(text);
  }
  void Put(std::string_view text) { Put(base::AsBytes(text)); }
  void Put(const std::string& text) { Put(base::AsBytes(text)); }
  void Put(const std::optional<std::string>& text) { text ? Put(*text) : Put(kAbsent); }

  template <class Numbers>
  void PutAt(std::size_t offset, const Numbers& numbers) {
    std::memcpy(&bytes_.at(offset), &numbers, sizeof(numbers));
  }

  void Append(std::span<const std::byte> bytes) {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  }

  [[nodiscard]] std::size_t size() const { return bytes_.size(); }
  [[nodiscard]] std::vector<std::byte> Finish() && { return std::move(bytes_); }

 private:
  std::vector<std::byte> bytes_;
};

class Reader {
 public:
  explicit Reader(std::span<const std::byte> bytes) : rest_(bytes) {}

  template <class Numbers>
  Numbers Take() {
    Numbers numbers;
    std::memcpy(&numbers, Advance(sizeof(numbers)).data(), sizeof(numbers));
    return numbers;
  }
  std::span<const std::byte> TakeBytes() { return Advance(Take<std::uint32_t>()); }
  std::string_view TakeView() { return base::AsText(TakeBytes()); }
  std::string TakeText() { return std::string(TakeView()); }
  std::optional<std::string> TakeOptionalText() {
    const auto size = Take<std::uint32_t>();
    if (size == kAbsent) return std::nullopt;
    return std::string(base::AsText(Advance(size)));
  }
  std::span<const std::byte> Advance(std::size_t count) {
    const auto taken = rest_.first(count);
    rest_ = rest_.subspan(count);
    return taken;
  }

  [[nodiscard]] bool empty() const { return rest_.empty(); }

 private:
  std::span<const std::byte> rest_;
};

// The optional texts of a secret, in the order of the bytes.
template <class Secret>
auto OptionalTexts(Secret& secret) {
  return std::array{&secret.description,    &secret.kms_key_id,     &secret.type,
                    &secret.owning_service, &secret.primary_region, &secret.resource_policy};
}

void Write(Writer& writer, const secrets::Secret& secret) {
  SecretNumbers numbers{
      .id = secret.id,
      .generation = secret.generation,
      .version_count = secret.version_count,
      .created = secret.created,
      .last_changed = secret.last_changed,
      .deleted = secret.deleted,
      .purge_at = secret.purge_at,
      .last_accessed = secret.last_accessed,
      .versions_at = 0,
      .tag_count = static_cast<std::uint32_t>(secret.tags ? secret.tags->size() : 0),
      .label_count = static_cast<std::uint32_t>(secret.labels.holders().size()),
      .has_tags = secret.tags.has_value(),
  };
  writer.Put(numbers);
  writer.Put(secret.address.name);
  writer.Put(secret.address.account);
  writer.Put(secret.address.region);
  writer.Put(secret.arn_suffix);
  for (const auto* text : OptionalTexts(secret)) writer.Put(*text);
  for (const auto& [label, version_id] : secret.labels.holders()) {
    writer.Put(label);
    writer.Put(version_id);
  }
  if (secret.tags) {
    for (const auto& [key, value] : *secret.tags) {
      writer.Put(key);
      writer.Put(value);
    }
  }
  numbers.versions_at = static_cast<std::uint32_t>(writer.size());
  writer.PutAt(0, numbers);
}

void Write(Writer& writer, const StoredVersion& stored) {
  const auto& [version, value] = stored;
  const std::size_t begin = writer.size();
  VersionNumbers numbers{
      .size = 0,
      .key_version = value ? value->key_version : 0,
      .ordinal = version.ordinal,
      .created = version.created,
      .key_id = version.key_id,
      .sealed_key_id = value ? value->key_id : secrets::KeyId{},
      .last_accessed = version.last_accessed,
      .has_value = version.has_value,
      .is_sealed = value.has_value(),
  };
  writer.Put(numbers);
  writer.Put(version.id);
  if (value) {
    writer.Put(std::span<const std::byte>(value->wrapped_data_key));
    writer.Put(std::span<const std::byte>(value->record));
  }
  numbers.size = static_cast<std::uint32_t>(writer.size() - begin);
  writer.PutAt(begin, numbers);
}

StoredVersion ReadVersion(std::span<const std::byte> bytes) {
  Reader reader(bytes);
  const auto numbers = reader.Take<VersionNumbers>();
  StoredVersion stored{.version = {.id = reader.TakeText(),
                                   .ordinal = numbers.ordinal,
                                   .created = numbers.created,
                                   .last_accessed = numbers.last_accessed,
                                   .key_id = numbers.key_id,
                                   .has_value = numbers.has_value},
                       .value = std::nullopt};
  if (numbers.is_sealed) {
    const auto wrapped = reader.TakeBytes();
    const auto record = reader.TakeBytes();
    stored.value = SealedValue{.key_id = numbers.sealed_key_id,
                               .key_version = numbers.key_version,
                               .wrapped_data_key = {wrapped.begin(), wrapped.end()},
                               .record = {record.begin(), record.end()}};
  }
  return stored;
}

// The bytes of a version among those of a secret; none when it is not there.
std::span<const std::byte> LocateVersion(std::span<const std::byte> secret,
                                         std::string_view version_id) {
  Reader versions(secret.subspan(Reader(secret).Take<SecretNumbers>().versions_at));
  while (!versions.empty()) {
    Reader version = versions;
    const auto numbers = version.Take<VersionNumbers>();
    const auto bytes = versions.Advance(numbers.size);
    if (version.TakeView() == version_id) return bytes;
  }
  return {};
}

}  // namespace

std::vector<std::byte> EncodeForCache(const secrets::Secret& secret) {
  Writer writer;
  Write(writer, secret);
  return std::move(writer).Finish();
}

std::vector<std::byte> EncodeForCache(const StoredVersion& version) {
  Writer writer;
  Write(writer, version);
  return std::move(writer).Finish();
}

void NoteAccessInCache(std::span<std::byte> bytes, std::string_view version_id, DayNumber day) {
  auto secret = Reader(bytes).Take<SecretNumbers>();
  secret.last_accessed = std::max(secret.last_accessed.value_or(kNeverAccessed), day);
  std::memcpy(bytes.data(), &secret, sizeof(secret));
  const auto located = LocateVersion(bytes, version_id);
  if (located.empty()) return;
  auto version = Reader(located).Take<VersionNumbers>();
  version.last_accessed = std::max(version.last_accessed.value_or(kNeverAccessed), day);
  std::memcpy(&bytes[static_cast<std::size_t>(located.data() - bytes.data())], &version,
              sizeof(version));
}

bool CachedSecret::IsAt(const secrets::SecretAddress& address) const {
  Reader reader(bytes_);
  static_cast<void>(reader.Take<SecretNumbers>());
  return reader.TakeView() == address.name && reader.TakeView() == address.account &&
         reader.TakeView() == address.region;
}

bool CachedSecret::IsStateOf(const secrets::Secret& secret) const {
  const auto numbers = Reader(bytes_).Take<SecretNumbers>();
  return numbers.id == secret.id && numbers.generation == secret.generation;
}

std::int64_t CachedSecret::secret_id() const { return Reader(bytes_).Take<SecretNumbers>().id; }

secrets::Secret CachedSecret::Secret() const {
  Reader reader(bytes_);
  const auto numbers = reader.Take<SecretNumbers>();
  secrets::Secret secret;
  secret.id = numbers.id;
  secret.generation = numbers.generation;
  secret.version_count = numbers.version_count;
  secret.created = numbers.created;
  secret.last_changed = numbers.last_changed;
  secret.deleted = numbers.deleted;
  secret.purge_at = numbers.purge_at;
  secret.last_accessed = numbers.last_accessed;
  secret.address.name = reader.TakeText();
  secret.address.account = reader.TakeText();
  secret.address.region = reader.TakeText();
  secret.arn_suffix = reader.TakeText();
  for (auto* text : OptionalTexts(secret)) *text = reader.TakeOptionalText();
  secrets::StagingLabels::Map holders;
  for (std::uint32_t i = 0; i < numbers.label_count; ++i) {
    std::string label = reader.TakeText();
    holders.emplace_hint(holders.end(), std::move(label), reader.TakeText());
  }
  secret.labels = secrets::StagingLabels(std::move(holders));
  if (numbers.has_tags) {
    std::vector<secrets::Tag>& tags = secret.tags.emplace();
    tags.reserve(numbers.tag_count);
    for (std::uint32_t i = 0; i < numbers.tag_count; ++i) {
      std::string key = reader.TakeText();
      tags.push_back({.key = std::move(key), .value = reader.TakeText()});
    }
  }
  return secret;
}

std::optional<StoredVersion> CachedSecret::FindVersion(std::string_view version_id) const {
  const auto found = LocateVersion(bytes_, version_id);
  if (found.empty()) return std::nullopt;
  return ReadVersion(found);
}

}  // namespace coffer::store
