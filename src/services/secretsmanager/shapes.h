#pragma once

#include "base/shape.h"
#include "coffer/clock.h"
#include "secrets/rotation_rules.h"
#include "secrets/secret.h"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

/// Structures and bounds that several operations share. Bounds are those of AWS's model.
namespace coffer::services::secretsmanager {

inline constexpr base::Range kSecretIdLength{1, 2048};
inline constexpr base::Range kNameLength{1, 512};
inline constexpr base::Range kTokenLength{32, 64};
inline constexpr base::Range kStageLength{1, 256};
inline constexpr base::Range kValueSize{1, 65536};
inline constexpr base::Range kDescriptionLength{0, 2048};
inline constexpr base::Range kKmsKeyIdLength{0, 2048};
inline constexpr base::Range kTypeLength{0, 256};
inline constexpr base::Range kPolicyLength{1, 20480};
inline constexpr base::Range kPageSize{1, 100};
inline constexpr base::Range kNextTokenLength{1, 4096};
inline constexpr base::Range kRegionLength{1, 128};
inline constexpr std::string_view kRegionPattern = R"(^([a-z]+-)+\d+$)";

using VersionStages = std::vector<std::string>;
using VersionsToStages = std::map<std::string, VersionStages>;

struct Tag {
  std::optional<std::string> key;
  std::optional<std::string> value;

  static constexpr auto Members() {
    return std::tuple{base::Optional("Key", &Tag::key, {1, 128}),
                      base::Optional("Value", &Tag::value, {0, 256})};
  }
};

[[nodiscard]] std::vector<secrets::Tag> ToRules(const std::vector<Tag>& tags);
[[nodiscard]] std::vector<Tag> ToWire(const std::vector<secrets::Tag>& tags);

inline constexpr std::array<std::string_view, 7> kFilterKeys{
    "description", "name", "tag-key", "tag-value", "primary-region", "owning-service", "all"};

/// `^\!?[a-zA-Z0-9 :_@\/\+\=\.\-\!]*$`
[[nodiscard]] bool IsFilterValue(std::string_view text);

struct Filter {
  std::optional<std::string> key;
  std::optional<std::vector<std::string>> values;

  static constexpr auto Members() {
    return std::tuple{
        base::Optional("Key", &Filter::key, {}, {.allowed = kFilterKeys}),
        base::Optional("Values", &Filter::values, {1, 10},
                       {.item_range = {0, 512},
                        .pattern = {R"(^\!?[a-zA-Z0-9 :_@\/\+\=\.\-\!]*$)", &IsFilterValue}})};
  }
};

/// `^([a-z]+-)+\d+$`
[[nodiscard]] bool IsRegionName(std::string_view text);

struct ReplicaRegion {
  std::optional<std::string> region;
  std::optional<std::string> kms_key_id;

  static constexpr auto Members() {
    return std::tuple{base::Optional("Region", &ReplicaRegion::region, kRegionLength,
                                     {.pattern = {kRegionPattern, &IsRegionName}}),
                      base::Optional("KmsKeyId", &ReplicaRegion::kms_key_id, kKmsKeyIdLength)};
  }
};

/// AWS: ReplicationStatusType.
struct ReplicationStatus {
  std::string region;
  std::string kms_key_id;
  std::string status;  ///< `InSync` or `Failed`.
  std::string status_message;
  std::optional<Timestamp> last_accessed_date;

  static constexpr auto Members() {
    using S = ReplicationStatus;
    return std::tuple{
        base::Required("Region", &S::region), base::Required("KmsKeyId", &S::kms_key_id),
        base::Required("Status", &S::status), base::Required("StatusMessage", &S::status_message),
        base::Optional("LastAccessedDate", &S::last_accessed_date)};
  }
};

/// The reply of operations that change where a secret is replicated.
struct SecretReplication {
  std::string arn;
  std::vector<ReplicationStatus> replication_status;

  static constexpr auto Members() {
    using R = SecretReplication;
    return std::tuple{base::Required("ARN", &R::arn),
                      base::Required("ReplicationStatus", &R::replication_status)};
  }
};

/// AWS: RotationRulesType.
struct RotationRules {
  std::optional<std::int64_t> automatically_after_days;
  std::optional<std::string> duration;
  std::optional<std::string> schedule_expression;

  static constexpr auto Members() {
    using R = RotationRules;
    return std::tuple{
        base::Optional("AutomaticallyAfterDays", &R::automatically_after_days, {1, 1000}),
        base::Optional("Duration", &R::duration, {2, 3},
                       {.pattern = {R"([0-9]+h)", &secrets::IsDurationText}}),
        base::Optional(
            "ScheduleExpression", &R::schedule_expression, {1, 256},
            {.pattern = {R"([0-9A-Za-z\(\)#\?\*\-\/, ]+)", &secrets::IsScheduleExpressionText}})};
  }
};

[[nodiscard]] secrets::RotationRules ToRules(const RotationRules& rules);
[[nodiscard]] RotationRules ToWire(secrets::RotationRules rules);

/// The reply of operations that only name the secret they changed.
struct SecretName {
  std::string arn;
  std::string name;

  static constexpr auto Members() {
    return std::tuple{base::Required("ARN", &SecretName::arn),
                      base::Required("Name", &SecretName::name)};
  }
};

[[nodiscard]] SecretName NameOf(const secrets::Secret& secret);

/// Absent instead of empty: AWS stores "" as nothing and never shows it.
[[nodiscard]] std::optional<std::string> Presence(const std::optional<std::string>& text);

}  // namespace coffer::services::secretsmanager
