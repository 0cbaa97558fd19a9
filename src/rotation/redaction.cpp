#include "rotation/redaction.h"

#include "base/ascii.h"
#include "base/encoding.h"
#include "json/document.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>

namespace coffer::rotation {
namespace {

constexpr json::Limits kLimits{.depth = 65536, .values = 65536, .key_bytes = 65536};

/// The code point that `text` begins with, which takes `length` bytes of well-formed UTF-8.
std::uint32_t CodePoint(std::string_view text, std::size_t length) {
  const auto byte = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i]));
  };
  if (length == 1) return byte(0);
  std::uint32_t code = byte(0) & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) code = (code << 6) | (byte(i) & 0x3F);
  return code;
}

void AppendUnicodeEscape(std::string& out, std::uint32_t unit, bool upper) {
  const std::string_view digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
  out.append("\\u");
  for (int shift = 12; shift >= 0; shift -= 4) out.push_back(digits[(unit >> shift) & 0xF]);
}

struct JsonStyle {
  bool ascii;  ///< Everything else than ASCII as \uXXXX, as Python writes it.
  bool slash;  ///< `/` as `\/`, as PHP writes it.
  bool upper;  ///< Digits of escapes.
};

void AppendJsonCharacter(std::string& out, std::string_view character, const JsonStyle& style) {
  const std::uint32_t code = CodePoint(character, character.size());
  constexpr std::string_view kNamed = "\b\f\n\r\t\"\\";
  constexpr std::string_view kNames = "bfnrt\"\\";
  if (const std::size_t named = kNamed.find(character); named != std::string_view::npos) {
    out.push_back('\\');
    out.push_back(kNames[named]);
  } else if (character == "/" && style.slash) {
    out.append("\\/");
  } else if (code >= 0x10000 && style.ascii) {
    AppendUnicodeEscape(out, 0xD800 + ((code - 0x10000) >> 10), style.upper);
    AppendUnicodeEscape(out, 0xDC00 + ((code - 0x10000) & 0x3FF), style.upper);
  } else if (code < 0x20 || (code >= 0x7F && style.ascii)) {
    AppendUnicodeEscape(out, code, style.upper);
  } else {
    out.append(character);
  }
}

/// Room for a form at its longest: growing would leave copies of half a secret behind.
std::string WithRoomFor(std::string_view text, std::size_t most_for_one) {
  std::string out;
  out.reserve(text.size() * most_for_one);
  return out;
}

std::string JsonForm(std::string_view text, const JsonStyle& style) {
  std::string out = WithRoomFor(text, std::string_view("\\u0000").size());
  while (!text.empty()) {
    const std::size_t length = std::max<std::size_t>(base::Utf8Length(text), 1);
    AppendJsonCharacter(out, text.substr(0, length), style);
    text.remove_prefix(length);
  }
  return out;
}

std::string UrlForm(std::string_view text, std::string_view kept, bool upper, bool plus) {
  const std::string_view digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
  std::string out = WithRoomFor(text, std::string_view("%00").size());
  for (const char c : text) {
    if (base::IsAlphanumeric(c) || kept.find(c) != std::string_view::npos) {
      out.push_back(c);
    } else if (c == ' ' && plus) {
      out.push_back('+');
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out.append({'%', digits[byte >> 4], digits[byte & 0xF]});
    }
  }
  return out;
}

/// `text` with `before` put in front of each of `characters`; with the character itself doubled
/// where `before` is 0.
std::string Prefixed(std::string_view text, std::string_view characters, char before) {
  std::string out = WithRoomFor(text, 2);
  for (const char c : text) {
    if (characters.find(c) != std::string_view::npos) out.push_back(before == 0 ? c : before);
    out.push_back(c);
  }
  return out;
}

}  // namespace

