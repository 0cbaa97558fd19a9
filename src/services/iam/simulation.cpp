#include "services/iam/simulation.h"

#include "base/account.h"
#include "identity/names.h"
#include "policy/explanation.h"
#include "services/iam/policy_input.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <map>
#include <memory>
#include <set>
#include <string_view>
#include <utility>

namespace coffer::services::iam {
namespace {

using policy::ContextValue;

/// The keys that were given, and those that the principal himself answers for.
class SimulationContext final : public policy::RequestContext {
 public:
  SimulationContext(const std::optional<std::vector<ContextEntry>>& entries,
                    const Identity& identity)
      : identity_(identity) {
    if (!entries) return;
    for (const ContextEntry& entry : *entries) {
      if (!entry.name || !entry.values || entry.values->empty()) continue;
      const bool is_list = entry.type && entry.type->ends_with("List");
      values_[std::string(policy::ContextKey(*entry.name).name())] =
          is_list || entry.values->size() > 1 ? ContextValue(*entry.values)
                                              : ContextValue(entry.values->front());
    }
  }

  [[nodiscard]] ContextValue Find(const policy::ContextKey& key) const override {
    const auto given = values_.find(key.name());
    return given == values_.end() ? OfPrincipal(key) : given->second;
  }

 private:
  [[nodiscard]] ContextValue OfPrincipal(const policy::ContextKey& key) const {
    const policy::Principal& principal = identity_.principal;
    const bool is_session = principal.kind == policy::PrincipalKind::kSession;
    if (key.name() == "aws:principalarn") {
      return Present(is_session ? principal.parent_arn : principal.arn);
    }
    if (key.name() == "aws:principalaccount") return principal.account;
    if (key.name() == "aws:userid") return Present(principal.unique_id);
    if (key.name() == "aws:username") return Present(identity_.user_name);
    if (key.family() != "aws:principaltag/") return {};
    for (const identity::Tag& tag : identity_.tags) {
      if (identity::NameKey(tag.key) == key.member()) return tag.value;
    }
    return {};
  }

  static ContextValue Present(const std::string& text) {
    return text.empty() ? ContextValue() : ContextValue(text);
  }

