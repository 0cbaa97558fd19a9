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

std::string_view NameOf(std::string_view piece) { return piece.substr(0, piece.find('=')); }

std::string_view ValueOf(std::string_view piece) {
  return piece.substr(std::min(NameOf(piece).size() + 1, piece.size()));
}

/// The first parameter of that name, as the query has it.
std::optional<std::string_view> FindPiece(std::string_view query, std::string_view name) {
  Pieces pieces(query, '&');
  while (const auto piece = pieces.Next()) {
    if (Decode(NameOf(*piece)) == name) return piece;
  }
  return std::nullopt;
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

std::optional<std::string> FindQueryParameter(std::string_view query, std::string_view name) {
  const auto piece = FindPiece(query, name);
  if (!piece) return std::nullopt;
  return Decode(ValueOf(*piece));
}

std::string WithoutQueryParameter(std::string_view query, std::string_view name) {
  std::string rest(query);
  if (const auto piece = FindPiece(query, name)) {
    rest.erase(static_cast<std::size_t>(piece->data() - query.data()), piece->size());
  }
  return rest;  // Where it stood, an empty piece is left, which counts for nothing.
}

void AppendCanonicalQuery(std::string& out, std::string_view query) {
  if (query.empty()) return;
  // Sorted by the encoded forms, which differ from the decoded ones in order.
  std::vector<std::pair<std::string, std::string>> parameters;
  Pieces pieces(query, '&');
  while (const auto piece = pieces.Next()) {
    if (piece->empty()) continue;
    parameters.emplace_back(Reencode(NameOf(*piece)), Reencode(ValueOf(*piece)));
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
