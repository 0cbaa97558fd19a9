#include "policy/pretty_print.h"

#include "base/reply_buffer.h"
#include "json/document.h"
#include "json/writer.h"
#include "policy/json_members.h"

namespace coffer::policy {

namespace {

using json::Kind;
using json::Value;

/// Writes as the default pretty printer of Jackson does: members of an object on lines of their
/// own, items of a list on one line, so that lists do not indent what they hold.
class PrettyPrinter {
 public:
  void Print(Value value) {
    switch (value.kind()) {
      case Kind::kObject:
        return PrintObject(value);
      case Kind::kArray:
        return PrintArray(value);
      case Kind::kString:
        return json::AppendQuoted(out_, value.text());
      case Kind::kBoolean:
        return out_.Append(value.boolean() ? "true" : "false");
      case Kind::kNull:
        return out_.Append("null");
      case Kind::kInteger:
      case Kind::kNumber:
        return out_.Append(value.text());
    }
  }

  [[nodiscard]] std::string text() const { return std::string(out_.body()); }

 private:
  void PrintObject(Value object) {
    out_.Append('{');
    ++depth_;
    for (Value member = object.First(); member.valid(); member = member.Next()) {
      NewLine();
      json::AppendQuoted(out_, member.key());
      out_.Append(" : ");
      Print(member);
      if (member.Next().valid()) out_.Append(',');
    }
    --depth_;
    if (object.size() == 0) {
      out_.Append(' ');
    } else {
      NewLine();
    }
    out_.Append('}');
  }

  void PrintArray(Value array) {
    out_.Append("[ ");
    for (Value item = array.First(); item.valid(); item = item.Next()) {
      Print(item);
      out_.Append(item.Next().valid() ? ", " : " ");
    }
    out_.Append(']');
  }

  void NewLine() {
    out_.Append('\n');
    for (std::size_t i = 0; i < depth_; ++i) out_.Append("  ");
  }

  base::ReplyBuffer out_;
  std::size_t depth_ = 0;
};

}  // namespace

std::string PrettyPrint(std::string_view text) {
  json::Document document;
  PrettyPrinter printer;
  printer.Print(ParseStored(document, text));
  return printer.text();
}

}  // namespace coffer::policy
