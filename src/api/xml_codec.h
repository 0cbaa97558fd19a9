#pragma once

#include "api/shape_reader.h"
#include "api/xml_writer.h"
#include "base/http_message.h"
#include "base/reply_buffer.h"
#include "base/shape.h"
#include "coffer/clock.h"
#include "coffer/error.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

/// Replies of the AWS query protocol, from the member lists of their structures; requests are
/// `api/query_codec.h`.
namespace coffer::api {

/// Of every reply of the query protocol.
inline constexpr std::string_view kXmlContentType = "text/xml";

namespace codec {

template <class T>
inline constexpr bool kIsList = false;
template <class T>
inline constexpr bool kIsList<std::vector<T>> = true;

template <class T>
inline constexpr bool kIsMap = false;
template <class T>
inline constexpr bool kIsMap<std::map<std::string, T>> = true;

void WriteContent(XmlWriter& writer, const std::string& value);
void WriteContent(XmlWriter& writer, std::int64_t value);
void WriteContent(XmlWriter& writer, bool value);
void WriteContent(XmlWriter& writer, Timestamp value);
void WriteContent(XmlWriter& writer, const base::SecretText& value);
void WriteContent(XmlWriter& writer, const base::EncodedDocument& value);

/// The element `name` with `value` in it; nothing for an empty optional.
template <class T>
void WriteElement(XmlWriter& writer, std::string_view name, const T& value) {
  if constexpr (kIsOptional<T>) {
    if (value) WriteElement(writer, name, *value);
  } else {
    writer.Begin(name);
    if constexpr (base::Shape<T>) {
      std::apply(
          [&](const auto&... members) {
            (WriteElement(writer, members.name, value.*members.field), ...);
          },
          kMembers<T>);
    } else if constexpr (kIsList<T>) {
      for (const auto& item : value) WriteElement(writer, "member", item);
    } else if constexpr (kIsMap<T>) {
      for (const auto& [key, item] : value) {
        writer.Begin("entry");
        writer.TextElement("key", key);
        WriteElement(writer, "value", item);
        writer.End("entry");
      }
    } else {
      WriteContent(writer, value);
    }
    writer.End(name);
  }
}

}  // namespace codec

/// Appends the reply to `operation`; one without output has no Result element. `xml_namespace` is
/// the service's, `https://sts.amazonaws.com/doc/2011-06-15/`.
template <base::Shape Response>
void EncodeXmlReply(std::string_view operation, std::string_view xml_namespace,
                    std::string_view request_id, const Response& response, base::ReplyBuffer& out) {
  XmlWriter writer(out);
  const std::string root = std::string(operation) + "Response";
  writer.Begin(root, xml_namespace);
  if constexpr (!std::is_same_v<Response, base::NoOutput>) {
    codec::WriteElement(writer, std::string(operation) + "Result", response);
  }
  writer.Begin("ResponseMetadata");
  writer.TextElement("RequestId", request_id);
  writer.End("ResponseMetadata");
  writer.End(root);
}

/// Makes `reply`, whose request id is set, that error in XML: its status, content type and body,
/// whatever the body held before.
void EncodeXmlError(const ApiError& error, std::string_view xml_namespace, base::HttpReply& reply);

}  // namespace coffer::api
