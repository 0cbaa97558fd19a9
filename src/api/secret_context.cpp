#include "api/secret_context.h"

#include "base/ascii.h"
#include "policy/condition_keys.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <vector>

namespace coffer::api {

namespace {

using policy::ContextValue;

ContextValue Present(std::string_view text) {
  return text.empty() ? ContextValue() : ContextValue(std::string(text));
}

ContextValue Flag(bool value) { return std::string(value ? "true" : "false"); }

std::string Iso8601(Timestamp time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
  std::string text = "0000-00-00T00:00:00Z";
  const auto put = [&](std::size_t end, auto number) {
    for (auto rest = static_cast<unsigned>(number); rest != 0; rest /= 10) {
      text[--end] = static_cast<char>('0' + rest % 10);
    }
  };
  put(4, static_cast<int>(date.year()));
  put(7, static_cast<unsigned>(date.month()));
  put(10, static_cast<unsigned>(date.day()));
  put(13, clock.hours().count());
  put(16, clock.minutes().count());
  put(19, clock.seconds().count());
  return text;
}

/// Tag keys in conditions match whatever their letter case.
bool IsSameKey(std::string_view tag_key, std::string_view member) {
  return std::ranges::equal(tag_key, member, {}, base::ToLower);
}

ContextValue PrincipalType(policy::PrincipalKind kind) {
  switch (kind) {
    case policy::PrincipalKind::kRoot:
      return std::string("Account");
    case policy::PrincipalKind::kUser:
      return std::string("User");
    case policy::PrincipalKind::kSession:
      return std::string("AssumedRole");
    case policy::PrincipalKind::kFederatedSession:
      return std::string("FederatedUser");
    case policy::PrincipalKind::kService:
      break;
  }
  return {};
}

}  // namespace

/// What each key is, by its name in lower case. Those that end in a slash take a member.
struct SecretContextKeys {
  using Member = std::string_view;

