#include "api/rotation_policy.h"

#include "base/reply_buffer.h"
#include "json/writer.h"

#include <array>
#include <initializer_list>

namespace coffer::api {
namespace {

constexpr std::string_view kRole = "coffer-rotation";

/// One condition: operator, key, value.
struct Condition {
  std::string_view op;
  std::string_view key;
  std::string_view value;
};

void WriteTexts(json::Writer& writer, std::string_view name, std::span<const std::string> texts) {
  writer.Key(name);
  writer.BeginArray();
  for (const std::string& text : texts) writer.String(text);
  writer.EndArray();
}

// Each operator comes once: conditions of one statement have different ones.
void WriteAllow(json::Writer& writer, std::initializer_list<std::string> actions,
                std::span<const std::string> resources,
                std::initializer_list<Condition> conditions) {
  writer.BeginObject();
  writer.Key("Effect");
  writer.String("Allow");
  WriteTexts(writer, "Action", std::span(actions.begin(), actions.size()));
  WriteTexts(writer, "Resource", resources);
  writer.Key("Condition");
  writer.BeginObject();
  for (const Condition& condition : conditions) {
    writer.Key(condition.op);
    writer.BeginObject();
    writer.Key(condition.key);
    writer.String(condition.value);
    writer.EndObject();
  }
  writer.EndObject();
  writer.EndObject();
}

}  // namespace

std::string RotationPolicy(std::string_view secret_arn, std::string_view version_id,
                           std::span<const std::string> related) {
  const std::array secret{std::string(secret_arn)};
  const std::array anything{std::string("*")};
  base::ReplyBuffer out;
  json::Writer writer(out);
  writer.BeginObject();
  // The older version has no variables: a ClientRequestToken may look like one.
  writer.Key("Version");
  writer.String("2008-10-17");
  writer.Key("Statement");
  writer.BeginArray();
  WriteAllow(writer, {"secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"}, secret,
             {});
  WriteAllow(writer, {"secretsmanager:PutSecretValue"}, secret,
             {{"StringEquals", "coffer:ClientRequestToken", version_id},
              {"ForAllValues:StringEquals", "coffer:VersionStages", "AWSPENDING"},
              {"Null", "coffer:VersionStages", "false"}});
  WriteAllow(writer, {"secretsmanager:UpdateSecretVersionStage"}, secret,
             {{"StringEquals", "coffer:MoveToVersionId", version_id},
              {"StringEqualsIfExists", "secretsmanager:VersionStage", "AWSCURRENT"}});
  WriteAllow(writer, {"secretsmanager:UpdateSecretVersionStage"}, secret,
             {{"StringEquals", "coffer:RemoveFromVersionId", version_id},
              {"StringEqualsIfExists", "secretsmanager:VersionStage", "AWSPENDING"},
              {"Null", "coffer:MoveToVersionId", "true"}});
  WriteAllow(writer, {"secretsmanager:GetRandomPassword"}, anything, {});
  // With a customer key AWS has the function's role need these too; the key's policy still decides.
  WriteAllow(writer, {"kms:Decrypt", "kms:GenerateDataKey"}, anything, {});
  if (!related.empty()) {
    WriteAllow(writer, {"secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"}, related,
               {{"StringEqualsIfExists", "secretsmanager:VersionStage", "AWSCURRENT"},
                {"Null", "secretsmanager:VersionId", "true"}});
  }
  writer.EndArray();
  writer.EndObject();
  return std::string(out.body());
}

std::string RotationPrincipalArn(std::string_view account, std::string_view version_id) {
  return std::string("arn:aws:sts::")
      .append(account)
      .append(":assumed-role/")
      .append(kRole)
      .append("/")
      .append(version_id);
}

std::string RotationRoleArn(std::string_view account) {
  return std::string("arn:aws:iam::").append(account).append(":role/").append(kRole);
}

}  // namespace coffer::api
