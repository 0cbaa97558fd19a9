#include "services/iam/trust_policies.h"

#include "base/ascii.h"
#include "identity/names.h"
#include "policy/grammar.h"
#include "policy/json_members.h"
#include "policy/principal_form.h"
#include "services/iam/policy_documents.h"
#include "services/iam/quotas.h"

#include <algorithm>
#include <string>
#include <utility>

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

// IAM was seen to name the type in capitals, whichever it is.
ApiError InvalidPrincipal(std::string_view type, std::string_view text) {
  std::string capitals(type);
  std::ranges::transform(capitals, capitals.begin(), base::ToUpper);
  return {ErrorCode::kMalformedPolicyDocument,
          "Invalid principal in policy: \"" + capitals + "\":\"" + std::string(text) + "\""};
}

// A principal under its type; `*` alone is one too.
Result<void> CheckPrincipal(std::string_view type, std::string_view text) {
  const bool is_good = type == "Service"     ? policy::IsServicePrincipal(text)
                       : type == "Federated" ? !text.empty()
                                             : policy::IsAwsPrincipal(text);
  if (is_good) return {};
  return std::unexpected(InvalidPrincipal(type, text));
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

}  // namespace

Result<std::string> AcceptTrustPolicy(std::string_view document,
                                      const policy::PrincipalDirectory& directory) {
  RETURN_IF_ERROR(CheckTrustPolicy(document));
  auto pinned = policy::PinPrincipals(document, directory);
  if (!pinned) return std::unexpected(InvalidPrincipal("AWS", pinned.error()));
  return *std::move(pinned);
}

}  // namespace coffer::services::iam
