#include "api/query_codec.h"
#include "api/xml_codec.h"
#include "base/encoding.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <ranges>
#include <string>
#include <string_view>
#include <vector>

// A form is the first thing of IAM and STS that is parsed after a signature was found good; what it
// says comes back in XML.

namespace {

using coffer::api::FormFields;
using coffer::base::Optional;
using coffer::base::Required;

constexpr std::array<std::string_view, 2> kTypes{"string", "numeric"};

void Require(bool holds) {
  if (!holds) std::abort();
}

struct Tag {
  std::string key;
  std::optional<std::string> value;

  static constexpr auto Members() {
    return std::tuple{Required("Key", &Tag::key, {1, 8}), Optional("Value", &Tag::value, {0, 8})};
  }
};

struct Entry {
  std::optional<std::string> type;
  std::optional<std::vector<std::string>> values;
  std::optional<std::vector<Tag>> tags;

  static constexpr auto Members() {
    return std::tuple{Optional("Type", &Entry::type, {}, {.allowed = kTypes}),
                      Optional("Values", &Entry::values, {0, 3}, {.item_range = {0, 5}}),
                      Optional("Tags", &Entry::tags)};
  }
};

/// Has a member of every type.
struct Request {
  std::string role_arn;
  std::optional<std::string> token_code;
  std::optional<coffer::base::SecretText> password;
  std::optional<coffer::base::EncodedDocument> document;
  std::optional<std::int64_t> duration;
  std::optional<bool> only_attached;
  std::optional<coffer::Timestamp> since;
  std::optional<std::vector<std::string>> tag_keys;
  std::optional<std::vector<Tag>> tags;
  std::optional<std::vector<Entry>> entries;
  std::optional<Entry> entry;

  static constexpr auto Members() {
    return std::tuple{Required("RoleArn", &Request::role_arn, {1, 16}),
                      Optional("TokenCode", &Request::token_code, {6, 6}, {.sensitive = true}),
                      Optional("Password", &Request::password, {1, 64}),
                      Optional("PolicyDocument", &Request::document, {1, 64}),
                      Optional("DurationSeconds", &Request::duration, {900, 43200}),
                      Optional("OnlyAttached", &Request::only_attached),
                      Optional("Since", &Request::since),
                      Optional("TagKeys", &Request::tag_keys, {0, 5}, {.item_range = {1, 8}}),
                      Optional("Tags", &Request::tags, {0, 5}),
                      Optional("Entries", &Request::entries),
                      Optional("Entry", &Request::entry)};
  }
};

/// Takes the tag at the front of `xml` and answers what stands between its brackets.
std::string_view TakeTag(std::string_view& xml) {
  Require(xml.starts_with('<'));
  const std::size_t end = xml.find('>');
  Require(end != std::string_view::npos);
  const std::string_view tag = xml.substr(1, end - 1);
  xml.remove_prefix(end + 1);
  Require(!tag.empty() && tag.find('<') == std::string_view::npos);
  return tag;
}

/// `text` has no character that XML forbids, and `&` begins nothing but the escapes of ours.
void CheckText(std::string_view text) {
  Require(coffer::base::IsValidUtf8(text));
  Require(text.find("\xEF\xBF\xBE") == std::string_view::npos);
  Require(text.find("\xEF\xBF\xBF") == std::string_view::npos);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    Require(static_cast<unsigned char>(c) >= 0x20 || c == '\t' || c == '\n');
    Require(c != '"' && c != '\'' && c != '>');
    if (c != '&') continue;
    constexpr std::array<std::string_view, 6> kEscapes{"&amp;",  "&lt;",   "&gt;",
                                                       "&quot;", "&apos;", "&#xD;"};
    Require(std::ranges::any_of(
        kEscapes, [&](std::string_view escape) { return text.substr(i).starts_with(escape); }));
  }
}

void CheckWellFormed(std::string_view xml) {
  std::vector<std::string_view> open;
  do {
    const std::string_view tag = TakeTag(xml);
    if (tag.starts_with('/')) {
      Require(!open.empty() && open.back() == tag.substr(1));
      open.pop_back();
    } else if (!tag.ends_with('/')) {
      open.push_back(tag.substr(0, tag.find(' ')));
    }
    const std::size_t text = std::min(xml.find('<'), xml.size());
    CheckText(xml.substr(0, text));
    xml.remove_prefix(text);
  } while (!open.empty());
  Require(xml.empty());
}

/// What a caller is told, whether the request is good or not.
std::string Answer(const FormFields& form) {
  coffer::base::HttpReply reply;
  if (const auto request = coffer::api::DecodeQuery<Request>(form)) {
    coffer::api::EncodeXmlReply("Get", "n", "i", *request, reply.body);
  } else {
    coffer::api::EncodeXmlError(request.error(), "n", reply);
  }
  CheckWellFormed(reply.body.body());
  return std::string(reply.body.body());
}

void CheckFields(const FormFields& form) {
  std::string_view previous;
  bool is_first = true;
  for (const auto& field : form.root().below) {
    Require(coffer::base::IsValidUtf8(field.name) && coffer::base::IsValidUtf8(field.value));
    Require(is_first || previous < field.name);
    is_first = false;
    previous = field.name;
  }
}

/// The order of the parameters says nothing, unless one is repeated.
void CheckOrder(std::string_view text, const FormFields& form) {
  std::string reversed;
  std::size_t count = 0;
  for (const auto piece : std::views::split(text, '&')) {
    if (piece.empty()) continue;
    reversed = std::string(piece.begin(), piece.end()) + "&" + reversed;
    ++count;
  }
  if (count != form.root().below.size()) return;
  const auto again = FormFields::Parse(reversed);
  // One byte more than the original may be too much.
  if (again) Require(Answer(*again) == Answer(form));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto form = FormFields::Parse(text);
  if (!form) return 0;
  CheckFields(*form);
  static_cast<void>(form->Action());
  Require(!coffer::api::UnknownAction(*form).message.empty());
  static_cast<void>(Answer(*form));
  CheckOrder(text, *form);
  return 0;
}
