#include "policy/condition_keys.h"

#include <algorithm>
#include <array>

namespace coffer::policy {

namespace {

using enum KeyType;
using enum Control;

constexpr bool kList = true;

// AWS: global condition context keys; service authorization reference, Secrets Manager.
// kms:CallerAccount is in no request to Secrets Manager, but it pins.
constexpr auto kKeys = std::to_array<ConditionKey>({
    {"aws:calledvia", kText, kFree, kList},
    {"aws:calledviafirst"},
    {"aws:calledvialast"},
    {"aws:currenttime", kDate},
    {"aws:epochtime", kEpochTime},
    {"aws:multifactorauthage", kNumber},
    {"aws:multifactorauthpresent", kBoolean},
    {"aws:principalaccount", kText, kPinned},
    {"aws:principalarn", kArn, kPinned},
    {"aws:principalisawsservice", kBoolean},
    {"aws:principalorgid", kText, kPinnedIfThere},
    {"aws:principalorgpaths", kOrgPath, kPinnedIfThere, kList},
    {"aws:principaltag/"},
    {"aws:principaltype"},
    {"aws:referer"},
    {"aws:requestedregion"},
    {"aws:requesttag/"},
    {"aws:resourceaccount"},
    {"aws:resourceorgid"},
    {"aws:resourcetag/"},
    {"aws:securetransport", kBoolean},
    {"aws:sourceaccount", kText, kPinnedIfThere},
    {"aws:sourcearn", kArn, kPinnedIfThere},
    {"aws:sourceidentity"},
    {"aws:sourceip", kAddress, kPinnedIfThere},
    {"aws:sourceorgid", kText, kPinnedIfThere},
    {"aws:sourceorgpaths", kOrgPath, kPinnedIfThere, kList},
    {"aws:sourceowner", kText, kPinnedIfThere},
    {"aws:sourcevpc", kText, kPinnedIfThere},
    {"aws:sourcevpce", kText, kPinnedIfThere},
    {"aws:tagkeys", kText, kFree, kList},
    {"aws:tokenissuetime", kDate},
    {"aws:useragent"},
    {"aws:userid", kUserId, kPinned},
    {"aws:username"},
    {"aws:viaawsservice", kBoolean},
    {"aws:vpcsourceip", kAddress, kPinnedIfThere},
    {"iam:permissionsboundary", kArn},
    {"iam:policyarn", kArn},
    {"iam:resourcetag/"},
    {"kms:calleraccount", kText, kPinnedIfThere},
    {"secretsmanager:addreplicaregions", kText, kFree, kList},
    {"secretsmanager:blockpublicpolicy", kBoolean},
    {"secretsmanager:description"},
    {"secretsmanager:externalsecretrotationrolearn", kArn},
    {"secretsmanager:forcedeletewithoutrecovery", kBoolean},
    {"secretsmanager:forceoverwritereplicasecret", kBoolean},
    {"secretsmanager:kmskeyarn", kArn},
    {"secretsmanager:kmskeyid"},
    {"secretsmanager:modifyrotationrules", kBoolean},
    {"secretsmanager:name"},
    {"secretsmanager:recoverywindowindays", kNumber},
    {"secretsmanager:resource/allowrotationlambdaarn", kArn},
    {"secretsmanager:resource/type"},
    {"secretsmanager:resourcetag/"},
    {"secretsmanager:rotateimmediately", kBoolean},
    {"secretsmanager:rotationlambdaarn", kArn},
    {"secretsmanager:secretid", kArn},
    {"secretsmanager:secretprimaryregion"},
    {"secretsmanager:type"},
    {"secretsmanager:versionid"},
    {"secretsmanager:versionstage"},
});
static_assert(std::ranges::is_sorted(kKeys, {}, &ConditionKey::name));

const ConditionKey* Find(std::string_view name) {
  const auto* const found = std::ranges::lower_bound(kKeys, name, {}, &ConditionKey::name);
  return found != kKeys.end() && found->name == name ? found : nullptr;
}

}  // namespace

std::span<const ConditionKey> KnownConditionKeys() { return kKeys; }

const ConditionKey* FindConditionKey(const ContextKey& key) {
  const std::optional<std::size_t> number = key.number();
  return number ? &kKeys[*number] : nullptr;
}

std::optional<std::size_t> ContextKey::FindNumber() const {
  const ConditionKey* found = Find(name());
  if (found == nullptr && family().ends_with('/')) found = Find(family());
  return found == nullptr ? std::nullopt
                          : std::optional(static_cast<std::size_t>(found - kKeys.data()));
}

bool Suits(Comparison comparison, KeyType type) {
  switch (comparison) {
    case Comparison::kNull:
      return true;
    case Comparison::kStringEquals:
    case Comparison::kStringEqualsIgnoreCase:
    case Comparison::kStringLike:
      return type == kText || type == kUserId || type == kOrgPath || type == kArn;
    case Comparison::kArnLike:
      return type == kArn;
    case Comparison::kBool:
      return type == kBoolean;
    case Comparison::kIpAddress:
      return type == kAddress;
    case Comparison::kBinaryEquals:
      return false;
    case Comparison::kNumericEquals:
    case Comparison::kNumericLessThan:
    case Comparison::kNumericLessThanEquals:
    case Comparison::kNumericGreaterThan:
    case Comparison::kNumericGreaterThanEquals:
      return type == kNumber || type == kEpochTime;
    case Comparison::kDateEquals:
    case Comparison::kDateLessThan:
    case Comparison::kDateLessThanEquals:
    case Comparison::kDateGreaterThan:
    case Comparison::kDateGreaterThanEquals:
      return type == kDate || type == kEpochTime;
  }
  return false;
}

}  // namespace coffer::policy
