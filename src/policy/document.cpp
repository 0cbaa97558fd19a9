#include "policy/document.h"

#include "policy/json_members.h"

#include <utility>

namespace coffer::policy {

namespace {

using json::Value;

// Calls `use` with each text of a string or a list; of numbers and booleans as they are written.
template <class Use>
void ForEachText(Value value, Use use) {
  const auto text_of = [](Value scalar) -> std::string_view {
    if (scalar.kind() != json::Kind::kBoolean) return scalar.text();
    return scalar.boolean() ? "true" : "false";
  };
  if (value.kind() != json::Kind::kArray) {
    use(text_of(value));
    return;
  }
  for (Value item = value.First(); item.valid(); item = item.Next()) use(text_of(item));
}

std::vector<PrincipalEntry> CompilePrincipals(Value value) {
  std::vector<PrincipalEntry> entries;
  if (value.kind() == json::Kind::kString) {
    entries.push_back(PrincipalEntry::Aws(value.text()));
    return entries;
  }
  for (Value type = value.First(); type.valid(); type = type.Next()) {
    ForEachText(type, [&](std::string_view text) {
      if (type.key() == "AWS") {
        entries.push_back(PrincipalEntry::Aws(text));
      } else {
        entries.push_back(type.key() == "Service" ? PrincipalEntry::Service(text)
                                                  : PrincipalEntry::Other());
      }
    });
  }
  return entries;
}

std::vector<Condition> CompileConditions(Value value, TextTemplate::Variables variables) {
  std::vector<Condition> conditions;
  for (Value keys = value.First(); keys.valid(); keys = keys.Next()) {
    const auto comparison = ParseConditionOperator(keys.key());
    if (!comparison) continue;  // The grammar has refused others.
    for (Value key = keys.First(); key.valid(); key = key.Next()) {
      Condition& condition = conditions.emplace_back(*comparison, ContextKey(key.key()));
      ForEachText(key, [&](std::string_view text) { condition.AddValue(text, variables); });
    }
  }
  return conditions;
}

// Where the object that begins at `begin` ends: behind its brace. The text is known to be JSON.
std::size_t EndOfObject(std::string_view text, std::size_t begin) {
  std::size_t depth = 0;
  bool is_string = false;
  for (std::size_t at = begin; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '"') {
      is_string = !is_string;
    } else if (is_string) {
      if (c == '\\') ++at;
    } else if (c == '{') {
      ++depth;
    } else if (c == '}' && --depth == 0) {
      return at + 1;
    }
  }
  return text.size();
}

Statement CompileStatement(Value value, DocumentKind kind, TextTemplate::Variables variables) {
  Statement statement;
  for (Value element = value.First(); element.valid(); element = element.Next()) {
    const std::string_view name = element.key();
    if (name == "Effect") {
      statement.effect = element.text() == "Allow" ? Effect::kAllow : Effect::kDeny;
    } else if (name == "Principal" || name == "NotPrincipal") {
      statement.principals_are = name == "Principal" ? Statement::Principals::kListed
                                                     : Statement::Principals::kAllButListed;
      statement.principals = CompilePrincipals(element);
    } else if (name == "Action" || name == "NotAction") {
      statement.actions =
          ActionSet(name == "Action" ? ActionSet::Kind::kAction : ActionSet::Kind::kNotAction);
      ForEachText(element, [&](std::string_view text) { statement.actions.Add(text); });
    } else if (name == "Resource" || name == "NotResource") {
      statement.resources = ResourceSet(name == "Resource" ? ResourceSet::Kind::kResource
                                                           : ResourceSet::Kind::kNotResource);
      ForEachText(element,
                  [&](std::string_view text) { statement.resources.Add(text, kind, variables); });
    } else if (name == "Condition") {
      statement.conditions = CompileConditions(element, variables);
    }
  }
  // A trust policy is about the role that it belongs to.
  if (kind == DocumentKind::kTrust) statement.resources.Add("*", kind, variables);
  return statement;
}

StatementHead HeadOf(const Statement& statement) {
  return {.resources = statement.resources.Head(),
          .beside = statement.resources.BesideHead(),
          .effect = statement.effect,
          .is_plain = statement.principals_are == Statement::Principals::kNone &&
                      statement.conditions.empty()};
}

}  // namespace

void StatementIndex::Add(const ActionBits& covered) {
  const std::size_t actions = KnownActions().size();
  if (statements_ % kBits == 0) {
    // One word more for every action.
    std::vector<std::uint64_t> wider(actions * (words_ + 1));
    for (std::size_t i = 0; i < masks_.size(); ++i) {
      wider[i / words_ * (words_ + 1) + i % words_] = masks_[i];
    }
    masks_ = std::move(wider);
    ++words_;
  }
  for (std::size_t action = 0; action < actions; ++action) {
    if (!covered[action]) continue;
    masks_[action * words_ + statements_ / kBits] |= std::uint64_t{1} << (statements_ % kBits);
  }
  ++statements_;
}

TextPosition TextRuler::At(std::size_t offset) {
  for (const char c : text_.substr(offset_, offset - offset_)) {
    const bool is_continuation = (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
    if (c == '\n') {
      ++position_.line;
      position_.column = 1;
    } else if (!is_continuation) {
      ++position_.column;
    }
  }
  offset_ = offset;
  return position_;
}

TextTemplate::Variables VariablesOf(json::Value root) {
  const Value version = Member(root, "Version");
  return version.valid() && version.text() == "2012-10-17" ? TextTemplate::Variables::kExpanded
                                                           : TextTemplate::Variables::kLiteral;
}

std::expected<Document, GrammarFault> Compile(std::string_view text, DocumentKind kind) {
  json::Document parsed;
  const auto root = ParsePolicy(parsed, text, kind);
  if (!root) return std::unexpected(root.error());
  const TextTemplate::Variables variables = VariablesOf(*root);
  Document document;
  document.kind = kind;
  document.bytes = text.size();
  TextRuler ruler(text);
  const auto add = [&](Value value) {
    const Statement& statement =
        document.statements.emplace_back(CompileStatement(value, kind, variables));
    document.heads.push_back(HeadOf(statement));
    if (statement.effect == Effect::kDeny) {
      document.deniable |= statement.actions.KnownCovered();
    }
    StatementLabel& label = document.labels.emplace_back();
    const Value sid = Member(value, "Sid");
    if (sid.valid()) label.sid = sid.text();
    label.begin = ruler.At(value.offset() + 1);
    label.end = ruler.At(EndOfObject(text, value.offset()));
  };
  const Value statements = Member(*root, "Statement");
  if (statements.kind() == json::Kind::kObject) {
    add(statements);
    return document;
  }
  for (Value value = statements.First(); value.valid(); value = value.Next()) add(value);
  constexpr std::size_t kLong = 4;
  if (document.statements.size() <= kLong) return document;
  for (const Statement& statement : document.statements) {
    document.index.Add(statement.actions.KnownCovered());
  }
  return document;
}

}  // namespace coffer::policy
