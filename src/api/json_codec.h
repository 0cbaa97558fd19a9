#pragma once

#include "api/request_reader.h"
#include "api/shape_reader.h"
#include "base/reply_buffer.h"
#include "base/shape.h"
#include "coffer/result.h"
#include "json/document.h"
#include "json/writer.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

/// Requests and replies of the protocol AWS JSON 1.1, from the member lists
/// of their structures. Only what depends on a structure's type is a template here.
namespace coffer::api {

namespace codec {

void WriteValue(json::Writer& writer, const std::string& value);
void WriteValue(json::Writer& writer, std::int64_t value);
void WriteValue(json::Writer& writer, bool value);
void WriteValue(json::Writer& writer, Timestamp value);
void WriteValue(json::Writer& writer, const base::SecretText& value);
void WriteValue(json::Writer& writer, const base::SecretBlob& value);
void WriteValue(json::Writer& writer, const std::vector<std::string>& value);
void WriteValue(json::Writer& writer, const std::map<std::string, std::vector<std::string>>& value);
void WriteValue(json::Writer& writer, const std::map<std::string, std::string>& value);
template <base::Shape T>
void WriteValue(json::Writer& writer, const T& value);

template <base::Shape T>
void WriteValue(json::Writer& writer, const std::vector<T>& values) {
  writer.BeginArray();
  for (const T& value : values) WriteValue(writer, value);
  writer.EndArray();
}

template <class T>
void WriteMember(json::Writer& writer, std::string_view name, const T& value) {
  if constexpr (kIsOptional<T>) {
    if (value) WriteMember(writer, name, *value);
  } else {
    writer.Key(name);
    WriteValue(writer, value);
  }
}

template <base::Shape T>
void WriteValue(json::Writer& writer, const T& value) {
  writer.BeginObject();
  std::apply(
      [&](const auto&... members) {
        (WriteMember(writer, members.name, value.*members.field), ...);
      },
      kMembers<T>);
  writer.EndObject();
}

/// The document of a request's body, in memory that the thread uses again for the next one; what
/// was unescaped is wiped with this object. One at a time on each thread.
class Body {
 public:
  /// An empty text is an empty object.
  explicit Body(std::string_view text);
  Body(const Body&) = delete;
  Body& operator=(const Body&) = delete;
  ~Body();
  [[nodiscard]] const Result<json::Value>& root() const { return root_; }

 private:
  Result<json::Value> root_;
};

}  // namespace codec

/// `root` as a request. SerializationException for values of the wrong type, else one
/// ValidationException that names every broken constraint in the order of `Members()`.
template <base::Shape Request>
[[nodiscard]] Result<Request> DecodeRequest(const json::Value& root) {
  if (root.kind() != json::Kind::kObject) return Fail(ErrorCode::kSerialization, {});
  Request request;
  RequestReader reader;
  // A value of the wrong type ends the reading; the reader remembers why.
  static_cast<void>(codec::ReadShape(reader, root, nullptr, request));
  RETURN_IF_ERROR(reader.Finish());
  return request;
}

template <base::Shape Request>
[[nodiscard]] Result<Request> DecodeRequest(std::string_view body) {
  const codec::Body parsed(body);
  if (!parsed.root()) return std::unexpected(parsed.root().error());
  return DecodeRequest<Request>(*parsed.root());
}

/// Appends `response` as JSON; nothing for an operation without output.
template <base::Shape Response>
void EncodeReply(const Response& response, base::ReplyBuffer& out) {
  if constexpr (!std::is_same_v<Response, base::NoOutput>) {
    json::Writer writer(out);
    codec::WriteValue(writer, response);
  }
}

}  // namespace coffer::api
