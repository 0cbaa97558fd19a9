#include "api/xml_codec.h"

#include "api/error_table.h"
#include "base/encoding.h"

namespace coffer::api {

namespace codec {

void WriteContent(XmlWriter& writer, const std::string& value) { writer.Text(value); }
void WriteContent(XmlWriter& writer, std::int64_t value) { writer.Integer(value); }
void WriteContent(XmlWriter& writer, bool value) { writer.Boolean(value); }
void WriteContent(XmlWriter& writer, Timestamp value) { writer.Time(value); }

void WriteContent(XmlWriter& writer, const base::SecretText& value) {
  writer.Text(value.bytes.ExposeText());
}

void WriteContent(XmlWriter& writer, const base::EncodedDocument& value) {
  std::string encoded;
  base::AppendUriEncoded(encoded, value.text, false);
  writer.Text(encoded);
}

}  // namespace codec

void EncodeXmlError(const ApiError& error, std::string_view xml_namespace, base::HttpReply& reply) {
  const ErrorRow& row = FindError(error.code);
  reply.status = row.query_status;
  reply.content_type = kXmlContentType;
  reply.body.Clear();
  XmlWriter writer(reply.body);
  writer.Begin("ErrorResponse", xml_namespace);
  writer.Begin("Error");
  // Whose fault it is: the caller's, or ours.
  writer.TextElement("Type", row.query_status < 500 ? "Sender" : "Receiver");
  writer.TextElement("Code", row.query_name);
  if (!error.message.empty()) writer.TextElement("Message", error.message);
  writer.End("Error");
  writer.TextElement("RequestId", reply.request_id);
  writer.End("ErrorResponse");
}

}  // namespace coffer::api
