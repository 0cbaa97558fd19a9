#pragma once

#include "base/shape.h"
#include "coffer/clock.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

/// The entities that IAM manages, as values. Each is stored whole, as one document. Every member
/// has an initializer, so that a new one can be spelled with those that matter.
namespace coffer::identity {

struct Tag {
  std::string key{};
  std::string value{};

  static constexpr auto Members() {
    return std::tuple{base::Required("Key", &Tag::key), base::Required("Value", &Tag::value)};
  }
  bool operator==(const Tag&) const = default;
};

/// A policy that belongs to one user, group or role.
struct InlinePolicy {
  std::string name{};
  std::string document{};  ///< As it was given.

  static constexpr auto Members() {
    return std::tuple{base::Required("Name", &InlinePolicy::name),
                      base::Required("Document", &InlinePolicy::document)};
  }
  bool operator==(const InlinePolicy&) const = default;
};

/// What users, groups and roles have in common: they carry policies.
struct PolicyHolder {
  std::vector<InlinePolicy> inline_policies{};   ///< By name.
  std::vector<std::string> attached_policies{};  ///< ARNs of managed policies, in the order of
                                                 ///< attachment.

  static constexpr auto Members() {
    return std::tuple{base::Required("Inline", &PolicyHolder::inline_policies),
                      base::Required("Attached", &PolicyHolder::attached_policies)};
  }
  bool operator==(const PolicyHolder&) const = default;
};

struct User {
  static constexpr std::string_view kKind = "user";

  std::string id{};    ///< `AIDA` and 17 characters.
  std::string name{};  ///< In the letter case it was given.
  std::string path = "/";
  Timestamp created{};
  PolicyHolder policies{};
  std::optional<std::string> boundary{};  ///< ARN of a managed policy.
  std::vector<std::string> groups{};      ///< Ids.
  std::vector<Tag> tags{};

  static constexpr auto Members() {
    return std::tuple{base::Required("Id", &User::id),
                      base::Required("Name", &User::name),
                      base::Required("Path", &User::path),
                      base::Required("Created", &User::created),
                      base::Required("Policies", &User::policies),
                      base::Optional("Boundary", &User::boundary),
                      base::Required("Groups", &User::groups),
                      base::Required("Tags", &User::tags)};
  }
  bool operator==(const User&) const = default;
};

struct Group {
  static constexpr std::string_view kKind = "group";

  std::string id{};  ///< `AGPA` and 17 characters.
  std::string name{};
  std::string path = "/";
  Timestamp created{};
  PolicyHolder policies{};

  static constexpr auto Members() {
    return std::tuple{base::Required("Id", &Group::id), base::Required("Name", &Group::name),
                      base::Required("Path", &Group::path),
                      base::Required("Created", &Group::created),
                      base::Required("Policies", &Group::policies)};
  }
  bool operator==(const Group&) const = default;
};

struct Role {
  static constexpr std::string_view kKind = "role";

  std::string id{};  ///< `AROA` and 17 characters.
  std::string name{};
  std::string path = "/";
  Timestamp created{};
  std::string trust_policy{};  ///< As it was given, with ids of users and roles for their ARNs.
  std::optional<std::string> description{};
  std::int64_t max_session_seconds = 3600;
  PolicyHolder policies{};
  std::optional<std::string> boundary{};
  std::vector<Tag> tags{};

  static constexpr auto Members() {
    return std::tuple{base::Required("Id", &Role::id),
                      base::Required("Name", &Role::name),
                      base::Required("Path", &Role::path),
                      base::Required("Created", &Role::created),
                      base::Required("Trust", &Role::trust_policy),
                      base::Optional("Description", &Role::description),
                      base::Required("MaxSession", &Role::max_session_seconds),
                      base::Required("Policies", &Role::policies),
                      base::Optional("Boundary", &Role::boundary),
                      base::Required("Tags", &Role::tags)};
  }
  bool operator==(const Role&) const = default;
};

struct PolicyVersion {
  std::int64_t number = 1;  ///< `v1` and so on.
  std::string document{};
  Timestamp created{};

  static constexpr auto Members() {
    return std::tuple{base::Required("Number", &PolicyVersion::number),
                      base::Required("Document", &PolicyVersion::document),
                      base::Required("Created", &PolicyVersion::created)};
  }
  bool operator==(const PolicyVersion&) const = default;
};

struct ManagedPolicy {
  static constexpr std::string_view kKind = "policy";

  std::string id{};  ///< `ANPA` and 17 characters.
  std::string name{};
  std::string path = "/";
  Timestamp created{};
  Timestamp updated{};
  std::optional<std::string> description{};
  std::vector<PolicyVersion> versions{};  ///< Oldest first, five at most.
  std::int64_t default_version = 1;
  std::int64_t last_version = 1;  ///< The highest number ever given out.
  std::vector<Tag> tags{};

  static constexpr auto Members() {
    return std::tuple{base::Required("Id", &ManagedPolicy::id),
                      base::Required("Name", &ManagedPolicy::name),
                      base::Required("Path", &ManagedPolicy::path),
                      base::Required("Created", &ManagedPolicy::created),
                      base::Required("Updated", &ManagedPolicy::updated),
                      base::Optional("Description", &ManagedPolicy::description),
                      base::Required("Versions", &ManagedPolicy::versions),
                      base::Required("Default", &ManagedPolicy::default_version),
                      base::Required("Last", &ManagedPolicy::last_version),
                      base::Required("Tags", &ManagedPolicy::tags)};
  }
  bool operator==(const ManagedPolicy&) const = default;
};

/// A long-term key of a user.
struct AccessKey {
  static constexpr std::string_view kKind = "access_key";

  std::string id{};    ///< `AKIA` and 16 characters.
  std::string name{};  ///< The same: keys have no names.
  bool is_active = true;
  Timestamp created{};
  std::string sealed_secret{};  ///< Base64; see keyring.

  static constexpr auto Members() {
    return std::tuple{base::Required("Id", &AccessKey::id),
                      base::Required("Name", &AccessKey::name),
                      base::Required("Active", &AccessKey::is_active),
                      base::Required("Created", &AccessKey::created),
                      base::Required("Secret", &AccessKey::sealed_secret)};
  }
  bool operator==(const AccessKey&) const = default;
};

}  // namespace coffer::identity
