#include "rotation/executors/executors.h"

#include "support/fake_random.h"
#include "support/fake_rotation_secrets.h"
#include "support/temporary_directory.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace coffer::rotation {
namespace {

TEST(ExecutorsTest, EachKindHasItsOwn) {
  const test::TemporaryDirectory directory;
  test::FakeRandom random;
  Executors executors({.rotator = "/nonexistent/rotator",
                       .server = {.endpoint = "http://127.0.0.1:9", .ca_certificate = ""},
                       .ca_certificate = "",
                       .scratch = directory.path()},
                      random);
  const RotationFacts facts = test::SampleRotation();
  test::FakeRotationSecrets secrets;
  RotationFunction function;
  function.command = {"/nonexistent/command"};
  function.url = "no URL";
  struct Case {
    RotationFunctionKind kind;
    std::string type;
    std::string message;
  };
  const Case cases[] = {
      {RotationFunctionKind::kNative, "Rotation.NotStarted",
       "(program): No such file or directory"},
      {RotationFunctionKind::kExec, "Rotation.NotStarted", "(program): No such file or directory"},
      {RotationFunctionKind::kRuntime, "Rotation.NotStarted",
       "(program): No such file or directory"},
      {RotationFunctionKind::kHttp, "Lambda.Unavailable", "the URL is not usable"},
  };
  for (const auto& [kind, type, message] : cases) {
    const auto invocation =
        executors.ForKind(kind).Begin(function, facts, secrets, [](std::string_view) {});
    const StepOutcome outcome = invocation->Run(RotationStep::kTestSecret);
    EXPECT_EQ(outcome.kind, StepOutcome::Kind::kInfrastructure);
    EXPECT_EQ(outcome.error_type, type);
    EXPECT_TRUE(outcome.message.ends_with(message)) << outcome.message;
  }
  // The vault finishes for hooks, Lambdas finish themselves.
  function.command = {"/bin/false"};
  (void)executors.ForKind(RotationFunctionKind::kExec)
      .Begin(function, facts, secrets, [](std::string_view) {})
      ->Run(RotationStep::kFinishSecret);
  EXPECT_EQ(secrets.promotions, 1);
}

}  // namespace
}  // namespace coffer::rotation
