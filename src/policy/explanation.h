#pragma once

#include "policy/condition.h"
#include "policy/evaluator.h"
#include "policy/request_context.h"
#include "policy/statement_fit.h"

#include <string>
#include <string_view>
#include <vector>

namespace coffer::policy {

/// A condition that kept a statement from applying.
struct FailedCondition {
  const Condition* condition = nullptr;
  ContextValue found;  ///< What the request says about its key.
};

/// What one statement had to say about a request.
struct StatementFinding {
  StatementPlace place;
  const Document* document = nullptr;
  const Statement* statement = nullptr;
  const StatementLabel* label = nullptr;
  Fit fit{};
  std::vector<FailedCondition> failed;
};

/// A decision with what every statement of every layer had to say. Refers to the documents and to
/// their conditions, which must outlive it.
struct Explanation {
  Decision decision;
  std::vector<StatementFinding> statements;
};

/// Looks at every statement for the sake of whoever asks why Decide has decided so.
[[nodiscard]] Explanation Explain(const Request& request, const Policies& policies,
                                  const Decision& decision);

/// `identity-based policy` and the like.
[[nodiscard]] std::string_view NameOf(Layer layer);

/// What decided, in one line: the statement that did, or the one that came nearest to allowing,
/// with the condition that failed.
[[nodiscard]] std::string Summarize(const Explanation& explanation);

/// All of it for a person, layer by layer, in lines.
[[nodiscard]] std::string Describe(const Explanation& explanation);

}  // namespace coffer::policy
