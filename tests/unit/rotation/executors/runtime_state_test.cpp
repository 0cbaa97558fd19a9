#include "rotation/executors/runtime_state.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace coffer::rotation {
namespace {

using Phase = RuntimeState::Phase;
using Next = RuntimeState::Next;
constexpr std::string_view kFailure = R"({"errorType":"T","errorMessage":"m","stackTrace":[]})";

// A state in `phase`; its invocation, if any, has the request id `id`.
RuntimeState InPhase(Phase phase) {
  RuntimeState state;
  if (phase == Phase::kOver) (void)state.InitError({.body = "{}"});
  if (phase == Phase::kReady) (void)state.AskNext();
  if (phase == Phase::kRunning || phase == Phase::kResponseSent) {
    state.Offer("id");
    (void)state.AskNext();
  }
  if (phase == Phase::kResponseSent) {
    (void)state.Response("id", {.body = "null"});
    (void)state.TakeOutcome();
  }
  EXPECT_EQ(state.phase(), phase);
  return state;
}

TEST(RuntimeStateTest, WhatAPhaseAllows) {
  struct Case {
    Phase phase;
    Next next, next_with_event;
    // Statuses, and phases afterwards.
    int response, error, other_id, init_error;
    Phase after_next, after_response, after_init_error;
  };
  const Case cases[] = {
      {Phase::kStarted, Next::kWait, Next::kDeliver, 400, 400, 400, 202, Phase::kReady,
       Phase::kStarted, Phase::kOver},
      {Phase::kReady, Next::kWait, Next::kDeliver, 400, 400, 400, 403, Phase::kReady, Phase::kReady,
       Phase::kReady},
      {Phase::kRunning, Next::kRefuse, Next::kRefuse, 202, 202, 400, 403, Phase::kRunning,
       Phase::kResponseSent, Phase::kRunning},
      {Phase::kResponseSent, Next::kWait, Next::kDeliver, 403, 403, 400, 403, Phase::kReady,
       Phase::kResponseSent, Phase::kResponseSent},
      {Phase::kOver, Next::kRefuse, Next::kRefuse, 400, 400, 400, 403, Phase::kOver, Phase::kOver,
       Phase::kOver},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(static_cast<int>(c.phase));
    RuntimeState asked = InPhase(c.phase);
    EXPECT_EQ(asked.AskNext(), c.next);
    EXPECT_EQ(asked.phase(), c.after_next);
    RuntimeState offered = InPhase(c.phase);
    offered.Offer("other");
    EXPECT_EQ(offered.AskNext(), c.next_with_event);
    RuntimeState answered = InPhase(c.phase);
    EXPECT_EQ(answered.Response("id", {.body = "null"}).status, c.response);
    EXPECT_EQ(answered.phase(), c.after_response);
    RuntimeState failed = InPhase(c.phase);
    EXPECT_EQ(failed.Error("id", {.body = kFailure}).status, c.error);
    EXPECT_EQ(failed.phase(), c.after_response);
    EXPECT_EQ(InPhase(c.phase).Response("unknown", {.body = ""}).status, c.other_id);
    EXPECT_EQ(InPhase(c.phase).Response("", {.body = ""}).status, 400);
    RuntimeState broken = InPhase(c.phase);
    EXPECT_EQ(broken.InitError({.body = kFailure}).status, c.init_error);
    EXPECT_EQ(broken.phase(), c.after_init_error);
  }
}

TEST(RuntimeStateTest, Texts) {
  EXPECT_EQ(InPhase(Phase::kRunning).RefusalOfNext().body,
            R"({"errorMessage":"State transition from Running to Ready failed for runtime. Error: )"
            R"(State transition is not allowed","errorType":"InvalidStateTransition"})");
  EXPECT_EQ(InPhase(Phase::kRunning).Response("x", {.body = ""}).body,
            R"({"errorMessage":"Invalid request ID","errorType":"InvalidRequestID"})");
  EXPECT_EQ(InPhase(Phase::kRunning).Response("id", {.body = ""}).body, R"({"status":"OK"})");
}

