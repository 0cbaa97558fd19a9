#include "rotation/native/redactor.h"

#include "base/encoding.h"
#include "base/reply_buffer.h"
#include "json/writer.h"

#include <algorithm>
#include <cstddef>

namespace coffer::rotation::native {
namespace {

// More of a message is not even looked at.
constexpr std::size_t kLongestInput = 4096;

void DoubleQuotes(base::ReplyBuffer& out, std::string_view text) {
  for (const char c : text) {
    if (c == '\'') out.Append('\'');
    out.Append(c);
  }
}

void DoubleQuotesAndBackslashes(base::ReplyBuffer& out, std::string_view text) {
  for (const char c : text) {
    if (c == '\'' || c == '\\') out.Append(c);
    out.Append(c);
  }
}

// As mysql_real_escape_string does it.
void EscapeForMysql(base::ReplyBuffer& out, std::string_view text) {
  for (const char c : text) {
    if (c == '\'' || c == '"' || c == '\\') out.Append('\\');
    if (c == '\n') {
      out.Append("\\n");
    } else if (c == '\r') {
      out.Append("\\r");
    } else if (c == '\x1a') {
      out.Append("\\Z");
    } else {
      out.Append(c);
    }
  }
}

void EscapeForJson(base::ReplyBuffer& out, std::string_view text) { json::AppendQuoted(out, text); }

void EscapeForUrl(base::ReplyBuffer& out, std::string_view text) {
  std::string encoded;
  base::AppendUriEncoded(encoded, text, false);
  out.Append(encoded);
}

void KeepAsIs(base::ReplyBuffer& out, std::string_view text) { out.Append(text); }

std::size_t CommonLength(std::string_view one, std::string_view other) {
  const auto [end, unused] = std::ranges::mismatch(one, other);
  return static_cast<std::size_t>(end - one.begin());
}

/// Length of what stands at the beginning of `text` and is a password or a piece of one; 0 = none.
std::size_t SecretLength(std::string_view text, std::string_view form) {
  const std::size_t least = std::min(form.size(), Redactor::kPiece);
  std::size_t longest = 0;
  for (std::size_t from = 0; from + least <= form.size(); ++from) {
    longest = std::max(longest, CommonLength(text, form.substr(from)));
  }
  return longest >= least ? longest : 0;
}

void AppendCharacter(std::string& out, std::string_view text, std::size_t length) {
  const auto first = static_cast<unsigned char>(text.front());
  if (length == 0 || first < 0x20 || first == 0x7F) {
    out += length == 0 ? '?' : ' ';
  } else {
    out += text.substr(0, length);
  }
}

}  // namespace

void Redactor::Add(std::string_view password) {
  if (password.size() < kShortest) return;
  for (const auto write : {KeepAsIs, DoubleQuotes, DoubleQuotesAndBackslashes, EscapeForMysql,
                           EscapeForJson, EscapeForUrl}) {
    base::ReplyBuffer form;
    write(form, password);
    std::string_view body = form.body();
    if (write == EscapeForJson) body = body.substr(1, body.size() - 2);  // Without its quotes.
    const bool is_known =
        std::ranges::any_of(forms_, [&](const auto& known) { return known.ExposeText() == body; });
    if (!is_known) forms_.push_back(SecretBytes::FromText(body));
  }
}

std::string Redactor::Redact(std::string_view message) const {
  message = message.substr(0, kLongestInput);
  std::string out;
  while (!message.empty() && out.size() + 4 <= kMostBytes) {
    std::size_t secret = 0;
    for (const SecretBytes& form : forms_) {
      secret = std::max(secret, SecretLength(message, form.ExposeText()));
    }
    if (secret != 0) {
      if (!out.ends_with("***")) out += "***";
      message.remove_prefix(secret);
      continue;
    }
    const std::size_t length = base::Utf8Length(message);
    AppendCharacter(out, message, length);
    message.remove_prefix(std::max(length, std::size_t{1}));
  }
  return out;
}

}  // namespace coffer::rotation::native
