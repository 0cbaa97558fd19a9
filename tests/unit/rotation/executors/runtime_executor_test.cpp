#include "rotation/executors/runtime_executor.h"

#include "support/fake_random.h"
#include "support/fake_rotation_secrets.h"
#include "support/temporary_directory.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

namespace coffer::rotation {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using Kind = StepOutcome::Kind;
constexpr RotationStep kSteps[] = {RotationStep::kCreateSecret, RotationStep::kSetSecret,
                                   RotationStep::kTestSecret, RotationStep::kFinishSecret};

class RuntimeExecutorTest : public ::testing::Test {
 protected:
  RuntimeExecutorTest() { function_.kind = RotationFunctionKind::kRuntime; }

  std::unique_ptr<RotationInvocation> Begin(const std::vector<std::string>& behaviour) {
    function_.command = {"/usr/bin/python3", client_};
    function_.command.insert(function_.command.end(), behaviour.begin(), behaviour.end());
    return executor().Begin(function_, facts_, secrets_,
                            [this](std::string_view line) { lines_.emplace_back(line); });
  }
  RuntimeExecutor& executor() {
    executor_ = std::make_unique<RuntimeExecutor>(
        RuntimeExecutor::Options{.server = {.endpoint = "http://127.0.0.1:9", .ca_certificate = ""},
                                 .scratch = directory_.path(),
                                 .init_limit = init_limit_},
        random_);
    return *executor_;
  }
  [[nodiscard]] std::ptrdiff_t Printed(const std::string& line) const {
    return std::ranges::count(lines_, line);
  }

  test::TemporaryDirectory directory_;
  std::string client_ = COFFER_SOURCE_DIR "/tests/functions/misbehaving.py";
  test::FakeRandom random_;
  RotationFunction function_;
  RotationFacts facts_ = test::SampleRotation();
  test::FakeRotationSecrets secrets_;
  std::vector<std::string> lines_;
  std::chrono::milliseconds init_limit_ = 10s;
  std::unique_ptr<RuntimeExecutor> executor_;
};

bool EndsSoon(const std::string& pid) {
  for (int i = 0; i < 100; ++i) {
    std::ifstream file("/proc/" + pid + "/stat");
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    if (text.empty() || text.find(") Z ") != std::string::npos) return true;
    std::this_thread::sleep_for(20ms);
  }
  return false;
}

TEST_F(RuntimeExecutorTest, OneProcessGetsTheFourEvents) {
  {
    const auto invocation = Begin({"record"});
    for (const RotationStep step : kSteps) {
      const StepOutcome outcome = invocation->Run(step);
      EXPECT_TRUE(outcome.ok()) << outcome.error_type << outcome.message;
    }
  }
  std::erase_if(lines_, [](const std::string& line) { return !line.starts_with('{'); });
  ASSERT_EQ(lines_.size(), 4U);
  const std::string pid = lines_[0].substr(lines_[0].rfind(' '));
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(lines_[i],
              R"({"Step": ")" + std::string(WireName(kSteps[i])) +
                  R"(", "SecretId": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:app/)"
                  R"(db-AbCdEf", "ClientRequestToken": "11111111-2222-3333-4444-555555555555", )"
                  R"("RotationToken": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"})" +
                  pid);
  }
  EXPECT_TRUE(std::filesystem::is_empty(directory_.path()));
}

TEST_F(RuntimeExecutorTest, HowStepsEnd) {
  struct Case {
    std::vector<std::string> behaviour;
    Kind kind;
    std::string error;
    std::string printed;
  };
  const Case cases[] = {
      {{"error"}, Kind::kFunctionError, "ValueError/no", "POST error 202"},
      {{"init-error"}, Kind::kFunctionError, "Runtime.ImportModuleError/no x", "POST error 202"},
      {{"exit-before-next"},
       Kind::kFunctionError,
       "Runtime.ExitError/Runtime exited: exit status 4",
       ""},
      {{"exit", "0"}, Kind::kFunctionError, "Runtime.ExitError/Runtime exited: exit status 0", ""},
      {{"exit", "3"}, Kind::kFunctionError, "Runtime.ExitError/Runtime exited: exit status 3", ""},
      {{"crash"}, Kind::kFunctionError, "Runtime.ExitError/Runtime exited: signal 11", ""},
      {{"last-words"}, Kind::kFunctionError, "UncaughtException/oops", ""},
      {{"twice"}, Kind::kSucceeded, "/", "POST error 403"},
      {{"wrong-id"}, Kind::kSucceeded, "/", "GET path 404"},
      {{"too-large"},
       Kind::kFunctionError,
       "Function.ResponseSizeTooLarge/Response payload size exceeded maximum allowed payload size "
       "(6291556 bytes).",
       "POST response 413"},
      {{"largest"}, Kind::kSucceeded, "/", "POST response 202"},
      {{"long-header", "204800"}, Kind::kFunctionError, "ValueError/no", "POST error 202"},
      {{"long-header", "1048576"}, Kind::kFunctionError, "ValueError/no", "POST error 202"},
      {{"memory"}, Kind::kFunctionError, "MemoryError/", ""},
      {{"new-connections"}, Kind::kSucceeded, "/", ""},
  };
  for (const Case& c : cases) {
    lines_.clear();
    const auto start = Clock::now();
    auto invocation = Begin(c.behaviour);
    const StepOutcome outcome = invocation->Run(RotationStep::kSetSecret);
    EXPECT_LT(Clock::now() - start, 8s) << c.behaviour[0];  // Not the deadline.
    EXPECT_EQ(outcome.kind, c.kind) << c.behaviour[0];
    EXPECT_EQ(outcome.error_type + "/" + outcome.message, c.error) << c.behaviour[0];
    // The client learns of the answer after the server has gone on: it is given its time to print.
    for (int i = 0; i < 50 && !c.printed.empty() && Printed(c.printed) == 0; ++i) {
      std::this_thread::sleep_for(10ms);
      if (i == 20) invocation.reset();
    }
    EXPECT_TRUE(c.printed.empty() || Printed(c.printed) == 1) << c.behaviour[0];
  }
}

