#include "secrets/function_registry.h"

#include "base/ascii.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace coffer::secrets {
namespace {

/// AWS's functions for databases, which Terraform and CloudFormation templates name.
struct BuiltIn {
  std::string_view name;
  std::string_view rotator;
  std::string_view strategy;
};
constexpr std::array kBuiltIn{
    BuiltIn{"SecretsManagerRDSPostgreSQLRotationSingleUser", "postgresql", "single-user"},
    BuiltIn{"SecretsManagerRDSPostgreSQLRotationMultiUser", "postgresql", "alternating-users"},
    BuiltIn{"SecretsManagerRDSMySQLRotationSingleUser", "mysql", "single-user"},
    BuiltIn{"SecretsManagerRDSMySQLRotationMultiUser", "mysql", "alternating-users"},
    BuiltIn{"SecretsManagerRDSMariaDBRotationSingleUser", "mysql", "single-user"},
    BuiltIn{"SecretsManagerRDSMariaDBRotationMultiUser", "mysql", "alternating-users"},
};

bool IsNameCharacter(char c) { return base::IsAlphanumeric(c) || c == '-' || c == '_'; }

bool IsDigits(std::string_view text) { return std::ranges::all_of(text, base::IsDigit); }

}  // namespace

std::optional<FunctionArn> ParseFunctionArn(std::string_view arn) {
  constexpr std::size_t kFields = 7;  // arn:partition:lambda:region:account:function:name
  constexpr std::size_t kLongestName = 140;
  std::array<std::string_view, kFields> fields;
  std::size_t begin = 0;
  for (std::size_t field = 0; field < kFields; ++field) {
    const std::size_t end = arn.find(':', begin);
    if (end == std::string_view::npos && field + 1 < kFields) return std::nullopt;
    fields.at(field) = arn.substr(begin, end - begin);
    begin = end == std::string_view::npos ? arn.size() : end + 1;
  }
  const auto& [scheme, partition, service, region, account, kind, name] = fields;
  const bool is_function = scheme == "arn" && partition.starts_with("aws") && service == "lambda" &&
                           kind == "function" && !region.empty() && account.size() == 12 &&
                           IsDigits(account);
  const bool is_name =
      !name.empty() && name.size() <= kLongestName && std::ranges::all_of(name, IsNameCharacter);
  if (!is_function || !is_name) return std::nullopt;
  const auto end = static_cast<std::size_t>(name.data() + name.size() - arn.data());
  const std::string_view qualifier = arn.substr(std::min(end + 1, arn.size()));
  if (end != arn.size() && qualifier.empty()) return std::nullopt;
  if (!std::ranges::all_of(qualifier, [](char c) { return IsNameCharacter(c) || c == '$'; })) {
    return std::nullopt;
  }
  return FunctionArn{
      .unqualified = arn.substr(0, end), .region = region, .account = account, .name = name};
}

bool MatchesWildcard(std::string_view pattern, std::string_view text) {
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  std::size_t p = 0;
  std::size_t t = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  return pattern.substr(p).find_first_not_of('*') == std::string_view::npos;
}

FunctionRegistry::FunctionRegistry(std::vector<RotationFunction> configured)
    : entries_(std::move(configured)) {
  for (const BuiltIn& built_in : kBuiltIn) {
    RotationFunction function;
    function.match = "function:" + std::string(built_in.name);
    function.kind = RotationFunctionKind::kNative;
    function.environment = {{"ROTATOR", std::string(built_in.rotator)},
                            {"STRATEGY", std::string(built_in.strategy)}};
    entries_.push_back(std::move(function));
  }
}

const RotationFunction* FunctionRegistry::Named(std::string_view text) const {
  const auto found = std::ranges::find_if(entries_, [&](const RotationFunction& function) {
    return MatchesWildcard(function.match, text);
  });
  return found == entries_.end() ? nullptr : &*found;
}

const RotationFunction* FunctionRegistry::Find(std::string_view function_arn,
                                               std::string_view secret_arn) const {
  const auto arn = ParseFunctionArn(function_arn);
  if (!arn) return nullptr;
  const RotationFunction* found = Named(function_arn);
  if (found == nullptr) found = Named(arn->unqualified);
  if (found == nullptr) found = Named("function:" + std::string(arn->name));
  if (found == nullptr || !found->enabled) return nullptr;
  const bool may_use = found->secrets.empty() ||
                       std::ranges::any_of(found->secrets, [&](const std::string& pattern) {
                         return MatchesWildcard(pattern, secret_arn);
                       });
  return may_use ? found : nullptr;
}

}  // namespace coffer::secrets
