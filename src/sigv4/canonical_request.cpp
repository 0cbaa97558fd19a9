#include "sigv4/canonical_request.h"

#include "base/encoding.h"
#include "sigv4/authorization_header.h"
#include "sigv4/query.h"
#include "sigv4/text.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace coffer::sigv4 {
namespace {

constexpr int kMostSignedHeaders = 64;

bool IsBlank(char c) { return c == ' ' || c == '\t'; }

/// Repeated slashes become one, `.` and `..` are resolved, and the bytes as they stand on the wire
/// are percent-encoded once more.
void AppendCanonicalPath(std::string& out, std::string_view path) {
  out += '/';
  if (path == "/") return;
  std::vector<std::string_view> segments;
  Pieces pieces(path, '/');
  while (const auto segment = pieces.Next()) {
    if (*segment == "..") {
      if (!segments.empty()) segments.pop_back();
    } else if (!segment->empty() && *segment != ".") {
      segments.push_back(*segment);
    }
  }
  bool first = true;
  for (const std::string_view segment : segments) {
    if (!std::exchange(first, false)) out += '/';
    base::AppendUriEncoded(out, segment, false);
  }
  if (!segments.empty() && path.ends_with('/')) out += '/';
}

/// Adds the words of `value` with one blank between them.
void AppendCanonicalValue(std::string& out, std::string_view value) {
  const char* position = value.data();
  const char* const end = position + value.size();
  bool first = true;
  while (true) {
    position = std::find_if_not(position, end, IsBlank);
    if (position == end) return;
    const char* const word_end = std::find_if(position, end, IsBlank);
    if (!std::exchange(first, false)) out += ' ';
    out.append(position, word_end);
    position = word_end;
  }
}

/// Adds the line of one signed header; values of a repeated one are joined by commas in the order
/// of the wire. False when it is absent.
bool AppendCanonicalHeader(std::string& out, const base::HttpRequest& request,
                           std::string_view name) {
  out += name;
  char separator = ':';
  for (const base::HttpHeader& header : request.headers) {
    if (!base::EqualsIgnoringCase(header.name, name)) continue;
    out += std::exchange(separator, ',');
    AppendCanonicalValue(out, header.value);
  }
  out += '\n';
  return separator == ',';
}

bool AppendCanonicalHeaders(std::string& out, const base::HttpRequest& request,
                            std::string_view signed_headers) {
  int count = 0;
  Pieces names(signed_headers, ';');
  while (const auto name = names.Next()) {
    if (++count > kMostSignedHeaders) return false;
    Pieces others = names;
    while (const auto other = others.Next()) {
      if (*other == *name) return false;
    }
    if (!AppendCanonicalHeader(out, request, *name)) return false;
  }
  return true;
}

}  // namespace

Target SplitTarget(std::string_view target) {
  const std::size_t question_mark = target.find('?');
  if (question_mark == std::string_view::npos) return {.path = target, .query = {}};
  return {.path = target.substr(0, question_mark), .query = target.substr(question_mark + 1)};
}

bool IsSigned(std::string_view signed_headers, std::string_view name) {
  Pieces names(signed_headers, ';');
  while (const auto listed = names.Next()) {
    if (*listed == name) return true;
  }
  return false;
}

bool AppendCanonicalRequest(std::string& out, const base::HttpRequest& request,
                            std::string_view signed_headers,
                            const crypto::Sha256Digest& body_hash) {
  const Target target = SplitTarget(request.target);
  out += request.method;
  out += '\n';
  AppendCanonicalPath(out, target.path);
  out += '\n';
  AppendCanonicalQuery(out, target.query);
  out += '\n';
  if (!AppendCanonicalHeaders(out, request, signed_headers)) return false;
  out += '\n';
  out += signed_headers;
  out += '\n';
  base::AppendHex(out, body_hash);
  return true;
}

void AppendStringToSign(std::string& out, std::string_view date, std::string_view scope,
                        const crypto::Sha256Digest& canonical_request_hash) {
  out += kAlgorithm;
  out += '\n';
  out += date;
  out += '\n';
  out += scope;
  out += '\n';
  base::AppendHex(out, canonical_request_hash);
}

}  // namespace coffer::sigv4
