#include "rotation/native/secret_text.h"

#include "base/reply_buffer.h"
#include "json/writer.h"

#include <algorithm>
#include <cstddef>
#include <string>

namespace coffer::rotation::native {
namespace {

/// Where the string that begins at `quote` ends: behind its closing quote. The text has been
/// parsed, so there is one.
std::size_t EndOfString(std::string_view json, std::size_t quote) {
  std::size_t position = quote + 1;
  while (json[position] != '"') position += json[position] == '\\' ? 2 : 1;
  return position + 1;
}

}  // namespace

Outcome<SecretBytes> ReplaceMembers(std::string_view json, std::span<const MemberValue> members) {
  json::Document document;
  const auto root = document.Parse(json, kSecretLimits);
  if (!root || root->kind() != json::Kind::kObject) {
    return Failed(errors::kInvalidSecret, "The current value is not a JSON object.");
  }
  base::ReplyBuffer out;
  std::size_t copied = 0;
  std::size_t replaced = 0;
  for (json::Value member = root->First(); member.valid(); member = member.Next()) {
    const auto found = std::ranges::find(members, member.key(), &MemberValue::name);
    if (found == members.end() || member.kind() != json::Kind::kString) continue;
    out.Append(json.substr(copied, member.offset() - copied));
    json::AppendQuoted(out, found->value);
    copied = EndOfString(json, member.offset());
    ++replaced;
  }
  if (replaced != members.size()) {
    return Failed(errors::kInvalidSecret, "The current value lacks a key that must change.");
  }
  out.Append(json.substr(copied));
  return SecretBytes::FromText(out.body());
}

}  // namespace coffer::rotation::native
