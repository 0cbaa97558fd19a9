#include "sigv4/presigned_query.h"

#include "sigv4/query.h"
#include "sigv4/text.h"

#include <charconv>
#include <optional>
#include <utility>

namespace coffer::sigv4 {
namespace {

constexpr std::chrono::seconds kLongestLifetime = std::chrono::weeks(1);

/// Takes a parameter that has to be there, or adds a sentence to `missing`.
std::string Take(std::string_view query, std::string_view name, std::string& missing) {
  auto value = FindQueryParameter(query, name);
  if (value) return *std::move(value);
  missing += Concatenate({"AWS query-string parameters must include '", name, "'. "});
  return {};
}

Result<std::chrono::seconds> ParseLifetime(std::string_view text) {
  std::chrono::seconds::rep seconds = 0;
  const auto [end, error] = std::from_chars(text.begin(), text.end(), seconds);
  if (error != std::errc{} || end != text.end() || seconds < 1 ||
      seconds > kLongestLifetime.count()) {
    return Fail(ErrorCode::kIncompleteSignature,
                Concatenate({"X-Amz-Expires must be a number of seconds from 1 to 604800. Got '",
                             Echo(text), "'. Re-examine the query-string parameters."}));
  }
  return std::chrono::seconds(seconds);
}

}  // namespace

Result<PresignedQuery> ParsePresignedQuery(std::string_view query, bool needs_date) {
  PresignedQuery parsed;
  std::string missing;
  parsed.credential = Take(query, "X-Amz-Credential", missing);
  parsed.signature = Take(query, kQuerySignature, missing);
  parsed.signed_headers = Take(query, "X-Amz-SignedHeaders", missing);
  if (needs_date) parsed.date = Take(query, "X-Amz-Date", missing);
  if (!missing.empty()) {
    return Fail(ErrorCode::kIncompleteSignature,
                Concatenate({missing, "Re-examine the query-string parameters."}));
  }
  if (const auto expires = FindQueryParameter(query, "X-Amz-Expires")) {
    ASSIGN_OR_RETURN(parsed.lifetime, ParseLifetime(*expires));
  }
  parsed.session_token = FindQueryParameter(query, kQueryToken).value_or("");
  return parsed;
}

}  // namespace coffer::sigv4
