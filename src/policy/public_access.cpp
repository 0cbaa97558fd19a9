#include "policy/public_access.h"

#include "json/document.h"
#include "policy/json_members.h"

namespace coffer::policy {
namespace {

// `"*"`, or a list that holds it.
bool NamesEverybody(json::Value principal) {
  if (principal.kind() == json::Kind::kString) return principal.text() == "*";
  for (json::Value item = principal.First(); item.valid(); item = item.Next()) {
    if (item.kind() == json::Kind::kString && item.text() == "*") return true;
  }
  return false;
}

bool IsOpen(json::Value statement) {
  const json::Value effect = Member(statement, "Effect");
  if (!effect.valid() || effect.text() != "Allow") return false;
  const json::Value principal = Member(statement, "Principal");
  if (!principal.valid()) return true;  // NotPrincipal: everybody but some.
  if (principal.kind() != json::Kind::kObject) return NamesEverybody(principal);
  const json::Value aws = Member(principal, "AWS");
  return aws.valid() && NamesEverybody(aws);
}

}  // namespace

bool AllowsAnyPrincipal(std::string_view document) {
  json::Document parsed;
  const auto root = parsed.Parse(document, kPolicyLimits);
  if (!root || root->kind() != json::Kind::kObject) return true;
  const json::Value statements = Member(*root, "Statement");
  if (!statements.valid()) return false;
  if (statements.kind() == json::Kind::kObject) return IsOpen(statements);
  for (json::Value statement = statements.First(); statement.valid();
       statement = statement.Next()) {
    if (IsOpen(statement)) return true;
  }
  return false;
}

}  // namespace coffer::policy
