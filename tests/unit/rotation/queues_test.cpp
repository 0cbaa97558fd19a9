// Row 99: many rotations that are due at once. They begin in the order in which they are due, a
// long queue holds up nobody else's rotation, and a restart finds all of them again.

#include "rotation/orchestrator.h"
#include "sql/sqlite_database.h"
#include "store/schema.h"
#include "support/api_over_database.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace coffer::rotation {
namespace {

using namespace std::chrono_literals;
using secrets::RotationJob;
using secrets::RotationState;

constexpr int kMany = 600;  // More than are looked at together anywhere.

RotationFunction FunctionNamed(std::string_view name) {
  RotationFunction function;
  function.match = "function:" + std::string(name);
  function.kind = RotationFunctionKind::kExec;
  function.command = {"/nowhere"};
  function.concurrency = 1;
  return function;
}

/// What `slow` is asked hangs until the end; `quick` is done at once.
class TwoFunctions final : public RotationExecutor {
 public:
  std::unique_ptr<RotationInvocation> Begin(const RotationFunction& function,
                                            const RotationFacts& /*facts*/,
                                            RotationSecrets& /*secrets*/,
                                            LineSink /*print*/) override {
    return std::make_unique<Invocation>(*this, function.match == "function:slow");
  }
  void LetGo() { let_go_.set_value(); }
  [[nodiscard]] int quick_steps() const { return quick_steps_; }

 private:
  class Invocation final : public RotationInvocation {
   public:
    Invocation(TwoFunctions& functions, bool is_slow) : functions_(functions), is_slow_(is_slow) {}
    StepOutcome Run(RotationStep /*step*/) override {
      if (is_slow_) {
        functions_.is_let_go_.wait();
      } else {
        ++functions_.quick_steps_;
      }
      return {};
    }
    void Stop() override {}

   private:
    TwoFunctions& functions_;
    bool is_slow_;
  };

  std::promise<void> let_go_;
  std::shared_future<void> is_let_go_{let_go_.get_future()};
  std::atomic<int> quick_steps_ = 0;
};

class QueuesTest : public ::testing::Test {
 protected:
  void Configure(int number, std::string_view function, bool is_immediate) {
    const std::string id = std::to_string(number);
    const std::string token = std::string(32 - id.size(), '0') + id;
    (void)api_.Call("CreateSecret", R"({"Name":"s)" + id +
                                        R"(","SecretString":"old","ClientRequestToken":"a)" +
                                        token + R"("})");
    const std::string reply = api_.Call(
        "RotateSecret",
        R"({"SecretId":"s)" + id + R"(","RotationRules":{"AutomaticallyAfterDays":1},)" +
            R"("RotationLambdaARN":"arn:aws:lambda:us-east-1:000000000000:function:)" +
            std::string(function) + R"(","RotateImmediately":)" +
            (is_immediate ? "true" : "false") + R"(,"ClientRequestToken":"b)" + token + R"("})");
    ASSERT_NE(reply.find("ARN"), std::string::npos) << reply;
  }
  [[nodiscard]] std::vector<RotationJob> Live() {
    std::vector<RotationJob> jobs;
    database_.Read([&](Transaction& transaction) {
      jobs = api_.service().rotations.LiveJobs(transaction, 2 * kMany);
    });
    return jobs;
  }
  /// Whether a rotation by `quick` comes to its turn.
  [[nodiscard]] bool QuickRuns() {
    TwoFunctions functions;
    Orchestrator orchestrator(AttemptParts{.ledger = ledger_,
                                           .access = api_.rotation_calls(),
                                           .clock = api_.clock(),
                                           .executor_of = [&](auto) { return &functions; }},
                              api_.functions(), {.concurrency = 3, .patience = 50ms});
    orchestrator.Start();
    for (int i = 0; i < 2000 && functions.quick_steps() == 0; ++i) {
      std::this_thread::sleep_for(5ms);
    }
    functions.LetGo();
    orchestrator.Stop();
    return functions.quick_steps() > 0;
  }
  void PassAllTests() {
    for (const RotationJob& job : Live()) {
      auto claim = ledger_.TakeJob(job.id, api_.clock().Now(), 60s);
      ASSERT_TRUE(claim.has_value());
      ASSERT_TRUE(ledger_.EndAttempt(claim->job, {}, api_.clock().Now()).has_value());
    }
  }
  void GiveUpAll() {
    database_.Write([&](Transaction& transaction) {
      for (RotationJob& job : api_.service().rotations.LiveJobs(transaction, 2 * kMany)) {
        job.state = RotationState::kStuck;
        job.wake_at.reset();
        api_.service().rotations.UpdateJob(transaction, job);
      }
    });
  }

  sql::SqliteDatabase database_{sql::SqliteOptions{}, store::SqliteSchema()};
  test::ApiOverDatabase api_{
      database_, 1, PolicyEnforcement::kOff, {FunctionNamed("slow"), FunctionNamed("quick")}};
  Ledger ledger_{database_, api_.service(), api_.random(), {}, "a"};
};

