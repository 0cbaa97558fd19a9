#include "rotation/executors/runtime_environment.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <string_view>

namespace coffer::rotation {
namespace {

using Variables = std::map<std::string, std::string>;

/// `my-rotator` of `arn:aws:lambda:R:A:function:my-rotator:live`.
std::string FunctionName(std::string_view arn) {
  constexpr std::string_view kStart = ":function:";
  const std::size_t found = arn.find(kStart);
  if (found != std::string_view::npos) arn.remove_prefix(found + kStart.size());
  return std::string(arn.substr(0, arn.find(':')));
}

// What a function's entry cannot set, whether or not it is set here. The last two would switch
// clients to protocols that are not served.
bool IsReserved(std::string_view name) {
  constexpr std::array<std::string_view, 6> kNames{
      "_HANDLER", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR",
      "HOME",     "TMPDIR",           "_LAMBDA_TELEMETRY_LOG_FD"};
  return name.starts_with("AWS_LAMBDA_") || std::ranges::find(kNames, name) != kNames.end();
}

Variables Defaults() {
  return {{"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
          {"LANG", "en_US.UTF-8"},
          {"TZ", "UTC"},
          // Closed: calls to other services fail at once and never leave the machine.
          {"AWS_ENDPOINT_URL", "http://127.0.0.1:9"},
          {"AWS_MAX_ATTEMPTS", "3"},
          {"PYTHONUNBUFFERED", "1"}};
}

void AddLambda(Variables& variables, const RotationFunction& function, const RotationFacts& facts,
               std::uint16_t runtime_port) {
  const std::string name = FunctionName(facts.function_arn);
  const std::filesystem::path program =
      function.command.empty() ? std::string() : function.command.front();
  variables["AWS_LAMBDA_RUNTIME_API"] = "127.0.0.1:" + std::to_string(runtime_port);
  // The last argument is the handler, as for every runtime of AWS; a program alone is its own.
  variables["_HANDLER"] =
      function.command.size() > 1 ? function.command.back() : program.filename().string();
  variables["LAMBDA_TASK_ROOT"] =
      function.task_root.empty() ? program.parent_path().string() : function.task_root;
  variables["LAMBDA_RUNTIME_DIR"] = program.parent_path().string();
  variables["AWS_LAMBDA_FUNCTION_NAME"] = name;
  variables["AWS_LAMBDA_FUNCTION_VERSION"] = "$LATEST";
  variables["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] = std::to_string(function.memory_mebibytes);
  variables["AWS_LAMBDA_LOG_GROUP_NAME"] = "/aws/lambda/" + name;
  variables["AWS_LAMBDA_LOG_STREAM_NAME"] = facts.version_id;
  variables["AWS_LAMBDA_INITIALIZATION_TYPE"] = "on-demand";
}

void AddSdk(Variables& variables, const RotationFacts& facts, const FunctionFacing& server) {
  variables["AWS_REGION"] = facts.region;
  variables["AWS_DEFAULT_REGION"] = facts.region;  // boto3 reads this one alone.
  variables["AWS_ACCESS_KEY_ID"] = facts.credentials.access_key_id;
  variables["AWS_SECRET_ACCESS_KEY"] = facts.credentials.secret_access_key.ExposeText();
  variables["AWS_SESSION_TOKEN"] = facts.credentials.session_token.ExposeText();
  variables["SECRETS_MANAGER_ENDPOINT"] = server.endpoint;
  variables["AWS_ENDPOINT_URL_SECRETS_MANAGER"] = server.endpoint;
  variables["AWS_EC2_METADATA_DISABLED"] = "true";
  variables["AWS_CONFIG_FILE"] = "/dev/null";
  variables["AWS_SHARED_CREDENTIALS_FILE"] = "/dev/null";
  if (server.ca_certificate.empty()) return;
  for (const char* const name : {"AWS_CA_BUNDLE", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"}) {
    variables[name] = server.ca_certificate;
  }
}

}  // namespace

std::vector<std::string> RuntimeEnvironment(const RotationFunction& function,
                                            const RotationFacts& facts,
                                            const FunctionFacing& server,
                                            std::uint16_t runtime_port) {
  Variables variables = Defaults();
  for (const auto& [name, value] : function.environment) {
    if (!IsReserved(name)) variables[name] = value;
  }
  // After the function's own, so that none of these is replaced.
  AddLambda(variables, function, facts, runtime_port);
  AddSdk(variables, facts, server);
  std::vector<std::string> environment;
  for (const auto& [name, value] : variables) {
    environment.push_back(std::string(name).append("=").append(value));
  }
  return environment;
}

}  // namespace coffer::rotation
