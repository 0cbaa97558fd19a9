#include "rotation/native/step_request.h"

#include "coffer/result.h"
#include "json/document.h"

#include <array>
#include <cstddef>
#include <utility>

namespace coffer::rotation::native {
namespace {

constexpr json::Limits kLimits{.depth = 8, .values = 4096, .key_bytes = 2048};

std::unexpected<RotatorError> Malformed(std::string message) {
  return Failed(errors::kInvalidInput, "The document on standard input " + std::move(message));
}

/// A member that is there and not null.
std::optional<json::Value> Find(json::Value object, std::string_view key) {
  for (json::Value member = object.First(); member.valid(); member = member.Next()) {
    if (member.key() == key && !member.IsNull()) return member;
  }
  return std::nullopt;
}

Outcome<std::string_view> Text(json::Value object, std::string_view key) {
  const std::optional<json::Value> member = Find(object, key);
  if (!member) return std::string_view{};
  if (member->kind() != json::Kind::kString) {
    return Malformed("has a " + std::string(key) + " that is not a string.");
  }
  return member->text();
}

Outcome<std::optional<json::Value>> Object(json::Value object, std::string_view key) {
  const std::optional<json::Value> member = Find(object, key);
  if (member && member->kind() != json::Kind::kObject) {
    return Malformed("has a " + std::string(key) + " that is not an object.");
  }
  return member;
}

Outcome<RotationStep> ReadStep(json::Value root) {
  ASSIGN_OR_RETURN(const std::string_view name, Text(root, "Step"));
  constexpr std::array kSteps = {RotationStep::kCreateSecret, RotationStep::kSetSecret,
                                 RotationStep::kTestSecret, RotationStep::kFinishSecret};
  for (const RotationStep step : kSteps) {
    if (WireName(step) == name) return step;
  }
  return Malformed("names no known Step.");
}

Outcome<std::optional<VersionValue>> ReadVersion(json::Value root, std::string_view key) {
  ASSIGN_OR_RETURN(const auto object, Object(root, key));
  if (!object) return std::nullopt;
  VersionValue version;
  ASSIGN_OR_RETURN(version.version_id, Text(*object, "VersionId"));
  version.is_binary = Find(*object, "SecretBinary").has_value();
  ASSIGN_OR_RETURN(const std::string_view text, Text(*object, "SecretString"));
  version.text = SecretBytes::FromText(text);
  // A version without a value is as good as none.
  if (!version.is_binary && !Find(*object, "SecretString")) return std::nullopt;
  return version;
}

Outcome<RelatedSecret> ReadRelated(json::Value member) {
  if (member.kind() != json::Kind::kObject) return Malformed("has a Related without objects.");
  RelatedSecret related;
  ASSIGN_OR_RETURN(related.error_message, Text(member, "ErrorMessage"));
  ASSIGN_OR_RETURN(const std::string_view text, Text(member, "SecretString"));
  related.text = SecretBytes::FromText(text);
  if (related.error_message.empty() && !Find(member, "SecretString")) {
    related.error_message = "it has no SecretString";
  }
  return related;
}

Outcome<void> ReadMaps(json::Value root, StepRequest& request) {
  ASSIGN_OR_RETURN(const auto related, Object(root, "Related"));
  if (related) {
    for (json::Value member = related->First(); member.valid(); member = member.Next()) {
      if (member.IsNull()) continue;
      ASSIGN_OR_RETURN(auto secret, ReadRelated(member));
      request.related.emplace(member.key(), std::move(secret));
    }
  }
  ASSIGN_OR_RETURN(const auto settings, Object(root, "Settings"));
  if (!settings) return Malformed("has no Settings.");
  for (json::Value member = settings->First(); member.valid(); member = member.Next()) {
    if (member.kind() != json::Kind::kString) return Malformed("has a setting without text.");
    request.settings.emplace(member.key(), member.text());
  }
  return {};
}

}  // namespace

Outcome<StepRequest> ParseStepRequest(std::string_view document) {
  json::Document parser;
  const auto root = parser.Parse(document, kLimits);
  if (!root) {
    return Malformed("is not JSON: " + std::string(root.error().reason) + " at byte " +
                     std::to_string(root.error().offset) + ".");
  }
  if (root->kind() != json::Kind::kObject) return Malformed("is not a JSON object.");
  StepRequest request;
  ASSIGN_OR_RETURN(request.step, ReadStep(*root));
  ASSIGN_OR_RETURN(request.version_id, Text(*root, "ClientRequestToken"));
  ASSIGN_OR_RETURN(request.current, ReadVersion(*root, "Current"));
  ASSIGN_OR_RETURN(request.pending, ReadVersion(*root, "Pending"));
  ASSIGN_OR_RETURN(request.previous, ReadVersion(*root, "Previous"));
  ASSIGN_OR_RETURN(const std::string_view password, Text(*root, "NewPassword"));
  request.new_password = SecretBytes::FromText(password);
  RETURN_IF_ERROR(ReadMaps(*root, request));
  return request;
}

}  // namespace coffer::rotation::native
