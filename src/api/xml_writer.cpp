#include "api/xml_writer.h"

#include "base/encoding.h"
#include "sigv4/signing_time.h"

#include <chrono>
#include <string>
#include <utility>

namespace coffer::api {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

/// What stands for an ASCII character in a text; empty when that is the character itself.
std::string_view AsciiEscape(char character) {
  switch (character) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&apos;";
    case '\r':
      return "&#xD;";
    case '\t':
    case '\n':
      return {};
    default:
      return static_cast<unsigned char>(character) < 0x20 ? kReplacement : std::string_view();
  }
}

/// U+FFFE and U+FFFF, which are not characters of XML 1.0 (§2.2).
bool IsNonCharacter(std::string_view character) {
  return character == "\xEF\xBF\xBE" || character == "\xEF\xBF\xBF";
}

}  // namespace

void XmlWriter::Begin(std::string_view name, std::string_view xml_namespace) {
  CloseTag();
  out_.Append('<');
  out_.Append(name);
  if (!xml_namespace.empty()) {
    out_.Append(" xmlns=\"");
    out_.Append(xml_namespace);
    out_.Append('"');
  }
  tag_is_open_ = true;
}

void XmlWriter::End(std::string_view name) {
  if (std::exchange(tag_is_open_, false)) return out_.Append("/>");
  out_.Append("</");
  out_.Append(name);
  out_.Append('>');
}

void XmlWriter::Text(std::string_view text) {
  if (text.empty()) return;
  CloseTag();
  std::size_t plain = 0;  // The length of what can be copied as it is.
  while (plain < text.size()) {
    std::size_t length = base::Utf8Length(text.substr(plain));
    std::string_view escape = length == 1 ? AsciiEscape(text[plain]) : std::string_view();
    if (length == 0 || IsNonCharacter(text.substr(plain, length))) escape = kReplacement;
    if (length == 0) length = 1;
    if (escape.empty()) {
      plain += length;
      continue;
    }
    out_.Append(text.substr(0, plain));
    out_.Append(escape);
    text.remove_prefix(plain + length);
    plain = 0;
  }
  out_.Append(text);
}

void XmlWriter::Integer(std::int64_t value) { Text(std::to_string(value)); }

void XmlWriter::Boolean(bool value) { Text(value ? "true" : "false"); }

void XmlWriter::Time(Timestamp time) {
  // Signatures use the basic format of ISO 8601, which lacks the separators of this one.
  std::string text = sigv4::FormatBasicTime(std::chrono::floor<std::chrono::seconds>(time));
  for (const std::size_t position : {4U, 7U}) text.insert(position, 1, '-');
  for (const std::size_t position : {13U, 16U}) text.insert(position, 1, ':');
  Text(text);
}

void XmlWriter::TextElement(std::string_view name, std::string_view text) {
  Begin(name);
  Text(text);
  End(name);
}

void XmlWriter::CloseTag() {
  if (std::exchange(tag_is_open_, false)) out_.Append('>');
}

}  // namespace coffer::api
