#include "policy/explanation.h"

#include <algorithm>
#include <array>

namespace coffer::policy {

namespace {

constexpr std::array kLayers{Layer::kIdentity, Layer::kBoundary, Layer::kSession, Layer::kResource};

/// Walks over all statements in the order in which they are named.
class Explainer {
 public:
  Explainer(const Request& request, const Policies& policies)
      : request_(request), policies_(policies) {}

  [[nodiscard]] std::vector<StatementFinding> Find() {
    AddAll(policies_.identity, Layer::kIdentity);
    if (policies_.boundary != nullptr) Add(*policies_.boundary, {.layer = Layer::kBoundary});
    if (policies_.session) AddAll(*policies_.session, Layer::kSession);
    if (policies_.resource != nullptr) Add(*policies_.resource, {.layer = Layer::kResource});
    return std::move(findings_);
  }

 private:
  void AddAll(Documents documents, Layer layer) {
    StatementPlace place{.layer = layer};
    for (const auto& document : documents) {
      Add(*document, place);
      ++place.document;
    }
  }

  void Add(const Document& document, StatementPlace place) {
    for (const Statement& statement : document.statements) {
      StatementFinding& finding =
          findings_.emplace_back(StatementFinding{.place = place,
                                                  .document = &document,
                                                  .statement = &statement,
                                                  .label = &document.labels[place.statement],
                                                  .fit = {},
                                                  .failed = {}});
      finding.fit = FitOfAll(statement, place.layer);
      if (finding.fit == Fit::kConditionFails) finding.failed = FailedOf(statement);
      ++place.statement;
    }
  }

  [[nodiscard]] Fit FitOfAll(const Statement& statement, Layer layer) const {
    const bool has_boundary = layer == Layer::kResource && policies_.boundary != nullptr;
    const bool is_about_principal =
        MatchOf(statement, request_.principal, has_boundary) != PrincipalMatch::kNone;
    return is_about_principal ? FitOf(statement, request_) : Fit::kOtherPrincipal;
  }

  [[nodiscard]] std::vector<FailedCondition> FailedOf(const Statement& statement) const {
    std::vector<FailedCondition> failed;
    for (const Condition& condition : statement.conditions) {
      if (condition.Holds(request_.context)) continue;
      failed.push_back({.condition = &condition, .found = request_.context.Find(condition.key())});
    }
    return failed;
  }

