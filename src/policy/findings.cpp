#include "policy/findings.h"

#include "base/ascii.h"
#include "policy/condition_keys.h"
#include "policy/document.h"
#include "policy/json_members.h"
#include "policy/principal_form.h"
#include "policy/public_access.h"
#include "policy/secret_actions.h"
#include "policy/variable_bounds.h"

#include <algorithm>
#include <utility>

namespace coffer::policy {

namespace {

using json::Value;

/// A text of the policy between quotes; of a long one its beginning.
std::string Quoted(std::string_view text) {
  constexpr std::size_t kShown = 120;
  if (text.size() <= kShown) return "\"" + std::string(text) + "\"";
  std::size_t end = kShown;
  while (end != 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return "\"" + std::string(text.substr(0, end)) + "…\"";
}

Finding SyntaxFault(std::string_view text, const GrammarFault& fault) {
  const TextPosition at = TextRuler(text).At(fault.offset);
  return {.check = checks::kSyntax,
          .severity = Severity::kError,
          .message = "Line " + std::to_string(at.line) + ", column " + std::to_string(at.column) +
                     ": " + std::string(fault.reason) + "."};
}

/// What the operators for a type are called, as in "use …".
std::string_view OperatorsFor(KeyType type) {
  switch (type) {
    case KeyType::kText:
    case KeyType::kUserId:
    case KeyType::kOrgPath:
      return "StringEquals or StringLike";
    case KeyType::kArn:
      return "ArnEquals or ArnLike";
    case KeyType::kNumber:
      return "NumericEquals and the like";
    case KeyType::kBoolean:
      return "Bool";
    case KeyType::kDate:
    case KeyType::kEpochTime:
      return "DateLessThan, DateGreaterThan and the like";
    case KeyType::kAddress:
      return "IpAddress or NotIpAddress";
  }
  return {};
}

/// One walk over the statements of a document that has passed the grammar.
class Examiner {
 public:
  Examiner(TextTemplate::Variables variables, std::optional<std::string_view> secret_arn)
      : variables_(variables) {
    if (secret_arn) secret_.emplace(*secret_arn);
  }

  void ExamineStatement(Value statement, std::size_t place) {
    statement_ = NameOf(statement, place);
    for (Value element = statement.First(); element.valid(); element = element.Next()) {
      const std::string_view name = element.key();
      if (name == "Principal" || name == "NotPrincipal") ExaminePrincipals(element);
      if (name == "Action") ForEachItem(element, [&](Value item) { ExamineAction(item.text()); });
      if (name == "NotAction") {
        ForEachItem(element, [&](Value item) { ExamineNotAction(item.text()); });
      }
      // A NotResource that fits nothing leaves out nothing, which is what it would do anyway.
      if (name == "Resource") {
        ForEachItem(element, [&](Value item) { ExamineResource(item.text()); });
      }
      if (name == "Condition") ExamineConditions(element);
    }
  }

  /// Goes before everything else: it is what a policy is refused for.
  void ReportPublic(Value statement, const PublicGrant& grant) {
    findings_.insert(
        findings_.begin(),
        {.check = checks::kPublicAccess,
         .severity = Severity::kError,
         .message = std::string(kBroadAccess) + " " + NameOf(statement, grant.statement) +
                    " lets anyone do " + std::string(grant.action) +
                    ": name accounts, users or roles as Principal, or add a condition on who they "
                    "are, such as StringEquals aws:PrincipalOrgID."});
  }

  [[nodiscard]] std::vector<Finding> TakeFindings() { return std::move(findings_); }

 private:
  static std::string NameOf(Value statement, std::size_t place) {
    std::string name = "Statement " + std::to_string(place + 1);
    const Value sid = Member(statement, "Sid");
    if (sid.valid() && !sid.text().empty()) name += " (" + std::string(sid.text()) + ")";
    return name;
  }

  void Report(std::string_view check, Severity severity, const std::string& text) {
    findings_.push_back(
        {.check = check, .severity = severity, .message = statement_ + ": " + text});
  }
  void Warn(std::string_view check, const std::string& text) {
    Report(check, Severity::kWarning, text);
  }

  void ExaminePrincipals(Value principals) {
    for (Value type = principals.First(); type.valid(); type = type.Next()) {
      ForEachItem(type, [&](Value item) { ExaminePrincipal(type.key(), item.text()); });
    }
  }

  void ExaminePrincipal(std::string_view type, std::string_view text) {
    const auto refuse = [&](const std::string& reason) {
      Report(checks::kPrincipal, Severity::kError, "principal " + Quoted(text) + reason);
    };
    if (type == "AWS" && !IsAwsPrincipal(text)) {
      refuse(
          " cannot be: use *, an account, or the ARN of a user, a role, a session or an account's "
          "root; groups and wildcards are none.");
    } else if (type == "Service" && !IsServicePrincipal(text)) {
      refuse(" is not the name of a service, such as rds.amazonaws.com.");
    } else if (type != "AWS" && type != "Service") {
      refuse(" is " + std::string(type) + ", which no caller is: use AWS or Service.");
    }
  }

  void ExamineAction(std::string_view text) {
    ActionSet named(ActionSet::Kind::kAction);
    named.Add(text);
    if (CoversAny(named, actions_)) return;
    const std::string action = "action " + Quoted(text);
    if (!IsSecretsManagers(text)) {
      Warn(checks::kAction, action +
                                " is not done to secrets: remove it, a secret's policy is about "
                                "actions of secretsmanager.");
    } else if (IsKnown(named)) {
      Warn(checks::kAction, action +
                                " is done to an account: allow it in an identity policy, a "
                                "secret's policy has no say in it.");
    } else {
      Warn(checks::kAction, action + " does not exist: check its spelling.");
    }
  }

  void ExamineNotAction(std::string_view text) {
    ActionSet named(ActionSet::Kind::kAction);
    named.Add(text);
    if (!IsSecretsManagers(text) || IsKnown(named)) return;
    Warn(checks::kAction,
         "NotAction " + Quoted(text) + " leaves out nothing: check the spelling of the action.");
  }

  static bool CoversAny(const ActionSet& set, const std::vector<Action>& actions) {
    return std::ranges::any_of(actions, [&](const Action& action) { return set.Covers(action); });
  }
  static bool IsKnown(const ActionSet& set) {
    return std::ranges::any_of(KnownActions(),
                               [&](std::string_view name) { return set.Covers(Action(name)); });
  }
  static bool IsSecretsManagers(std::string_view action) {
    return action == "*" ||
           std::ranges::equal(action.substr(0, action.find(':')), kService, {}, base::ToLower);
  }

  void ExamineResource(std::string_view text) {
    ResourceSet named(ResourceSet::Kind::kResource);
    named.Add(text, DocumentKind::kResource, variables_);
    if (MayCover(named, secret_)) return;
    Warn(checks::kResource, "resource " + Quoted(text) + " is not " +
                                (secret_ ? "this secret" : "a secret") +
                                ": use the secret's whole ARN, or *, which means the secret that "
                                "the policy is on.");
  }

  void ExamineConditions(Value conditions) {
    for (Value keys = conditions.First(); keys.valid(); keys = keys.Next()) {
      const auto comparison = ParseConditionOperator(keys.key());
      if (!comparison) continue;  // The grammar has refused others.
      for (Value key = keys.First(); key.valid(); key = key.Next()) {
        ExamineCondition(keys.key(), *comparison, key.key());
      }
    }
  }

  void ExamineCondition(std::string_view name, const ConditionOperator& comparison,
                        std::string_view key_name) {
    const ConditionKey* key = FindConditionKey(ContextKey(key_name));
    if (key == nullptr || !key->is_in_requests()) {
      return Warn(checks::kConditionKey, "condition key " + Quoted(key_name) +
                                             " is in no request to Secrets Manager: check its "
                                             "spelling.");
    }
    if (!Suits(comparison.comparison, key->type)) {
      Warn(checks::kConditionOperator, std::string(name) + " does not compare what " +
                                           Quoted(key_name) + " is: use " +
                                           std::string(OperatorsFor(key->type)) + ".");
    }
    if (key->is_list && comparison.qualifier == SetQualifier::kNone &&
        comparison.comparison != Comparison::kNull) {
      Warn(checks::kConditionOperator,
           Quoted(key_name) + " has several values, which " + std::string(name) +
               " cannot compare: put ForAnyValue: or ForAllValues: before the operator.");
    }
  }

  static constexpr std::string_view kService = "secretsmanager";

  TextTemplate::Variables variables_;
  std::optional<Resource> secret_;
  std::vector<Action> actions_ = SecretActions();
  std::string statement_;  ///< What the one that is examined is called.
  std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> Examine(std::string_view policy, std::optional<std::string_view> secret_arn) {
  json::Document parsed;
  const auto root = ParsePolicy(parsed, policy, DocumentKind::kResource);
  if (!root) return {SyntaxFault(policy, root.error())};
  const auto compiled = Compile(policy, DocumentKind::kResource);
  const auto grant = compiled ? FindPublicGrant(*compiled, secret_arn) : std::nullopt;

  Examiner examiner(VariablesOf(*root), secret_arn);
  std::size_t place = 0;
  ForEachItem(Member(*root, "Statement"), [&](Value statement) {
    if (grant && grant->statement == place) examiner.ReportPublic(statement, *grant);
    examiner.ExamineStatement(statement, place);
    ++place;
  });
  return examiner.TakeFindings();
}

}  // namespace coffer::policy
