#include "api/access_inquiry.h"

#include "api/identity_authorizer.h"
#include "api/kms_authorizer.h"
#include "api/role_authorizer.h"
#include "identity/names.h"
#include "policy/request_context.h"
#include "services/iam/identity_loader.h"
#include "services/iam/lookup.h"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

namespace coffer::api {
namespace {

namespace sm = services::secretsmanager;

/// A call that nobody made has no parameters; what matters of them can be given as context.
class NoParameters final : public RequestParameters {
 public:
  [[nodiscard]] policy::ContextValue Find(std::string_view /*name*/) const override { return {}; }
  [[nodiscard]] std::vector<std::pair<std::string_view, std::string_view>> Tags() const override {
    return {};
  }
  [[nodiscard]] bool Has(std::string_view /*name*/) const override { return false; }
};

std::map<std::string, policy::ContextValue, std::less<>> ToContext(
    const std::vector<AccessQuestion::ContextEntry>& entries) {
  std::map<std::string, policy::ContextValue, std::less<>> context;
  for (const AccessQuestion::ContextEntry& entry : entries) {
    policy::ContextValue value;
    if (entry.values.size() == 1) {
      value = entry.values.front();
    } else if (!entry.values.empty()) {
      value = entry.values;
    }
    context.emplace(policy::ContextKey(entry.key).name(), std::move(value));
  }
  return context;
}

// What the operation has the key of a value do, if anything.
std::optional<sm::KeyUse> KeyUseOf(std::string_view operation) {
  if (operation == "GetSecretValue" || operation == "BatchGetSecretValue") return sm::KeyUse::kOpen;
  if (operation == "PutSecretValue" || operation == "UpdateSecret") return sm::KeyUse::kSeal;
  return std::nullopt;
}

bool IsAboutAccount(std::string_view operation) {
  constexpr std::array<std::string_view, 3> kOperations{"BatchGetSecretValue", "GetRandomPassword",
                                                        "ListSecrets"};
  return std::ranges::find(kOperations, operation) != kOperations.end();
}

/// One question while it is being answered.
class AccessInquiry {
 public:
  AccessInquiry(const Services& services, Transaction& transaction, const CallFacts& facts)
      : services_(services),
        transaction_(transaction),
        facts_(facts),
        parts_{.secrets = services.authorization.secrets,
               .rotations = services.authorization.rotations,
               .keyring = services.authorization.keyring,
               .policies = services.authorization.policies,
               .random = services.authorization.random,
               .enforcement = PolicyEnforcement::kOn} {}

  [[nodiscard]] Result<void> Ask(std::string_view action, std::string_view resource) {
    const std::size_t colon = action.find(':');
    const std::string_view service = action.substr(0, colon);
    const std::string_view operation = action.substr(std::min(colon + 1, action.size()));
    if (service == "secretsmanager") return AskAboutSecret(operation, resource);
    if (service == "kms") return AskAboutKey(operation, resource);
    if (service == "iam") {
      return IdentityAuthorizer(facts_, parts_.enforcement).Require(operation, resource);
    }
    return AskAboutRole(operation, resource);
  }

 private:
  [[nodiscard]] Result<void> AskAboutSecret(std::string_view operation, std::string_view resource) {
    PolicyAuthorizer authorizer(parts_, facts_, transaction_, /*may_use_cache=*/false);
    if (resource == "*" || IsAboutAccount(operation)) return authorizer.AuthorizeAccount(operation);
    if (operation == "CreateSecret") return authorizer.AuthorizeNew(operation, resource);
    ASSIGN_OR_RETURN(const sm::AuthorizedSecret secret, authorizer.Authorize(operation, resource));
    const std::optional<sm::KeyUse> use = KeyUseOf(operation);
    const auto current = secret->labels.Holder(secrets::kCurrent);
    if (!use || !current) return {};
    const auto version = parts_.secrets.FindVersionForRead(transaction_, *secret, *current);
    if (!version) return {};
    return authorizer.AuthorizeKey(*use, *secret, *current, version->version.key_id);
  }

  [[nodiscard]] Result<void> AskAboutKey(std::string_view operation, std::string_view resource) {
    KmsAuthorizer authorizer(parts_, facts_, transaction_);
    if (resource == "*") return authorizer.Require(operation, resource);
    const auto key = authorizer.Authorize(operation, resource);
    return key ? Result<void>() : std::unexpected(key.error());
  }

  [[nodiscard]] Result<void> AskAboutRole(std::string_view operation, std::string_view resource) {
    if (operation == "GetCallerIdentity") return {};  // No policy is asked about it.
    RoleAuthorizer authorizer(facts_, parts_.enforcement);
    const auto arn = identity::ParseEntityArn(resource);
    if (!arn || arn->kind != identity::Role::kKind) return authorizer.Require(operation, resource);
    const auto role =
        services_.iam.identities.Find<identity::Role>(transaction_, arn->account, arn->name);
    // AssumeRole takes its whole ARN, path and letter case included.
    const bool is_there = role && services::iam::ArnOf(*role) == resource;
    return authorizer.RequireRole(operation, resource, is_there ? &*role : nullptr);
  }

  const Services& services_;
  Transaction& transaction_;
  const CallFacts& facts_;
  AuthorizationParts parts_;
};

Result<void> CheckAction(std::string_view action) {
  constexpr std::array<std::string_view, 4> kServices{"secretsmanager:", "kms:", "iam:", "sts:"};
  if (std::ranges::any_of(kServices, [&](auto known) { return action.starts_with(known); })) {
    return {};
  }
  return Fail(ErrorCode::kInvalidParameter,
              "The action must be one of Secrets Manager, KMS, IAM or STS, such as "
              "secretsmanager:GetSecretValue.");
}

}  // namespace

Result<AccessAnswer> ExplainAccess(const Services& services, Transaction& transaction,
                                   const AccessQuestion& question, Timestamp now) {
  RETURN_IF_ERROR(CheckAction(question.action));
  const auto identity = services::iam::IdentityLoader(services.iam.identities)
                            .LoadByArn(transaction, question.principal, now);
  if (!identity) {
    return Fail(ErrorCode::kInvalidParameter,
                "There is no principal " + question.principal +
                    ". Give the ARN of a user, a role, an assumed role or a root user.");
  }
  const sigv4::Caller caller{.account = identity->principal.account,
                             .principal_arn = identity->principal.arn,
                             .access_key_id = {},
                             .region = question.region,
                             .session_token = {}};
  const base::HttpRequest request{.secure = true};
  const NoParameters parameters;
  Inquiry inquiry{.given = ToContext(question.context), .answers = {}};
  const CallFacts facts{.caller = caller,
                        .identity = *identity,
                        .request = request,
                        .parameters = parameters,
                        .now = now,
                        .request_id = {},
                        .inquiry = &inquiry};
  const auto permitted =
      AccessInquiry(services, transaction, facts).Ask(question.action, question.resource);
  AccessAnswer answer{.is_allowed = permitted.has_value(), .text = {}};
  answer.text = permitted ? "allowed\n" : "denied: " + permitted.error().message + "\n";
  for (const std::string& decision : inquiry.answers) answer.text += "\n" + decision;
  return answer;
}

}  // namespace coffer::api
