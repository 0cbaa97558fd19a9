#pragma once

#include "policy/action.h"
#include "policy/condition.h"
#include "policy/grammar.h"
#include "policy/pattern.h"
#include "policy/principal.h"
#include "policy/resource.h"

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::policy {

enum class Effect : std::uint8_t { kAllow, kDeny };

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
  std::vector<Statement> statements;
};

/// What `${` means in a document. Variables came with Version 2012-10-17; without a Version a
/// document is of the older.
[[nodiscard]] TextTemplate::Variables VariablesOf(json::Value root);

[[nodiscard]] std::expected<Document, GrammarFault> Compile(std::string_view text,
                                                            DocumentKind kind);

}  // namespace coffer::policy
