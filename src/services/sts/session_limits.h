#pragma once

#include "base/shape.h"
#include "coffer/result.h"
#include "identity/session.h"
#include "services/sts/context.h"

#include <optional>
#include <string>
#include <tuple>
#include <vector>

/// Tags and policies that a session may be given when it begins.
namespace coffer::services::sts {

inline constexpr base::Range kSessionPolicyLength{1, 2048};

struct Tag {
  std::string key;
  std::string value;

  static constexpr auto Members() {
    return std::tuple{base::Required("Key", &Tag::key, {1, 128}),
                      base::Required("Value", &Tag::value, {0, 256})};
  }
};
using Tags = std::optional<std::vector<Tag>>;
using TagKeys = std::optional<std::vector<std::string>>;

struct PolicyDescriptor {
  std::string arn;

  static constexpr auto Members() {
    return std::tuple{base::Required("arn", &PolicyDescriptor::arn, {20, 2048})};
  }
};
using PolicyDescriptors = std::optional<std::vector<PolicyDescriptor>>;

/// Adds tags to those that the session has inherited, which stay as they are. InvalidParameterValue
/// for a key that is there twice, in whatever letter case, or is inherited, and for a transitive
/// key that is no tag's.
[[nodiscard]] Result<void> AddTags(const Tags& tags, const TagKeys& transitive_keys,
                                   identity::Session& session);
/// MalformedPolicyDocument for a document, ValidationError for the ARN of no managed policy of AWS
/// or of the session's account.
[[nodiscard]] Result<void> AddPolicies(Context& context, const std::optional<std::string>& document,
                                       const PolicyDescriptors& policies,
                                       identity::Session& session);

}  // namespace coffer::services::sts
