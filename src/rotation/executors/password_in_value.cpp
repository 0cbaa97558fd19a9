#include "rotation/executors/password_in_value.h"

#include "base/reply_buffer.h"
#include "json/document.h"
#include "json/writer.h"

#include <algorithm>
#include <cstddef>
#include <optional>

namespace coffer::rotation {
namespace {

// A value has at most 64 KiB, so that these bounds are no bounds.
constexpr json::Limits kLimits{.depth = 65536, .values = 65536, .key_bytes = 65536};

std::optional<json::Value> MemberOf(json::Value object, std::string_view name) {
  for (json::Value member = object.First(); member.valid(); member = member.Next()) {
    if (member.key() == name) return member;
  }
  return std::nullopt;
}

// Behind the string that begins with the quote at `at`.
std::size_t EndOfString(std::string_view text, std::size_t at) {
  for (++at; text[at] != '"'; ++at) {
    if (text[at] == '\\') ++at;
  }
  return at + 1;
}

// Behind the value that begins at `at`, in a text that is known to be JSON.
std::size_t EndOfValue(std::string_view text, std::size_t at) {
  if (text[at] == '"') return EndOfString(text, at);
  if (text[at] != '{' && text[at] != '[') return text.find_first_of(",]} \t\r\n", at);
  int depth = 0;
  do {
    if (text[at] == '"') {
      at = EndOfString(text, at);
      continue;
    }
    if (text[at] == '{' || text[at] == '[') ++depth;
    if (text[at] == '}' || text[at] == ']') --depth;
    ++at;
  } while (depth > 0);
  return at;
}

// Where the object `text` is cut, and what is put there before the password.
struct Place {
  std::size_t from = 0;
  std::size_t to = 0;
  std::string_view before = "";
};

Place PlaceOfPassword(std::string_view text, json::Value object) {
  if (const auto member = MemberOf(object, "password")) {
    return {.from = member->offset(), .to = EndOfValue(text, member->offset()), .before = ""};
  }
  const std::size_t end = text.rfind('}');
  return {.from = end,
          .to = end,
          .before = object.size() == 0 ? std::string_view(R"("password":)")
                                       : std::string_view(R"(,"password":)")};
}

}  // namespace

std::expected<SecretBytes, std::string> WithPassword(std::string_view value,
                                                     std::string_view password) {
  json::Document document;
  const auto root = document.Parse(value, kLimits);
  if (!root && root.error().reason == "duplicate key") {
    return std::unexpected("the current value is an object with several members of one name");
  }
  if (!root || root->kind() != json::Kind::kObject) return SecretBytes::FromText(password);
  const Place place = PlaceOfPassword(value, *root);
  base::ReplyBuffer changed;
  changed.Append(value.substr(0, place.from));
  changed.Append(place.before);
  json::AppendQuoted(changed, password);
  changed.Append(value.substr(place.to));
  return SecretBytes::FromText(changed.body());
}

std::vector<std::string> RelatedSecretIds(std::string_view value) {
  json::Document document;
  const auto root = document.Parse(value, kLimits);
  std::vector<std::string> ids;
  if (!root || root->kind() != json::Kind::kObject) return ids;
  for (const std::string_view name : {"masterarn", "adminSecretArn"}) {
    const auto member = MemberOf(*root, name);
    if (!member || member->kind() != json::Kind::kString || member->text().empty()) continue;
    if (std::ranges::find(ids, member->text()) == ids.end()) ids.emplace_back(member->text());
  }
  return ids;
}

bool IsOfPostgres(std::string_view value) {
  json::Document document;
  const auto root = document.Parse(value, kLimits);
  if (!root || root->kind() != json::Kind::kObject) return false;
  const auto engine = MemberOf(*root, "engine");
  return engine && engine->kind() == json::Kind::kString &&
         (engine->text() == "postgres" || engine->text() == "aurora-postgresql");
}

}  // namespace coffer::rotation
