#include "rotation/executors/runtime_environment.h"

#include "support/fake_rotation_secrets.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace coffer::rotation {
namespace {

TEST(RuntimeEnvironmentTest, IsWhatLambdaSetsAndNoMore) {
  RotationFunction function;
  function.command = {"/opt/venv/bin/python3", "-m", "awslambdaric", "lambda_function.handler"};
  function.task_root = "/opt/rotation";
  function.memory_mebibytes = 512;
  RotationFacts facts = test::SampleRotation();
  facts.function_arn += ":live";

  EXPECT_EQ(RuntimeEnvironment(function, facts,
                               {.endpoint = "http://127.0.0.1:1", .ca_certificate = ""}, 4040),
            (std::vector<std::string>{
                "AWS_ACCESS_KEY_ID=ASIATEST",
                "AWS_CONFIG_FILE=/dev/null",
                "AWS_DEFAULT_REGION=eu-west-1",
                "AWS_EC2_METADATA_DISABLED=true",
                "AWS_ENDPOINT_URL=http://127.0.0.1:9",
                "AWS_ENDPOINT_URL_SECRETS_MANAGER=http://127.0.0.1:1",
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=512",
                "AWS_LAMBDA_FUNCTION_NAME=my-rotator",
                "AWS_LAMBDA_FUNCTION_VERSION=$LATEST",
                "AWS_LAMBDA_INITIALIZATION_TYPE=on-demand",
                "AWS_LAMBDA_LOG_GROUP_NAME=/aws/lambda/my-rotator",
                "AWS_LAMBDA_LOG_STREAM_NAME=11111111-2222-3333-4444-555555555555",
                "AWS_LAMBDA_RUNTIME_API=127.0.0.1:4040",
                "AWS_MAX_ATTEMPTS=3",
                "AWS_REGION=eu-west-1",
                "AWS_SECRET_ACCESS_KEY=secret/key",
                "AWS_SESSION_TOKEN=session+token",
                "AWS_SHARED_CREDENTIALS_FILE=/dev/null",
                "LAMBDA_RUNTIME_DIR=/opt/venv/bin",
                "LAMBDA_TASK_ROOT=/opt/rotation",
                "LANG=en_US.UTF-8",
                "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                "PYTHONUNBUFFERED=1",
                "SECRETS_MANAGER_ENDPOINT=http://127.0.0.1:1",
                "TZ=UTC",
                "_HANDLER=lambda_function.handler",
            }));
}

TEST(RuntimeEnvironmentTest, AProgramAloneIsItsOwnHandler) {
  RotationFunction function;
  function.command = {"/opt/go/bootstrap"};

  const auto environment = RuntimeEnvironment(
      function, test::SampleRotation(), {.endpoint = "https://h", .ca_certificate = "/ca.pem"}, 1);

  for (const char* const variable :
       {"_HANDLER=bootstrap", "LAMBDA_TASK_ROOT=/opt/go", "AWS_CA_BUNDLE=/ca.pem",
        "SSL_CERT_FILE=/ca.pem", "NODE_EXTRA_CA_CERTS=/ca.pem"}) {
    EXPECT_NE(std::ranges::find(environment, variable), environment.end()) << variable;
  }
}

TEST(RuntimeEnvironmentTest, WhatAFunctionMaySet) {
  struct Case {
    std::string name;
    bool allowed;
  };
  const Case cases[] = {
      {"EXCLUDE_CHARACTERS", true},
      {"PATH", true},
      {"PYTHONPATH", true},
      {"NODE_PATH", true},
      {"LD_LIBRARY_PATH", true},
      {"LANG", true},
      {"TZ", true},
      {"AWS_ENDPOINT_URL", true},
      {"AWS_MAX_ATTEMPTS", true},
      {"AWS_EXECUTION_ENV", true},
      {"_HANDLER", false},
      {"LAMBDA_TASK_ROOT", false},
      {"LAMBDA_RUNTIME_DIR", false},
      {"HOME", false},
      {"TMPDIR", false},
      {"AWS_LAMBDA_RUNTIME_API", false},
      {"AWS_LAMBDA_FUNCTION_NAME", false},
      {"AWS_LAMBDA_MAX_CONCURRENCY", false},
      {"_LAMBDA_TELEMETRY_LOG_FD", false},
      {"AWS_REGION", false},
      {"AWS_DEFAULT_REGION", false},
      {"AWS_ACCESS_KEY_ID", false},
      {"AWS_SECRET_ACCESS_KEY", false},
      {"AWS_SESSION_TOKEN", false},
      {"SECRETS_MANAGER_ENDPOINT", false},
      {"AWS_ENDPOINT_URL_SECRETS_MANAGER", false},
      {"AWS_CONFIG_FILE", false},
      {"AWS_SHARED_CREDENTIALS_FILE", false},
      {"AWS_EC2_METADATA_DISABLED", false},
  };
  for (const auto& [name, allowed] : cases) {
    RotationFunction function;
    function.command = {"/bootstrap"};
    function.environment = {{name, "operator's"}};
    const auto environment = RuntimeEnvironment(function, test::SampleRotation(), {}, 1);
    EXPECT_EQ(std::ranges::find(environment, name + "=operator's") != environment.end(), allowed)
        << name;
    EXPECT_LE(std::ranges::count_if(
                  environment,
                  [&](const std::string& variable) { return variable.starts_with(name + "="); }),
              1);
  }
}

}  // namespace
}  // namespace coffer::rotation
