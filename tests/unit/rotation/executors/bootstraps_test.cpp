// Whole functions, as people have them, under the runtime executor.
#include "rotation/executors/runtime_executor.h"
#include "support/fake_random.h"
#include "support/fake_rotation_secrets.h"
#include "support/temporary_directory.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace coffer::rotation {
namespace {

using namespace std::chrono_literals;

class BootstrapsTest : public ::testing::Test {
 protected:
  std::unique_ptr<RotationInvocation> Begin(std::vector<std::string> command) {
    function_.kind = RotationFunctionKind::kRuntime;
    function_.command = std::move(command);
    return executor_.Begin(function_, facts_, secrets_,
                           [this](std::string_view line) { lines_.emplace_back(line); });
  }

  /// Runs the four steps, each of which the function is to print.
  void ExpectFourSteps(std::vector<std::string> command) {
    {
      const auto invocation = Begin(std::move(command));
      for (const RotationStep step : {RotationStep::kCreateSecret, RotationStep::kSetSecret,
                                      RotationStep::kTestSecret, RotationStep::kFinishSecret}) {
        const StepOutcome outcome = invocation->Run(step);
        ASSERT_TRUE(outcome.ok()) << outcome.error_type << ": " << outcome.message;
      }
    }
    std::erase_if(lines_, [](const std::string& line) { return !line.starts_with("step "); });
    EXPECT_EQ(lines_, (std::vector<std::string>{"step createSecret", "step setSecret",
                                                "step testSecret", "step finishSecret"}));
  }

  test::TemporaryDirectory directory_;
  test::FakeRandom random_;
  RuntimeExecutor executor_{{.server = {.endpoint = "http://127.0.0.1:9", .ca_certificate = ""},
                             .scratch = directory_.path()},
                            random_};
  RotationFunction function_;
  RotationFacts facts_ = test::SampleRotation();
  test::FakeRotationSecrets secrets_;
  std::vector<std::string> lines_;
};

TEST_F(BootstrapsTest, AProgramWithoutLibraries) { ExpectFourSteps({COFFER_TEST_BOOTSTRAP}); }

TEST_F(BootstrapsTest, BashAndCurl) {
  if (!std::filesystem::exists("/usr/bin/curl")) GTEST_SKIP() << "curl is not installed";
  ExpectFourSteps({COFFER_SOURCE_DIR "/tests/functions/bootstrap.sh"});

  function_.environment["FAIL_AT"] = "setSecret";
  const auto invocation = Begin({COFFER_SOURCE_DIR "/tests/functions/bootstrap.sh"});
  EXPECT_TRUE(invocation->Run(RotationStep::kCreateSecret).ok());
  const StepOutcome outcome = invocation->Run(RotationStep::kSetSecret);
  EXPECT_EQ(outcome.error_type, "BashError");
  EXPECT_EQ(outcome.message, "told to fail");
}

TEST_F(BootstrapsTest, NodeWithoutPackages) {
  if (!std::filesystem::exists("/usr/bin/node")) GTEST_SKIP() << "Node.js is not installed";
  ExpectFourSteps({"/usr/bin/node", COFFER_SOURCE_DIR "/tests/functions/bootstrap.mjs"});
}

/// Under AWS's own client for Python, where it is installed: in the environment of the tests of
/// compatibility, or in that of the interpreter which COFFER_TEST_PYTHON names.
class PythonTest : public BootstrapsTest {
 protected:
  void SetUp() override {
    const char* const named = std::getenv("COFFER_TEST_PYTHON");
    python_ = named == nullptr ? COFFER_SOURCE_DIR "/build/venv/bin/python" : named;
    const std::string check = python_ + " -c 'import awslambdaric' 2>/dev/null";
    if (std::system(check.c_str()) != 0) GTEST_SKIP() << "awslambdaric is not installed";
    function_.task_root = COFFER_SOURCE_DIR "/tests/functions";
    function_.environment["PYTHONDONTWRITEBYTECODE"] = "1";
  }
  [[nodiscard]] std::vector<std::string> Handler(const std::string& name) const {
    return {python_, "-m", "awslambdaric", name};
  }

  std::string python_;
};

TEST_F(PythonTest, AnUnchangedHandler) { ExpectFourSteps(Handler("lambda_function.handler")); }

TEST_F(PythonTest, HowHandlersFail) {
  struct Case {
    std::string handler;
    std::string type;
    std::string message;  // What it begins with.
  };
  const Case cases[] = {
      {"lambda_function.failing", "ValueError", "Invalid step parameter"},
      {"lambda_function.exiting", "Runtime.ExitError", "Runtime exited"},
      {"lambda_function.missing", "Runtime.HandlerNotFound", "Handler 'missing' missing"},
      {"no_such_module.handler", "Runtime.ImportModuleError", "Unable to import module"},
      {"no_dot", "Runtime.MalformedHandlerName", "Bad handler 'no_dot'"},
  };
  for (const auto& [handler, type, message] : cases) {
    const auto start = std::chrono::steady_clock::now();
    const StepOutcome outcome = Begin(Handler(handler))->Run(RotationStep::kSetSecret);
    EXPECT_EQ(outcome.kind, StepOutcome::Kind::kFunctionError);
    EXPECT_EQ(outcome.error_type, type) << handler;
    EXPECT_TRUE(outcome.message.starts_with(message)) << outcome.message;
    EXPECT_LT(std::chrono::steady_clock::now() - start, 5s);
  }
}

TEST_F(PythonTest, AHandlerThatSleepsIsEnded) {
  function_.timeout_seconds = 1;

  EXPECT_EQ(Begin(Handler("lambda_function.sleeping"))->Run(RotationStep::kSetSecret).error_type,
            "Sandbox.Timeout");
}

}  // namespace
}  // namespace coffer::rotation