  const Request& request_;
  const Policies& policies_;
  std::vector<StatementFinding> findings_;
};

// Whether a control character begins at `at`: one of ASCII, or U+0080 to U+009F.
bool IsControl(std::string_view text, std::size_t at) {
  const auto octet = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  if (octet(at) != 0xC2U) return octet(at) < 0x20U || octet(at) == 0x7FU;
  return at + 1 < text.size() && octet(at + 1) < 0xA0U;
}

// Of a long text the beginning. Whoever wrote the policy must not be able to write lines of his own
// into an explanation, nor to talk to the terminal.
std::string Shown(std::string_view text) {
  constexpr std::size_t kShown = 120;
  std::string shown;
  for (std::size_t i = 0; i < text.size() && i < kShown; ++i) {
    const bool is_control = IsControl(text, i);
    if (is_control && text[i] == '\xC2') ++i;
    shown += is_control ? '?' : text[i];
  }
  return text.size() > kShown ? shown + "..." : shown;
}

std::string Quoted(std::string_view text) { return "\"" + Shown(text) + "\""; }

std::string ListOf(const std::vector<std::string>& texts) {
  constexpr std::size_t kShown = 5;
  std::string list;
  for (std::size_t i = 0; i < texts.size() && i < kShown; ++i) {
    if (i != 0) list += ", ";
    list += Quoted(texts[i]);
  }
  if (texts.size() > kShown) list += ", ...";
  return list;
}

std::string TextOf(const FailedCondition& failed) {
  const Condition& condition = *failed.condition;
  // Not a secret (AWS: external ID), but what the other account knows need not stand in logs.
  if (condition.key().name() == "sts:externalid") {
    return NameOf(condition.comparison()) + " sts:ExternalId, which is not shown";
  }
  const std::string text = NameOf(condition.comparison()) + " " + Shown(condition.key().spelled()) +
                           " " + ListOf(condition.written()) + ", where the request has ";
  if (const auto* single = std::get_if<std::string>(&failed.found)) return text + Quoted(*single);
  if (const auto* several = std::get_if<std::vector<std::string>>(&failed.found)) {
    return text + "[" + ListOf(*several) + "]";
  }
  return text + "nothing";
}

std::string_view TextOf(Fit fit) {
  switch (fit) {
    case Fit::kOtherPrincipal:
      return "is about other principals";
    case Fit::kOtherAction:
      return "is about other actions";
    case Fit::kOtherResource:
      return "is about other resources";
    case Fit::kConditionFails:
      return "its condition does not hold";
    case Fit::kApplies:
      return "applies";
  }
  return {};
}

// `statement 2 "ReadOwn" (Allow)`, without its document.
std::string TextOf(const StatementFinding& finding) {
  std::string text = "statement " + std::to_string(finding.place.statement + 1);
  if (!finding.label->sid.empty()) text += " " + Quoted(finding.label->sid);
  return text + (finding.statement->effect == Effect::kAllow ? " (Allow)" : " (Deny)");
}

std::string FullTextOf(const StatementFinding& finding) {
  std::string text = TextOf(finding) + " of the " + std::string(NameOf(finding.place.layer));
  if (!finding.document->name.empty()) text += " " + finding.document->name;
  return text;
}

// Of the statements that could have allowed, the one that went the farthest.
const StatementFinding* NearestAllow(const Explanation& explanation) {
  const StatementFinding* nearest = nullptr;
  for (const StatementFinding& finding : explanation.statements) {
    if (finding.place.layer != explanation.decision.layer) continue;
    if (finding.statement->effect != Effect::kAllow) continue;
    if (nearest == nullptr || finding.fit > nearest->fit) nearest = &finding;
  }
  return nearest;
}

std::string VerdictOf(const Decision& decision) {
  if (decision.is_allowed()) return "allowed";
  if (decision.outcome == Outcome::kExplicitlyDenied) return "denied explicitly";
  return "denied, because no " + std::string(NameOf(decision.layer)) + " allows it";
}

}  // namespace

std::string_view NameOf(Layer layer) {
  switch (layer) {
    case Layer::kIdentity:
      return "identity-based policy";
    case Layer::kBoundary:
      return "permissions boundary";
    case Layer::kSession:
      return "session policy";
    case Layer::kResource:
      return "resource-based policy";
  }
  return {};
}

Explanation Explain(const Request& request, const Policies& policies, const Decision& decision) {
  return {.decision = decision, .statements = Explainer(request, policies).Find()};
}

std::string Summarize(const Explanation& explanation) {
  const Decision& decision = explanation.decision;
  std::string text = VerdictOf(decision);
  if (decision.statement) {
    const auto decisive =
        std::ranges::find(explanation.statements, *decision.statement, &StatementFinding::place);
    return decisive == explanation.statements.end() ? text : text + " by " + FullTextOf(*decisive);
  }
  if (decision.is_allowed()) return text + ": the account's root user";
  const StatementFinding* nearest = NearestAllow(explanation);
  if (nearest == nullptr) return text + ": there is none";
  text += "; nearest is " + FullTextOf(*nearest) + ", which ";
  if (nearest->failed.empty()) return text.append(TextOf(nearest->fit));
  return text + "asks for " + TextOf(nearest->failed.front());
}

std::string Describe(const Explanation& explanation) {
  std::string text;
  for (const Layer layer : kLayers) {
    std::string lines;
    for (const StatementFinding& finding : explanation.statements) {
      if (finding.place.layer != layer) continue;
      lines += "    ";
      if (!finding.document->name.empty()) lines += finding.document->name + ", ";
      lines += TextOf(finding) + (finding.failed.empty() ? " " : ": ");
      lines += TextOf(finding.fit);
      if (finding.place == explanation.decision.statement) lines += "  <- decides";
      lines += "\n";
      for (const FailedCondition& failed : finding.failed)
        lines += "        " + TextOf(failed) + "\n";
    }
    if (!lines.empty()) text += "  " + std::string(NameOf(layer)) + "\n" + lines;
  }
  return text + "  " + Summarize(explanation) + "\n";
}

}  // namespace coffer::policy
