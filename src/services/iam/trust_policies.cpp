#include "services/iam/trust_policies.h"

#include "identity/names.h"
#include "policy/grammar.h"
#include "policy/json_members.h"
#include "policy/principal_form.h"
#include "services/iam/policy_documents.h"
#include "services/iam/quotas.h"

#include <string>

namespace coffer::services::iam {
namespace {

// IAM's own words for a fault; what has none is a syntax error.
std::string_view MessageOf(policy::GrammarRule rule) {
  using enum policy::GrammarRule;
  switch (rule) {
    case kJson:
      return "This policy contains invalid Json";
    case kVersion:
      return "Policy document must be version 2012-10-17 or greater.";
    case kSidTwice:
      return "Statement IDs (SID) in a single policy must be unique.";
    case kPrincipal:
      return "Missing required field Principal";
    case kAction:
      return "Missing required field Action";
    case kResourceForbidden:
      return "Has prohibited field Resource";
    default:
      return "Syntax errors in policy.";
  }
}

// A principal under its type; `*` alone is one too.
Result<void> CheckPrincipal(std::string_view type, std::string_view text) {
  const bool is_good = type == "Service"     ? policy::IsServicePrincipal(text)
                       : type == "Federated" ? !text.empty()
                                             : policy::IsAwsPrincipal(text);
  if (is_good) return {};
  return Fail(
      ErrorCode::kMalformedPolicyDocument,
      "Invalid principal in policy: \"" + std::string(type) + "\":\"" + std::string(text) + "\"");
}

Result<void> CheckStatement(json::Value statement) {
  Result<void> checked;
  const json::Value principals = policy::Member(statement, "Principal");
  for (json::Value type = principals.First(); type.valid(); type = type.Next()) {
    policy::ForEachItem(type, [&](json::Value item) {
      if (checked) checked = CheckPrincipal(type.key(), item.text());
    });
  }
  RETURN_IF_ERROR(checked);
  const json::Value actions = policy::Member(statement, "Action");
  policy::ForEachItem(actions, [&](json::Value item) {
    if (identity::NameKey(item.text()).starts_with("sts:") || !checked) return;
    checked = Fail(ErrorCode::kMalformedPolicyDocument,
                   "AssumeRole policy may only specify STS AssumeRole actions.");
  });
  return checked;
}

}  // namespace

Result<void> CheckTrustPolicy(std::string_view document) {
  json::Document parsed;
  const auto root = policy::ParsePolicy(parsed, document, policy::DocumentKind::kTrust);
  if (!root) {
    return Fail(ErrorCode::kMalformedPolicyDocument, std::string(MessageOf(root.error().rule)));
  }
  Result<void> checked;
  policy::ForEachItem(policy::Member(*root, "Statement"), [&](json::Value statement) {
    if (checked) checked = CheckStatement(statement);
  });
  RETURN_IF_ERROR(checked);
  if (CountedCharacters(document) > kMaxTrustCharacters) {
    return Fail(ErrorCode::kLimitExceeded,
                "Cannot exceed quota for ACLSizePerRole: " + std::to_string(kMaxTrustCharacters));
  }
  return {};
}

}  // namespace coffer::services::iam
