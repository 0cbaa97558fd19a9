#include "api/query_codec.h"
#include "api/xml_codec.h"
#include "base/encoding.h"
#include "checks.h"

#include <algorithm>
#include <array>
#include <cstdint>
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
using coffer::fuzz::Require;

constexpr std::array<std::string_view, 2> kTypes{"string", "numeric"};

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

/// What a caller is told, whether the request is good or not.
std::string Answer(const FormFields& form) {
  coffer::base::HttpReply reply;
  if (const auto request = coffer::api::DecodeQuery<Request>(form)) {
    coffer::api::EncodeXmlReply("Get", "n", "i", *request, reply.body);
  } else {
    coffer::api::EncodeXmlError(request.error(), "n", reply);
  }
  coffer::fuzz::CheckWellFormedXml(reply.body.body());
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
