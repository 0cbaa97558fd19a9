#include "server/explain_command.h"

#include "admin/admin_socket.h"
#include "api/access_inquiry.h"
#include "json/shape_codec.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string_view>

namespace coffer::server {
namespace {

using ContextEntry = api::AccessQuestion::ContextEntry;

// A key that is given several times has several values; one without a value is absent.
std::vector<ContextEntry> ParseContext(const std::vector<std::string>& texts) {
  std::vector<ContextEntry> entries;
  for (const std::string& text : texts) {
    const std::size_t sign = text.find('=');
    if (sign == 0 || sign == std::string::npos) {
      throw std::runtime_error("--context takes KEY=VALUE, such as aws:SourceIp=10.0.0.1.");
    }
    const std::string key = text.substr(0, sign);
    auto entry = std::ranges::find(entries, key, &ContextEntry::key);
    if (entry == entries.end()) {
      entry = entries.insert(entry, ContextEntry{.key = key, .values = {}});
    }
    if (sign + 1 < text.size()) entry->values.push_back(text.substr(sign + 1));
  }
  return entries;
}

}  // namespace

void ExplainCommand::AddTo(CLI::App& command) {
  command.add_option("--principal", principal_, "ARN of a user, a role or an assumed role")
      ->required();
  command.add_option("--action", action_, "such as secretsmanager:GetSecretValue")->required();
  command
      .add_option("--resource", resource_, "name or ARN of a secret, ARN of a key or role, or *")
      ->required();
  command.add_option("--region", region_, "of the call");
  command.add_option("--context", context_, "condition key of the call: KEY=VALUE, repeatable");
}

int ExplainCommand::Run(const std::filesystem::path& admin_socket) const {
  const api::AccessQuestion question{.principal = principal_,
                                     .action = action_,
                                     .resource = resource_,
                                     .region = region_,
                                     .context = ParseContext(context_)};
  const std::string answer = admin::Ask(admin_socket, "explain " + json::EncodeShape(question));
  constexpr std::string_view kError = "error: ";
  if (answer.starts_with(kError) || answer.empty()) {
    throw std::runtime_error(answer.substr(std::min(kError.size(), answer.size())));
  }
  (void)std::fputs(answer.c_str(), stdout);
  return answer.starts_with("allowed") ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace coffer::server