TEST_F(RuntimeExecutorTest, ASecondStepAfterAFailureIsRunAgain) {
  const auto invocation = Begin({"init-error"});

  EXPECT_EQ(invocation->Run(RotationStep::kCreateSecret).error_type, "Runtime.ImportModuleError");
  EXPECT_EQ(invocation->Run(RotationStep::kCreateSecret).error_type, "Runtime.ImportModuleError");
}

TEST_F(RuntimeExecutorTest, WhoExitsAfterAnAnswerIsStartedAgain) {
  const auto invocation = Begin({"exit-after"});

  for (const RotationStep step : kSteps) EXPECT_TRUE(invocation->Run(step).ok());
}

TEST_F(RuntimeExecutorTest, TheDeadlineEndsTheProcessAndItsChildren) {
  function_.timeout_seconds = 1;
  for (const char* const behaviour : {"sleep", "ignore-term"}) {
    lines_.clear();
    const auto start = Clock::now();
    const auto invocation = Begin({behaviour});
    const StepOutcome outcome = invocation->Run(RotationStep::kSetSecret);

    EXPECT_EQ(outcome.kind, Kind::kTimedOut);
    EXPECT_EQ(outcome.error_type, "Sandbox.Timeout");
    EXPECT_EQ(outcome.message, "Task timed out after 1.00 seconds");
    EXPECT_LT(Clock::now() - start, 5s);
    const auto child = std::ranges::find_if(
        lines_, [](const std::string& line) { return line.starts_with("child "); });
    ASSERT_NE(child, lines_.end());
    EXPECT_TRUE(EndsSoon(child->substr(6)));
  }
}

TEST_F(RuntimeExecutorTest, WhoNeverAsksForItsEventIsEndedToo) {
  init_limit_ = 300ms;

  const StepOutcome outcome = Begin({"never-next"})->Run(RotationStep::kSetSecret);

  EXPECT_EQ(outcome.kind, Kind::kTimedOut);
  EXPECT_EQ(outcome.message, "the function did not ask for its event in time");
}

TEST_F(RuntimeExecutorTest, AFloodIsCutWithoutADeadlock) {
  {
    const auto invocation = Begin({"flood"});
    EXPECT_TRUE(invocation->Run(RotationStep::kSetSecret).ok());
    EXPECT_TRUE(invocation->Run(RotationStep::kTestSecret).ok());
  }
  std::size_t printed = 0;
  for (const std::string& line : lines_) printed += line.size();
  EXPECT_LT(printed, std::size_t{2} * 1024 * 1024 + 1000);
  EXPECT_GT(printed, std::size_t{1024} * 1024 - 65536);
}

TEST_F(RuntimeExecutorTest, WhatCannotBeStartedIsNotTheFunctionsFault) {
  function_.command = {"/nonexistent/python"};
  const auto invocation = executor().Begin(function_, facts_, secrets_, [](std::string_view) {});

  const StepOutcome outcome = invocation->Run(RotationStep::kSetSecret);

  EXPECT_EQ(outcome.kind, Kind::kInfrastructure);
  EXPECT_NE(outcome.message.find("No such file"), std::string::npos);
}

TEST_F(RuntimeExecutorTest, IsStoppedFromAnotherThread) {
  const auto invocation = Begin({"sleep"});
  std::jthread stopper([&] {
    std::this_thread::sleep_for(300ms);
    invocation->Stop();
  });
  const auto start = Clock::now();

  EXPECT_EQ(invocation->Run(RotationStep::kSetSecret).error_type, "Rotation.Stopped");
  EXPECT_EQ(invocation->Run(RotationStep::kSetSecret).error_type, "Rotation.Stopped");
  EXPECT_LT(Clock::now() - start, 4s);
}

TEST_F(RuntimeExecutorTest, AnotherUserRunsItWhereTheServerMayChoose) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can choose users";
  function_.user = "nobody";
  std::filesystem::permissions(directory_.path(), std::filesystem::perms(0711));
  const std::string client = (directory_.path() / "client.py").string();
  std::filesystem::copy_file(std::exchange(client_, client), client);

  const StepOutcome outcome = Begin({"new-connections"})->Run(RotationStep::kSetSecret);

  EXPECT_TRUE(outcome.ok()) << outcome.error_type << outcome.message;
}

}  // namespace
}  // namespace coffer::rotation
