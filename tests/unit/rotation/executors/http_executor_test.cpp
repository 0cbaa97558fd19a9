#include "rotation/executors/http_executor.h"

#include "net/loopback_server.h"
#include "support/fake_rotation_secrets.h"
#include "support/raw_server.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>
#include <utility>

namespace coffer::rotation {
namespace {

using namespace std::chrono_literals;
using Kind = StepOutcome::Kind;

net::IncomingReply Reply(int status, std::string body, std::string function_error = {}) {
  net::IncomingReply reply;
  reply.status = status;
  reply.body = std::move(body);
  if (!function_error.empty()) {
    reply.headers.emplace_back("x-amz-function-error", std::move(function_error));
  }
  return reply;
}

TEST(OutcomeOfInvokeTest, WhatReplyMeansWhat) {
  struct Case {
    net::IncomingReply reply;
    Kind kind;
    std::string error;
  };
  const Case cases[] = {
      // Lambda itself.
      {Reply(200, "null"), Kind::kSucceeded, "/"},
      {Reply(200, ""), Kind::kSucceeded, "/"},
      {Reply(200, R"({"statusCode":200})"), Kind::kSucceeded, "/"},
      {Reply(200, R"("text")"), Kind::kSucceeded, "/"},
      {Reply(200, R"({"errorType":"ValueError","errorMessage":"no"})", "Unhandled"),
       Kind::kFunctionError, "ValueError/no"},
      {Reply(200, R"({"errorMessage":"Task timed out after 3.00 seconds"})", "Unhandled"),
       Kind::kFunctionError, "Unhandled/Task timed out after 3.00 seconds"},
      {Reply(200, "null", "Handled"), Kind::kFunctionError, "Handled/null"},
      {Reply(429, R"({"Message":"Rate exceeded"})"), Kind::kInfrastructure,
       R"(Lambda.Unavailable/HTTP 429: {"Message":"Rate exceeded"})"},
      {Reply(404, ""), Kind::kInfrastructure, "Lambda.Misconfigured/HTTP 404"},
      {Reply(403, "no"), Kind::kInfrastructure, "Lambda.Misconfigured/HTTP 403: no"},
      {Reply(413, ""), Kind::kInfrastructure, "Lambda.Misconfigured/HTTP 413"},
      {Reply(408, ""), Kind::kInfrastructure, "Lambda.Unavailable/HTTP 408"},
      {Reply(409, ""), Kind::kInfrastructure, "Lambda.Unavailable/HTTP 409"},
      {Reply(500, ""), Kind::kInfrastructure, "Lambda.Unavailable/HTTP 500"},
      {Reply(503, ""), Kind::kInfrastructure, "Lambda.Unavailable/HTTP 503"},
      // Not what was asked for.
      {Reply(202, ""), Kind::kInfrastructure, "Lambda.Misconfigured/HTTP 202"},
      {Reply(302, ""), Kind::kInfrastructure, "Lambda.Misconfigured/HTTP 302"},
      // The Runtime Interface Emulator, which sends no header.
      {Reply(200, R"({"errorMessage":"no","errorType":"ValueError","stackTrace":[]})"),
       Kind::kFunctionError, "ValueError/no"},
      {Reply(200, R"({"errorMessage":"no","stackTrace":[]})"), Kind::kFunctionError,
       "Unhandled/no"},
      {Reply(200, R"({"errorMessage":"only that"})"), Kind::kSucceeded, "/"},
      {Reply(200, R"({"errorType":7})"), Kind::kSucceeded, "/"},
      {Reply(200, R"([{"errorType":"T"}])"), Kind::kSucceeded, "/"},
      {Reply(200, "Task timed out after 3.00 seconds\n"), Kind::kTimedOut,
       "Sandbox.Timeout/Task timed out after 3.00 seconds"},
      {Reply(502, R"({"errorMessage":"no module x","errorType":"Runtime.ImportModuleError"})"),
       Kind::kInfrastructure, "Lambda.Unavailable/HTTP 502: no module x"},
      {Reply(400, ""), Kind::kInfrastructure, "Lambda.Misconfigured/HTTP 400"},
      {Reply(200, "<html>"), Kind::kFunctionError, "Runtime.InvalidResponse/the reply is not JSON"},
      // No reply.
      {{.result = net::IncomingReply::Result::kFailed, .reason = "connecting: refused"},
       Kind::kInfrastructure,
       "Lambda.Unavailable/connecting: refused"},
      {{.result = net::IncomingReply::Result::kTimedOut},
       Kind::kTimedOut,
       "Sandbox.Timeout/Task timed out after 30.00 seconds"},
      {{.result = net::IncomingReply::Result::kTooLarge},
       Kind::kFunctionError,
       "Function.ResponseSizeTooLarge/the reply is larger than 6 MiB"},
      {{.result = net::IncomingReply::Result::kStopped},
       Kind::kInfrastructure,
       "Rotation.Stopped/the rotation was stopped"},
  };
  for (const auto& [reply, kind, error] : cases) {
    const StepOutcome outcome = OutcomeOfInvoke(reply, 30);
    EXPECT_EQ(outcome.kind, kind) << reply.status << reply.body;
    EXPECT_EQ(outcome.error_type + "/" + outcome.message, error);
  }
}

class HttpExecutorTest : public ::testing::Test {
 protected:
  std::unique_ptr<RotationInvocation> Begin(std::string url) {
    function_.kind = RotationFunctionKind::kHttp;
    function_.url = std::move(url);
    return HttpExecutor({}).Begin(function_, facts_, secrets_, [](std::string_view) {});
  }

