#include "server/http_server_fixture.h"

#include <gmock/gmock.h>

namespace coffer::test {
namespace {

using testing::StartsWith;

class SlowClientTest : public HttpServerTest {
 protected:
  SlowClientTest() {
    constexpr std::chrono::seconds kShort{1};
    constexpr std::chrono::seconds kLong{600};
    options_.limits.handshake_timeout = kLong;
    options_.limits.header_timeout = kLong;
    options_.limits.body_timeout = kLong;
    options_.limits.idle_timeout = kLong;
    options_.limits.write_timeout = kLong;
    short_ = kShort;
  }

  std::chrono::seconds short_{};
};

TEST_F(SlowClientTest, HeaderThatStopsIsAnsweredWith408) {
  options_.limits.header_timeout = short_;
  Start();
  TestClient client(port());

  ASSERT_TRUE(client.Send("POST / HT"));

  EXPECT_THAT(client.ReceiveAll(), StartsWith("HTTP/1.1 408 Request Timeout\r\n"));
}

TEST_F(SlowClientTest, HeaderThatTricklesIsAnsweredWith408) {
  options_.limits.header_timeout = short_;
  Start();
  TestClient client(port());

  ASSERT_TRUE(client.Send("POST / HTTP/1.1\r\nX: "));
  while (!client.Readable(50) && client.Send("x")) {
  }

  EXPECT_EQ(client.Receive().status, 408);
}

TEST_F(SlowClientTest, BodyThatTricklesIsAnsweredWith408) {
  options_.limits.body_timeout = short_;
  Start();
  TestClient client(port(), tls());
  const std::string request = Post("/a", std::string(10'000, 'x'));

  ASSERT_TRUE(client.Send(request.substr(0, 1000)));
  while (!client.Readable(50) && client.Send("x")) {
  }

  EXPECT_EQ(handler_.calls, 0);
  EXPECT_TRUE(Eventually([&] { return client.Receive().status == 408; }));
}

TEST_F(SlowClientTest, HandshakeThatStopsIsClosed) {
  options_.limits.handshake_timeout = short_;
  Start();
  TestClient client(port());

  ASSERT_TRUE(client.Send("\x16\x03\x01"));

  EXPECT_EQ(client.ReceiveAll(), "");
  EXPECT_TRUE(Eventually([&] { return server_->connections() == 0; }));
}

TEST_F(SlowClientTest, ConnectionThatNeverSpeaksIsClosed) {
  options_.limits.handshake_timeout = short_;
  Start();
  TestClient client(port());

  EXPECT_EQ(client.ReceiveAll(), "");
}

TEST_F(SlowClientTest, IdleConnectionIsClosedWithoutAWord) {
  options_.limits.idle_timeout = short_;
  Start();
  TestClient client(port(), tls());

  ASSERT_TRUE(client.Send(Post("/a", "")));
  EXPECT_EQ(client.Receive().status, 200);

  EXPECT_EQ(client.ReceiveAll(), "");
}

TEST_F(SlowClientTest, ConnectionServesOnAfterItsBuffersWereGivenBack) {
  constexpr int kLongerThanATick = 1500;
  Start();
  TestClient client(port(), tls());
  ASSERT_TRUE(client.Send(Post("/a", "1")));
  EXPECT_EQ(client.Receive().body, "POST /a 1");

  EXPECT_FALSE(client.Readable(kLongerThanATick));
  ASSERT_TRUE(client.Send(Post("/a", "2")));

  EXPECT_EQ(client.Receive().body, "POST /a 2");
}

TEST_F(SlowClientTest, ReplyThatIsNotReadIsGivenUp) {
  options_.limits.write_timeout = short_;
  handler_.instead = [](const base::HttpRequest&, base::HttpReply& reply) {
    constexpr std::size_t kMoreThanTheKernelTakes = std::size_t{32} << 20;
    std::fill_n(reply.body.Extend(kMoreThanTheKernelTakes), kMoreThanTheKernelTakes, 'x');
    return std::nullopt;
  };
  Start();
  TestClient client(port());

  ASSERT_TRUE(client.Send(Post("/a", "")));

  ASSERT_TRUE(client.Readable(10'000));
  EXPECT_TRUE(Eventually([&] { return server_->connections() == 0; }));
}

}  // namespace
}  // namespace coffer::test
