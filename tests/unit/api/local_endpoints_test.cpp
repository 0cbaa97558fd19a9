#include "api/local_endpoints.h"

#include "support/fake_clock.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace coffer::api {
namespace {

class LocalEndpointsTest : public ::testing::Test {
 protected:
  bool Ask(std::string_view method, std::string_view target, std::string_view body = {}) {
    reply_.Reset();
    base::HttpRequest request;
    request.method = method;
    request.target = target;
    request.body = body;
    return endpoints_.Handle(request, reply_);
  }

  test::FakeClock real_;
  base::MovableClock clock_{real_};
  LocalEndpoints endpoints_{{.version = "1.2.3", .test_clock = &clock_}};
  base::HttpReply reply_;
};

TEST_F(LocalEndpointsTest, LeavesAwsPathAlone) {
  EXPECT_FALSE(Ask("POST", "/"));
  EXPECT_FALSE(Ask("GET", "/?Action=x"));
}

TEST_F(LocalEndpointsTest, HealthNamesVersionAndService) {
  ASSERT_TRUE(Ask("GET", "/health"));
  EXPECT_EQ(reply_.status, 200);
  EXPECT_EQ(reply_.body.body(), R"({"status":"ok","version":"1.2.3",)"
                                R"("services":{"secretsmanager":"available","kms":"available"}})");
  EXPECT_TRUE(Ask("GET", "/_localstack/health"));
  EXPECT_EQ(reply_.status, 200);
}

TEST_F(LocalEndpointsTest, HealthAnswersHeadToo) {
  ASSERT_TRUE(Ask("HEAD", "/health"));
  EXPECT_EQ(reply_.status, 200);
}

TEST_F(LocalEndpointsTest, OtherPathsAreNotFound) {
  for (const char* path : {"/x", "/health/", "/_coffer", "//"}) {
    ASSERT_TRUE(Ask("GET", path)) << path;
    EXPECT_EQ(reply_.status, 404) << path;
  }
  ASSERT_TRUE(Ask("POST", "/health"));
  EXPECT_EQ(reply_.status, 404);
}

TEST_F(LocalEndpointsTest, ClockIsReadMovedAndReset) {
  const Timestamp start = clock_.Now();
  ASSERT_TRUE(Ask("GET", "/_coffer/clock"));
  EXPECT_EQ(reply_.body.body(), R"({"now":1700000000.123})");

  ASSERT_TRUE(Ask("POST", "/_coffer/clock", R"({"advance_seconds": 60.5})"));
  EXPECT_EQ(clock_.Now(), start + std::chrono::milliseconds(60'500));

  ASSERT_TRUE(Ask("POST", "/_coffer/clock", R"({"now": 2000000000})"));
  EXPECT_EQ(clock_.Now(), Timestamp(std::chrono::seconds(2'000'000'000)));
  EXPECT_TRUE(clock_.moved());

  ASSERT_TRUE(Ask("POST", "/_coffer/clock", R"({"reset": true})"));
  EXPECT_EQ(clock_.Now(), start);
}

TEST_F(LocalEndpointsTest, ClockRefusesWhatItDoesNotUnderstand) {
  const Timestamp start = clock_.Now();
  for (const std::string body :
       {"", "{}", "[]", R"({"now":"1"})", R"({"now":-1})", R"({"now":1e300})",
        R"({"advance_seconds":true})", R"({"reset":false})", R"({"advance":5})",
        R"({"now":1,"reset":true})"}) {
    ASSERT_TRUE(Ask("POST", "/_coffer/clock", body));
    EXPECT_EQ(reply_.status, 400) << body;
  }
  EXPECT_EQ(clock_.Now(), start);
}

TEST_F(LocalEndpointsTest, AWebPageCannotMoveTheClock) {
  const std::vector<base::HttpHeader> headers{{"Origin", "https://example.com"}};
  base::HttpRequest request;
  request.method = "POST";
  request.target = "/_coffer/clock";
  request.headers = headers;
  request.body = R"({"advance_seconds":1})";
  ASSERT_TRUE(endpoints_.Handle(request, reply_));
  EXPECT_EQ(reply_.status, 403);
  EXPECT_FALSE(clock_.moved());
}

TEST(LocalEndpointsStrictTest, HasNoClock) {
  const LocalEndpoints endpoints({.version = "1", .test_clock = nullptr});
  base::HttpRequest request;
  request.method = "GET";
  request.target = "/_coffer/clock";
  base::HttpReply reply;
  ASSERT_TRUE(endpoints.Handle(request, reply));
  EXPECT_EQ(reply.status, 404);
}

}  // namespace
}  // namespace coffer::api
