#include "policy/action.h"

#include "base/ascii.h"
#include "policy/pattern.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <unordered_map>

namespace coffer::policy {

namespace {

constexpr auto kActions = std::to_array<std::string_view>({
    "iam:AddUserToGroup",
    "iam:AttachGroupPolicy",
    "iam:AttachRolePolicy",
    "iam:AttachUserPolicy",
    "iam:CreateAccessKey",
    "iam:CreateGroup",
    "iam:CreatePolicy",
    "iam:CreatePolicyVersion",
    "iam:CreateRole",
    "iam:CreateUser",
    "iam:DeleteAccessKey",
    "iam:DeleteGroup",
    "iam:DeleteGroupPolicy",
    "iam:DeletePolicy",
    "iam:DeletePolicyVersion",
    "iam:DeleteRole",
    "iam:DeleteRolePermissionsBoundary",
    "iam:DeleteRolePolicy",
    "iam:DeleteUser",
    "iam:DeleteUserPermissionsBoundary",
    "iam:DeleteUserPolicy",
    "iam:DetachGroupPolicy",
    "iam:DetachRolePolicy",
    "iam:DetachUserPolicy",
    "iam:GetAccessKeyLastUsed",
    "iam:GetAccountSummary",
    "iam:GetGroup",
    "iam:GetGroupPolicy",
    "iam:GetPolicy",
    "iam:GetPolicyVersion",
    "iam:GetRole",
    "iam:GetRolePolicy",
    "iam:GetUser",
    "iam:GetUserPolicy",
    "iam:ListAccessKeys",
    "iam:ListAccountAliases",
    "iam:ListAttachedGroupPolicies",
    "iam:ListAttachedRolePolicies",
    "iam:ListAttachedUserPolicies",
    "iam:ListEntitiesForPolicy",
    "iam:ListGroupPolicies",
    "iam:ListGroups",
    "iam:ListGroupsForUser",
    "iam:ListPolicies",
    "iam:ListPolicyTags",
    "iam:ListPolicyVersions",
    "iam:ListRolePolicies",
    "iam:ListRoles",
    "iam:ListRoleTags",
    "iam:ListUserPolicies",
    "iam:ListUsers",
    "iam:ListUserTags",
    "iam:PutGroupPolicy",
    "iam:PutRolePermissionsBoundary",
    "iam:PutRolePolicy",
    "iam:PutUserPermissionsBoundary",
    "iam:PutUserPolicy",
    "iam:RemoveUserFromGroup",
    "iam:SetDefaultPolicyVersion",
    "iam:SimulateCustomPolicy",
    "iam:SimulatePrincipalPolicy",
    "iam:TagPolicy",
    "iam:TagRole",
    "iam:TagUser",
    "iam:UntagPolicy",
    "iam:UntagRole",
    "iam:UntagUser",
    "iam:UpdateAccessKey",
    "iam:UpdateAssumeRolePolicy",
    "iam:UpdateRole",
    "iam:UpdateUser",
    "kms:CancelKeyDeletion",
    "kms:CreateAlias",
    "kms:CreateKey",
    "kms:Decrypt",
    "kms:DeleteAlias",
    "kms:DescribeKey",
    "kms:DisableKey",
    "kms:DisableKeyRotation",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:GenerateRandom",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListAliases",
    "kms:ListKeyPolicies",
    "kms:ListKeyRotations",
    "kms:ListKeys",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
    "kms:RotateKeyOnDemand",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateAlias",
    "kms:UpdateKeyDescription",
    "secretsmanager:BatchGetSecretValue",
    "secretsmanager:CancelRotateSecret",
    "secretsmanager:CreateSecret",
    "secretsmanager:DeleteResourcePolicy",
    "secretsmanager:DeleteSecret",
    "secretsmanager:DescribeSecret",
    "secretsmanager:GetRandomPassword",
    "secretsmanager:GetResourcePolicy",
    "secretsmanager:GetSecretValue",
    "secretsmanager:ListSecrets",
    "secretsmanager:ListSecretVersionIds",
    "secretsmanager:PutResourcePolicy",
    "secretsmanager:PutSecretValue",
    "secretsmanager:RemoveRegionsFromReplication",
    "secretsmanager:ReplicateSecretToRegions",
    "secretsmanager:RestoreSecret",
    "secretsmanager:RotateSecret",
    "secretsmanager:StopReplicationToReplica",
    "secretsmanager:TagResource",
    "secretsmanager:UntagResource",
    "secretsmanager:UpdateSecret",
    "secretsmanager:UpdateSecretVersionStage",
    "secretsmanager:ValidateResourcePolicy",
    "sts:AssumeRole",
    "sts:GetCallerIdentity",
    "sts:GetFederationToken",
    "sts:GetSessionToken",
    "sts:SetSourceIdentity",
    "sts:TagSession",
});
static_assert(kActions.size() <= kMaxKnownActions);

std::string ToLower(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), base::ToLower);
  return lower;
}

bool IsBefore(std::string_view left, std::string_view right) {
  return std::ranges::lexicographical_compare(left, right, {}, base::ToLower, base::ToLower);
}

}  // namespace

std::span<const std::string_view> KnownActions() { return kActions; }

Action::Action(std::string_view action_name) : name(action_name) {
  static const std::unordered_map<std::string_view, std::size_t> kNumbers = [] {
    std::unordered_map<std::string_view, std::size_t> numbers;
    for (const std::string_view known : kActions) numbers.emplace(known, numbers.size());
    return numbers;
  }();
  if (const auto exact = kNumbers.find(action_name); exact != kNumbers.end()) {
    number = exact->second;
    return;
  }
  const auto found = std::ranges::lower_bound(kActions, action_name, IsBefore);
  if (found != kActions.end() && !IsBefore(action_name, *found)) {
    number = static_cast<std::size_t>(found - kActions.begin());
  }
}

void ActionSet::Add(std::string_view pattern) {
  std::string lower = PatternOf(ToLower(pattern), Wildcards::kSpecial);
  if (const Action exact(pattern); exact.number) {
    known_.set(*exact.number);
  } else {
    static const std::vector<std::string> kLower = [] {
      std::vector<std::string> names;
      std::ranges::transform(kActions, std::back_inserter(names), ToLower);
      return names;
    }();
    for (std::size_t i = 0; i < kLower.size(); ++i) {
      if (Matches(lower, kLower[i])) known_.set(i);
    }
  }
  patterns_.push_back(std::move(lower));
}

bool ActionSet::ListsUnknown(std::string_view name) const {
  return std::ranges::any_of(patterns_, [lower = ToLower(name)](const std::string& pattern) {
    return Matches(pattern, lower);
  });
}

}  // namespace coffer::policy
