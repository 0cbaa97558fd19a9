#include "sigv4/credential_scope.h"

#include "sigv4/text.h"

#include <algorithm>
#include <array>

namespace coffer::sigv4 {
namespace {

constexpr std::string_view kInvalidRegion = "Credential should be scoped to a valid region.";

bool HasRegion(std::span<const std::string> sorted_regions, std::string_view region) {
  return std::ranges::binary_search(sorted_regions, region);
}

void AddFault(std::string& faults, std::string_view fault) {
  if (!faults.empty()) faults += ' ';
  faults += fault;
}

std::string DateFault(std::string_view scope_date, std::string_view sent) {
  constexpr std::string_view kComplaint =
      "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '";
  return Concatenate({kComplaint, Echo(scope_date), "' != '", Echo(sent.substr(0, 8)), "', from '",
                      Echo(sent), "'."});
}

}  // namespace

Result<CredentialScope> ParseCredential(std::string_view credential) {
  std::array<std::string_view, 5> parts;
  std::size_t count = 0;
  Pieces pieces(credential, '/');
  while (const auto piece = pieces.Next()) {
    if (count < parts.size()) parts[count] = *piece;
    ++count;
  }
  if (count != parts.size()) {
    return Fail(ErrorCode::kIncompleteSignature,
                Concatenate({"Credential must have exactly 5 slash-delimited elements, e.g. "
                             "keyid/date/region/service/term, got '",
                             Echo(credential), "'"}));
  }
  return CredentialScope{.access_key_id = parts[0],
                         .date = parts[1],
                         .region = parts[2],
                         .service = parts[3],
                         .terminator = parts[4],
                         .text = credential.substr(parts[0].size() + 1)};
}

Result<void> CheckScope(const CredentialScope& scope, const ExpectedScope& expected) {
  std::string faults;
  if (!HasRegion(expected.regions, scope.region)) AddFault(faults, kInvalidRegion);
  if (scope.service != expected.service) {
    AddFault(faults, Concatenate({"Credential should be scoped to correct service: '",
                                  expected.service, "'."}));
  }
  if (scope.terminator != kTerminator) {
    AddFault(faults, Concatenate({"Credential should be scoped with a valid terminator: "
                                  "'aws4_request', not '",
                                  Echo(scope.terminator), "'."}));
  }
  if (scope.date != expected.date.substr(0, 8)) {
    AddFault(faults, DateFault(scope.date, expected.date));
  }
  if (!faults.empty()) return Fail(ErrorCode::kInvalidSignature, std::move(faults));
  return {};
}

Result<void> CheckRegion(const CredentialScope& scope,
                         std::span<const std::string> sorted_regions) {
  if (HasRegion(sorted_regions, scope.region)) return {};
  return Fail(ErrorCode::kInvalidSignature, std::string(kInvalidRegion));
}

}  // namespace coffer::sigv4
