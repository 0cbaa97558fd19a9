#pragma once

#include "secrets/secret.h"
#include "store/secret_store.h"

#include <string>

namespace coffer::test {

inline constexpr const char* kAccount = "123456789012";
inline constexpr const char* kRegion = "us-east-1";

[[nodiscard]] inline Timestamp At(std::int64_t milliseconds) {
  return Timestamp(std::chrono::milliseconds(milliseconds));
}

[[nodiscard]] inline secrets::SecretAddress AddressOf(const std::string& name) {
  return {.account = kAccount, .region = kRegion, .name = name};
}

/// A new secret with the least that one has.
[[nodiscard]] inline secrets::Secret PlainSecret(const std::string& name,
                                                 std::int64_t milliseconds = 1'700'000'000'123) {
  secrets::Secret secret;
  secret.address = AddressOf(name);
  secret.arn_suffix = "a1B2c3";
  secret.created = At(milliseconds);
  secret.last_changed = At(milliseconds);
  return secret;
}

/// A secret that has everything.
[[nodiscard]] inline secrets::Secret FullSecret(const std::string& name) {
  secrets::Secret secret = PlainSecret(name);
  secret.description = "what it is for: 'größe'";
  secret.kms_key_id = "alias/mine";
  secret.type = "SalesforceClientSecret";
  secret.owning_service = "appflow";
  secret.primary_region = "eu-west-1";
  secret.resource_policy = "{\n  \"Version\" : \"2012-10-17\"\n}";
  secret.tags = {{.key = "team", .value = "blue"}, {.key = "empty", .value = ""}};
  secret.deleted = At(1'700'000'001'000);
  secret.purge_at = At(1'702'592'001'000);
  secret.labels = secrets::StagingLabels(
      secrets::StagingLabels::Map{{"AWSCURRENT", "v2"}, {"AWSPREVIOUS", "v1"}});
  secret.version_count = 2;
  return secret;
}

[[nodiscard]] inline secrets::KeyId KeyIdOf(unsigned char byte) {
  secrets::KeyId id{};
  id.fill(static_cast<std::byte>(byte));
  return id;
}

[[nodiscard]] inline secrets::Version VersionOf(const std::string& id,
                                                std::int64_t milliseconds = 1'700'000'000'123) {
  return {.id = id,
          .created = At(milliseconds),
          .last_accessed = std::nullopt,
          .key_id = KeyIdOf(7),
          .has_value = true};
}

/// Stands for a sealed value; `text` is not sealed at all.
[[nodiscard]] inline store::SealedValue SealedOf(const std::string& text) {
  store::SealedValue value{
      .key_id = KeyIdOf(7), .key_version = 1, .wrapped_data_key = {}, .record = {}};
  value.wrapped_data_key.assign(32, std::byte{0xAB});
  for (const char character : text) value.record.push_back(static_cast<std::byte>(character));
  return value;
}

[[nodiscard]] inline std::string TextOf(const store::SealedValue& value) {
  return {reinterpret_cast<const char*>(value.record.data()), value.record.size()};
}

}  // namespace coffer::test
