#include "rotation/executors/lambda_documents.h"

#include "base/reply_buffer.h"
#include "json/document.h"
#include "json/writer.h"
#include "rotation/executors/outcomes.h"

#include <cstddef>

namespace coffer::rotation {
namespace {

// Of what a function answers, which has at most 6 MiB.
constexpr json::Limits kLimits{.depth = 1000, .values = 1'000'000, .key_bytes = 65536};

}  // namespace

SecretBytes EventOf(RotationStep step, const RotationFacts& facts) {
  base::ReplyBuffer event;
  json::Writer writer(event);
  writer.BeginObject();
  writer.Key("Step");
  writer.String(WireName(step));
  writer.Key("SecretId");
  writer.String(facts.secret_arn);
  writer.Key("ClientRequestToken");
  writer.String(facts.version_id);
  writer.Key("RotationToken");
  writer.String(facts.rotation_token.ExposeText());
  writer.EndObject();
  return SecretBytes::FromText(event.body());
}

std::optional<LambdaError> ReadLambdaError(std::string_view body) {
  json::Document document;
  const auto root = document.Parse(body, kLimits);
  if (!root || root->kind() != json::Kind::kObject) return std::nullopt;
  LambdaError error;
  for (json::Value member = root->First(); member.valid(); member = member.Next()) {
    const bool is_text = member.kind() == json::Kind::kString;
    if (member.key() == "errorType" && is_text) {
      error.type = member.text();
      error.has_type = true;
    } else if (member.key() == "errorMessage") {
      if (is_text) error.message = member.text();
      error.has_message = true;
    } else if (member.key() == "stackTrace") {
      error.has_trace = true;
    }
  }
  return error;
}

StepOutcome ErrorFrom(std::string_view body, std::string_view type) {
  constexpr std::size_t kLongestText = 4096;
  const auto error = ReadLambdaError(body);
  std::string named = error && !error->type.empty() ? error->type : std::string(type);
  if (named.empty()) named = "Runtime.Unknown";
  return FunctionError(std::move(named), error && error->has_message
                                             ? error->message
                                             : std::string(body.substr(0, kLongestText)));
}

bool IsJson(std::string_view text) {
  json::Document document;
  return document.Parse(text, kLimits).has_value();
}

}  // namespace coffer::rotation
