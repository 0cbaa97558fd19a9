#include "rotation/attempt.h"

#include "base/log.h"
#include "sql/sqlite_database.h"
#include "store/schema.h"
#include "support/api_over_database.h"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace coffer::rotation {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kRotate =
    R"({"SecretId":"s","RotationLambdaARN":"arn:aws:lambda:us-east-1:000000000000:function:f",)"
    R"("ClientRequestToken":"11111111-1111-1111-1111-111111111111"})";

using Behaviour = std::function<StepOutcome(RotationStep, RotationSecrets&)>;

/// A function of the test, which prints what it has made.
class PrintingExecutor final : public RotationExecutor {
 public:
  explicit PrintingExecutor(Behaviour behaviour) : behaviour_(std::move(behaviour)) {}

  std::unique_ptr<RotationInvocation> Begin(const RotationFunction& /*function*/,
                                            const RotationFacts& /*facts*/,
                                            RotationSecrets& secrets, LineSink print) override {
    return std::make_unique<Invocation>(behaviour_, secrets, std::move(print));
  }

 private:
  class Invocation final : public RotationInvocation {
   public:
    Invocation(const Behaviour& behaviour, RotationSecrets& secrets, LineSink print)
        : behaviour_(behaviour), secrets_(secrets), print_(std::move(print)) {}
    StepOutcome Run(RotationStep step) override {
      StepOutcome outcome = behaviour_(step, secrets_);
      print_("from old-password to new-password");
      return outcome;
    }
    void Stop() override {}

   private:
    const Behaviour& behaviour_;
    RotationSecrets& secrets_;
    LineSink print_;
  };

  Behaviour behaviour_;
};

class AttemptTest : public ::testing::Test {
 protected:
  AttemptTest() {
    (void)api_.Call("CreateSecret",
                    R"({"Name":"s","SecretString":"old-password",)"
                    R"("ClientRequestToken":"00000000-0000-0000-0000-000000000000"})");
    (void)api_.Call("RotateSecret", std::string(kRotate));
  }

  /// What one attempt writes to the log.
  std::string LogOf(Behaviour behaviour) {
    PrintingExecutor executor(std::move(behaviour));
    const AttemptParts parts{.ledger = ledger_,
                             .access = api_.rotation_calls(),
                             .clock = api_.clock(),
                             .executor_of = [&](RotationFunctionKind) { return &executor; }};
    base::log::Flush();
    ::testing::internal::CaptureStderr();
    Attempt(parts, 1, &function_).Run();
    base::log::Flush();
    return ::testing::internal::GetCapturedStderr();
  }

  std::string LogOfCancelledIn(RotationStep last) {
    return LogOf([this, last](RotationStep step, RotationSecrets& secrets) {
      StepOutcome outcome = PutNew(step, secrets);
      if (step == last) (void)api_.Call("CancelRotateSecret", R"({"SecretId":"s"})");
      return outcome;
    });
  }

  static StepOutcome PutNew(RotationStep step, RotationSecrets& secrets) {
    if (step == RotationStep::kCreateSecret) {
      EXPECT_TRUE(secrets.PutPending(SecretBytes::FromText("new-password"), false).has_value());
    }
    return {};
  }

  RotationFunction function_ = [] {
    RotationFunction function;
    function.match = "function:f";
    function.kind = RotationFunctionKind::kExec;
    function.command = {"/nowhere"};
    return function;
  }();
  sql::SqliteDatabase database_{sql::SqliteOptions{}, store::SqliteSchema()};
  test::ApiOverDatabase api_{database_, 1, PolicyEnforcement::kOff, {function_}};
  Ledger ledger_{database_, api_.service(), api_.random(), {}, "a"};
};

TEST_F(AttemptTest, WhatAFunctionPrintsHasNoValues) {
  const std::string log = LogOf(&PutNew);
  EXPECT_NE(log.find("from *** to ***"), std::string::npos) << log;
  EXPECT_EQ(log.find("-password"), std::string::npos) << log;
}

// The rights to read the values end with the rotation; what the function has printed came before.
TEST_F(AttemptTest, NorIfTheRotationEndsWhileTheValueIsMade) {
  const std::string log = LogOfCancelledIn(RotationStep::kCreateSecret);
  EXPECT_EQ(log.find("-password"), std::string::npos) << log;
  EXPECT_NE(log.find("rotation.output_withheld"), std::string::npos) << log;
}

TEST_F(AttemptTest, NorIfItEndsLater) {
  const std::string log = LogOfCancelledIn(RotationStep::kSetSecret);
  EXPECT_NE(log.find("from *** to ***"), std::string::npos) << log;  // Of the step before.
  EXPECT_EQ(log.find("-password"), std::string::npos) << log;
  EXPECT_NE(log.find("rotation.output_withheld"), std::string::npos) << log;
}

TEST_F(AttemptTest, WhatHasNoValueIsNeverMadeCurrent) {
  (void)LogOf([](RotationStep step, RotationSecrets& secrets) {
    if (step == RotationStep::kFinishSecret) {
      EXPECT_FALSE(secrets.Promote().has_value());
    }
    return StepOutcome{};
  });
  const std::string value = api_.Call("GetSecretValue", R"({"SecretId":"s"})");
  EXPECT_NE(value.find("old-password"), std::string::npos) << value;
}

}  // namespace
}  // namespace coffer::rotation
