#include "services/iam/policy_documents.h"

#include "base/ascii.h"
#include "policy/grammar.h"
#include "policy/json_members.h"
#include "services/iam/quotas.h"

#include <algorithm>
#include <cstddef>
#include <string>

namespace coffer::services::iam {
namespace {

// Of a document, as quotas count them (AWS: IAM quotas).
constexpr std::string_view kSyntax = "Syntax errors in policy.";

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
    case kActionUnprefixed:
      return "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.";
    case kActionColons:
      return "Actions/Condition can contain only one colon.";
    case kResource:
      return "Policy statement must contain resources.";
    case kPrincipalForbidden:
      return "Policy document should not specify a principal.";
    default:
      return kSyntax;
  }
}

// Calls `use` with each text of the element `name`, or of its opposite, in all statements.
template <class Use>
void ForEachText(json::Value root, std::string_view name, Use use) {
  policy::ForEachItem(policy::Member(root, "Statement"), [&](json::Value statement) {
    if (statement.kind() != json::Kind::kObject) return;
    for (json::Value element = statement.First(); element.valid(); element = element.Next()) {
      const std::string_view key = element.key();
      if (key != name && key != "Not" + std::string(name)) continue;
      policy::ForEachItem(element, [&](json::Value item) {
        if (item.kind() == json::Kind::kString) use(item.text());
      });
    }
  });
}

// What is wrong with the form of a resource, in IAM's words; empty when nothing is. A wildcard may
// stand for the rest of an ARN, but not for its service.
std::string ResourceFault(std::string_view resource) {
  constexpr std::string_view kPrefix = "arn:";
  constexpr std::size_t kColons = 5;
  if (resource == "*") return {};
  if (!resource.starts_with(kPrefix)) {
    return "Resource " + std::string(resource) + " must be in ARN format or \"*\".";
  }
  const std::size_t partition_end = resource.find(':', kPrefix.size());
  const std::string_view rest = partition_end == std::string_view::npos
                                    ? std::string_view("*")
                                    : resource.substr(partition_end + 1);
  const std::string_view service = rest.substr(0, rest.find(':'));
  if (service.empty() || service.find_first_of("*?") != std::string_view::npos) {
    return "Resource vendor must be fully qualified and cannot contain regexes.";
  }
  const std::string_view region = rest.substr(std::min(service.size() + 1, rest.size()));
  if (service == "iam" && !region.empty() && region[0] != ':' && region[0] != '*') {
    return "IAM resource " + std::string(resource) + " cannot contain region information.";
  }
  const bool is_short = std::ranges::count(resource, ':') < std::ptrdiff_t{kColons};
  return is_short && !resource.ends_with('*') ? "The policy failed legacy parsing" : std::string();
}

std::string FirstResourceFault(json::Value root) {
  std::string fault;
  ForEachText(root, "Resource", [&](std::string_view resource) {
    if (fault.empty()) fault = ResourceFault(resource);
  });
  return fault;
}

// The message about the first service of an action that no service can be called.
std::string ServiceFault(json::Value root) {
  std::string fault;
  const auto is_service = [](char c) { return base::IsAlphanumeric(c) || c == '-'; };
  ForEachText(root, "Action", [&](std::string_view action) {
    const std::string_view service = action.substr(0, action.find(':'));
    if (fault.empty() && action != "*" && !std::ranges::all_of(service, is_service)) {
      fault = "Vendor " + std::string(service) + " is not valid";
    }
  });
  return fault;
}

// IAM looks at how resources are spelled before it looks at how actions are.
bool IsAboutSpelling(policy::GrammarRule rule) {
  using enum policy::GrammarRule;
  return rule == kActionUnprefixed || rule == kActionColons || rule == kActionService;
}

ApiError Malformed(std::string_view message) {
  return {ErrorCode::kMalformedPolicyDocument, std::string(message)};
}

}  // namespace

std::size_t CountedCharacters(std::string_view document) {
  constexpr std::string_view kBlanks = " \t\r\n";
  return static_cast<std::size_t>(std::ranges::count_if(
      document, [&](char c) { return kBlanks.find(c) == std::string_view::npos; }));
}

Result<void> CheckIdentityPolicy(std::string_view document) {
  json::Document parsed;
  const auto root = parsed.Parse(document, policy::kPolicyLimits);
  if (!root) return std::unexpected(Malformed(kSyntax));
  const auto checked = policy::CheckGrammar(*root, policy::DocumentKind::kIdentity);
  if (!checked && !IsAboutSpelling(checked.error().rule)) {
    return std::unexpected(Malformed(MessageOf(checked.error().rule)));
  }
  if (const std::string fault = FirstResourceFault(*root); !fault.empty()) {
    return std::unexpected(Malformed(fault));
  }
  if (checked) return {};
  const policy::GrammarRule rule = checked.error().rule;
  return std::unexpected(Malformed(rule == policy::GrammarRule::kActionService ? ServiceFault(*root)
                                                                               : MessageOf(rule)));
}

Result<void> CheckManagedPolicy(std::string_view document) {
  RETURN_IF_ERROR(CheckIdentityPolicy(document));
  if (CountedCharacters(document) <= kMaxManagedCharacters) return {};
  return Fail(ErrorCode::kLimitExceeded,
              "Cannot exceed quota for PolicySize: " + std::to_string(kMaxManagedCharacters));
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