TEST_F(QueuesTest, ALongQueueOfOneFunctionHoldsUpNoOther) {
  for (int i = 0; i < kMany; ++i) Configure(i, "slow", true);
  api_.clock().Advance(1s);
  Configure(kMany, "quick", true);
  EXPECT_TRUE(QuickRuns());
}

TEST_F(QueuesTest, NorOneThatIsOlderThanTheQueues) {
  for (int i = 0; i < kMany; ++i) Configure(i, "slow", true);
  api_.clock().Advance(1s);
  Configure(kMany, "quick", true);
  database_.Write([](Transaction& transaction) {
    static constexpr Statement kAsBefore{
        "UPDATE rotation_jobs SET function_arn = '' WHERE function_arn LIKE '%quick'"};
    EXPECT_EQ(transaction.Execute(kAsBefore, {}), 1);
  });
  EXPECT_TRUE(QuickRuns());
}

TEST_F(QueuesTest, EachFunctionHasAQueueOfItsOwn) {
  Configure(0, "quick", true);
  const auto waiting = [&](std::string_view function) {
    return ledger_.WakingJobsOf(function, api_.clock().Now(), 10).size();
  };
  const std::string arn = "arn:aws:lambda:us-east-1:000000000000:function:quick";
  EXPECT_EQ(ledger_.WaitingFunctions("", 10), std::vector{arn});
  EXPECT_EQ(waiting(arn), 1U);
  EXPECT_EQ(waiting(""), 0U);
  EXPECT_TRUE(ledger_.WaitingFunctions(arn, 10).empty());
  EXPECT_TRUE(ledger_.WaitingFunctions("", 0).empty());
}

TEST_F(QueuesTest, WhatIsDueBeginsInItsOrderAndOnce) {
  for (int i = 0; i < kMany; ++i) Configure(i, "quick", false);
  PassAllTests();
  api_.clock().Advance(48h);
  std::vector<std::pair<Timestamp, std::int64_t>> order;
  database_.Read([&](Transaction& transaction) {
    for (std::int64_t secret_id = 1; secret_id <= kMany; ++secret_id) {
      const auto stored = api_.service().rotations.Find(transaction, secret_id);
      ASSERT_TRUE(stored && stored->due);
      order.emplace_back(*stored->due, secret_id);
    }
  });
  std::ranges::sort(order);

  constexpr int kAtOnce = 7;
  while (ledger_.StartDue(api_.clock().Now(), kAtOnce) == kAtOnce) {
  }

  const auto begun = Live();
  ASSERT_EQ(begun.size(), order.size());
  for (std::size_t i = 0; i < begun.size(); ++i) EXPECT_EQ(begun[i].secret_id, order[i].second);
}

TEST_F(QueuesTest, ARestartTakesUpAllThatWereStuck) {
  for (int i = 0; i < kMany; ++i) Configure(i, "quick", true);
  GiveUpAll();

  ledger_.Recover(api_.clock().Now());

  const auto jobs = Live();
  EXPECT_EQ(jobs.size(), static_cast<std::size_t>(kMany));
  EXPECT_TRUE(std::ranges::all_of(
      jobs, [](const RotationJob& job) { return job.state == RotationState::kWaiting; }));
}

}  // namespace
}  // namespace coffer::rotation
