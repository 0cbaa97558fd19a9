#include "api/json_codec.h"

namespace coffer::api::codec {

namespace {

json::Document& ThreadDocument() {
  thread_local json::Document document;
  return document;
}

Result<json::Value> ParseBody(std::string_view text) {
  const auto root = ThreadDocument().Parse(text.empty() ? "{}" : text);
  // AWS says nothing about what is wrong with a body that is not JSON.
  if (!root) return Fail(ErrorCode::kSerialization, {});
  return *root;
}

}  // namespace

Body::Body(std::string_view text) : root_(ParseBody(text)) {}
Body::~Body() { ThreadDocument().Clear(); }

void WriteValue(json::Writer& writer, const std::string& value) { writer.String(value); }
void WriteValue(json::Writer& writer, std::int64_t value) { writer.Integer(value); }
void WriteValue(json::Writer& writer, bool value) { writer.Boolean(value); }
void WriteValue(json::Writer& writer, Timestamp value) { writer.Time(value); }

void WriteValue(json::Writer& writer, const base::SecretText& value) {
  writer.String(value.bytes.ExposeText());
}

void WriteValue(json::Writer& writer, const base::SecretBlob& value) {
  writer.Blob(value.bytes.Expose());
}

void WriteValue(json::Writer& writer, const std::vector<std::string>& value) {
  writer.BeginArray();
  for (const std::string& text : value) writer.String(text);
  writer.EndArray();
}

void WriteValue(json::Writer& writer,
                const std::map<std::string, std::vector<std::string>>& value) {
  writer.BeginObject();
  for (const auto& [key, texts] : value) {
    writer.EscapedKey(key);
    WriteValue(writer, texts);
  }
  writer.EndObject();
}

void WriteValue(json::Writer& writer, const std::map<std::string, std::string>& value) {
  writer.BeginObject();
  for (const auto& [key, text] : value) {
    writer.EscapedKey(key);
    writer.String(text);
  }
  writer.EndObject();
}

}  // namespace coffer::api::codec
