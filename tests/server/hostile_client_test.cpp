#include "server/http_server_fixture.h"

#include <gmock/gmock.h>
#include <openssl/ssl.h>

#include <latch>

namespace coffer::test {
namespace {

using testing::ElementsAre;
using testing::StartsWith;

class HostileClientTest : public HttpServerTest {
 protected:
  static void UpdateKeys(TestClient& client, int times) {
    for (int i = 0; i < times; ++i) static_cast<void>(client.UpdateKey());
  }
};

TEST_F(HostileClientTest, MayChangeItsKeyNowAndThen) {
  Start();
  TestClient client(port(), tls());

  UpdateKeys(client, 10);
  ASSERT_TRUE(client.Send(Post("/a", "")));

  EXPECT_EQ(client.Receive().status, 200);
}

// OpenSSL handles them all within one call, which held the thread for as long as they came.
TEST_F(HostileClientTest, IsClosedWhenItOnlyChangesItsKey) {
  Start();
  TestClient client(port(), tls());

  UpdateKeys(client, 100);
  client.Send(Post("/a", ""));

  EXPECT_EQ(client.ReceiveAll(), "");
  EXPECT_EQ(handler_.calls, 0);
  EXPECT_TRUE(Eventually([&] { return server_->connections() == 0; }));
}

TEST_F(HostileClientTest, CannotRenegotiate) {
  Start();
  TestClient::Tls older = tls();
  older.max_version = TLS1_2_VERSION;
  TestClient client(port(), older);

  EXPECT_FALSE(client.Renegotiate());
}

TEST_F(HostileClientTest, CannotKeepTheThreadWithManySmallRecords) {
  constexpr int kRecords = 2000;
  options_.threads = 1;
  std::latch held(1);
  std::latch released(1);
  std::vector<std::string> order;
  handler_.instead = [&](const base::HttpRequest& request, base::HttpReply& reply) {
    order.emplace_back(request.target);
    if (request.target == "/hold") {
      held.count_down();
      released.wait();
    }
    EchoHandler::Echo(request, reply);
    return std::nullopt;
  };
  Start();
  TestClient holder(port());
  TestClient hostile(port(), tls());
  TestClient other(port());
  ASSERT_TRUE(other.Send(Post("/first", "")));
  ASSERT_EQ(other.Receive().status, 200);

  ASSERT_TRUE(holder.Send(Post("/hold", "")));
  held.wait();
  const std::string request = Post("/hostile", std::string(kRecords, 'x'));
  ASSERT_TRUE(hostile.Send(request.substr(0, request.size() - kRecords)));
  for (int i = 0; i < kRecords; ++i) ASSERT_TRUE(hostile.Send("x"));
  ASSERT_TRUE(Eventually([&] { return hostile.AllHasArrived(); }));
  ASSERT_TRUE(other.Send(Post("/other", "")));
  released.count_down();
  ASSERT_EQ(other.Receive().status, 200);
  ASSERT_EQ(hostile.Receive().status, 200);
  server_->Stop(std::chrono::seconds(1));

  EXPECT_THAT(order, ElementsAre("/first", "/hold", "/other", "/hostile"));
}

TEST_F(HostileClientTest, CannotTakeAllMemoryForLargeBodies) {
  options_.limits.max_request_memory_bytes = 700'000;
  Start();
  const std::string large = Post("/a", std::string(500'000, 'x'));
  auto first = std::make_unique<TestClient>(port());
  TestClient second(port());

  ASSERT_TRUE(first->Send(large.substr(0, large.size() - 1)));
  // Until the first has its memory, the second can get it.
  EXPECT_TRUE(Eventually([&] {
    TestClient probe(port());
    probe.Send(Post("/probe", std::string(250'000, 'x')));
    return probe.Receive().status == 503;
  }));
  second.Send(large);
  EXPECT_THAT(second.ReceiveAll(), StartsWith("HTTP/1.1 503 "));

  TestClient small(port());
  ASSERT_TRUE(small.Send(Post("/a", std::string(15'000, 'x'))));
  EXPECT_EQ(small.Receive().status, 200);
  first.reset();
  EXPECT_TRUE(Eventually([&] {
    TestClient third(port());
    return third.Send(large) && third.Receive().status == 200;
  }));
}

}  // namespace
}  // namespace coffer::test
