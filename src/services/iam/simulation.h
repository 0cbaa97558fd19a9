#pragma once

#include "services/iam/context.h"
#include "services/iam/paging.h"

#include <optional>
#include <string>
#include <tuple>
#include <vector>

/// What policies would decide, without a call being made: SimulateCustomPolicy,
/// SimulatePrincipalPolicy (AWS: IAM API reference). As in AWS, nothing is looked up but the
/// principal: the policy of a secret takes part only if it is given.
namespace coffer::services::iam {

struct ContextEntry {
  std::optional<std::string> name;
  std::optional<std::vector<std::string>> values;
  std::optional<std::string> type;  ///< `string`, `stringList` and so on.

  static constexpr auto Members() {
    return std::tuple{base::Optional("ContextKeyName", &ContextEntry::name, {5, 256}),
                      base::Optional("ContextKeyValues", &ContextEntry::values),
                      base::Optional("ContextKeyType", &ContextEntry::type)};
  }
};

/// What both operations are given.
struct SimulationInput : Page {
  std::vector<std::string> action_names;
  std::optional<std::vector<std::string>> policies;
  std::optional<std::vector<std::string>> boundaries;  ///< One at most, in place of the own one.
  std::optional<std::vector<std::string>> resource_arns;
  std::optional<std::string> resource_policy;
  std::optional<std::string> resource_owner;
  std::optional<std::string> caller_arn;
  std::optional<std::vector<ContextEntry>> context_entries;
  std::optional<std::string> resource_handling_option;  ///< Of EC2 alone; not looked at.
};

template <class Request>
[[nodiscard]] constexpr auto SimulationMembers() {
  using Texts = std::optional<std::vector<std::string>>;
  using Text = std::optional<std::string>;
  return std::tuple_cat(
      std::tuple{
          base::Member<Request, std::vector<std::string>>{
              "ActionNames", &Request::action_names, {.required = true, .item_range = {3, 128}}},
          base::Member<Request, Texts>{"PermissionsBoundaryPolicyInputList",
                                       &Request::boundaries,
                                       {.item_range = kDocumentLength}},
          base::Member<Request, Texts>{
              "ResourceArns", &Request::resource_arns, {.item_range = {1, 2048}}},
          base::Member<Request, Text>{
              "ResourcePolicy", &Request::resource_policy, {.range = kDocumentLength}},
          base::Member<Request, Text>{
              "ResourceOwner", &Request::resource_owner, {.range = {1, 2048}}},
          base::Member<Request, Text>{"CallerArn", &Request::caller_arn, {.range = {1, 2048}}},
          base::Member<Request, std::optional<std::vector<ContextEntry>>>{
              "ContextEntries", &Request::context_entries, {}},
          base::Member<Request, Text>{
              "ResourceHandlingOption", &Request::resource_handling_option, {.range = {1, 64}}}},
      PageMembers<Request>());
}

struct Position {
  std::int64_t line = 0;
  std::int64_t column = 0;

  static constexpr auto Members() {
    return std::tuple{base::Required("Line", &Position::line),
                      base::Required("Column", &Position::column)};
  }
};
struct MatchedStatement {
  std::string source_policy_id;
  std::string source_policy_type;
  Position start;
  Position end;

  static constexpr auto Members() {
    return std::tuple{base::Required("SourcePolicyId", &MatchedStatement::source_policy_id),
                      base::Required("SourcePolicyType", &MatchedStatement::source_policy_type),
                      base::Required("StartPosition", &MatchedStatement::start),
                      base::Required("EndPosition", &MatchedStatement::end)};
  }
};
struct BoundaryDetail {
  bool is_allowed = false;

  static constexpr auto Members() {
    return std::tuple{base::Required("AllowedByPermissionsBoundary", &BoundaryDetail::is_allowed)};
  }
};
struct EvaluationResult {
  std::string action_name;
  std::string resource_name;
  std::string decision;  ///< `allowed`, `explicitDeny` or `implicitDeny`.
  std::vector<MatchedStatement> matched_statements;
  /// Keys that a statement about this action and resource asks for and that were not given.
  std::vector<std::string> missing_context_values;
  std::optional<BoundaryDetail> boundary;  ///< Present when a boundary takes part.

  static constexpr auto Members() {
    return std::tuple{
        base::Required("EvalActionName", &EvaluationResult::action_name),
        base::Required("EvalResourceName", &EvaluationResult::resource_name),
        base::Required("EvalDecision", &EvaluationResult::decision),
        base::Required("MatchedStatements", &EvaluationResult::matched_statements),
        base::Required("MissingContextValues", &EvaluationResult::missing_context_values),
        base::Optional("PermissionsBoundaryDecisionDetail", &EvaluationResult::boundary)};
  }
};
inline constexpr std::string_view kEvaluationResults = "EvaluationResults";
using SimulationReply = ListReply<kEvaluationResults, EvaluationResult>;

struct SimulateCustomPolicyRequest : SimulationInput {
  static constexpr auto Members() {
    return std::tuple_cat(
        std::tuple{
            base::Member<SimulateCustomPolicyRequest, std::optional<std::vector<std::string>>>{
                "PolicyInputList",
                &SimulateCustomPolicyRequest::policies,
                {.required = true, .item_range = kDocumentLength}}},
        SimulationMembers<SimulateCustomPolicyRequest>());
  }
};
/// For a caller whose identity policies are those of the request.
[[nodiscard]] Result<SimulationReply> SimulateCustomPolicy(
    Context& context, const SimulateCustomPolicyRequest& request);

struct SimulatePrincipalPolicyRequest : SimulationInput {
  std::string policy_source_arn;

  static constexpr auto Members() {
    return std::tuple_cat(
        std::tuple{
            base::Required("PolicySourceArn", &SimulatePrincipalPolicyRequest::policy_source_arn,
                           kArnLength),
            base::Member<SimulatePrincipalPolicyRequest, std::optional<std::vector<std::string>>>{
                "PolicyInputList",
                &SimulatePrincipalPolicyRequest::policies,
                {.item_range = kDocumentLength}}},
        SimulationMembers<SimulatePrincipalPolicyRequest>());
  }
};
/// For a user, a group or a role with its policies as they are, and those of the request beside
/// them.
[[nodiscard]] Result<SimulationReply> SimulatePrincipalPolicy(
    Context& context, const SimulatePrincipalPolicyRequest& request);

}  // namespace coffer::services::iam
