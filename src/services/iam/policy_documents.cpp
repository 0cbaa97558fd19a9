#include "services/iam/policy_documents.h"

#include "policy/grammar.h"

#include <algorithm>
#include <string>

namespace coffer::services::iam {
namespace {

constexpr std::size_t kMaxManagedCharacters = 6144;

// Of a document, as quotas count them (AWS: IAM quotas).
std::size_t CountedCharacters(std::string_view document) {
  constexpr std::string_view kBlanks = " \t\r\n";
  return static_cast<std::size_t>(std::ranges::count_if(
      document, [&](char c) { return kBlanks.find(c) == std::string_view::npos; }));
}

// IAM's own words for a fault; what has none is a syntax error.
std::string_view MessageOf(policy::GrammarRule rule) {
  using enum policy::GrammarRule;
  switch (rule) {
    case kVersion:
      return "Policy document must be version 2012-10-17 or greater.";
    case kSidTwice:
      return "Statement IDs (SID) in a single policy must be unique.";
    case kAction:
      return "Policy statement must contain actions.";
    case kResource:
      return "Policy statement must contain resources.";
    case kPrincipalForbidden:
      return "Policy document should not specify a principal.";
    default:
      return "Syntax errors in policy.";
  }
}

}  // namespace

Result<void> CheckIdentityPolicy(std::string_view document) {
  json::Document parsed;
  const auto root = policy::ParsePolicy(parsed, document, policy::DocumentKind::kIdentity);
  if (root) return {};
  return Fail(ErrorCode::kMalformedPolicyDocument, std::string(MessageOf(root.error().rule)));
}

Result<void> CheckManagedPolicy(std::string_view document) {
  RETURN_IF_ERROR(CheckIdentityPolicy(document));
  if (CountedCharacters(document) <= kMaxManagedCharacters) return {};
  return Fail(ErrorCode::kLimitExceeded, "Cannot exceed quota for PolicySize: 6144");
}

Result<void> CheckInlineQuota(const std::vector<identity::InlinePolicy>& policies, std::size_t most,
                              std::string_view kind, std::string_view name) {
  std::size_t characters = 0;
  for (const identity::InlinePolicy& policy : policies) {
    characters += CountedCharacters(policy.document);
  }
  if (characters <= most) return {};
  return Fail(ErrorCode::kLimitExceeded, "Maximum policy size of " + std::to_string(most) +
                                             " bytes exceeded for " + std::string(kind) + " " +
                                             std::string(name));
}

}  // namespace coffer::services::iam
