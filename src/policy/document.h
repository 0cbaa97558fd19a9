#pragma once

#include "policy/action.h"
#include "policy/condition.h"
#include "policy/grammar.h"
#include "policy/pattern.h"
#include "policy/principal.h"
#include "policy/resource.h"

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::policy {

enum class Effect : std::uint8_t { kAllow, kDeny };

/// A place in the text of a document, counted from 1; columns are characters.
struct TextPosition {
  std::size_t line = 1;
  std::size_t column = 1;

  bool operator==(const TextPosition&) const = default;
};
/// Finds places of growing byte offsets in one text, which it reads once.
class TextRuler {
 public:
  explicit TextRuler(std::string_view text) : text_(text) {}
  /// `offset` must not be less than the last one.
  [[nodiscard]] TextPosition At(std::size_t offset);

 private:
  std::string_view text_;
  std::size_t offset_ = 0;
  TextPosition position_;
};

/// What people know a statement by.
struct StatementLabel {
  std::string sid;     ///< Empty when it has none.
  TextPosition begin;  ///< Behind the opening brace, as IAM's simulator counts.
  TextPosition end;    ///< Behind the closing brace.
};

/// One statement, ready to be evaluated.
struct Statement {
  enum class Principals : std::uint8_t { kNone, kListed, kAllButListed };

  Effect effect = Effect::kAllow;
  Principals principals_are = Principals::kNone;
  std::vector<PrincipalEntry> principals;
  ActionSet actions{ActionSet::Kind::kAction};
  ResourceSet resources{ResourceSet::Kind::kResource};
  std::vector<Condition> conditions;
};

/// A policy document, compiled: parsed once when it is stored or loaded, then evaluated by any
/// number of threads.
struct Document {
  DocumentKind kind{};
  std::size_t bytes = 0;  ///< Of its text.
  std::string name{};     ///< What an explanation calls it; whoever has compiled it may set it.
  std::vector<Statement> statements;
  std::vector<StatementLabel> labels;  ///< Of the statements, in their order.
  /// Of the statements, in their order: the known actions that they cover. Here once more, so that
  /// a decision touches none but the statements about its action.
  std::vector<ActionBits> coverage;
  ActionBits deniable;  ///< The known actions that a Deny covers.

  [[nodiscard]] bool Covers(std::size_t statement, const Action& action) const {
    return action.number ? coverage[statement][*action.number]
                         : statements[statement].actions.Covers(action);
  }
};

/// What `${` means in a document. Variables came with Version 2012-10-17; without a Version a
/// document is of the older.
[[nodiscard]] TextTemplate::Variables VariablesOf(json::Value root);

[[nodiscard]] std::expected<Document, GrammarFault> Compile(std::string_view text,
                                                            DocumentKind kind);

}  // namespace coffer::policy
