#include "policy/resource_policy.h"

#include "json/document.h"
#include "policy/grammar.h"
#include "policy/json_members.h"
#include "policy/principal_form.h"

#include <utility>

namespace coffer::policy {

namespace {

using json::Value;

constexpr std::string_view kUnsupportedPrincipal =
    "This resource policy contains an unsupported principal.";

/// A string, or a list of strings, all acceptable.
bool AreAll(Value value, bool (*accepts)(std::string_view)) {
  if (value.kind() != json::Kind::kArray) return accepts(value.text());
  for (Value item = value.First(); item.valid(); item = item.Next()) {
    if (!accepts(item.text())) return false;
  }
  return true;
}

Result<void> CheckPrincipals(Value statement) {
  Value principals = Member(statement, "Principal");
  if (!principals.valid()) principals = Member(statement, "NotPrincipal");
  for (Value type = principals.First(); type.valid(); type = type.Next()) {
    if (type.key() == "Service" && !AreAll(type, IsServicePrincipal)) {
      return Fail(ErrorCode::kMalformedPolicyDocument,
                  "This resource policy contains an unsupported service principal.");
    }
    // Federated users are for trust policies, canonical users for S3.
    const bool is_supported =
        type.key() == "Service" || (type.key() == "AWS" && AreAll(type, IsAwsPrincipal));
    if (!is_supported) {
      return Fail(ErrorCode::kMalformedPolicyDocument, std::string(kUnsupportedPrincipal));
    }
  }
  return {};
}

}  // namespace

Result<void> CheckResourcePolicy(std::string_view text) {
  json::Document document;
  const auto root = ParsePolicy(document, text, DocumentKind::kResource);
  if (!root) {
    return Fail(ErrorCode::kMalformedPolicyDocument,
                "This resource policy contains a syntax error.");
  }
  const Value statements = Member(*root, "Statement");
  if (statements.kind() == json::Kind::kObject) return CheckPrincipals(statements);
  for (Value statement = statements.First(); statement.valid(); statement = statement.Next()) {
    RETURN_IF_ERROR(CheckPrincipals(statement));
  }
  return {};
}

Result<std::string> PinResourcePolicy(std::string_view document,
                                      const PrincipalDirectory& directory) {
  auto pinned = PinPrincipals(document, directory);
  if (pinned) return *std::move(pinned);
  return Fail(ErrorCode::kMalformedPolicyDocument, std::string(kUnsupportedPrincipal));
}

}  // namespace coffer::policy
