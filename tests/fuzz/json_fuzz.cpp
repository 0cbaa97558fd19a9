#include "api/json_codec.h"
#include "checks.h"
#include "json/document.h"
#include "json/writer.h"

#include <array>
#include <cstdint>

// A request's body is the first thing that is parsed after a signature was found good.

namespace {

using coffer::base::Optional;
using coffer::base::Required;
using coffer::fuzz::Require;
using coffer::json::Kind;
using coffer::json::Value;

constexpr std::array<std::string_view, 2> kKeys{"name", "all"};

struct Filter {
  std::optional<std::string> key;
  std::optional<std::vector<std::string>> values;

  static constexpr auto Members() {
    return std::tuple{Optional("Key", &Filter::key, {}, {.allowed = kKeys}),
                      Optional("Values", &Filter::values, {1, 3}, {.item_range = {0, 5}})};
  }
};

/// Has a member of every type.
struct Request {
  std::string secret_id;
  std::optional<std::int64_t> length;
  std::optional<bool> force;
  std::optional<coffer::Timestamp> since;
  std::optional<coffer::base::SecretText> secret_string;
  std::optional<coffer::base::SecretBlob> secret_binary;
  std::optional<std::vector<std::string>> stages;
  std::optional<std::vector<Filter>> filters;
  std::optional<Filter> filter;

  static constexpr auto Members() {
    return std::tuple{Required("SecretId", &Request::secret_id, {1, 16}),
                      Optional("Length", &Request::length, {1, 4096}),
                      Optional("Force", &Request::force),
                      Optional("Since", &Request::since),
                      Optional("SecretString", &Request::secret_string, {1, 64}),
                      Optional("SecretBinary", &Request::secret_binary, {1, 64}),
                      Optional("Stages", &Request::stages, {1, 5}, {.item_range = {1, 8}}),
                      Optional("Filters", &Request::filters),
                      Optional("Filter", &Request::filter)};
  }
};

/// Writes `value` again.
void Write(coffer::json::Writer& writer, Value value) {
  switch (value.kind()) {
    case Kind::kObject:
      writer.BeginObject();
      for (Value member = value.First(); member.valid(); member = member.Next()) {
        writer.EscapedKey(member.key());
        Write(writer, member);
      }
      return writer.EndObject();
    case Kind::kArray:
      writer.BeginArray();
      for (Value item = value.First(); item.valid(); item = item.Next()) Write(writer, item);
      return writer.EndArray();
    case Kind::kString:
      return writer.String(value.text());
    case Kind::kInteger:
      return writer.Integer(value.integer());
    default:
      return writer.Boolean(value.kind() == Kind::kBoolean && value.boolean());
  }
}

void CheckOffsets(std::string_view text, Value value) {
  constexpr std::string_view kFirst = "ntf-0123456789\"[{";
  Require(value.offset() < text.size());
  Require(kFirst.find(text[value.offset()]) != std::string_view::npos);
  for (Value child = value.First(); child.valid(); child = child.Next()) {
    Require(child.offset() > value.offset());
    CheckOffsets(text, child);
  }
}

/// What was read can be written, and reads back to what writes the same.
void CheckRoundTrip(std::string_view text) {
  coffer::json::Document document;
  const auto root = document.Parse(text);
  if (!root) return Require(root.error().offset <= text.size());
  CheckOffsets(text, *root);

  coffer::base::ReplyBuffer once;
  coffer::json::Writer writer(once);
  Write(writer, *root);
  coffer::json::Document second;
  const auto again = second.Parse(once.body());
  Require(again.has_value());
  coffer::base::ReplyBuffer twice;
  coffer::json::Writer rewriter(twice);
  Write(rewriter, *again);
  Require(once.body() == twice.body());
}

void CheckDecoding(std::string_view text) {
  const auto request = coffer::api::DecodeRequest<Request>(text);
  if (!request) return;
  coffer::base::ReplyBuffer once;
  coffer::api::EncodeReply(*request, once);
  const auto again = coffer::api::DecodeRequest<Request>(once.body());
  Require(again.has_value());
  coffer::base::ReplyBuffer twice;
  coffer::api::EncodeReply(*again, twice);
  Require(once.body() == twice.body());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  CheckRoundTrip(text);
  CheckDecoding(text);
  return 0;
}
