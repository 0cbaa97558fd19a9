#pragma once

#include "policy/action.h"
#include "policy/condition.h"
#include "policy/grammar.h"
#include "policy/pattern.h"
#include "policy/principal.h"
#include "policy/resource.h"

#include <bit>
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
  std::vector<Condition> conditions;
  std::vector<PrincipalEntry> principals;
  ResourceSet resources{ResourceSet::Kind::kResource};
  ActionSet actions{ActionSet::Kind::kAction};
};

/// What a decision looks at first of a statement, in one line of the processor's cache. Of most
/// statements it needs no more: they are about other resources, or this is all that they say.
struct alignas(64) StatementHead {
  ResourceHead resources;
  const LeadingSegments* beside = nullptr;  ///< As of ResourceSet::BesideHead.
  Effect effect = Effect::kAllow;
  bool is_plain = false;  ///< It has neither principals nor conditions.
};

/// Which statements of a long document cover a known action, so that a decision touches no others.
class StatementIndex {
 public:
  /// The statement behind those that were added before.
  void Add(const ActionBits& covered);

  [[nodiscard]] bool empty() const { return statements_ == 0; }

  /// Calls `use` with the place of each statement that covers the action with this number, in
  /// order, until it returns false.
  template <class Use>
  void ForEach(std::size_t action, Use use) const {
    for (std::size_t word = 0; word < words_; ++word) {
      std::uint64_t rest = masks_[action * words_ + word];
      for (; rest != 0; rest &= rest - 1) {
        if (!use(word * kBits + static_cast<std::size_t>(std::countr_zero(rest)))) return;
      }
    }
  }

  [[gnu::always_inline]] void Prefetch(std::size_t action) const {
    if (!empty()) __builtin_prefetch(&masks_[action * words_]);
  }

 private:
  static constexpr std::size_t kBits = 64;
  std::size_t words_ = 0;             ///< Of the mask of one action.
  std::vector<std::uint64_t> masks_;  ///< One bit a statement; action by action.
  std::size_t statements_ = 0;
};

/// A policy document, compiled: parsed once when it is stored or loaded, then evaluated by any
/// number of threads.
struct Document {
  // What a decision looks at comes first: of a thousand documents, little stays near the processor.
  std::vector<Statement> statements;
  StatementIndex index;              ///< Empty for a few statements.
  std::vector<StatementHead> heads;  ///< Of the statements, in their order.
  ActionBits deniable;               ///< The known actions that a Deny covers.
  DocumentKind kind{};
  std::size_t bytes = 0;  ///< Of its text.
  std::string name{};     ///< What an explanation calls it; whoever has compiled it may set it.
  std::vector<StatementLabel> labels;  ///< Of the statements, in their order.
};

// Steps in which the processor is told to fetch what a decision will look at, while it does
// something else: of many documents, most have to come from afar. Each step reads what the one
// before has asked for. Always inline: g++ 12 takes a function that does nothing else for one
// without effect, and leaves calls of it out.

[[gnu::always_inline]] inline void Prefetch(const Document* document) {
  if (document == nullptr) return;
  constexpr std::ptrdiff_t kCacheLine = 64;
  const auto* const bytes = reinterpret_cast<const char*>(document);
  __builtin_prefetch(bytes);
  __builtin_prefetch(bytes + kCacheLine);
}

/// Which statements are about the action; of a short document, the statements themselves.
[[gnu::always_inline]] inline void PrefetchIndex(const Document& document, const Action& action) {
  if (action.number && !document.index.empty()) {
    document.index.Prefetch(*action.number);
    return;
  }
  for (const StatementHead& head : document.heads) __builtin_prefetch(&head);
  for (const Statement& statement : document.statements) __builtin_prefetch(&statement);
}

/// The heads of the statements that are about the action.
[[gnu::always_inline]] inline void PrefetchHeads(const Document& document, const Action& action) {
  if (!action.number || document.index.empty()) return;
  document.index.ForEach(*action.number, [&](std::size_t statement) {
    __builtin_prefetch(&document.heads[statement]);
    return true;
  });
}

/// What the statements of a short document lead to.
[[gnu::always_inline]] inline void PrefetchDetails(const Document& document) {
  if (!document.index.empty()) return;
  for (const Statement& statement : document.statements) {
    for (const Condition& condition : statement.conditions) __builtin_prefetch(&condition.key());
    __builtin_prefetch(statement.conditions.data());
    __builtin_prefetch(statement.principals.data());
  }
}

/// What `${` means in a document. Variables came with Version 2012-10-17; without a Version a
/// document is of the older.
[[nodiscard]] TextTemplate::Variables VariablesOf(json::Value root);

[[nodiscard]] std::expected<Document, GrammarFault> Compile(std::string_view text,
                                                            DocumentKind kind);

}  // namespace coffer::policy
