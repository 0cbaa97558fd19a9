#include "policy/grammar.h"

#include "base/ascii.h"
#include "base/encoding.h"
#include "policy/condition_operator.h"
#include "policy/json_members.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <set>
#include <string>

namespace coffer::policy {

namespace {

using json::Kind;
using json::Value;

constexpr std::size_t kSidCharacters = 128;

constexpr std::array<std::string_view, 2> kVersions{"2012-10-17", "2008-10-17"};
constexpr std::array<std::string_view, 4> kPrincipalTypes{"AWS", "Service", "Federated",
                                                          "CanonicalUser"};

template <class Range>
bool Contains(const Range& range, std::string_view text) {
  return std::ranges::find(range, text) != std::ranges::end(range);
}

bool IsText(Value value) { return value.kind() == Kind::kString; }

/// A string, or a list of at least one, all acceptable.
template <class Accepts>
bool IsOneOrMore(Value value, Accepts accepts) {
  const auto is_good = [&](Value item) { return IsText(item) && accepts(item.text()); };
  if (value.kind() != Kind::kArray) return is_good(value);
  for (Value item = value.First(); item.valid(); item = item.Next()) {
    if (!is_good(item)) return false;
  }
  return value.size() != 0;
}

bool IsAnything(std::string_view) { return true; }

/// What is wrong with an action, which is `*`, or has one colon between a service's name and an
/// operation's, which may have wildcards.
std::optional<GrammarRule> ActionFault(std::string_view text) {
  using enum GrammarRule;
  if (text == "*") return std::nullopt;
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0) return kActionUnprefixed;
  const std::string_view name = text.substr(colon + 1);
  if (name.find(':') != std::string_view::npos) return kActionColons;
  const auto is_service = [](char c) { return base::IsAlphanumeric(c) || c == '-'; };
  const auto is_name = [](char c) { return base::IsAlphanumeric(c) || c == '*' || c == '?'; };
  if (!std::ranges::all_of(text.substr(0, colon), is_service)) return kActionService;
  if (name.empty() || !std::ranges::all_of(name, is_name)) return kActionForm;
  return std::nullopt;
}

bool IsPrincipal(Value value) {
  if (IsText(value)) return value.text() == "*";
  if (value.kind() != Kind::kObject || value.size() == 0) return false;
  for (Value type = value.First(); type.valid(); type = type.Next()) {
    if (!Contains(kPrincipalTypes, type.key()) || !IsOneOrMore(type, IsAnything)) return false;
  }
  return true;
}

bool IsConditionValue(Value value) {
  return IsText(value) || value.kind() == Kind::kInteger || value.kind() == Kind::kNumber ||
         value.kind() == Kind::kBoolean;
}

bool IsConditionKey(Value key) {
  if (key.key().empty()) return false;
  if (key.kind() != Kind::kArray) return IsConditionValue(key);
  for (Value item = key.First(); item.valid(); item = item.Next()) {
    if (!IsConditionValue(item)) return false;
  }
  return true;
}

bool IsSid(std::string_view text, DocumentKind kind) {
  if (kind == DocumentKind::kIdentity) return std::ranges::all_of(text, base::IsAlphanumeric);
  return base::CharacterCount(text) <= kSidCharacters &&
         std::ranges::none_of(text, [](unsigned char c) { return std::iscntrl(c) != 0; });
}

/// One walk over a document, up to the first fault.
class Grammar {
 public:
  explicit Grammar(DocumentKind kind) : kind_(kind) {}

  std::optional<GrammarFault> Check(Value root) {
    using enum GrammarRule;
    if (root.kind() != Kind::kObject) return Fault(root, kJson, "a policy is a JSON object");
    for (Value member = root.First(); member.valid(); member = member.Next()) {
      if (auto fault = CheckMember(member)) return fault;
    }
    if (!Member(root, "Statement").valid()) return Fault(root, kStatement, "Statement is missing");
    return std::nullopt;
  }

 private:
  static GrammarFault Fault(Value at, GrammarRule rule, std::string_view reason) {
    return {.rule = rule, .offset = at.offset(), .reason = reason};
  }

  std::optional<GrammarFault> CheckMember(Value member) {
    using enum GrammarRule;
    if (member.key() == "Statement") return CheckStatements(member);
    if (member.key() == "Version") {
      if (IsText(member) && Contains(kVersions, member.text())) return std::nullopt;
      return Fault(member, kVersion, "Version is 2012-10-17 or 2008-10-17");
    }
    if (member.key() != "Id") {
      return Fault(member, kElement, "a policy has Version, Id and Statement only");
    }
    if (!IsText(member)) return Fault(member, kId, "Id is a string");
    return std::nullopt;
  }

  std::optional<GrammarFault> CheckStatements(Value value) {
    using enum GrammarRule;
    if (value.kind() == Kind::kObject) return CheckStatement(value);
    if (value.kind() != Kind::kArray || value.size() == 0) {
      return Fault(value, kStatement, "Statement is an object or a list of at least one");
    }
    for (Value statement = value.First(); statement.valid(); statement = statement.Next()) {
      if (auto fault = CheckStatement(statement)) return fault;
    }
    return std::nullopt;
  }

