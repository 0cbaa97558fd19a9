#include "sigv4/authorization_header.h"

#include "sigv4/text.h"

#include <algorithm>
#include <string>
#include <utility>

namespace coffer::sigv4 {
namespace {

constexpr std::size_t kLongestHeader = 8192;
constexpr std::string_view kNoEqualSign =
    "' not a valid key=value pair (missing equal-sign) in Authorization header: '";

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kBlanks = " \t";
  const std::size_t start = text.find_first_not_of(kBlanks);
  if (start == std::string_view::npos) return {};
  return text.substr(start, text.find_last_not_of(kBlanks) - start + 1);
}

std::unexpected<ApiError> Incomplete(std::string message) {
  return Fail(ErrorCode::kIncompleteSignature, std::move(message));
}

/// Pieces may stand in any order; of one that is repeated the last counts, unknown ones are let
/// pass. What is missing is left without data pointer, unlike what is empty.
Result<AuthorizationHeader> ParseParameters(std::string_view header, std::string_view text) {
  AuthorizationHeader parameters;
  Pieces pieces(text, ',');
  while (const auto untrimmed = pieces.Next()) {
    const std::string_view piece = Trim(*untrimmed);
    if (piece.empty()) continue;
    const std::size_t equal_sign = piece.find('=');
    if (equal_sign == std::string_view::npos) {
      return Incomplete(Concatenate({"'", Echo(piece), kNoEqualSign, Echo(header), "'."}));
    }
    const std::string_view name = piece.substr(0, equal_sign);
    const std::string_view value = piece.substr(equal_sign + 1);
    if (name == "Credential") parameters.credential = value;
    if (name == "SignedHeaders") parameters.signed_headers = value;
    if (name == "Signature") parameters.signature = value;
  }
  return parameters;
}

/// One sentence for each thing that is missing, each with a blank behind it.
std::string MissingParts(const AuthorizationHeader& parameters, bool has_date) {
  std::string missing;
  if (parameters.credential.data() == nullptr) {
    missing += "Authorization header requires 'Credential' parameter. ";
  }
  if (parameters.signature.data() == nullptr) {
    missing += "Authorization header requires 'Signature' parameter. ";
  }
  if (parameters.signed_headers.data() == nullptr) {
    missing += "Authorization header requires 'SignedHeaders' parameter. ";
  }
  if (!has_date) {
    missing +=
        "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ";
  }
  return missing;
}

}  // namespace

Result<AuthorizationHeader> ParseAuthorizationHeader(std::string_view header, bool has_date) {
  if (header.size() > kLongestHeader) {
    return Incomplete("Authorization header is longer than 8192 bytes.");
  }
  const std::size_t end = std::min(header.find(' '), header.size());
  const std::string_view algorithm = header.substr(0, end);
  if (algorithm != kAlgorithm) {
    return Incomplete(Concatenate({"Unsupported AWS 'algorithm': '", Echo(algorithm), "'."}));
  }
  ASSIGN_OR_RETURN(const auto parameters, ParseParameters(header, header.substr(end)));
  const std::string missing = MissingParts(parameters, has_date);
  if (!missing.empty()) {
    return Incomplete(Concatenate({missing, "Authorization=", Echo(header)}));
  }
  return parameters;
}

}  // namespace coffer::sigv4
