#include "sigv4/query.h"

#include "base/ascii.h"
#include "base/encoding.h"
#include "sigv4/text.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace coffer::sigv4 {
namespace {

std::string Decode(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      decoded += static_cast<char>(base::HexDigitValue(text[i + 1]) * 16 +
                                   base::HexDigitValue(text[i + 2]));
      i += 2;
    } else {
      decoded += text[i];
    }
  }
  return decoded;
}

std::string Reencode(std::string_view text) {
  std::string encoded;
  base::AppendUriEncoded(encoded, Decode(text), false);
  return encoded;
}

}  // namespace

Result<void> CheckQueryEscapes(std::string_view query) {
  for (std::size_t i = query.find('%'); i < query.size(); i = query.find('%', i + 3)) {
    if (query.size() - i < 3) {
      return Fail(ErrorCode::kMalformedQueryString, "Incomplete trailing escape % sequence");
    }
    if (base::HexDigitValue(query[i + 1]) < 0 || base::HexDigitValue(query[i + 2]) < 0) {
      return Fail(
          ErrorCode::kMalformedQueryString,
          Concatenate({"Illegal hex character in escape % pattern: ", Echo(query.substr(i, 3))}));
    }
  }
  return {};
}

bool HasQueryParameter(std::string_view query, std::string_view name) {
  Pieces pieces(query, '&');
  while (const auto piece = pieces.Next()) {
    if (Decode(piece->substr(0, piece->find('='))) == name) return true;
  }
  return false;
}

void AppendCanonicalQuery(std::string& out, std::string_view query) {
  if (query.empty()) return;
  // Sorted by the encoded forms, which differ from the decoded ones in order.
  std::vector<std::pair<std::string, std::string>> parameters;
  Pieces pieces(query, '&');
  while (const auto piece = pieces.Next()) {
    if (piece->empty()) continue;
    const std::size_t end = std::min(piece->find('='), piece->size());
    const std::string_view value = end == piece->size() ? "" : piece->substr(end + 1);
    parameters.emplace_back(Reencode(piece->substr(0, end)), Reencode(value));
  }
  std::ranges::sort(parameters);
  bool first = true;
  for (const auto& [name, value] : parameters) {
    if (!std::exchange(first, false)) out += '&';
    out += name;
    out += '=';
    out += value;
  }
}

}  // namespace coffer::sigv4