void Redaction::AddForm(std::string form) {
  const auto hides = [&](const SecretBytes& known) { return known.ExposeText() == form; };
  if (std::ranges::none_of(forms_, hides)) {
    const auto place = std::ranges::find_if(
        forms_, [&](const SecretBytes& known) { return known.size() < form.size(); });
    forms_.insert(place, SecretBytes::FromText(form));
  }
  ::explicit_bzero(form.data(), form.size());
}

// What functions print comes line by line, so that a private key would never be seen as a whole.
void Redaction::AddLines(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r";
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    line.remove_prefix(std::min(line.find_first_not_of(kBlank), line.size()));
    line = line.substr(0, line.find_last_not_of(kBlank) + 1);
    if (line.size() >= kShortest) AddForm(std::string(line));
  }
}

void Redaction::AddText(std::string_view text) {
  if (text.size() < kShortest) return;
  AddForm(std::string(text));
  if (text.find('\n') != std::string_view::npos) AddLines(text);
  for (const bool upper : {true, false}) {
    // RFC 3986; encodeURIComponent; application/x-www-form-urlencoded; a path.
    AddForm(UrlForm(text, "-._~", upper, false));
    AddForm(UrlForm(text, "-._~!*'()", upper, false));
    AddForm(UrlForm(text, "-._*", upper, true));
    AddForm(UrlForm(text, "-._~/", upper, false));
    for (const bool slash : {true, false}) {
      AddForm(JsonForm(text, {.ascii = true, .slash = slash, .upper = upper}));
      AddForm(JsonForm(text, {.ascii = false, .slash = slash, .upper = upper}));
    }
  }
  AddForm(Prefixed(text, "'", 0));         // SQL literals,
  AddForm(Prefixed(text, "\"`", 0));       // quoted identifiers,
  AddForm(Prefixed(text, "'\\", 0));       // E'...' of PostgreSQL,
  AddForm(Prefixed(text, "'\"\\", '\\'));  // mysql_real_escape_string,
  AddForm(Prefixed(text, "'\\", '\\'));    // and what Python's repr() does.
}

void Redaction::Add(std::string_view value) {
  AddText(value);
  json::Document document;
  const auto root = document.Parse(value, kLimits);
  if (!root) return;
  std::vector<json::Value> open{*root};
  while (!open.empty()) {
    const json::Value container = open.back();
    open.pop_back();
    if (container.kind() == json::Kind::kString) AddText(container.text());
    if (container.kind() != json::Kind::kObject && container.kind() != json::Kind::kArray) continue;
    for (json::Value child = container.First(); child.valid(); child = child.Next()) {
      open.push_back(child);
    }
  }
}

std::string Redaction::Redact(std::string_view text) const {
  std::string out;
  while (!text.empty()) {
    const auto hidden = std::ranges::find_if(
        forms_, [&](const SecretBytes& form) { return text.starts_with(form.ExposeText()); });
    if (hidden != forms_.end()) {
      out.append("***");
      text.remove_prefix(hidden->size());
    } else {
      out.push_back(text.front());
      text.remove_prefix(1);
    }
  }
  return out;
}

void Redaction::RedactInPlace(std::string& message) const {
  std::string redacted = RedactMessage(message);
  ::explicit_bzero(message.data(), message.size());
  message = std::move(redacted);
}

std::string Redaction::RedactMessage(std::string_view text) const {
  // Redacted first: a secret may have several lines, and half a secret is not recognized.
  std::string redacted = Redact(text);
  const std::size_t start = std::min(redacted.find_first_not_of(" \t\r\n"), redacted.size());
  redacted.erase(0, start);
  redacted.resize(std::min(redacted.find_first_of("\r\n"), redacted.size()));
  std::size_t length = 0;
  while (length < redacted.size()) {
    const std::size_t next =
        std::max<std::size_t>(base::Utf8Length(std::string_view(redacted).substr(length)), 1);
    if (length + next > kLongestMessage) break;
    length += next;
  }
  redacted.resize(length);
  return redacted;
}

}  // namespace coffer::rotation
