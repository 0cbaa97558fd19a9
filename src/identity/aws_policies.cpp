#include "identity/aws_policies.h"

#include <algorithm>
#include <array>

namespace coffer::identity {

namespace {

constexpr auto kPolicies = std::to_array<AwsPolicy>({
    {.arn = "arn:aws:iam::aws:policy/AWSSecretsManagerClientReadOnlyAccess",
     .id = "ANPA2SECRETSCLIENTRDA",
     .description = "Lets clients read secrets and what they are encrypted with.",
     .document = R"({
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"],
      "Resource": "arn:aws:secretsmanager:*:*:secret:*"
    },
    {
      "Effect": "Allow",
      "Action": ["secretsmanager:BatchGetSecretValue", "secretsmanager:ListSecrets"],
      "Resource": "*"
    },
    {
      "Effect": "Allow",
      "Action": "kms:Decrypt",
      "Resource": "arn:aws:kms:*:*:key/*",
      "Condition": {
        "StringLike": {
          "kms:ViaService": "secretsmanager.*.amazonaws.com",
          "kms:EncryptionContext:SecretARN": "arn:aws:secretsmanager:*:*:secret:*"
        }
      }
    }
  ]
})"},
    {.arn = "arn:aws:iam::aws:policy/AdministratorAccess",
     .id = "ANPAIWMBCKSKIEE64ZLYK",
     .description = "Provides full access.",
     .document = R"({
  "Version": "2012-10-17",
  "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]
})"},
    {.arn = "arn:aws:iam::aws:policy/ReadOnlyAccess",
     .id = "ANPAILL3HVNFSB6DCOWYQ",
     .description = "Provides read-only access, but not to the values of secrets.",
     .document = R"({
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": ["secretsmanager:Describe*", "secretsmanager:GetResourcePolicy",
                 "secretsmanager:List*", "iam:Get*", "iam:List*", "iam:Simulate*", "kms:Describe*",
                 "kms:GetKeyPolicy", "kms:List*", "sts:GetCallerIdentity"],
      "Resource": "*"
    }
  ]
})"},
    {.arn = "arn:aws:iam::aws:policy/SecretsManagerReadWrite",
     .id = "ANPAI3VG7CI5BIQZQ6G2E",
     .description = "Provides read and write access to secrets.",
     .document = R"({
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "BasePermissions",
      "Effect": "Allow",
      "Action": ["secretsmanager:*", "kms:DescribeKey", "kms:ListAliases", "kms:ListKeys",
                 "lambda:ListFunctions", "tag:GetResources"],
      "Resource": "*"
    },
    {
      "Sid": "LambdaPermissions",
      "Effect": "Allow",
      "Action": ["lambda:AddPermission", "lambda:CreateFunction", "lambda:GetFunction",
                 "lambda:InvokeFunction", "lambda:UpdateFunctionConfiguration"],
      "Resource": "arn:aws:lambda:*:*:function:SecretsManager*"
    }
  ]
})"},
});

}  // namespace

std::span<const AwsPolicy> AwsPolicies() { return kPolicies; }

std::optional<std::string_view> FindAwsPolicy(std::string_view arn) {
  const auto found = std::ranges::find(kPolicies, arn, &AwsPolicy::arn);
  if (found == kPolicies.end()) return std::nullopt;
  return found->document;
}

}  // namespace coffer::identity
