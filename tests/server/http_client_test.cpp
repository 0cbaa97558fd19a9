#include "net/http_client.h"

#include "server/http_server_fixture.h"
#include "support/raw_server.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <thread>

namespace coffer::test {
namespace {

using namespace std::chrono_literals;
using Result = net::IncomingReply::Result;

net::IncomingReply PostTo(const std::string& url, std::chrono::milliseconds timeout = 5s,
                          const std::string& ca_file = {}) {
  return net::HttpClient(ca_file).Post({.url = url,
                                        .headers = {{"X-Test", "1"}},
                                        .body = "the body",
                                        .timeout = timeout,
                                        .body_limit = 1000});
}

using HttpClientTest = HttpServerTest;

TEST_F(HttpClientTest, PostsInPlaintextAndOverTls) {
  Start();
  const std::string address = "://127.0.0.1:" + std::to_string(port()) + "/path?q=1";

  const auto plain = PostTo("http" + address);
  const auto secure = PostTo("https" + address, 5s, certificates_.authority);
  const auto by_name =
      PostTo("https://localhost:" + std::to_string(port()), 5s, certificates_.authority);

  EXPECT_EQ(plain.result, Result::kAnswered) << plain.reason;
  EXPECT_EQ(plain.status, 200);
  EXPECT_EQ(plain.body, "POST /path?q=1 the body");
  EXPECT_EQ(plain.Header("content-type"), "text/plain");
  EXPECT_EQ(plain.Header("x-none").data(), nullptr);
  EXPECT_EQ(secure.body, "POST /path?q=1 the body") << secure.reason;
  EXPECT_EQ(by_name.body, "POST / the body") << by_name.reason;
}

TEST_F(HttpClientTest, ServersAreVerified) {
  options_.address = "0.0.0.0";  // So that an address answers that no certificate names.
  Start();

  const auto unknown = PostTo("https://127.0.0.1:" + std::to_string(port()));
  const auto other_name =
      PostTo("https://127.0.0.2:" + std::to_string(port()), 5s, certificates_.authority);

  EXPECT_EQ(unknown.result, Result::kFailed);
  EXPECT_TRUE(unknown.reason.starts_with("verifying the server: ")) << unknown.reason;
  EXPECT_TRUE(other_name.reason.starts_with("verifying the server: ")) << other_name.reason;
  EXPECT_EQ(handler_.calls, 0);
}

TEST(HttpClientRawTest, HowCallsEnd) {
  const std::string kHead = "HTTP/1.1 200 OK\r\nContent-Length: ";
  struct Case {
    std::string reply;
    Result result;
    int status;
    std::string body;
  };
  const Case cases[] = {
      {kHead + "2\r\n\r\nok", Result::kAnswered, 200, "ok"},
      {"HTTP/1.1 200 OK\r\n\r\nup to the end", Result::kAnswered, 200, "up to the end"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
       Result::kAnswered, 200, "ok"},
      {"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n",
       Result::kAnswered, 302, ""},
      {kHead + "9\r\n\r\nok", Result::kFailed, 0, ""},
      {kHead + "1001\r\n\r\n" + std::string(1001, 'x'), Result::kTooLarge, 0, ""},
      {"HTTP/1.1 200 OK\r\n\r\n" + std::string(1001, 'x'), Result::kTooLarge, 0, ""},
      {"HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x') + "\r\n\r\n", Result::kFailed, 0, ""},
      {"what?\r\n\r\n", Result::kFailed, 0, ""},
      {"", Result::kFailed, 0, ""},
  };
  for (const Case& c : cases) {
    const RawServer server(c.reply);
    const auto reply = PostTo(server.Url());
    EXPECT_EQ(reply.result, c.result) << c.reply.substr(0, 80) << reply.reason;
    EXPECT_EQ(reply.status, c.status);
    EXPECT_EQ(reply.body, c.body);
  }
}

TEST(HttpClientRawTest, TheDeadlineHoldsForSlowServersToo) {
  const RawServer server("HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n" + std::string(900, 'x'),
                         20ms);
  const auto start = std::chrono::steady_clock::now();

  EXPECT_EQ(PostTo(server.Url(), 300ms).result, Result::kTimedOut);
  EXPECT_LT(std::chrono::steady_clock::now() - start, 2s);
}

TEST(HttpClientRawTest, WhatCannotBeReachedFails) {
  EXPECT_EQ(PostTo("http://127.0.0.1:1/").reason, "connecting: Connection refused");
  EXPECT_EQ(PostTo("ftp://127.0.0.1/").reason, "the URL is not usable");
  EXPECT_EQ(PostTo("http://nothing.invalid/").result, Result::kFailed);
}

TEST(HttpClientRawTest, ProxiesOfTheEnvironmentAreNotUsed) {
  ASSERT_EQ(::setenv("http_proxy", "http://127.0.0.1:1", 1), 0);
  const RawServer server("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");

  EXPECT_EQ(PostTo(server.Url()).body, "ok");
  ::unsetenv("http_proxy");
}

TEST(HttpClientRawTest, IsStoppedFromAnotherThread) {
  const RawServer server("HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n" + std::string(900, 'x'),
                         20ms);
  net::HttpClient client;
  const net::OutgoingRequest request{.url = server.Url()};
  std::jthread stopper([&] {
    std::this_thread::sleep_for(100ms);
    client.Stop();
  });

  EXPECT_EQ(client.Post(request).result, Result::kStopped);
  EXPECT_EQ(client.Post(request).result, Result::kStopped);
}

TEST(HttpClientRawTest, AnUnreadableAuthorityIsAnError) {
  EXPECT_THROW(net::HttpClient("/nonexistent.pem"), std::runtime_error);
}

}  // namespace
}  // namespace coffer::test
