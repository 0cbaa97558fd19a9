#include "server/rotation_command.h"

#include "admin/admin_socket.h"
#include "json/shape_codec.h"
#include "rotation/report.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string_view>

namespace coffer::server {

void RotationCommand::AddTo(CLI::App& command, const std::string& verb) {
  verb_ = verb;
  if (verb == "list") return;
  command.add_option("secret", secret_, "name or ARN of the secret")->required();
  command.add_option("--of-account", account_, "account of a name; the configured one otherwise");
  command.add_option("--region", region_, "region of a name");
}

int RotationCommand::Run(const std::filesystem::path& admin_socket,
                         const std::string& account) const {
  const rotation::ReportQuestion question{.verb = verb_,
                                          .secret = secret_,
                                          .account = account_.empty() ? account : account_,
                                          .region = region_};
  const std::string answer = admin::Ask(admin_socket, "rotation " + json::EncodeShape(question));
  constexpr std::string_view kError = "error: ";
  if (answer.starts_with(kError) || answer.empty()) {
    throw std::runtime_error(answer.substr(std::min(kError.size(), answer.size())));
  }
  (void)std::fputs(answer.c_str(), stdout);
  return EXIT_SUCCESS;
}

}  // namespace coffer::server
