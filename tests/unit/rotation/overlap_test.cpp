#include "rotation/orchestrator.h"
#include "sql/sqlite_database.h"
#include "store/schema.h"
#include "support/api_over_database.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>

namespace coffer::rotation {
namespace {

using namespace std::chrono_literals;

/// Its first rotation hangs in its first step until it is let go.
class HangingExecutor final : public RotationExecutor {
 public:
  std::unique_ptr<RotationInvocation> Begin(const RotationFunction& /*function*/,
                                            const RotationFacts& /*facts*/,
                                            RotationSecrets& /*secrets*/,
                                            LineSink /*print*/) override {
    return std::make_unique<Invocation>(*this);
  }
  void LetGo() { let_go_.set_value(); }
  [[nodiscard]] int begun() const { return begun_; }
  [[nodiscard]] bool overlapped() const { return overlapped_; }

 private:
  class Invocation final : public RotationInvocation {
   public:
    explicit Invocation(HangingExecutor& executor) : executor_(executor) {}
    StepOutcome Run(RotationStep /*step*/) override {
      if (executor_.running_++ > 0) executor_.overlapped_ = true;
      if (executor_.begun_++ == 0) executor_.let_go_.get_future().wait();
      --executor_.running_;
      return {};
    }
    void Stop() override {}

   private:
    HangingExecutor& executor_;
  };

  std::promise<void> let_go_;
  std::atomic<int> begun_ = 0;
  std::atomic<int> running_ = 0;
  std::atomic<bool> overlapped_ = false;
};

RotationFunction FunctionOfTheTest() {
  RotationFunction function;
  function.match = "function:f";
  function.kind = RotationFunctionKind::kExec;
  function.command = {"/nowhere"};
  return function;
}

bool Comes(const std::function<bool()>& is_so, std::chrono::milliseconds within) {
  for (const auto end = std::chrono::steady_clock::now() + within;
       std::chrono::steady_clock::now() < end; std::this_thread::sleep_for(5ms)) {
    if (is_so()) return true;
  }
  return false;
}

// What a value from outside has ended may still be changing the password.
TEST(OverlapTest, TwoRotationsOfOneSecretNeverRunAtOnce) {
  sql::SqliteDatabase database{sql::SqliteOptions{}, store::SqliteSchema()};
  test::ApiOverDatabase api{database, 1, PolicyEnforcement::kOff, {FunctionOfTheTest()}};
  HangingExecutor executor;
  Ledger ledger{database, api.service(), api.random(), {}, "a"};
  Orchestrator orchestrator(AttemptParts{.ledger = ledger,
                                         .access = api.rotation_calls(),
                                         .clock = api.clock(),
                                         .executor_of = [&](auto) { return &executor; }},
                            api.functions(), {.concurrency = 2, .patience = 50ms});
  api.SetRotationListener(&orchestrator);
  orchestrator.Start();
  const auto call = [&](std::string_view operation, const std::string& more, char token) {
    return api.Call(operation,
                    R"({"ClientRequestToken":")" + std::string(32, token) + "\"," + more);
  };
  const std::string rotate =
      R"("SecretId":"s",)"
      R"("RotationLambdaARN":"arn:aws:lambda:us-east-1:000000000000:function:f"})";
  (void)call("CreateSecret", R"("Name":"s","SecretString":"old"})", '0');
  (void)call("RotateSecret", rotate, '1');
  EXPECT_TRUE(Comes([&] { return executor.begun() == 1; }, 5s));
  (void)call("PutSecretValue", R"("SecretId":"s","SecretString":"by hand"})", '2');
  const std::string second = call("RotateSecret", rotate, '3');
  EXPECT_NE(second.find("VersionId"), std::string::npos) << second;
  EXPECT_FALSE(Comes([&] { return executor.begun() > 1; }, 200ms));

  executor.LetGo();
  EXPECT_TRUE(Comes([&] { return executor.begun() > 1; }, 5s));
  EXPECT_FALSE(executor.overlapped());
  api.SetRotationListener(nullptr);
  orchestrator.Stop();
}

}  // namespace
}  // namespace coffer::rotation
