#include "rotation/orchestrator.h"

#include "secrets/rotation.h"
#include "sql/sqlite_database.h"
#include "store/schema.h"
#include "support/api_over_database.h"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <future>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace coffer::rotation {
namespace {

using namespace std::chrono_literals;
using secrets::RotationJob;
using secrets::RotationState;

constexpr std::string_view kFunction = "arn:aws:lambda:us-east-1:000000000000:function:f";
constexpr std::string_view kToken = "11111111-1111-1111-1111-111111111111";
constexpr std::string_view kOtherToken = "22222222-2222-2222-2222-222222222222";

/// What a function of the test does in a step; the value it makes is `new`.
using Behaviour = std::function<StepOutcome(RotationStep, RotationSecrets&)>;

StepOutcome Behave(RotationStep step, RotationSecrets& secrets) {
  if (step == RotationStep::kCreateSecret) {
    const auto pending = secrets.Pending();
    if (!pending->has_value()) {
      EXPECT_TRUE(secrets.PutPending(SecretBytes::FromText("new"), false).has_value());
    }
  }
  if (step == RotationStep::kFinishSecret) {
    EXPECT_TRUE(secrets.Promote().has_value());
  }
  return {};
}

StepOutcome Failed(std::string message = "no") {
  return {.kind = StepOutcome::Kind::kFunctionError,
          .error_type = "ValueError",
          .message = std::move(message)};
}

/// Runs functions of the test in this process, and writes down which steps were asked for.
class FakeExecutor final : public RotationExecutor {
 public:
  std::unique_ptr<RotationInvocation> Begin(const RotationFunction& /*function*/,
                                            const RotationFacts& facts, RotationSecrets& secrets,
                                            LineSink print) override {
    return std::make_unique<Invocation>(*this, facts.version_id, secrets, std::move(print));
  }

  void Become(Behaviour behaviour) {
    const std::scoped_lock lock(mutex_);
    behaviour_ = std::move(behaviour);
  }
  [[nodiscard]] std::vector<std::string> steps() const {
    const std::scoped_lock lock(mutex_);
    return steps_;
  }
  [[nodiscard]] std::vector<std::string> tokens() const {
    const std::scoped_lock lock(mutex_);
    return tokens_;
  }

 private:
  class Invocation final : public RotationInvocation {
   public:
    Invocation(FakeExecutor& executor, std::string token, RotationSecrets& secrets, LineSink print)
        : executor_(executor),
          token_(std::move(token)),
          secrets_(secrets),
          print_(std::move(print)) {}
    StepOutcome Run(RotationStep step) override {
      Behaviour behaviour;
      {
        const std::scoped_lock lock(executor_.mutex_);
        executor_.steps_.emplace_back(WireName(step));
        executor_.tokens_.push_back(token_);
        behaviour = executor_.behaviour_;
      }
      return behaviour(step, secrets_);
    }
    void Stop() override {}

   private:
    FakeExecutor& executor_;
    std::string token_;
    RotationSecrets& secrets_;
    LineSink print_;
  };

  mutable std::mutex mutex_;
  Behaviour behaviour_ = &Behave;
  std::vector<std::string> steps_;
  std::vector<std::string> tokens_;
};

RotationFunction FunctionOfTheTest() {
  RotationFunction function;
  function.match = "function:f";
  function.kind = RotationFunctionKind::kExec;
  function.command = {"/nowhere"};
  return function;
}

class OrchestratorTest : public ::testing::Test {
 protected:
  OrchestratorTest() { (void)Call("CreateSecret", R"({"Name":"s","SecretString":"old",)", kV0); }
  ~OrchestratorTest() override {
    api_.SetRotationListener(nullptr);
    orchestrator_.reset();
  }

  void Start() {
    orchestrator_ = std::make_unique<Orchestrator>(
        AttemptParts{.ledger = ledger_,
                     .access = api_.rotation_calls(),
                     .clock = api_.clock(),
                     .executor_of = [this](RotationFunctionKind) { return &executor_; }},
        api_.functions(), Orchestrator::Options{.concurrency = 2, .patience = 50ms});
    api_.SetRotationListener(orchestrator_.get());
    orchestrator_->Start();
  }
  void Restart() {
    api_.SetRotationListener(nullptr);
    orchestrator_->Stop();
    Start();
  }

