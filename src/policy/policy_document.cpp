#include "policy/policy_document.h"

#include "base/ascii.h"
#include "base/encoding.h"
#include "json/document.h"
#include "policy/json_members.h"
#include "policy/principal_form.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <span>

namespace coffer::policy {

namespace {

using json::Kind;
using json::Value;

constexpr std::size_t kSidCharacters = 128;

constexpr std::array<std::string_view, 2> kVersions{"2012-10-17", "2008-10-17"};

constexpr std::array<std::string_view, 4> kPrincipalTypes{"AWS", "Service", "Federated",
                                                          "CanonicalUser"};

// In lower case: operators are read in any letter case.
constexpr std::array<std::string_view, 26> kOperators{"stringequals",
                                                      "stringnotequals",
                                                      "stringequalsignorecase",
                                                      "stringnotequalsignorecase",
                                                      "stringlike",
                                                      "stringnotlike",
                                                      "numericequals",
                                                      "numericnotequals",
                                                      "numericlessthan",
                                                      "numericlessthanequals",
                                                      "numericgreaterthan",
                                                      "numericgreaterthanequals",
                                                      "dateequals",
                                                      "datenotequals",
                                                      "datelessthan",
                                                      "datelessthanequals",
                                                      "dategreaterthan",
                                                      "dategreaterthanequals",
                                                      "bool",
                                                      "binaryequals",
                                                      "ipaddress",
                                                      "notipaddress",
                                                      "arnequals",
                                                      "arnlike",
                                                      "arnnotequals",
                                                      "arnnotlike"};

template <class Range>
bool Contains(const Range& range, std::string_view text) {
  return std::ranges::find(range, text) != std::ranges::end(range);
}

template <class Accepts>
bool AllOf(Value container, Accepts accepts) {
  for (Value item = container.First(); item.valid(); item = item.Next()) {
    if (!accepts(item)) return false;
  }
  return true;
}

bool IsText(Value value) { return value.kind() == Kind::kString; }

/// A string, or a list of at least one, all acceptable.
template <class Accepts>
bool IsOneOrMore(Value value, Accepts accepts) {
  const auto is_good = [&](Value item) { return IsText(item) && accepts(item.text()); };
  if (value.kind() != Kind::kArray) return is_good(value);
  return value.size() != 0 && AllOf(value, is_good);
}

bool IsSid(Value value) {
  return IsText(value) && base::CharacterCount(value.text()) <= kSidCharacters &&
         std::ranges::none_of(value.text(), [](unsigned char c) { return std::iscntrl(c) != 0; });
}

bool IsEffect(Value value) {
  return IsText(value) && (value.text() == "Allow" || value.text() == "Deny");
}

/// `*`, or one colon between a service's name and an operation's, which may have wildcards. Unknown
/// names are not refused: they match nothing.
bool IsAction(std::string_view text) {
  if (text == "*") return true;
  const std::size_t colon = text.find(':');
  if (colon == 0 || colon >= text.size() - 1) return false;
  const auto is_service = [](char c) { return base::IsAlphanumeric(c) || c == '-'; };
  const auto is_name = [](char c) { return base::IsAlphanumeric(c) || c == '*' || c == '?'; };
  return std::ranges::all_of(text.substr(0, colon), is_service) &&
         std::ranges::all_of(text.substr(colon + 1), is_name);
}

bool IsActions(Value value) { return IsOneOrMore(value, IsAction); }

bool IsResources(Value value) {
  return IsOneOrMore(value, [](std::string_view text) { return !text.empty(); });
}

/// The form alone; whether a principal is supported is looked at once the grammar is right.
bool IsPrincipal(Value value) {
  if (IsText(value)) return value.text() == "*";
  return value.kind() == Kind::kObject && value.size() != 0 && AllOf(value, [](Value member) {
           return Contains(kPrincipalTypes, member.key()) &&
                  IsOneOrMore(member, [](std::string_view) { return true; });
         });
}

bool IsOperator(std::string_view written) {
  std::string name(written);
  std::ranges::transform(name, name.begin(), base::ToLower);
  std::string_view rest = name;
  for (const std::string_view prefix : {"forallvalues:", "foranyvalue:"}) {
    if (rest.starts_with(prefix)) {
      rest.remove_prefix(prefix.size());
      break;
    }
  }
  if (rest == "null") return true;  // Has no IfExists form.
  constexpr std::string_view kIfExists = "ifexists";
  if (rest.ends_with(kIfExists)) rest.remove_suffix(kIfExists.size());
  return Contains(kOperators, rest);
}

bool IsConditionValue(Value value) {
  return value.kind() == Kind::kString || value.kind() == Kind::kInteger ||
         value.kind() == Kind::kNumber || value.kind() == Kind::kBoolean;
}

bool IsCondition(Value value) {
  const auto is_key = [](Value key) {
    return !key.key().empty() &&
           (key.kind() == Kind::kArray ? AllOf(key, IsConditionValue) : IsConditionValue(key));
  };
  return value.kind() == Kind::kObject && AllOf(value, [&](Value keys) {
           return IsOperator(keys.key()) && keys.kind() == Kind::kObject && AllOf(keys, is_key);
         });
}

bool IsVersion(Value value) { return IsText(value) && Contains(kVersions, value.text()); }

struct Element {
  std::string_view name;
  bool (*accepts)(Value);
};

bool HasOnly(std::span<const Element> elements, Value object) {
  return object.kind() == Kind::kObject && AllOf(object, [&](Value member) {
           const auto element = std::ranges::find(elements, member.key(), &Element::name);
           return element != elements.end() && element->accepts(member);
         });
}

constexpr std::array<Element, 9> kStatementElements{{{"Sid", IsSid},
                                                     {"Effect", IsEffect},
                                                     {"Principal", IsPrincipal},
                                                     {"NotPrincipal", IsPrincipal},
                                                     {"Action", IsActions},
                                                     {"NotAction", IsActions},
                                                     {"Resource", IsResources},
                                                     {"NotResource", IsResources},
                                                     {"Condition", IsCondition}}};

bool HasExactlyOne(Value object, std::string_view name, std::string_view other) {
  return Member(object, name).valid() != Member(object, other).valid();
}

bool IsStatement(Value value) {
  if (!HasOnly(kStatementElements, value)) return false;
  const Value effect = Member(value, "Effect");
  // Allowing everybody but somebody is refused by AWS.
  const bool allows_others =
      effect.valid() && effect.text() == "Allow" && Member(value, "NotPrincipal").valid();
  return effect.valid() && !allows_others && HasExactlyOne(value, "Principal", "NotPrincipal") &&
         HasExactlyOne(value, "Action", "NotAction") &&
         HasExactlyOne(value, "Resource", "NotResource");
}

bool IsStatements(Value value) {
  if (value.kind() != Kind::kArray) return IsStatement(value);
  return value.size() != 0 && AllOf(value, IsStatement);
}

constexpr std::array<Element, 3> kDocumentElements{
    {{"Version", IsVersion}, {"Id", IsText}, {"Statement", IsStatements}}};

Result<void> CheckPrincipals(Value statement) {
  Value principals = Member(statement, "Principal");
  if (!principals.valid()) principals = Member(statement, "NotPrincipal");
  for (Value type = principals.First(); type.valid(); type = type.Next()) {
    if (type.key() == "Service" && !IsOneOrMore(type, IsServicePrincipal)) {
      return Fail(ErrorCode::kMalformedPolicyDocument,
                  "This resource policy contains an unsupported service principal.");
    }
    // Federated users are for trust policies, canonical users for S3.
    const bool is_supported =
        type.key() == "Service" || (type.key() == "AWS" && IsOneOrMore(type, IsAwsPrincipal));
    if (!is_supported) {
      return Fail(ErrorCode::kMalformedPolicyDocument,
                  "This resource policy contains an unsupported principal.");
    }
  }
  return {};
}

}  // namespace

Result<void> CheckResourcePolicy(std::string_view text) {
  json::Document document;
  const auto root = document.Parse(text, kPolicyLimits);
  if (!root || !HasOnly(kDocumentElements, *root) || !Member(*root, "Statement").valid()) {
    return Fail(ErrorCode::kMalformedPolicyDocument,
                "This resource policy contains a syntax error.");
  }
  const Value statements = Member(*root, "Statement");
  if (statements.kind() == Kind::kObject) return CheckPrincipals(statements);
  for (Value statement = statements.First(); statement.valid(); statement = statement.Next()) {
    RETURN_IF_ERROR(CheckPrincipals(statement));
  }
  return {};
}

}  // namespace coffer::policy