  RotationFunction function_;
  RotationFacts facts_ = test::SampleRotation();
  test::FakeRotationSecrets secrets_;
};

TEST_F(HttpExecutorTest, SendsTheEventAsInvokeDoes) {
  net::LoopbackRequest seen;
  const net::LoopbackServer server({}, [&](const auto& request, net::LoopbackReply& reply) {
    seen = request;
    reply.body = "null";
  });

  const auto outcome = Begin("http://127.0.0.1:" + std::to_string(server.port()) +
                             "/2015-03-31/functions/f/invocations")
                           ->Run(RotationStep::kTestSecret);

  EXPECT_TRUE(outcome.ok()) << outcome.message;
  EXPECT_EQ(seen.method + " " + seen.target, "POST /2015-03-31/functions/f/invocations");
  EXPECT_EQ(seen.Header("content-type"), "application/json");
  EXPECT_EQ(seen.Header("x-amz-invocation-type"), "RequestResponse");
  EXPECT_EQ(seen.Header("x-amz-log-type"), "None");
  EXPECT_TRUE(seen.body.starts_with(R"({"Step":"testSecret","SecretId":"arn:)")) << seen.body;
  EXPECT_TRUE(seen.body.ends_with(R"("RotationToken":"aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"})"));
}

TEST_F(HttpExecutorTest, ASlowServerIsATimeout) {
  const test::RawServer server(
      "HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n" + std::string(2000, 'x'), 20ms);
  function_.timeout_seconds = -4;  // Five seconds are added.

  EXPECT_EQ(Begin(server.Url())->Run(RotationStep::kSetSecret).kind, Kind::kTimedOut);
}

TEST_F(HttpExecutorTest, RedirectsAreNotFollowed) {
  const test::RawServer server(
      "HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: "
      "0\r\n\r\n");

  EXPECT_EQ(Begin(server.Url())->Run(RotationStep::kSetSecret).message, "HTTP 307");
}

TEST_F(HttpExecutorTest, AnOversizedReplyIsNotRead) {
  const test::RawServer server("HTTP/1.1 200 OK\r\nContent-Length: 6291557\r\n\r\n" +
                               std::string(6'291'557, ' '));

  EXPECT_EQ(Begin(server.Url())->Run(RotationStep::kSetSecret).error_type,
            "Function.ResponseSizeTooLarge");
}

TEST_F(HttpExecutorTest, IsStoppedFromAnotherThread) {
  const test::RawServer server(
      "HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n" + std::string(2000, 'x'), 20ms);
  const auto invocation = Begin(server.Url());
  std::jthread stopper([&] {
    std::this_thread::sleep_for(100ms);
    invocation->Stop();
  });

  EXPECT_EQ(invocation->Run(RotationStep::kSetSecret).error_type, "Rotation.Stopped");
}

}  // namespace
}  // namespace coffer::rotation