  std::string Call(std::string_view operation, std::string body, std::string_view token) {
    body += R"("ClientRequestToken":")" + std::string(token) + R"("})";
    return api_.Call(operation, body);
  }
  std::string Rotate(std::string_view token, const std::string& more = "") {
    return Call(
        "RotateSecret",
        R"({"SecretId":"s","RotationLambdaARN":")" + std::string(kFunction) + R"(",)" + more,
        token);
  }
  std::string Describe() { return api_.Call("DescribeSecret", R"({"SecretId":"s"})"); }
  std::string Value() { return api_.Call("GetSecretValue", R"({"SecretId":"s"})"); }

  [[nodiscard]] std::vector<RotationJob> Jobs() {
    std::vector<RotationJob> jobs;
    database_.Read([&](Transaction& transaction) {
      jobs = api_.service().rotations.Jobs(transaction, /*secret_id=*/1);
    });
    return jobs;
  }
  /// The newest job, once `is_so` holds of it.
  RotationJob Await(const std::function<bool(const RotationJob&)>& is_so) {
    for (int i = 0; i < 1000; ++i) {
      const auto jobs = Jobs();
      if (!jobs.empty() && is_so(jobs.front())) return jobs.front();
      std::this_thread::sleep_for(5ms);
    }
    ADD_FAILURE() << "what was awaited never happened";
    return {};
  }
  RotationJob AwaitState(RotationState state) {
    return Await([&](const RotationJob& job) { return job.state == state; });
  }

  static constexpr std::string_view kV0 = "00000000-0000-0000-0000-000000000000";

