#pragma once

#include "base/reply_buffer.h"
#include "coffer/clock.h"

#include <cstdint>
#include <string_view>

namespace coffer::api {

/// Writes XML 1.0 piece by piece into a reply. Nesting is the caller's business; names are ours and
/// written as they are.
class XmlWriter {
 public:
  explicit XmlWriter(base::ReplyBuffer& out) : out_(out) {}

  /// A namespace is given to the root element alone.
  void Begin(std::string_view name, std::string_view xml_namespace = {});
  /// An element without content is closed at once: `<Users/>`.
  void End(std::string_view name);

  /// The five special characters are escaped, and so is CR, which a parser would make LF. What XML
  /// cannot carry even escaped (control characters, U+FFFE, U+FFFF, wrong UTF-8) is U+FFFD.
  void Text(std::string_view text);
  void Integer(std::int64_t value);
  void Boolean(bool value);
  /// `2026-01-15T12:00:00Z`; a fraction of a second is dropped.
  void Time(Timestamp time);
  /// An element with text in it.
  void TextElement(std::string_view name, std::string_view text);

 private:
  void CloseTag();

  base::ReplyBuffer& out_;
  bool tag_is_open_ = false;  // `<Name` has been written, `>` or `/>` not yet.
};

}  // namespace coffer::api