  std::optional<GrammarFault> CheckStatement(Value statement) {
    using enum GrammarRule;
    if (statement.kind() != Kind::kObject) {
      return Fault(statement, kStatement, "a statement is an object");
    }
    for (Value element = statement.First(); element.valid(); element = element.Next()) {
      if (auto fault = CheckElement(element)) return fault;
    }
    const auto has = [&](std::string_view name) { return Member(statement, name).valid(); };
    if (!has("Effect")) return Fault(statement, kEffect, "Effect is missing");
    if (has("Action") == has("NotAction")) {
      return Fault(statement, has("Action") ? kActionTwice : kAction,
                   "a statement has either Action or NotAction");
    }
    if (kind_ != DocumentKind::kTrust && has("Resource") == has("NotResource")) {
      return Fault(statement, kResource, "a statement has either Resource or NotResource");
    }
    if (kind_ == DocumentKind::kIdentity) return std::nullopt;
    if (has("Principal") == has("NotPrincipal")) {
      return Fault(statement, kPrincipal, "a statement has either Principal or NotPrincipal");
    }
    if (has("NotPrincipal") && Member(statement, "Effect").text() == "Allow") {
      return Fault(statement, kNotPrincipalAllow, "NotPrincipal goes with Deny only");
    }
    return std::nullopt;
  }

  std::optional<GrammarFault> CheckElement(Value element) {
    using enum GrammarRule;
    const std::string_view name = element.key();
    if (name == "Sid") return CheckSid(element);
    if (name == "Condition") return CheckCondition(element);
    if (name == "Effect") {
      if (IsText(element) && (element.text() == "Allow" || element.text() == "Deny")) return {};
      return Fault(element, kEffect, "Effect is Allow or Deny");
    }
    if (name == "Action" || name == "NotAction") {
      return CheckActions(element);
    }
    if (name == "Resource" || name == "NotResource") {
      if (kind_ == DocumentKind::kTrust) {
        return Fault(element, kResourceForbidden, "a trust policy has no resources");
      }
      if (IsOneOrMore(element, [](std::string_view text) { return !text.empty(); })) return {};
      return Fault(element, kResource, "a resource is * or an ARN");
    }
    if (name == "Principal" || name == "NotPrincipal") {
      if (kind_ == DocumentKind::kIdentity) {
        return Fault(element, kPrincipalForbidden, "an identity policy has no principals");
      }
      if (IsPrincipal(element)) return {};
      return Fault(element, kPrincipal, "a principal is * or an object of AWS or Service");
    }
    return Fault(element, kElement, "not an element of a statement");
  }

  static std::optional<GrammarFault> CheckActions(Value actions) {
    using enum GrammarRule;
    constexpr std::string_view kReason = "an action is * or service:Operation";
    if (actions.kind() == Kind::kArray && actions.size() == 0) {
      return Fault(actions, kAction, kReason);
    }
    std::optional<GrammarRule> rule;
    ForEachItem(actions, [&](Value action) {
      if (!rule) rule = IsText(action) ? ActionFault(action.text()) : kActionForm;
    });
    if (rule) return Fault(actions, *rule, kReason);
    return std::nullopt;
  }

  std::optional<GrammarFault> CheckSid(Value sid) {
    using enum GrammarRule;
    if (!IsText(sid) || !IsSid(sid.text(), kind_)) {
      return Fault(sid, kSid, "Sid has letters and digits, 128 characters at most");
    }
    if (kind_ == DocumentKind::kIdentity && !sid.text().empty() &&
        !sids_.emplace(sid.text()).second) {
      return Fault(sid, kSidTwice, "each Sid is there once");
    }
    return std::nullopt;
  }

  static std::optional<GrammarFault> CheckCondition(Value condition) {
    using enum GrammarRule;
    if (condition.kind() != Kind::kObject)
      return Fault(condition, kCondition, "Condition is an object");
    for (Value keys = condition.First(); keys.valid(); keys = keys.Next()) {
      if (!ParseConditionOperator(keys.key())) {
        return Fault(keys, kOperator, "not a condition operator");
      }
      if (keys.kind() != Kind::kObject) {
        return Fault(keys, kCondition, "an operator has an object of keys");
      }
      for (Value key = keys.First(); key.valid(); key = key.Next()) {
        if (!IsConditionKey(key)) {
          return Fault(key, kCondition, "a key has a string, number, boolean or a list of them");
        }
      }
    }
    return std::nullopt;
  }

  DocumentKind kind_;
  std::set<std::string, std::less<>> sids_;
};

}  // namespace

std::expected<void, GrammarFault> CheckGrammar(json::Value root, DocumentKind kind) {
  if (const auto fault = Grammar(kind).Check(root)) return std::unexpected(*fault);
  return {};
}

std::expected<json::Value, GrammarFault> ParsePolicy(json::Document& document,
                                                     std::string_view text, DocumentKind kind) {
  const auto root = document.Parse(text, kPolicyLimits);
  if (!root) {
    return std::unexpected(GrammarFault{
        .rule = GrammarRule::kJson, .offset = root.error().offset, .reason = root.error().reason});
  }
  if (const auto checked = CheckGrammar(*root, kind); !checked) {
    return std::unexpected(checked.error());
  }
  return *root;
}

}  // namespace coffer::policy
