#include "policy/pinning.h"

#include "base/reply_buffer.h"
#include "json/document.h"
#include "json/writer.h"
#include "policy/json_members.h"
#include "policy/principal_form.h"

#include <cstddef>
#include <utility>
#include <vector>

namespace coffer::policy {

namespace {

using json::Value;

/// What comes in the place of the string that begins at `offset`.
struct Replacement {
  std::size_t offset = 0;
  std::string text;
};

/// Where the string that begins at `offset` of a JSON text ends.
std::size_t EndOfString(std::string_view text, std::size_t offset) {
  std::size_t end = offset + 1;
  while (text[end] != '"') end += text[end] == '\\' ? 2 : 1;
  return end + 1;
}

/// Everything else stays to the letter. In the order of the text.
std::string Replace(std::string_view text, const std::vector<Replacement>& replacements) {
  base::ReplyBuffer out;
  std::size_t copied = 0;
  for (const Replacement& replacement : replacements) {
    out.Append(text.substr(copied, replacement.offset - copied));
    json::AppendQuoted(out, replacement.text);
    copied = EndOfString(text, replacement.offset);
  }
  out.Append(text.substr(copied));
  return std::string(out.body());
}

/// Calls `use` with each principal under `AWS`, in the order of the text.
template <class Use>
void ForEachAwsPrincipal(Value root, Use use) {
  ForEachItem(Member(root, "Statement"), [&](Value statement) {
    for (Value element = statement.First(); element.valid(); element = element.Next()) {
      if (element.key() != "Principal" && element.key() != "NotPrincipal") continue;
      const Value principals = Member(element, "AWS");
      if (principals.valid()) ForEachItem(principals, use);
    }
  });
}

}  // namespace

std::expected<std::string, std::string> PinPrincipals(std::string_view document,
                                                      const PrincipalDirectory& directory) {
  json::Document parsed;
  std::vector<Replacement> replacements;
  std::optional<std::string> missing;
  ForEachAwsPrincipal(ParseStored(parsed, document), [&](Value principal) {
    if (missing) return;
    NamedPrincipal named = directory.Find(principal.text());
    if (named.is_missing) missing = principal.text();
    if (named.unique_id) replacements.push_back({principal.offset(), *std::move(named.unique_id)});
  });
  if (missing) return std::unexpected(*std::move(missing));
  return Replace(document, replacements);
}

std::string ShowPrincipals(std::string_view document, const PrincipalDirectory& directory) {
  json::Document parsed;
  std::vector<Replacement> replacements;
  ForEachAwsPrincipal(ParseStored(parsed, document), [&](Value principal) {
    if (!IsUniqueId(principal.text())) return;
    auto arn = directory.ArnOf(principal.text());
    if (arn) replacements.push_back({principal.offset(), *std::move(arn)});
  });
  return Replace(document, replacements);
}

}  // namespace coffer::policy