TEST(RuntimeStateTest, HowInvocationsEnd) {
  struct Case {
    bool is_error;
    RuntimePost post;
    int status;
    std::string outcome;  // `-` = the invocation goes on.
  };
  const Case cases[] = {
      {false, {.body = "null"}, 202, "/"},
      {false, {.body = "not JSON"}, 202, "/"},
      {false, {.body = "", .response_mode = "streaming"}, 202, "/"},
      {false, {.body = "", .response_mode = "slow"}, 400, "-"},
      {false, {.body = "", .is_truncated = true}, 400, "-"},
      {false,
       {.body = "", .is_too_large = true},
       413,
       "Function.ResponseSizeTooLarge/Response payload size exceeded maximum allowed payload size "
       "(6291556 bytes)."},
      // Base64 of {"errorMessage":"m"}: the trailers of a Go handler whose stream failed.
      {false,
       {.body = "half", .error_type = "errorString", .error_body = "eyJlcnJvck1lc3NhZ2UiOiJtIn0="},
       202,
       "errorString/m"},
      {false, {.body = "half", .error_type = "T", .error_body = "?"}, 202, "T/"},
      {true, {.body = kFailure}, 202, "T/m"},
      {true, {.body = kFailure, .error_type = "unhandled"}, 202, "T/m"},
      {true, {.body = R"({"errorMessage":"m"})", .error_type = "unhandled"}, 202, "unhandled/m"},
      {true, {.body = "plain text"}, 202, "Runtime.Unknown/plain text"},
      {true, {.body = ""}, 202, "Runtime.Unknown/"},
      {true, {.body = "", .is_truncated = true}, 400, "-"},
      {true,
       {.body = "", .is_too_large = true},
       413,
       "Function.ResponseSizeTooLarge/The error was too large."},
  };
  for (const Case& c : cases) {
    RuntimeState state = InPhase(Phase::kRunning);
    const RuntimeReply reply =
        c.is_error ? state.Error("id", c.post) : state.Response("id", c.post);
    EXPECT_EQ(reply.status, c.status) << c.outcome;
    EXPECT_EQ(state.has_outcome(), c.outcome != "-");
    const auto outcome = state.TakeOutcome();
    if (outcome) {
      EXPECT_EQ(outcome->error_type + "/" + outcome->message, c.outcome);
      EXPECT_EQ(outcome->ok(), c.outcome == "/");
    }
    EXPECT_FALSE(state.TakeOutcome());
  }
}

TEST(RuntimeStateTest, AFailedStartIsToldAtOnce) {
  RuntimeState state;
  state.Offer("id");

  EXPECT_EQ(state
                .InitError({.body = R"({"errorType":"Runtime.ImportModuleError",)"
                                    R"("errorMessage":"No module named 'x'"})"})
                .status,
            202);

  const auto outcome = state.TakeOutcome();
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->kind, StepOutcome::Kind::kFunctionError);
  EXPECT_EQ(outcome->error_type, "Runtime.ImportModuleError");
}

TEST(RuntimeStateTest, WhatComesAfterTheDeadlineIsRefused) {
  RuntimeState state = InPhase(Phase::kRunning);

  state.Expire();

  EXPECT_EQ(state.Response("id", {.body = "null"}).status, 400);
  EXPECT_EQ(state.Response("", {.body = "null"}).status, 400);
  EXPECT_FALSE(state.has_outcome());
}

TEST(RuntimeStateTest, ASecondAnswerChangesNothing) {
  RuntimeState state = InPhase(Phase::kRunning);
  (void)state.Error("id", {.body = kFailure});

  EXPECT_EQ(state.Response("id", {.body = "null"}).status, 403);

  EXPECT_FALSE(state.TakeOutcome()->ok());
}

TEST(RuntimeStateTest, AnExitIsAnErrorWithItsLastWords) {
  RuntimeState state = InPhase(Phase::kRunning);
  EXPECT_EQ(state.OutcomeOfExit("signal 11").error_type, "Runtime.ExitError");
  EXPECT_EQ(state.OutcomeOfExit("signal 11").message, "Runtime exited: signal 11");

  (void)state.InitError({.body = kFailure});

  EXPECT_EQ(state.OutcomeOfExit("exit status 129").error_type, "T");
}

}  // namespace
}  // namespace coffer::rotation