  const Identity& identity_;
  std::map<std::string, ContextValue, std::less<>> values_;
};

Result<CompiledPolicy> CompileResourcePolicy(const std::optional<std::string>& text) {
  if (!text) return nullptr;
  auto document = policy::Compile(*text, policy::DocumentKind::kResource);
  if (!document) return InvalidInput("Invalid policy document ResourcePolicy.");
  document->name = "ResourcePolicy";
  return std::make_shared<const policy::Document>(*std::move(document));
}

Result<void> CheckActions(const std::vector<std::string>& actions) {
  for (const std::string& action : actions) {
    const std::size_t colon = action.find(':');
    if (colon == 0 || colon == std::string::npos || action.find('*') != std::string::npos) {
      return InvalidInput("Invalid action " + action +
                          ": give the service and the operation, such as "
                          "secretsmanager:GetSecretValue.");
    }
  }
  return {};
}

/// Who makes the simulated calls, and what has a say.
struct Simulation {
  Identity identity;
  CompiledPolicy resource_policy;
  std::string resource_owner;  ///< Of resources whose ARN does not say.
};

// Takes over what the request adds to `simulation`, which has the principal's own.
Result<void> AddInput(const SimulationInput& input, Simulation& simulation) {
  RETURN_IF_ERROR(CheckActions(input.action_names));
  ASSIGN_OR_RETURN(const auto policies, CompileInput(input.policies, "PolicyInputList"));
  ASSIGN_OR_RETURN(const auto boundaries,
                   CompileInput(input.boundaries, "PermissionsBoundaryPolicyInputList"));
  if (boundaries.size() > 1) {
    return InvalidInput("There can be one permissions boundary at most.");
  }
  std::vector<CompiledPolicy>& own = simulation.identity.policies;
  own.insert(own.end(), policies.begin(), policies.end());
  if (!boundaries.empty()) simulation.identity.boundary = boundaries.front();
  ASSIGN_OR_RETURN(simulation.resource_policy, CompileResourcePolicy(input.resource_policy));

  policy::Principal& principal = simulation.identity.principal;
  if (input.caller_arn) {
    const auto caller = identity::ParseEntityArn(*input.caller_arn);
    if (!caller || caller->kind != identity::User::kKind) {
      return InvalidInput("CallerArn must be the ARN of a user.");
    }
    if (*input.caller_arn != principal.arn) {
      principal = {.kind = policy::PrincipalKind::kUser,
                   .arn = *input.caller_arn,
                   .account = caller->account,
                   .unique_id = {},
                   .parent_arn = {},
                   .parent_id = {}};
    }
  } else if (simulation.resource_policy && principal.arn.empty()) {
    return InvalidInput("CallerArn is needed when there is a ResourcePolicy.");
  }
  simulation.resource_owner = principal.account;
  if (!input.resource_owner) return {};
  const auto owner = base::AccountOfRootArn(*input.resource_owner);
  if (!owner && !base::IsAccountId(*input.resource_owner)) {
    return InvalidInput(
        "ResourceOwner must be an account, such as arn:aws:iam::111122223333:root.");
  }
  simulation.resource_owner = owner ? *owner : *input.resource_owner;
  return {};
}

std::string_view NameOf(policy::Outcome outcome) {
  switch (outcome) {
    case policy::Outcome::kAllowed:
      return "allowed";
    case policy::Outcome::kExplicitlyDenied:
      return "explicitDeny";
    case policy::Outcome::kImplicitlyDenied:
      return "implicitDeny";
  }
  return {};
}

std::string_view TypeOf(policy::Layer layer) {
  switch (layer) {
    case policy::Layer::kBoundary:
      return "Permissions Boundary Policy";
    case policy::Layer::kResource:
      return "Resource Policy";
    default:
      return "IAM Policy";
  }
}

Position ToWire(const policy::TextPosition& position) {
  return {.line = static_cast<std::int64_t>(position.line),
          .column = static_cast<std::int64_t>(position.column)};
}

MatchedStatement ToWire(const policy::StatementFinding& finding) {
  // Managed policies are known by their ARNs, and called by their names.
  const std::string& name = finding.document->name;
  const std::string_view id = name.starts_with("arn:")
                                  ? std::string_view(name).substr(name.rfind('/') + 1)
                                  : std::string_view(name);
  return {.source_policy_id = std::string(id),
          .source_policy_type = std::string(TypeOf(finding.place.layer)),
          .start = ToWire(finding.label->begin),
          .end = ToWire(finding.label->end)};
}

// One that denies is all that matters; of those that allow, all do. A boundary allows nothing.
std::vector<MatchedStatement> MatchedOf(const policy::Explanation& explanation) {
  std::vector<MatchedStatement> matched;
  if (explanation.decision.outcome == policy::Outcome::kImplicitlyDenied) return matched;
  const policy::Effect effect =
      explanation.decision.is_allowed() ? policy::Effect::kAllow : policy::Effect::kDeny;
  for (const policy::StatementFinding& finding : explanation.statements) {
    const bool is_bound =
        effect == policy::Effect::kAllow && finding.place.layer == policy::Layer::kBoundary;
    if (finding.fit != policy::Fit::kApplies || is_bound) continue;
    if (finding.statement->effect == effect) matched.push_back(ToWire(finding));
  }
  return matched;
}

std::vector<std::string> MissingOf(const policy::Explanation& explanation,
                                   const policy::RequestContext& context) {
  std::vector<std::string> missing;
  std::set<std::string_view> seen;
  for (const policy::StatementFinding& finding : explanation.statements) {
    if (finding.fit < policy::Fit::kConditionFails) continue;
    for (const policy::Condition& condition : finding.statement->conditions) {
      const std::string& name = condition.key().spelled();
      if (!seen.insert(name).second) continue;
      const bool is_given = !std::holds_alternative<std::monostate>(context.Find(condition.key()));
      if (!is_given) missing.push_back(name);
    }
  }
  return missing;
}

// What the boundary itself says, whatever the others do.
std::optional<BoundaryDetail> BoundaryOf(const policy::Explanation& explanation,
                                         const Identity& identity) {
  if (!identity.boundary) return std::nullopt;
  bool is_allowed = false;
  for (const policy::StatementFinding& finding : explanation.statements) {
    if (finding.place.layer != policy::Layer::kBoundary) continue;
    if (finding.fit != policy::Fit::kApplies) continue;
    if (finding.statement->effect == policy::Effect::kDeny) return BoundaryDetail{};
    is_allowed = true;
  }
  return BoundaryDetail{.is_allowed = is_allowed};
}

// Without a policy of the resource nobody can say what its owner, if it is another, would: what was
// given decides alone.
std::string_view OwnerOf(const policy::Resource& resource, const Simulation& simulation) {
  constexpr std::size_t kAccountSegment = 4;
  if (!simulation.resource_policy) return simulation.identity.principal.account;
  if (resource.segments && base::IsAccountId((*resource.segments)[kAccountSegment])) {
    return (*resource.segments)[kAccountSegment];
  }
  return simulation.resource_owner;
}

EvaluationResult Evaluate(const Simulation& simulation, const policy::RequestContext& context,
                          const std::string& action_name, const std::string& resource_name) {
  const Identity& identity = simulation.identity;
  const policy::Action action(action_name);
  const policy::Resource resource(resource_name);
  const policy::Request request{.principal = identity.principal,
                                .action = action,
                                .resource = resource,
                                .resource_account = OwnerOf(resource, simulation),
                                .context = context};
  const policy::Policies policies{.identity = identity.policies,
                                  .boundary = identity.boundary.get(),
                                  .session = {},
                                  .resource = simulation.resource_policy.get()};
  const policy::Explanation explanation =
      policy::Explain(request, policies, policy::Decide(request, policies));
  return {.action_name = action_name,
          .resource_name = resource_name,
          .decision = std::string(NameOf(explanation.decision.outcome)),
          .matched_statements = MatchedOf(explanation),
          .missing_context_values = MissingOf(explanation, context),
          .boundary = BoundaryOf(explanation, identity)};
}

// The marker is the number of the first result that is still to come.
Result<std::size_t> FirstOf(const Page& page, std::size_t all) {
  std::size_t first = 0;
  const std::string_view marker = page.after();
  const auto [end, error] = std::from_chars(marker.data(), marker.data() + marker.size(), first);
  const bool is_number = error == std::errc() && end == marker.data() + marker.size();
  if (!marker.empty() && (!is_number || first > all)) return InvalidInput("Invalid marker.");
  return first;
}

std::size_t PolicyBytes(const Simulation& simulation) {
  const Identity& identity = simulation.identity;
  std::size_t bytes = identity.boundary ? identity.boundary->bytes : 0;
  if (simulation.resource_policy) bytes += simulation.resource_policy->bytes;
  for (const CompiledPolicy& policy : identity.policies) bytes += policy->bytes;
  return bytes;
}

// The bytes of the longest text that a policy can be compared with.
std::size_t LongestGiven(const SimulationInput& input, const std::vector<std::string>& resources) {
  std::size_t longest = std::ranges::max(resources, {}, &std::string::size).size();
  if (!input.context_entries) return longest;
  for (const ContextEntry& entry : *input.context_entries) {
    std::size_t bytes = 0;
    for (const std::string& value : entry.values.value_or(std::vector<std::string>())) {
      bytes += value.size() + 1;
    }
    longest = std::max(longest, bytes);
  }
  return longest;
}

// How many results there can be in a page, at most as many as were asked for: what is compared for
// all of them, and told about them, is bounded. InvalidInput when a single one would be too many.
Result<std::size_t> ResultsPerPage(const SimulationInput& input, const Simulation& simulation,
                                   const std::vector<std::string>& resources) {
  // In pairs of bytes, one of a policy and one of what it is compared with.
  constexpr std::size_t kOfPage = std::size_t{1} << 30;
  constexpr std::size_t kOfResult = kOfPage * 2;
  // What is told about a statement is longer than the statement.
  constexpr std::size_t kLeast = 1024;
  const std::size_t pairs = PolicyBytes(simulation) * (kLeast + LongestGiven(input, resources));
  if (pairs > kOfResult) {
    return InvalidInput("The policies and the context are too large to be simulated together.");
  }
  return std::clamp<std::size_t>(kOfPage / std::max<std::size_t>(pairs, 1), 1, input.size());
}

// Every action on every resource, a page of them.
Result<SimulationReply> Run(const SimulationInput& input, const Simulation& simulation) {
  const std::vector<std::string> resources = input.resource_arns && !input.resource_arns->empty()
                                                 ? *input.resource_arns
                                                 : std::vector<std::string>{"*"};
  ASSIGN_OR_RETURN(const std::size_t most, ResultsPerPage(input, simulation, resources));
  const SimulationContext context(input.context_entries, simulation.identity);
  const std::size_t all = input.action_names.size() * resources.size();
  ASSIGN_OR_RETURN(const std::size_t first, FirstOf(input, all));
  const std::size_t end = std::min(all, first + most);
  SimulationReply reply;
  for (std::size_t i = first; i < end; ++i) {
    reply.items.push_back(Evaluate(simulation, context, input.action_names[i / resources.size()],
                                   resources[i % resources.size()]));
  }
  if (end < all) {
    reply.is_truncated = true;
    reply.marker = std::to_string(end);
  }
  return reply;
}

}  // namespace

Result<SimulationReply> SimulateCustomPolicy(Context& context,
                                             const SimulateCustomPolicyRequest& request) {
  RETURN_IF_ERROR(context.authorizer.Require("SimulateCustomPolicy", "*"));
  Simulation simulation;
  simulation.identity.principal.kind = policy::PrincipalKind::kUser;
  simulation.identity.principal.account = context.account;
  RETURN_IF_ERROR(AddInput(request, simulation));
  return Run(request, simulation);
}

Result<SimulationReply> SimulatePrincipalPolicy(Context& context,
                                                const SimulatePrincipalPolicyRequest& request) {
  RETURN_IF_ERROR(context.authorizer.Require("SimulatePrincipalPolicy", request.policy_source_arn));
  Simulation simulation;
  ASSIGN_OR_RETURN(simulation.identity, LoadSource(context, request.policy_source_arn));
  RETURN_IF_ERROR(AddInput(request, simulation));
  return Run(request, simulation);
}

}  // namespace coffer::services::iam
