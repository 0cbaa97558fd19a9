#include "services/iam/trust_policies.h"

#include "policy/grammar.h"

#include <algorithm>
#include <string>

namespace coffer::services::iam {
namespace {

constexpr std::size_t kMaxCharacters = 2048;

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

}  // namespace

Result<void> CheckTrustPolicy(std::string_view document) {
  json::Document parsed;
  const auto root = policy::ParsePolicy(parsed, document, policy::DocumentKind::kTrust);
  if (!root) {
    return Fail(ErrorCode::kMalformedPolicyDocument, std::string(MessageOf(root.error().rule)));
  }
  const auto counts = [](char c) {
    return std::string_view(" \t\r\n").find(c) == std::string::npos;
  };
  if (static_cast<std::size_t>(std::ranges::count_if(document, counts)) > kMaxCharacters) {
    return Fail(ErrorCode::kLimitExceeded, "Cannot exceed quota for ACLSizePerRole: 2048");
  }
  return {};
}

}  // namespace coffer::services::iam