  static ContextValue PrincipalArn(const SecretContext& context, Member) {
    // Of a session it is the role's.
    const policy::Principal& principal = context.facts_.identity.principal;
    return principal.kind == policy::PrincipalKind::kSession ? principal.parent_arn : principal.arn;
  }
  static ContextValue PrincipalAccount(const SecretContext& context, Member) {
    return Present(context.facts_.identity.principal.account);
  }
  static ContextValue TypeOfPrincipal(const SecretContext& context, Member) {
    return PrincipalType(context.facts_.identity.principal.kind);
  }
  static ContextValue UserId(const SecretContext& context, Member) {
    return Present(context.facts_.identity.principal.unique_id);
  }
  static ContextValue TokenIssueTime(const SecretContext& context, Member) {
    const auto& session = context.facts_.identity.session;
    return session ? ContextValue(Iso8601(session->issued)) : ContextValue();
  }
  static ContextValue IsMultiFactorPresent(const SecretContext& context, Member) {
    // Of temporary credentials alone, and there are no devices here.
    return context.facts_.identity.session ? Flag(false) : ContextValue();
  }
  static ContextValue SourceIdentity(const SecretContext& context, Member) {
    const auto& session = context.facts_.identity.session;
    if (!session) return {};
    const std::optional<std::string>& source = session->source_identity;
    return source ? ContextValue(*source) : ContextValue();
  }
  static ContextValue UserName(const SecretContext& context, Member) {
    return Present(context.facts_.identity.user_name);
  }
  static ContextValue PrincipalTag(const SecretContext& context, Member member) {
    for (const identity::Tag& tag : context.facts_.identity.tags) {
      if (IsSameKey(tag.key, member)) return tag.value;
    }
    return {};
  }
  static ContextValue IsService(const SecretContext& context, Member) {
    return Flag(context.facts_.identity.principal.kind == policy::PrincipalKind::kService);
  }
  static ContextValue ViaService(const SecretContext& /*context*/, Member) { return Flag(false); }
  static ContextValue SourceIp(const SecretContext& context, Member) {
    return Present(context.facts_.request.peer_address);
  }
  static ContextValue SecureTransport(const SecretContext& context, Member) {
    return Flag(context.facts_.request.secure);
  }
  static ContextValue UserAgent(const SecretContext& context, Member) {
    return Present(context.facts_.request.Header("user-agent"));
  }
  static ContextValue Referer(const SecretContext& context, Member) {
    return Present(context.facts_.request.Header("referer"));
  }
  static ContextValue CurrentTime(const SecretContext& context, Member) {
    return Iso8601(context.facts_.now);
  }
  static ContextValue EpochTime(const SecretContext& context, Member) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(context.facts_.now);
    return std::to_string(seconds.time_since_epoch().count());
  }
  static ContextValue RequestedRegion(const SecretContext& context, Member) {
    return Present(context.facts_.caller.region);
  }
  static ContextValue ResourceAccount(const SecretContext& context, Member) {
    return Present(context.target_.account);
  }
  static ContextValue ResourceTag(const SecretContext& context, Member member) {
    // A secret that is being made has the tags of the request.
    if (context.target_.is_new) return RequestTag(context, member);
    const secrets::Secret* secret = context.target_.secret;
    if (secret == nullptr || !secret->tags) return {};
    for (const secrets::Tag& tag : *secret->tags) {
      if (IsSameKey(tag.key, member)) return tag.value;
    }
    return {};
  }
  static ContextValue RequestTag(const SecretContext& context, Member member) {
    for (const auto& [key, value] : context.facts_.parameters.Tags()) {
      if (IsSameKey(key, member)) return std::string(value);
    }
    return {};
  }
  static ContextValue TagKeys(const SecretContext& context, Member) {
    ContextValue removed = context.facts_.parameters.Find("TagKeys");
    if (!std::holds_alternative<std::monostate>(removed)) return removed;
    std::vector<std::string> keys;
    for (const auto& [key, value] : context.facts_.parameters.Tags()) keys.emplace_back(key);
    return keys.empty() ? ContextValue() : ContextValue(std::move(keys));
  }
  static ContextValue SecretId(const SecretContext& context, Member) {
    return Present(context.target_.secret_id);
  }
  static ContextValue KmsKeyArn(const SecretContext& context, Member) {
    return Present(context.target_.kms_key_arn);
  }
  static ContextValue PrimaryRegion(const SecretContext& context, Member) {
    const secrets::Secret* secret = context.target_.secret;
    if (secret == nullptr || !secret->primary_region) return {};
    return *secret->primary_region;
  }
  static ContextValue StoredType(const SecretContext& context, Member) {
    const secrets::Secret* secret = context.target_.secret;
    if (secret == nullptr || !secret->type) return {};
    return *secret->type;
  }
  static ContextValue StoredRotationFunction(const SecretContext& context, Member) {
    const SecretTarget& target = context.target_;
    if (target.secret == nullptr || target.rotation_function == nullptr) return {};
    return Present(target.rotation_function->FunctionOf(*target.secret));
  }
  static ContextValue ModifyRotationRules(const SecretContext& context, Member) {
    return context.facts_.parameters.Has("RotationRules") ? Flag(true) : ContextValue();
  }
};