  sql::SqliteDatabase database_{sql::SqliteOptions{}, store::SqliteSchema()};
  test::ApiOverDatabase api_{database_, 1, PolicyEnforcement::kOff, {FunctionOfTheTest()}};
  FakeExecutor executor_;
  Ledger ledger_{database_,
                 api_.service(),
                 api_.random(),
                 {.delays = {60s, 300s}, .give_up_after = 1h, .infrastructure_delays = {1s}},
                 "a"};
  std::unique_ptr<Orchestrator> orchestrator_;
};

bool Has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST_F(OrchestratorTest, FourStepsInTheirOrderMakeANewCurrentVersion) {
  Start();
  EXPECT_TRUE(Has(Rotate(kToken, R"("RotationRules":{"AutomaticallyAfterDays":30},)"), kToken));
  const RotationJob job = AwaitState(RotationState::kSucceeded);
  EXPECT_EQ(executor_.steps(),
            (std::vector<std::string>{"createSecret", "setSecret", "testSecret", "finishSecret"}));
  EXPECT_TRUE(Has(Value(), R"("SecretString":"new")"));
  EXPECT_TRUE(Has(Describe(), "LastRotatedDate"));
  EXPECT_TRUE(Has(Describe(), "NextRotationDate"));
  ASSERT_EQ(job.steps.size(), 4U);
  for (const auto& step : job.steps) EXPECT_EQ(step.outcome, "succeeded");
  EXPECT_EQ(job.labels_before.size(), 1U);
  EXPECT_EQ(job.labels_after.size(), 3U);  // AWSPENDING stays on the current version.
}

TEST_F(OrchestratorTest, AFailedAttemptIsRepeatedLaterWithTheSameToken) {
  executor_.Become([](RotationStep step, RotationSecrets& secrets) {
    return step == RotationStep::kSetSecret ? Failed() : Behave(step, secrets);
  });
  Start();
  (void)Rotate(kToken);
  const RotationJob waiting = Await([](const RotationJob& job) {
    return job.state == RotationState::kWaiting && job.attempt == 1;
  });
  EXPECT_EQ(waiting.failed_step, "setSecret");
  EXPECT_EQ(waiting.error, "no");
  EXPECT_TRUE(Has(Value(), R"("SecretString":"old")"));
  EXPECT_FALSE(Has(Describe(), "LastRotatedDate"));
  EXPECT_TRUE(Has(Rotate(kOtherToken), "A previous rotation isn't complete."));

  // The refused call may have had it tried once more by now.
  executor_.Become(&Behave);
  api_.clock().Advance(361s);
  orchestrator_->Wake();
  EXPECT_EQ(AwaitState(RotationState::kSucceeded).version_id, kToken);
  for (const std::string& token : executor_.tokens()) EXPECT_EQ(token, kToken);
}

TEST_F(OrchestratorTest, AfterTheLastAttemptItIsStuckUntilSomebodyWantsIt) {
  executor_.Become([](RotationStep, RotationSecrets&) { return Failed(); });
  Start();
  (void)Rotate(kToken);
  for (int attempt = 1; attempt < 40; ++attempt) {
    const RotationJob job = Await([&](const RotationJob& seen) {
      return seen.state == RotationState::kStuck ||
             (seen.state == RotationState::kWaiting && seen.attempt >= attempt);
    });
    if (job.state == RotationState::kStuck) break;
    api_.clock().Advance(361s);
    orchestrator_->Wake();
  }
  EXPECT_EQ(Jobs().front().state, RotationState::kStuck);
  EXPECT_TRUE(Has(Value(), R"("SecretString":"old")"));

  executor_.Become(&Behave);
  EXPECT_TRUE(Has(Rotate(kOtherToken), "That rotation will be reattempted."));
  EXPECT_EQ(AwaitState(RotationState::kSucceeded).version_id, kToken);
}

TEST_F(OrchestratorTest, WhatCouldNotBeRunIsNoAttempt) {
  int runs = 0;
  executor_.Become([&](RotationStep step, RotationSecrets& secrets) {
    if (runs++ == 0) return StepOutcome{StepOutcome::Kind::kInfrastructure, "", ""};
    return Behave(step, secrets);
  });
  Start();
  (void)Rotate(kToken);
  (void)Await([](const RotationJob& job) { return job.infrastructure_failures == 1; });
  api_.clock().Advance(1s);
  orchestrator_->Wake();
  EXPECT_EQ(AwaitState(RotationState::kSucceeded).attempt, 1);
}

TEST_F(OrchestratorTest, AValueFromOutsideAbandonsTheRotation) {
  std::promise<void> written;
  executor_.Become([&](RotationStep step, RotationSecrets& secrets) {
    if (step == RotationStep::kSetSecret) written.get_future().wait();
    return Behave(step, secrets);
  });
  Start();
  (void)Rotate(kToken);
  (void)Await([](const RotationJob& job) { return job.steps.size() == 2; });
  (void)Call("PutSecretValue", R"({"SecretId":"s","SecretString":"by hand",)", kOtherToken);
  EXPECT_EQ(AwaitState(RotationState::kAbandoned).steps.size(), 2U);
  written.set_value();
  Restart();
  EXPECT_EQ(executor_.steps().size(), 2U);
  EXPECT_TRUE(Has(Value(), R"("SecretString":"by hand")"));
  EXPECT_FALSE(Has(Describe(), "AWSPENDING"));
  executor_.Become(&Behave);  // It may begin before the test ends, and `written` with it.
  EXPECT_TRUE(Has(Rotate("33333333-3333-3333-3333-333333333333"), "VersionId"));
}

TEST_F(OrchestratorTest, CancellingLeavesLabelsAndRunsNoFurtherStep) {
  std::promise<void> cancelled;
  executor_.Become([&](RotationStep step, RotationSecrets& secrets) {
    if (step == RotationStep::kSetSecret) cancelled.get_future().wait();
    return Behave(step, secrets);
  });
  Start();
  (void)Rotate(kToken);
  (void)Await([](const RotationJob& job) { return job.steps.size() == 2; });
  EXPECT_TRUE(Has(api_.Call("CancelRotateSecret", R"({"SecretId":"s"})"), kToken));
  cancelled.set_value();
  (void)AwaitState(RotationState::kCancelled);
  Restart();
  EXPECT_EQ(executor_.steps().size(), 2U);
  EXPECT_TRUE(Has(Describe(), R"("RotationEnabled":false)"));
  EXPECT_TRUE(Has(Describe(), "AWSPENDING"));
  EXPECT_TRUE(Has(Rotate(kOtherToken), "A previous rotation isn't complete."));
}

TEST_F(OrchestratorTest, ATestRunsOneStepOnACopyAndLeavesNoLabel) {
  std::string tested;
  executor_.Become([&](RotationStep, RotationSecrets& secrets) {
    tested = secrets.Pending()->value().value.ExposeText();
    return StepOutcome{};
  });
  Start();
  EXPECT_FALSE(Has(Rotate(kToken, R"("RotateImmediately":false,)"), "VersionId"));
  (void)AwaitState(RotationState::kTestSucceeded);
  EXPECT_EQ(executor_.steps(), std::vector<std::string>{"testSecret"});
  EXPECT_EQ(tested, "old");
  EXPECT_FALSE(Has(Describe(), "AWSPENDING"));
  EXPECT_FALSE(Has(Describe(), "LastRotatedDate"));
}

TEST_F(OrchestratorTest, AFunctionThatPromotesNothingHasFailed) {
  executor_.Become([](RotationStep step, RotationSecrets& secrets) {
    return step == RotationStep::kFinishSecret ? StepOutcome{} : Behave(step, secrets);
  });
  Start();
  (void)Rotate(kToken);
  const RotationJob job = Await([](const RotationJob& seen) { return !seen.failed_step.empty(); });
  EXPECT_EQ(job.state, RotationState::kWaiting);
  EXPECT_EQ(job.failed_step, "finishSecret");
}

TEST_F(OrchestratorTest, ARestartTakesUpWhatRan) {
  std::promise<void> hanging;
  executor_.Become([&](RotationStep step, RotationSecrets& secrets) {
    if (step == RotationStep::kTestSecret) {
      hanging.get_future().wait();
      return Failed();
    }
    return Behave(step, secrets);
  });
  Start();
  (void)Rotate(kToken);
  (void)Await([](const RotationJob& job) { return job.steps.size() == 3; });
  std::thread release([&] {
    std::this_thread::sleep_for(100ms);  // After the patience of Stop.
    hanging.set_value();
  });
  api_.SetRotationListener(nullptr);
  orchestrator_->Stop();
  release.join();
  EXPECT_EQ(Jobs().front().state, RotationState::kRunning);

  executor_.Become(&Behave);
  Start();
  const RotationJob job = AwaitState(RotationState::kSucceeded);
  EXPECT_EQ(job.attempt, 1);
  EXPECT_EQ(job.steps.at(2).outcome, "interrupted");
  EXPECT_EQ(executor_.steps().size(), 7U);
}

TEST_F(OrchestratorTest, SchedulesBeginRotations) {
  Start();
  (void)Rotate(kToken, R"("RotationRules":{"AutomaticallyAfterDays":1},)");
  (void)AwaitState(RotationState::kSucceeded);
  for (int days = 1; days < 4; ++days) {
    api_.clock().Advance(24h);
    orchestrator_->Wake();
    const RotationJob job = Await([&](const RotationJob& seen) {
      return seen.is_scheduled && seen.state == RotationState::kSucceeded &&
             Jobs().size() == static_cast<std::size_t>(days) + 1;
    });
    EXPECT_NE(job.version_id, kToken);
  }
}

// However many wait for their turn: what has ended is told at once.
TEST_F(OrchestratorTest, WhatHasEndedComesBeforeWhatWaits) {
  (void)Rotate(kToken);
  (void)Call("CreateSecret", R"({"Name":"t","SecretString":"old",)", kV0);
  (void)Call("RotateSecret",
             R"({"SecretId":"t","RotationLambdaARN":")" + std::string(kFunction) + R"(",)", kToken);
  api_.clock().Advance(10s);
  (void)api_.Call("CancelRotateSecret", R"({"SecretId":"t"})");
  const auto waking = ledger_.WakingJobs(api_.clock().Now(), 2);
  ASSERT_EQ(waking.size(), 2U);
  EXPECT_FALSE(waking.front().is_live);
  EXPECT_TRUE(waking.back().is_live);
}

TEST_F(OrchestratorTest, WhoLostTheLeaseCanChangeNothing) {
  (void)Rotate(kToken);
  Ledger other(database_, api_.service(), api_.random(), {}, "b");
  auto first = ledger_.TakeJob(1, api_.clock().Now(), 30s);
  ASSERT_TRUE(first.has_value());
  EXPECT_FALSE(other.TakeJob(1, api_.clock().Now(), 30s).has_value());
  api_.clock().Advance(31s);
  const auto second = other.TakeJob(1, api_.clock().Now(), 30s);
  ASSERT_TRUE(second.has_value());
  EXPECT_FALSE(ledger_.BeginStep(first->job, RotationStep::kSetSecret, api_.clock().Now(), 30s));
  EXPECT_FALSE(ledger_.EndAttempt(first->job, {}, api_.clock().Now()).has_value());
  const auto session = [&](const RotationJob& job) {
    return api::RotationSessions::SessionOf(*first->secret, job, api_.clock().Now(),
                                            api_.clock().Now() + 60s);
  };
  EXPECT_FALSE(api_.rotation_sessions().IsLive(session(first->job)));
  EXPECT_TRUE(api_.rotation_sessions().IsLive(session(second->job)));
}

TEST_F(OrchestratorTest, TheRightsOfARotationEndWithIt) {
  (void)Rotate(kToken);
  auto claim = ledger_.TakeJob(1, api_.clock().Now(), 30s);
  ASSERT_TRUE(claim.has_value());
  const auto secrets = api_.rotation_calls().Open(*claim->secret, claim->job);
  EXPECT_TRUE(secrets->Labelled("AWSCURRENT").has_value());
  EXPECT_FALSE(secrets->Related("s2").has_value());  // Of which nobody said it may be read.
  (void)api_.Call("CancelRotateSecret", R"({"SecretId":"s"})");
  EXPECT_FALSE(secrets->Labelled("AWSCURRENT").has_value());
}

// A call that was let in may wait for the writer until after the end.
TEST_F(OrchestratorTest, TheRightsOfARotationEndForACallThatWaitsToWrite) {
  (void)Rotate(kToken);
  const auto claim = ledger_.TakeJob(1, api_.clock().Now(), 30s);
  ASSERT_TRUE(claim.has_value());
  const RotationCredentials keys =
      api_.rotation_calls().Issue(*claim->secret, claim->job, api_.clock().Now() + 1h);
  const std::string authorization =
      "AWS4-HMAC-SHA256 Credential=" + keys.access_key_id +
      "/20260115/us-east-1/secretsmanager/aws4_request, SignedHeaders=host, Signature=" +
      std::string(64, '0');
  const auto put = [&] {
    return api_.Send("POST", "/",
                     {{"Host", "localhost"},
                      {"X-Amz-Target", "secretsmanager.PutSecretValue"},
                      {"X-Amz-Security-Token", keys.session_token.ExposeText()},
                      {"Authorization", authorization}},
                     R"({"SecretId":"s","SecretString":"new","VersionStages":["AWSPENDING"],)"
                     R"("ClientRequestToken":")" +
                         std::string(kToken) + R"("})");
  };
  EXPECT_TRUE(Has(put(), "VersionId"));

  api_.BeforeNextWrite([&] {
    database_.Write([&](Transaction& transaction) {
      RotationJob job = claim->job;
      job.state = RotationState::kCancelled;
      api_.service().rotations.UpdateJob(transaction, job);
    });
  });
  EXPECT_TRUE(Has(put(), "The rotation that this belongs to is over."));
}

}  // namespace
}  // namespace coffer::rotation
