// Row 89: two nodes on one database file, each a process of its own. The first takes a rotation and
// is stopped by SIGSTOP; its lease ends, the second one finishes the rotation; then the first goes
// on, and whatever it does must change nothing.

#include "rotation/ledger.h"
#include "sql/sqlite_database.h"
#include "store/schema.h"
#include "support/api_over_database.h"
#include "support/temporary_directory.h"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <csignal>
#include <exception>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace coffer::rotation {
namespace {

using namespace std::chrono_literals;
using secrets::RotationJob;
using secrets::RotationState;

constexpr auto kLease = 30s;
constexpr std::int64_t kSecret = 1;
constexpr std::int64_t kJob = 1;
constexpr std::string_view kFirst = "00000000-0000-0000-0000-000000000000";
constexpr std::string_view kToken = "11111111-1111-1111-1111-111111111111";

RotationFunction FunctionOfTheTest() {
  RotationFunction function;
  function.match = "function:f";
  function.kind = RotationFunctionKind::kExec;
  function.command = {"/nowhere"};
  return function;
}

sql::SqliteOptions InFile(const std::filesystem::path& file) {
  sql::SqliteOptions options;
  options.file = file;
  return options;
}

/// A server as far as rotations are concerned: its clock, ledger and way to the secret.
struct Node {
  Node(const std::filesystem::path& file, std::uint64_t seed, std::string name)
      : database(InFile(file), store::SqliteSchema()),
        api(database, seed, PolicyEnforcement::kOff, {FunctionOfTheTest()}),
        ledger(database, api.service(), api.random(), {}, std::move(name)) {}

  void BeginRotation() {
    (void)api.Call("CreateSecret", R"({"Name":"s","SecretString":"old","ClientRequestToken":")" +
                                       std::string(kFirst) + R"("})");
    (void)api.Call(
        "RotateSecret",
        R"({"SecretId":"s","RotationLambdaARN":"arn:aws:lambda:us-east-1:000000000000:function:f",)"
        R"("ClientRequestToken":")" +
            std::string(kToken) + R"("})");
  }
  [[nodiscard]] std::optional<Claim> Take() {
    return ledger.TakeJob(kJob, api.clock().Now(), kLease);
  }
  [[nodiscard]] bool Begin(Claim& claim, RotationStep step) {
    return ledger.BeginStep(claim.job, step, api.clock().Now(), kLease);
  }
  [[nodiscard]] std::optional<Verdict> End(Claim& claim) {
    return ledger.EndAttempt(claim.job, {}, api.clock().Now());
  }
  [[nodiscard]] std::unique_ptr<RotationSecrets> Open(const Claim& claim) {
    return api.rotation_calls().Open(*claim.secret, claim.job);
  }

  sql::SqliteDatabase database;
  test::ApiOverDatabase api;
  Ledger ledger;
};

/// What can be seen of the rotation in the database.
struct Seen {
  secrets::Secret secret;
  RotationJob job;
  std::string value;
};

Seen Look(Node& node) {
  Seen seen;
  node.database.Read([&](Transaction& transaction) {
    seen.secret = *node.api.service().secrets.FindById(transaction, kSecret);
    seen.job = *node.api.service().rotations.FindJob(transaction, kJob);
  });
  seen.value = node.api.Call("GetSecretValue", R"({"SecretId":"s"})");
  return seen;
}

/// How far the first node gets before it is stopped.
enum class Stop : std::uint8_t { kInCreateSecret, kBeforeTheMove, kAfterTheMove };

struct Channel {
  Channel() {
    if (::pipe(ends.data()) != 0) throw std::runtime_error("pipe");
  }
  [[nodiscard]] bool Receive(std::string& text) const {
    std::array<char, 256> buffer{};
    const ssize_t got = ::read(ends[0], buffer.data(), buffer.size());
    if (got > 0) text.assign(buffer.data(), static_cast<std::size_t>(got));
    return got > 0;
  }
  void Send(std::string_view text) const {
    if (::write(ends[1], text.data(), text.size()) < 0) ::_exit(3);
  }
  std::array<int, 2> ends{};
};

/// The steps of an attempt up to where it is stopped; true when all of it went through.
bool RunUpTo(Node& node, Claim& claim, Stop stop, std::string_view value) {
  const auto secrets = node.Open(claim);
  if (stop == Stop::kInCreateSecret) return true;
  const auto pending = secrets->Pending();
  if (!pending) return false;
  if (!pending->has_value() && !secrets->PutPending(SecretBytes::FromText(value), false)) {
    return false;
  }
  for (const auto step :
       {RotationStep::kSetSecret, RotationStep::kTestSecret, RotationStep::kFinishSecret}) {
    if (!node.Begin(claim, step)) return false;
  }
  return stop == Stop::kBeforeTheMove || secrets->Promote().has_value();
}

/// What the first node may still do when it goes on, each told by a word. Nothing is right.
std::string WhatStillGoes(Node& node, Claim& claim) {
  const auto secrets = node.Open(claim);
  std::string done;
  if (secrets->Labelled("AWSCURRENT").has_value()) done += "read ";
  if (secrets->PutPending(SecretBytes::FromText("too late"), false).has_value()) done += "put ";
  if (secrets->Promote().has_value()) done += "move ";
  if (node.Begin(claim, RotationStep::kFinishSecret)) done += "step ";
  if (node.End(claim).has_value()) done += "end ";
  if (node.Take().has_value()) done += "take ";
  return done.empty() ? "nothing" : done;
}

