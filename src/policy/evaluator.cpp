#include "policy/evaluator.h"

#include "policy/statement_fit.h"

#include <algorithm>

namespace coffer::policy {

namespace {

/// What the documents of one layer say.
struct Finding {
  std::optional<StatementPlace> deny;
  std::optional<StatementPlace> allow;
  PrincipalMatch grant = PrincipalMatch::kNone;  ///< The strongest; of a resource policy alone.
};

bool Covers(const StatementHead& head, const Statement& statement, const Request& request) {
  const Resource& resource = request.resource;
  if (head.beside == nullptr) return statement.resources.Covers(resource, request.context);
  return resource.segments && head.beside->Fit(resource.name, *resource.segments);
}

// Looks at one statement about the action whose head admits the resource; false when it denies.
bool Look(const StatementHead& head, const Statement& statement, const StatementPlace& place,
          const Request& request, bool has_boundary, Finding& finding) {
  if (!Covers(head, statement, request)) return true;
  PrincipalMatch match = PrincipalMatch::kSelf;  // Identity policies are about whoever has them.
  if (!head.is_plain) {
    match = MatchOf(statement, request.principal, has_boundary);
    if (match == PrincipalMatch::kNone || !ConditionsHold(statement, request.context)) return true;
  }
  if (head.effect == Effect::kDeny) {
    finding.deny = place;
    return false;
  }
  if (match > finding.grant) {
    finding.grant = match;
    finding.allow = place;
  }
  return true;
}

void Look(const Document& document, StatementPlace place, const Request& request, bool has_boundary,
          Finding& finding) {
  const auto look = [&](std::size_t statement) {
    const StatementHead& head = document.heads[statement];
    if (!head.resources.Admits(request.resource.head)) return true;
    place.statement = statement;
    return Look(head, document.statements[statement], place, request, has_boundary, finding);
  };
  if (request.action.number && !document.index.empty()) {
    document.index.ForEach(*request.action.number, look);
    return;
  }
  for (std::size_t i = 0; i < document.statements.size(); ++i) {
    if (document.statements[i].actions.Covers(request.action) && !look(i)) return;
  }
}

Finding LookAt(Documents documents, Layer layer, const Request& request) {
  Finding finding;
  StatementPlace place{.layer = layer};
  for (const auto& document : documents) {
    Look(*document, place, request, /*has_boundary=*/false, finding);
    if (finding.deny) break;
    ++place.document;
  }
  return finding;
}

Finding LookAt(const Document* document, Layer layer, const Request& request, bool has_boundary) {
  Finding finding;
  if (document != nullptr) Look(*document, {.layer = layer}, request, has_boundary, finding);
  return finding;
}

Decision Allowed(const std::optional<StatementPlace>& by) {
  return {
      .outcome = Outcome::kAllowed, .layer = by ? by->layer : Layer::kIdentity, .statement = by};
}

Decision Missed(Layer layer) {
  return {.outcome = Outcome::kImplicitlyDenied, .layer = layer, .statement = std::nullopt};
}

/// One decision: what each layer says, and what follows from it.
class Evaluation {
 public:
  Evaluation(const Request& request, const Policies& policies)
      : request_(request), policies_(policies) {
    if (policies.resource != nullptr) PrefetchDetails(*policies.resource);
    identity_ = LookAt(policies.identity, Layer::kIdentity, request);
    boundary_ = LookAt(policies.boundary, Layer::kBoundary, request, false);
    resource_ = LookAt(policies.resource, Layer::kResource, request, policies.boundary != nullptr);
    if (policies.session) session_ = LookAt(*policies.session, Layer::kSession, request);
  }

  [[nodiscard]] Decision Decide() const {
    for (const Finding* finding : {&identity_, &boundary_, &session_, &resource_}) {
      if (finding->deny) {
        return {.outcome = Outcome::kExplicitlyDenied,
                .layer = finding->deny->layer,
                .statement = finding->deny};
      }
    }
    const Principal& principal = request_.principal;
    if (principal.kind == PrincipalKind::kService) {
      return resource_.allow ? Allowed(resource_.allow) : Missed(Layer::kResource);
    }
    if (principal.account != request_.resource_account) return DecideAcrossAccounts();
    return policies_.resource_must_admit ? DecideByResource() : DecideInAccount();
  }

 private:
  [[nodiscard]] bool is_root() const { return request_.principal.kind == PrincipalKind::kRoot; }

  [[nodiscard]] Decision DecideInAccount() const {
    if (is_root()) return Allowed(std::nullopt);
    // Who is named himself, or with everybody, needs nothing else, and silence of a boundary or of
    // a session policy takes nothing away.
    if (resource_.grant >= PrincipalMatch::kSelf) return Allowed(resource_.allow);
    const bool is_role_named = resource_.grant == PrincipalMatch::kParent;
    if (!identity_.allow && !is_role_named) return Missed(Layer::kIdentity);
    return WithinLimits(identity_.allow ? identity_.allow : resource_.allow);
  }

  // The resource's policy decides; naming the account leaves it to the identity policies.
  [[nodiscard]] Decision DecideByResource() const {
    if (resource_.grant == PrincipalMatch::kNone) return Missed(Layer::kResource);
    if (is_root() || resource_.grant >= PrincipalMatch::kSelf) return Allowed(resource_.allow);
    if (resource_.grant == PrincipalMatch::kAccount && !identity_.allow) {
      return Missed(Layer::kIdentity);
    }
    return WithinLimits(resource_.allow);
  }

  // Both sides must allow, and nothing is by-passed.
  [[nodiscard]] Decision DecideAcrossAccounts() const {
    if (!is_root()) {
      if (!identity_.allow) return Missed(Layer::kIdentity);
      const Decision limited = WithinLimits(identity_.allow);
      if (!limited.is_allowed()) return limited;
    }
    return resource_.allow ? Allowed(resource_.allow) : Missed(Layer::kResource);
  }

  // Boundary and session policy grant nothing, they bound what was granted.
  [[nodiscard]] Decision WithinLimits(const std::optional<StatementPlace>& by) const {
    if (policies_.boundary != nullptr && !boundary_.allow) return Missed(Layer::kBoundary);
    // A federated user has what his session policies say, so nothing without one.
    const bool needs_session = policies_.session.has_value() ||
                               request_.principal.kind == PrincipalKind::kFederatedSession;
    if (needs_session && !session_.allow) return Missed(Layer::kSession);
    return Allowed(by);
  }

  const Request& request_;
  const Policies& policies_;
  Finding identity_;
  Finding boundary_;
  Finding resource_;
  Finding session_;
};

}  // namespace

Decision Decide(const Request& request, const Policies& policies) {
  return Evaluation(request, policies).Decide();
}

bool CanDeny(Documents documents, const Action& action) {
  return std::ranges::any_of(documents, [&](const auto& document) {
    return !action.number || document->deniable[*action.number];
  });
}

}  // namespace coffer::policy
