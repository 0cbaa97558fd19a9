#include "services/kms/key_policy.h"

#include "base/account.h"
#include "json/document.h"
#include "policy/grammar.h"
#include "policy/resource_policy.h"

#include <utility>

namespace coffer::services::kms {
namespace {

// AWS's words for a fault; what has none is a syntax error.
std::string_view MessageOf(policy::GrammarRule rule) {
  using enum policy::GrammarRule;
  switch (rule) {
    case kPrincipal:
      return "Policy contains a statement with no principal.";
    case kAction:
      return "Policy contains a statement with no action.";
    case kResource:
      return "Policy contains a statement with no resource.";
    default:
      return "The new key policy contains a syntax error.";
  }
}

ApiError InvalidPrincipals() {
  return {ErrorCode::kMalformedKeyPolicy,
          "Policy contains a statement with one or more invalid principals."};
}

}  // namespace

std::string DefaultKeyPolicy(std::string_view account) {
  return R"({
  "Version" : "2012-10-17",
  "Id" : "key-default-1",
  "Statement" : [ {
    "Sid" : "Enable IAM User Permissions",
    "Effect" : "Allow",
    "Principal" : {
      "AWS" : ")" +
         base::RootArn(account) + R"("
    },
    "Action" : "kms:*",
    "Resource" : "*"
  } ]
})";
}

std::string ServiceKeyPolicy(std::string_view account, std::string_view region) {
  return R"({
  "Version" : "2012-10-17",
  "Id" : "auto-secretsmanager-2",
  "Statement" : [ {
    "Sid" : "Allow access through AWS Secrets Manager for all principals in the account that are )"
         R"(authorized to use AWS Secrets Manager",
    "Effect" : "Allow",
    "Principal" : {
      "AWS" : "*"
    },
    "Action" : [ "kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", )"
         R"("kms:CreateGrant", "kms:DescribeKey" ],
    "Resource" : "*",
    "Condition" : {
      "StringEquals" : {
        "kms:CallerAccount" : ")" +
         std::string(account) + R"(",
        "kms:ViaService" : "secretsmanager.)" +
         std::string(region) + R"(.amazonaws.com"
      }
    }
  }, {
    "Sid" : "Allow direct access to key metadata to the account",
    "Effect" : "Allow",
    "Principal" : {
      "AWS" : ")" +
         base::RootArn(account) + R"("
    },
    "Action" : [ "kms:Describe*", "kms:Get*", "kms:List*", "kms:RevokeGrant" ],
    "Resource" : "*"
  } ]
})";
}

std::string PolicyOf(const store::KeyRow& key, const store::KeySettings& settings) {
  if (key.is_default) return ServiceKeyPolicy(key.account, key.region);
  return settings.policy ? *settings.policy : DefaultKeyPolicy(key.account);
}

Result<void> CheckKeyPolicy(std::string_view text) {
  json::Document document;
  const auto root = policy::ParsePolicy(document, text, policy::DocumentKind::kResource);
  if (!root) {
    return Fail(ErrorCode::kMalformedKeyPolicy, std::string(MessageOf(root.error().rule)));
  }
  if (!policy::CheckResourcePolicy(text)) return std::unexpected(InvalidPrincipals());
  return {};
}

Result<std::string> PinKeyPolicy(std::string_view text,
                                 const policy::PrincipalDirectory& directory) {
  auto pinned = policy::PinPrincipals(text, directory);
  if (!pinned) return std::unexpected(InvalidPrincipals());
  return *std::move(pinned);
}

}  // namespace coffer::services::kms
