#include "rotation/executors/hook_document.h"

#include "base/encoding.h"
#include "json/document.h"
#include "json/writer.h"

#include <utility>

namespace coffer::rotation {
namespace {

// Of an answer, which has at most 1 MiB.
constexpr json::Limits kLimits{.depth = 32, .values = 4096, .key_bytes = 256};

void WriteContent(json::Writer& writer, const RotationValue& value) {
  if (value.is_binary) {
    writer.Key("SecretBinary");
    writer.Blob(value.value.Expose());
  } else {
    writer.Key("SecretString");
    writer.String(value.value.ExposeText());
  }
}

void WriteVersion(json::Writer& writer, std::string_view name,
                  const std::optional<RotationValue>& version) {
  writer.Key(name);
  if (!version) return writer.Null();
  writer.BeginObject();
  writer.Key("VersionId");
  writer.String(version->version_id);
  WriteContent(writer, *version);
  writer.EndObject();
}

void WriteRelated(json::Writer& writer, const std::vector<RelatedValue>& related) {
  writer.Key("Related");
  writer.BeginObject();
  for (const auto& [id, value] : related) {
    writer.EscapedKey(id);
    writer.BeginObject();
    if (value) {
      WriteContent(writer, *value);
    } else {
      writer.Key("ErrorMessage");
      writer.String(value.error().message);
    }
    writer.EndObject();
  }
  writer.EndObject();
}

std::optional<SecretBytes> DecodeBinary(std::string_view text) {
  SecretBytes bytes((text.size() / 4 * 3) + 3);
  const auto size = base::DecodeBase64(text, bytes.ExposeWritable().data());
  if (!size) return std::nullopt;
  bytes.Truncate(*size);
  return bytes;
}

std::unexpected<std::string> Unacceptable(std::string_view what) {
  return std::unexpected("standard output " + std::string(what));
}

}  // namespace

void WriteHookInput(base::ReplyBuffer& out, RotationStep step, const RotationFacts& facts,
                    const HookInput& input) {
  json::Writer writer(out);
  writer.BeginObject();
  writer.Key("Step");
  writer.String(WireName(step));
  writer.Key("SecretId");
  writer.String(facts.secret_arn);
  writer.Key("ClientRequestToken");
  writer.String(facts.version_id);
  WriteVersion(writer, "Current", input.current);
  WriteVersion(writer, "Pending", input.pending);
  WriteVersion(writer, "Previous", input.previous);
  WriteRelated(writer, input.related);
  if (input.new_password) {
    writer.Key("NewPassword");
    writer.String(input.new_password->ExposeText());
  }
  writer.Key("Settings");
  writer.BeginObject();
  for (const auto& [name, value] : input.settings) {
    writer.EscapedKey(name);
    writer.String(value);
  }
  writer.EndObject();
  writer.EndObject();
}

std::expected<HookAnswer, std::string> ReadHookAnswer(std::string_view text) {
  HookAnswer answer;
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return answer;
  json::Document document;
  const auto root = document.Parse(text, kLimits);
  if (!root) return Unacceptable("is not one JSON document: " + std::string(root.error().reason));
  if (root->kind() != json::Kind::kObject) return Unacceptable("is not a JSON object");
  for (json::Value member = root->First(); member.valid(); member = member.Next()) {
    const std::string_view name = member.key();
    if (name != "SecretString" && name != "SecretBinary" && name != "ErrorType" &&
        name != "ErrorMessage") {
      return Unacceptable("has a member that a hook does not answer");
    }
    if (member.IsNull()) continue;
    if (member.kind() != json::Kind::kString) return Unacceptable("has a member that is no string");
    if (name == "ErrorType" || name == "ErrorMessage") {
      answer.is_error = true;
      (name == "ErrorType" ? answer.error_type : answer.error_message) = member.text();
      continue;
    }
    if (answer.value) return Unacceptable("has both SecretString and SecretBinary");
    answer.is_binary = name == "SecretBinary";
    answer.value =
        answer.is_binary ? DecodeBinary(member.text()) : SecretBytes::FromText(member.text());
    if (!answer.value) return Unacceptable("has a SecretBinary that is not base64");
  }
  return answer;
}

}  // namespace coffer::rotation
