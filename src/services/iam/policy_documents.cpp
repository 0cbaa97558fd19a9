#include "services/iam/policy_documents.h"

#include "policy/grammar.h"

#include <string>

namespace coffer::services::iam {
namespace {

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

Result<void> CheckInlineQuota(const std::vector<identity::InlinePolicy>& policies, std::size_t most,
                              std::string_view kind, std::string_view name) {
  constexpr std::string_view kBlanks = " \t\r\n";
  std::size_t characters = 0;
  for (const identity::InlinePolicy& policy : policies) {
    for (const char c : policy.document) {
      if (kBlanks.find(c) == std::string_view::npos) ++characters;
    }
  }
  if (characters <= most) return {};
  return Fail(ErrorCode::kLimitExceeded, "Maximum policy size of " + std::to_string(most) +
                                             " bytes exceeded for " + std::string(kind) + " " +
                                             std::string(name));
}

}  // namespace coffer::services::iam
