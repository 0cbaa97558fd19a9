#include "rotation/ledger.h"

#include "sql/sqlite_database.h"
#include "store/schema.h"
#include "support/api_over_database.h"

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <string>

namespace coffer::rotation {
namespace {

using namespace std::chrono_literals;
using secrets::RotationState;

RotationFunction FunctionOfTheTest() {
  RotationFunction function;
  function.match = "function:f";
  function.kind = RotationFunctionKind::kExec;
  function.command = {"/nowhere"};
  return function;
}

class LedgerTest : public ::testing::Test {
 protected:
  LedgerTest() {
    (void)Call("CreateSecret", R"("Name":"s","SecretString":"old"})", '0');
    (void)Call("RotateSecret",
               R"_("SecretId":"s","RotationRules":{"ScheduleExpression":"rate(6 hours)"},)_"
               R"("RotationLambdaARN":"arn:aws:lambda:us-east-1:000000000000:function:f"})",
               '1');
    (void)Call("PutSecretValue", R"("SecretId":"s","SecretString":"by hand"})", '2');
  }
  std::string Call(std::string_view operation, const std::string& more, char token) {
    return api_.Call(operation,
                     R"({"ClientRequestToken":")" + std::string(32, token) + "\"," + more);
  }
  /// The rotation that the schedule begins.
  Claim TakeScheduled() {
    for (int quarters = 0; quarters < 28; ++quarters) {
      api_.clock().Advance(15min);
      (void)ledger_.StartDue(api_.clock().Now(), 10);
      if (auto claim = ledger_.TakeJob(2, api_.clock().Now(), 60s)) return *std::move(claim);
    }
    throw std::runtime_error("the schedule began nothing");
  }
  static StepOutcome Failed() {
    return {.kind = StepOutcome::Kind::kFunctionError, .error_type = "E", .message = "no"};
  }

  sql::SqliteDatabase database_{sql::SqliteOptions{}, store::SqliteSchema()};
  test::ApiOverDatabase api_{database_, 1, PolicyEnforcement::kOff, {FunctionOfTheTest()}};
  Ledger ledger_{database_, api_.service(), api_.random(), {}, "a"};
};

TEST_F(LedgerTest, AScheduledRotationIsRepeatedInItsWindow) {
  Claim claim = TakeScheduled();
  EXPECT_TRUE(claim.job.is_scheduled);
  const auto verdict = ledger_.EndAttempt(claim.job, Failed(), api_.clock().Now());
  ASSERT_TRUE(verdict.has_value());
  EXPECT_EQ(verdict->state, RotationState::kWaiting);
}

TEST_F(LedgerTest, AndNotAfterIt) {
  Claim claim = TakeScheduled();
  api_.clock().Advance(1h);  // The step took so long.
  const auto verdict = ledger_.EndAttempt(claim.job, Failed(), api_.clock().Now());
  ASSERT_TRUE(verdict.has_value());
  EXPECT_EQ(verdict->state, RotationState::kStuck);
}

}  // namespace
}  // namespace coffer::rotation
