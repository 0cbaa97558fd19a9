#pragma once

#include "base/encoding.h"
#include "crypto/digest.h"
#include "signed_request.h"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Signature Version 4 once more, written from AWS's description without a look at speed and with
/// nothing of src/sigv4: what a client does.
namespace coffer::sigv4::test::reference {

inline std::vector<std::string> Split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

inline std::string Encode(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((std::isalnum(byte) != 0 && byte < 0x80) ||
        (c != '\0' && std::string_view("-._~").contains(c))) {
      encoded += c;
    } else {
      encoded += '%';
      encoded += kHex[byte >> 4U];
      encoded += kHex[byte & 15U];
    }
  }
  return encoded;
}

inline std::string Decode(const std::string& text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      decoded += static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16));
      i += 2;
    } else {
      decoded += text[i];
    }
  }
  return decoded;
}

inline std::string CanonicalPath(const std::string& path) {
  std::vector<std::string> kept;
  for (const std::string& segment : Split(path, '/')) {
    if (segment == ".." && !kept.empty()) kept.pop_back();
    if (!segment.empty() && segment != "." && segment != "..") kept.push_back(segment);
  }
  std::string canonical;
  for (const std::string& segment : kept) canonical += '/' + Encode(segment);
  if (canonical.empty() || path.ends_with('/')) canonical += '/';
  return canonical;
}

inline std::string CanonicalQuery(const std::string& query) {
  std::vector<std::pair<std::string, std::string>> parameters;
  for (const std::string& piece : Split(query, '&')) {
    if (piece.empty()) continue;
    const std::size_t equal_sign = piece.find('=');
    parameters.emplace_back(
        Encode(Decode(piece.substr(0, equal_sign))),
        equal_sign == std::string::npos ? "" : Encode(Decode(piece.substr(equal_sign + 1))));
  }
  std::ranges::sort(parameters);
  std::string canonical;
  for (const auto& [name, value] : parameters) {
    canonical += (canonical.empty() ? "" : "&") + name + '=' + value;
  }
  return canonical;
}

inline std::string CanonicalValue(const std::string& value) {
  std::string canonical;
  bool pending_blank = false;
  for (const char c : value) {
    if (c == ' ' || c == '\t') {
      pending_blank = !canonical.empty();
    } else {
      if (std::exchange(pending_blank, false)) canonical += ' ';
      canonical += c;
    }
  }
  return canonical;
}

inline std::string CanonicalRequest(const OwnedRequest& request,
                                    const std::string& signed_headers) {
  std::map<std::string, std::string> headers;
  for (const auto& [name, value] : request.headers) {
    std::string lower = name;
    std::ranges::transform(lower, lower.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
    });
    const auto [line, is_first] = headers.try_emplace(lower, CanonicalValue(value));
    if (!is_first) line->second += ',' + CanonicalValue(value);
  }
  const std::size_t question_mark = request.target.find('?');
  std::string canonical = request.method + '\n';
  canonical += CanonicalPath(request.target.substr(0, question_mark)) + '\n';
  if (question_mark != std::string::npos) {
    canonical += CanonicalQuery(request.target.substr(question_mark + 1));
  }
  canonical += '\n';
  for (const std::string& name : Split(signed_headers, ';')) {
    const auto header = headers.find(name);
    canonical += name + ':' + (header == headers.end() ? "(absent)" : header->second) + '\n';
  }
  return canonical + '\n' + signed_headers + '\n' +
         base::ToHex(crypto::Sha256(base::AsBytes(request.body)));
}

/// `signing.scope` begins with the day of `date`.
inline std::string SignatureOf(const OwnedRequest& request, const Signing& signing,
                               const std::string& date) {
  const std::string canonical = CanonicalRequest(request, signing.signed_headers);
  const std::string to_sign = "AWS4-HMAC-SHA256\n" + date + '\n' + signing.scope + '\n' +
                              base::ToHex(crypto::Sha256(base::AsBytes(canonical)));
  const std::string secret = "AWS4" + signing.secret;
  crypto::Sha256Digest key{};
  bool is_first = true;
  for (const std::string& part : Split(signing.scope, '/')) {
    key = crypto::HmacSha256(
        std::exchange(is_first, false) ? base::AsBytes(secret) : std::span<const std::byte>(key),
        base::AsBytes(part));
  }
  return base::ToHex(crypto::HmacSha256(key, base::AsBytes(to_sign)));
}

}  // namespace coffer::sigv4::test::reference
