#pragma once

#include "api/error_table.h"
#include "base/encoding.h"
#include "json/document.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>
#include <utility>
#include <vector>

/// What several targets demand of what they are given.
namespace coffer::fuzz {

inline void Require(bool holds) {
  if (!holds) std::abort();
}

/// `text` has no character that XML forbids, and `&` begins nothing but the escapes of ours.
inline void CheckXmlText(std::string_view text) {
  Require(base::IsValidUtf8(text));
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

/// Takes the tag at the front of `xml` and answers what stands between its brackets.
inline std::string_view TakeXmlTag(std::string_view& xml) {
  Require(xml.starts_with('<'));
  const std::size_t end = xml.find('>');
  Require(end != std::string_view::npos);
  const std::string_view tag = xml.substr(1, end - 1);
  xml.remove_prefix(end + 1);
  Require(!tag.empty() && tag.find('<') == std::string_view::npos);
  return tag;
}

inline void CheckWellFormedXml(std::string_view xml) {
  std::vector<std::string_view> open;
  do {
    const std::string_view tag = TakeXmlTag(xml);
    if (tag.starts_with('/')) {
      Require(!open.empty() && open.back() == tag.substr(1));
      open.pop_back();
    } else if (!tag.ends_with('/')) {
      open.push_back(tag.substr(0, tag.find(' ')));
    }
    const std::size_t text = std::min(xml.find('<'), xml.size());
    CheckXmlText(xml.substr(0, text));
    xml.remove_prefix(text);
  } while (!open.empty());
  Require(xml.empty());
}

/// Whether `name` is what some error is called in JSON; what says that the fault is ours is none.
inline bool IsKnownError(std::string_view name) {
  constexpr auto kLast = std::to_underlying(ErrorCode::kMalformedQueryString);
  for (auto code = std::to_underlying(ErrorCode::kDecryptionFailure); code <= kLast; ++code) {
    const api::ErrorRow& row = api::FindError(static_cast<ErrorCode>(code));
    if (row.name == name) return row.status < 500;
  }
  return false;
}

/// The reply that a client reads: a status of its own fault or none, and a body in the protocol.
inline void CheckReply(const base::HttpReply& reply) {
  Require(reply.status == 200 || (reply.status >= 400 && reply.status < 500));
  const std::string_view body = reply.body.body();
  if (reply.content_type == "text/xml") return CheckWellFormedXml(body);
  if (body.empty()) return Require(reply.status == 200);
  constexpr json::Limits kNoLimits{.depth = 64, .values = 1 << 20, .key_bytes = 1 << 16};
  json::Document document;
  const auto root = document.Parse(body, kNoLimits);
  Require(root.has_value() && root->kind() == json::Kind::kObject);
  if (reply.status == 200 || reply.content_type != "application/x-amz-json-1.1") return;
  const json::Value type = root->First();
  Require(type.valid() && type.key() == "__type" && IsKnownError(type.text()));
}

}  // namespace coffer::fuzz