namespace {

struct Key {
  std::string_view name;
  ContextValue (*find)(const SecretContext& context, std::string_view member);
};

// Sorted.
constexpr auto kKeys = std::to_array<Key>({
    {"aws:currenttime", &SecretContextKeys::CurrentTime},
    {"aws:epochtime", &SecretContextKeys::EpochTime},
    {"aws:multifactorauthpresent", &SecretContextKeys::IsMultiFactorPresent},
    {"aws:principalaccount", &SecretContextKeys::PrincipalAccount},
    {"aws:principalarn", &SecretContextKeys::PrincipalArn},
    {"aws:principalisawsservice", &SecretContextKeys::IsService},
    {"aws:principaltag/", &SecretContextKeys::PrincipalTag},
    {"aws:principaltype", &SecretContextKeys::TypeOfPrincipal},
    {"aws:referer", &SecretContextKeys::Referer},
    {"aws:requestedregion", &SecretContextKeys::RequestedRegion},
    {"aws:requesttag/", &SecretContextKeys::RequestTag},
    {"aws:resourceaccount", &SecretContextKeys::ResourceAccount},
    {"aws:resourcetag/", &SecretContextKeys::ResourceTag},
    {"aws:securetransport", &SecretContextKeys::SecureTransport},
    {"aws:sourceidentity", &SecretContextKeys::SourceIdentity},
    {"aws:sourceip", &SecretContextKeys::SourceIp},
    {"aws:tagkeys", &SecretContextKeys::TagKeys},
    {"aws:tokenissuetime", &SecretContextKeys::TokenIssueTime},
    {"aws:useragent", &SecretContextKeys::UserAgent},
    {"aws:userid", &SecretContextKeys::UserId},
    {"aws:username", &SecretContextKeys::UserName},
    {"aws:viaawsservice", &SecretContextKeys::ViaService},
    {"secretsmanager:kmskeyarn", &SecretContextKeys::KmsKeyArn},
    {"secretsmanager:modifyrotationrules", &SecretContextKeys::ModifyRotationRules},
    {"secretsmanager:resource/allowrotationlambdaarn", &SecretContextKeys::StoredRotationFunction},
    {"secretsmanager:resource/type", &SecretContextKeys::StoredType},
    {"secretsmanager:resourcetag/", &SecretContextKeys::ResourceTag},
    {"secretsmanager:secretid", &SecretContextKeys::SecretId},
    {"secretsmanager:secretprimaryregion", &SecretContextKeys::PrimaryRegion},
});
static_assert(std::ranges::is_sorted(kKeys, {}, &Key::name));

struct ParameterKey {
  std::string_view name;
  std::string_view parameter;
};

// Keys that are parameters as they were sent. No member that carries a value is among them.
constexpr auto kParameterKeys = std::to_array<ParameterKey>({
    // What AWS has no keys for, and the policy of a rotation needs.
    {"coffer:clientrequesttoken", "ClientRequestToken"},
    {"coffer:movetoversionid", "MoveToVersionId"},
    {"coffer:removefromversionid", "RemoveFromVersionId"},
    {"coffer:versionstages", "VersionStages"},
    {"secretsmanager:addreplicaregions", "AddReplicaRegions"},
    {"secretsmanager:blockpublicpolicy", "BlockPublicPolicy"},
    {"secretsmanager:description", "Description"},
    {"secretsmanager:externalsecretrotationrolearn", "ExternalSecretRotationRoleArn"},
    {"secretsmanager:forcedeletewithoutrecovery", "ForceDeleteWithoutRecovery"},
    {"secretsmanager:forceoverwritereplicasecret", "ForceOverwriteReplicaSecret"},
    {"secretsmanager:kmskeyid", "KmsKeyId"},
    {"secretsmanager:name", "Name"},
    {"secretsmanager:recoverywindowindays", "RecoveryWindowInDays"},
    {"secretsmanager:rotateimmediately", "RotateImmediately"},
    {"secretsmanager:rotationlambdaarn", "RotationLambdaARN"},
    {"secretsmanager:type", "Type"},
    {"secretsmanager:versionid", "VersionId"},
    {"secretsmanager:versionstage", "VersionStage"},
    {"sts:externalid", "ExternalId"},
    {"sts:rolesessionname", "RoleSessionName"},
    {"sts:sourceidentity", "SourceIdentity"},
    {"sts:transitivetagkeys", "TransitiveTagKeys"},
});
static_assert(std::ranges::is_sorted(kParameterKeys, {}, &ParameterKey::name));

/// How a key is found, one way or the other.
struct Finder {
  const Key* key = nullptr;
  const ParameterKey* parameter = nullptr;
};

Finder FinderOf(std::string_view name) {
  const auto find_in = [&](const auto& table) {
    const auto found =
        std::ranges::lower_bound(table, name, {}, [](const auto& row) { return row.name; });
    return found != table.end() && found->name == name ? &*found : nullptr;
  };
  return {.key = find_in(kKeys), .parameter = find_in(kParameterKeys)};
}

// By the number of a known key, without a look at its name.
const std::vector<Finder>& KnownFinders() {
  static const std::vector<Finder> kFinders = [] {
    std::vector<Finder> finders;
    for (const policy::ConditionKey& known : policy::KnownConditionKeys()) {
      finders.push_back(FinderOf(known.name));
    }
    return finders;
  }();
  return kFinders;
}

}  // namespace

ContextValue SecretContext::Find(const policy::ContextKey& key) const {
  // What is known to be of Secrets Manager is what its policies name; other services have more.
  const std::optional<std::size_t> number = key.number();
  const Finder finder = number ? KnownFinders()[*number] : FinderOf(key.name());
  if (finder.key != nullptr) return finder.key->find(*this, key.member());
  if (finder.parameter != nullptr) return facts_.parameters.Find(finder.parameter->parameter);
  return {};
}

}  // namespace coffer::api