/// The process of the first node.
[[noreturn]] void BeFirstNode(const std::filesystem::path& file, Stop stop, const Channel& to_test,
                              const Channel& from_test) {
  std::string message = "failed";
  try {
    Node node(file, 1, "first");
    node.BeginRotation();
    auto claim = node.Take();
    if (claim && RunUpTo(node, *claim, stop, "of the first")) {
      to_test.Send("ready");
      (void)from_test.Receive(message);  // Here SIGSTOP finds it.
      message = WhatStillGoes(node, *claim);
    }
  } catch (const std::exception& error) {
    message = error.what();
  }
  to_test.Send(message);
  ::_exit(0);
}

bool WaitFor(pid_t process, int options, bool (*is_so)(int)) {
  int status = 0;
  return ::waitpid(process, &status, options) == process && is_so(status);
}

struct Case {
  Stop stop;
  bool goes_on_meanwhile;  ///< While the second node is at it; otherwise when that is over.
  std::string_view value;  ///< Of the secret in the end.
};

class TakeoverTest : public ::testing::TestWithParam<Case> {
 protected:
  /// Has the first node begin the rotation and stops it.
  void StopFirst() {
    first_ = ::fork();  // Before there is any thread.
    ASSERT_GE(first_, 0);
    if (first_ == 0) BeFirstNode(file_, GetParam().stop, to_test_, from_test_);
    std::string message;
    ASSERT_TRUE(to_test_.Receive(message));
    ASSERT_EQ(message, "ready");
    ::kill(first_, SIGSTOP);
    ASSERT_TRUE(WaitFor(first_, WUNTRACED, [](int status) { return WIFSTOPPED(status); }));
  }
  /// Lets it go on to its end: it finds that it can do nothing, and does nothing.
  void LetFirstGoOn(Node& second) {
    const Seen before = Look(second);
    ::kill(first_, SIGCONT);
    from_test_.Send("go");
    std::string message;
    ASSERT_TRUE(to_test_.Receive(message));
    EXPECT_EQ(message, "nothing");
    EXPECT_TRUE(WaitFor(first_, 0, [](int status) { return WIFEXITED(status); }));
    const Seen after = Look(second);
    EXPECT_TRUE(after.secret == before.secret);  // Labels, and the number of its changes.
    EXPECT_TRUE(after.job == before.job);
    EXPECT_EQ(after.value, before.value);
  }

  test::TemporaryDirectory directory_;
  std::filesystem::path file_ = directory_.path() / "vault.db";
  Channel to_test_;
  Channel from_test_;
  pid_t first_ = -1;
};

TEST_P(TakeoverTest, WhatWasPausedComesTooLate) {
  ASSERT_NO_FATAL_FAILURE(StopFirst());
  Node second(file_, 2, "second");
  const Seen before = Look(second);
  const bool has_moved = GetParam().stop == Stop::kAfterTheMove;
  EXPECT_EQ(before.secret.labels.Holder("AWSCURRENT"), has_moved ? kToken : kFirst);
  EXPECT_FALSE(second.Take().has_value()) << "the lease is not over";
  second.api.clock().Advance(kLease + 1s);
  auto claim = second.Take();
  ASSERT_TRUE(claim.has_value());

  if (GetParam().goes_on_meanwhile) {
    ASSERT_NO_FATAL_FAILURE(LetFirstGoOn(second));
  }
  ASSERT_TRUE(RunUpTo(second, *claim, Stop::kAfterTheMove, "of the second"));
  const auto verdict = second.End(*claim);
  ASSERT_TRUE(verdict.has_value());
  EXPECT_EQ(verdict->state, RotationState::kSucceeded);
  if (!GetParam().goes_on_meanwhile) {
    ASSERT_NO_FATAL_FAILURE(LetFirstGoOn(second));
  }

  const Seen after = Look(second);
  EXPECT_NE(after.value.find(GetParam().value), std::string::npos) << after.value;
  EXPECT_EQ(after.secret.labels.Holder("AWSCURRENT"), kToken);
  EXPECT_EQ(after.secret.labels.Holder("AWSPREVIOUS"), kFirst);
  if (has_moved) {
    EXPECT_TRUE(after.secret.labels == before.secret.labels) << "it was moved twice";
  }
}

INSTANTIATE_TEST_SUITE_P(Row89, TakeoverTest,
                         ::testing::Values(Case{Stop::kInCreateSecret, true, "of the second"},
                                           Case{Stop::kInCreateSecret, false, "of the second"},
                                           Case{Stop::kBeforeTheMove, true, "of the first"},
                                           Case{Stop::kBeforeTheMove, false, "of the first"},
                                           Case{Stop::kAfterTheMove, true, "of the first"},
                                           Case{Stop::kAfterTheMove, false, "of the first"}));

}  // namespace
}  // namespace coffer::rotation
