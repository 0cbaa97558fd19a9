#include "rotation/executors/hook_executor.h"

#include "support/fake_rotation_secrets.h"
#include "support/temporary_directory.h"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

namespace coffer::rotation {
namespace {

using namespace std::chrono_literals;
using Kind = StepOutcome::Kind;

class HookExecutorTest : public ::testing::Test {
 protected:
  HookExecutorTest() {
    function_.kind = RotationFunctionKind::kExec;
    secrets_.labelled["AWSCURRENT"] = R"({"engine":"postgres","password":"old"})";
  }

  // The command is `sh -c SCRIPT hook STEP`.
  StepOutcome RunStep(const std::string& script, RotationStep step = RotationStep::kSetSecret) {
    function_.command = {"/bin/sh", "-c", script, "hook"};
    HookExecutor executor({.rotator = {}, .scratch = directory_.path()});
    return executor
        .Begin(function_, facts_, secrets_,
               [this](std::string_view line) { lines_.emplace_back(line); })
        ->Run(step);
  }

  std::string FileText(const std::string& name) {
    std::ifstream file(directory_.path() / name);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::string PathOf(const std::string& name) { return (directory_.path() / name).string(); }

  test::TemporaryDirectory directory_;
  RotationFunction function_;
  RotationFacts facts_ = test::SampleRotation();
  test::FakeRotationSecrets secrets_;
  std::vector<std::string> lines_;
};

TEST_F(HookExecutorTest, HowStepsEnd) {
  struct Case {
    std::string script;
    Kind kind;
    std::string error;
  };
  const Case cases[] = {
      {"exit 0", Kind::kSucceeded, "/"},
      {"echo '{}'", Kind::kSucceeded, "/"},
      {"echo '{\"SecretString\":\"ignored\"}'", Kind::kSucceeded, "/"},
      {"exit 3", Kind::kFunctionError, "Runtime.ExitError/exit status 3"},
      {"kill -9 $$", Kind::kFunctionError, "Runtime.ExitError/signal 9"},
      {"echo one >&2; echo two >&2; echo >&2; exit 1", Kind::kFunctionError,
       "Runtime.ExitError/two"},
      {"echo down >&2; exit 75", Kind::kInfrastructure, "Runtime.ExitError/down"},
      {R"(echo '{"ErrorType":"T","ErrorMessage":"m"}')", Kind::kFunctionError, "T/m"},
      {R"(echo '{"ErrorType":"T","ErrorMessage":"m"}'; exit 1)", Kind::kFunctionError, "T/m"},
      {R"(echo '{"ErrorType":"T","ErrorMessage":"m"}'; exit 75)", Kind::kInfrastructure, "T/m"},
      {R"(echo '{"ErrorType":"T"}'; echo why >&2; exit 1)", Kind::kFunctionError, "T/why"},
      {"echo ALTER ROLE", Kind::kFunctionError,
       "Runtime.InvalidResponse/standard output is not one JSON document: syntax error"},
      {"head -c 100000000 /dev/zero", Kind::kFunctionError,
       "Runtime.InvalidResponse/standard output has more than 1 MiB"},
  };
  for (const auto& [script, kind, error] : cases) {
    const StepOutcome outcome = RunStep(script);
    EXPECT_EQ(outcome.kind, kind) << script;
    EXPECT_EQ(outcome.error_type + "/" + outcome.message, error) << script;
  }
  EXPECT_EQ(secrets_.pending, "");
}

TEST_F(HookExecutorTest, WhatItPrintsOnStandardErrorIsPassedOn) {
  (void)RunStep("echo first >&2; printf last >&2");

  EXPECT_EQ(lines_, (std::vector<std::string>{"first", "last"}));
}

TEST_F(HookExecutorTest, ItIsToldTheStepAndTheValues) {
  secrets_.labelled["AWSPREVIOUS"] = "older";
  secrets_.pending = R"({"password":"new"})";
  secrets_.labelled["AWSCURRENT"] = R"({"masterarn":"m","adminSecretArn":"a"})";
  secrets_.related["m"] = "master's";
  function_.environment = {{"COLOUR", "blue"}, {"HOME", "/elsewhere"}};

  const StepOutcome outcome =
      RunStep("echo $1 $COLOUR $HOME > " + PathOf("argument") + "; cat > " + PathOf("document"));

  EXPECT_TRUE(outcome.ok()) << outcome.message;
  EXPECT_TRUE(FileText("argument").starts_with("setSecret blue " + directory_.path().string()));
  const std::string document = FileText("document");
  for (const char* const part :
       {R"({"Step":"setSecret","SecretId":"arn:)", R"("Pending":{"VersionId":"v-new",)",
        R"("Previous":{"VersionId":"v-AWSPREVIOUS","SecretString":"older"})",
        R"("Related":{"m":{"SecretString":"master's"},"a":{"ErrorMessage":"not allowed"}})",
        R"("COLOUR":"blue")"}) {
    EXPECT_NE(document.find(part), std::string::npos) << part << document;
  }
  EXPECT_EQ(document.find("NewPassword"), std::string::npos);
  EXPECT_EQ(document.find("TIMEOUT_SECONDS"), std::string::npos);
}

TEST_F(HookExecutorTest, NothingSecretIsInArgumentsEnvironmentOrFiles) {
  const StepOutcome outcome =
      RunStep("tr '\\0' '\\n' < /proc/self/cmdline > " + PathOf("seen") + "; env >> " +
                  PathOf("seen") + "; ls -A >> " + PathOf("seen"),
              RotationStep::kCreateSecret);

  EXPECT_TRUE(outcome.ok()) << outcome.message;
  const std::string seen = FileText("seen");
  EXPECT_NE(seen.find("LANG=C.UTF-8"), std::string::npos);
  for (const std::string_view secret :
       {"old", "n3w", "secret/key", "session+token", "aaaaaaaa-bbbb", "AWS_"}) {
    EXPECT_EQ(seen.find(secret), std::string::npos) << secret;
  }
}

TEST_F(HookExecutorTest, CreateSecretStoresAValue) {
  struct Case {
    std::string current;
    std::string script;
    std::string pending;
    bool is_binary;
    std::string error;
  };
  const std::string object = R"({"user":"u","password":"old"})";
  const Case cases[] = {
      {object, R"(echo '{"SecretString":"made"}')", "made", false, ""},
      {object, R"(echo '{"SecretBinary":"YWJj"}')", "abc", true, ""},
      {object, R"(sed 's/.*"NewPassword":"\(...\).*/{"SecretString":"\1"}/')", "n3w", false, ""},
      {object, "echo '{}'", R"({"user":"u","password":"n3w'p\"w"})", false, ""},
      {"old", "true", "n3w'p\"w", false, ""},
      {"", "true", "n3w'p\"w", false, ""},
      {"binary:x", "true", "", false, "Rotation.NoValue"},
      {R"({"a":1,"a":2})", "true", "", false, "Rotation.NoValue"},
      {object, R"(echo '{"SecretString":"made"}'; exit 1)", "", false, "Runtime.ExitError"},
  };
  for (const Case& c : cases) {
    secrets_.labelled["AWSCURRENT"] = c.current;
    secrets_.pending.clear();
    const StepOutcome outcome = RunStep(c.script, RotationStep::kCreateSecret);
    EXPECT_EQ(outcome.error_type, c.error) << c.current << c.script;
    EXPECT_EQ(secrets_.pending, c.pending) << c.current << c.script;
    EXPECT_EQ(secrets_.pending_is_binary, c.is_binary);
    secrets_.pending_is_binary = false;
  }
  EXPECT_EQ(secrets_.default_exclude, R"(/@"'\)");
}

TEST_F(HookExecutorTest, AValueThatIsThereIsKept) {
  secrets_.pending = "made before";

  EXPECT_TRUE(RunStep("exit 1", RotationStep::kCreateSecret).ok());
  EXPECT_EQ(secrets_.pending, "made before");
}

TEST_F(HookExecutorTest, FinishSecretIsTheVaultsUnlessTheHookDoesIt) {
  EXPECT_TRUE(RunStep("exit 1", RotationStep::kFinishSecret).ok());
  EXPECT_EQ(secrets_.promotions, 1);

  function_.handles_finish = true;
  EXPECT_EQ(RunStep("exit 1", RotationStep::kFinishSecret).kind, Kind::kFunctionError);
  EXPECT_EQ(secrets_.promotions, 1);
}

TEST_F(HookExecutorTest, RefusalsOfTheVaultEndTheStep) {
  struct Case {
    std::string refuse;
    RotationStep step;
  };
  for (const auto& [refuse, step] :
       {Case{"Labelled", RotationStep::kSetSecret}, Case{"Pending", RotationStep::kSetSecret},
        Case{"NewPassword", RotationStep::kCreateSecret},
        Case{"PutPending", RotationStep::kCreateSecret},
        Case{"Promote", RotationStep::kFinishSecret}}) {
    secrets_.refuse = refuse;
    const StepOutcome outcome = RunStep("true", step);
    EXPECT_EQ(outcome.kind, Kind::kFunctionError) << refuse;
    EXPECT_EQ(outcome.message, "refused here") << refuse;
  }
}

TEST_F(HookExecutorTest, WhatCannotBeStartedIsNotTheFunctionsFault) {
  HookExecutor executor({});
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{}, std::vector<std::string>{"/nonexistent"}}) {
    function_.command = command;
    const auto invocation = executor.Begin(function_, facts_, secrets_, [](std::string_view) {});
    EXPECT_EQ(invocation->Run(RotationStep::kSetSecret).kind, Kind::kInfrastructure);
  }
}

TEST_F(HookExecutorTest, ATimeoutIsToldInLambdasWords) {
  function_.timeout_seconds = 1;

  const StepOutcome outcome = RunStep("exec sleep 100");

  EXPECT_EQ(outcome.kind, Kind::kTimedOut);
  EXPECT_EQ(outcome.error_type, "Sandbox.Timeout");
  EXPECT_EQ(outcome.message, "Task timed out after 1.00 seconds");
}

TEST_F(HookExecutorTest, StoppingEndsTheStepAndAllLaterOnes) {
  function_.command = {"/bin/sh", "-c", "exec sleep 100"};
  HookExecutor executor({});
  const auto invocation = executor.Begin(function_, facts_, secrets_, [](std::string_view) {});
  std::jthread stopper([&] {
    std::this_thread::sleep_for(200ms);
    invocation->Stop();
  });
  const auto start = std::chrono::steady_clock::now();

  EXPECT_EQ(invocation->Run(RotationStep::kSetSecret).error_type, "Rotation.Stopped");
  EXPECT_EQ(invocation->Run(RotationStep::kTestSecret).error_type, "Rotation.Stopped");
  EXPECT_LT(std::chrono::steady_clock::now() - start, 5s);
}

TEST_F(HookExecutorTest, TheNativeKindRunsTheRotator) {
  const std::string rotator = PathOf("rotator");
  std::ofstream(rotator) << "#!/bin/sh\nenv > " << PathOf("environment") << "\ncat > "
                         << PathOf("document") << "\necho \"{\\\"SecretString\\\":\\\"$1\\\"}\"\n";
  std::filesystem::permissions(rotator, std::filesystem::perms::owner_all);
  function_.kind = RotationFunctionKind::kNative;
  function_.environment = {{"PASSWORD_LENGTH", "40"}};
  function_.timeout_seconds = 7;
  function_.handles_finish = true;  // Only exec can.
  HookExecutor executor({.rotator = rotator, .scratch = directory_.path()});
  const auto invocation = executor.Begin(function_, facts_, secrets_, [](std::string_view) {});

  const StepOutcome created = invocation->Run(RotationStep::kCreateSecret);
  const StepOutcome finished = invocation->Run(RotationStep::kFinishSecret);

  EXPECT_TRUE(created.ok()) << created.message;
  EXPECT_TRUE(finished.ok());
  EXPECT_EQ(secrets_.pending, "createSecret");
  EXPECT_EQ(secrets_.promotions, 1);
  EXPECT_EQ(secrets_.default_exclude, R"(:/@"'\)");
  EXPECT_NE(
      FileText("document").find(R"("Settings":{"PASSWORD_LENGTH":"40","TIMEOUT_SECONDS":"7"}})"),
      std::string::npos);
  EXPECT_EQ(FileText("environment").find("PASSWORD_LENGTH"), std::string::npos);
}

TEST_F(HookExecutorTest, TheNativeKindMustAnswerAValue) {
  HookExecutor executor({.rotator = "/bin/true", .scratch = directory_.path()});
  secrets_.labelled["AWSCURRENT"] = R"({"engine":"mysql"})";

  const auto invocation = executor.Begin(function_, facts_, secrets_, [](std::string_view) {});

  EXPECT_EQ(invocation->Run(RotationStep::kCreateSecret).error_type, "Runtime.InvalidResponse");
  EXPECT_EQ(secrets_.default_exclude, R"(/@"'\)");
}

}  // namespace
}  // namespace coffer::rotation
