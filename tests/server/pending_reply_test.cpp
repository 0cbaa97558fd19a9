#include "server/http_server_fixture.h"

#include <condition_variable>
#include <deque>
#include <future>

namespace coffer::test {
namespace {

/// Fills replies on a thread of its own, as the writer does.
class Writer {
 public:
  using Work = std::move_only_function<void()>;

  ~Writer() {
    Push(nullptr);
    thread_.join();
  }
  void Push(Work work) {
    const std::lock_guard lock(queue_mutex_);
    queue_.push_back(std::move(work));
    filled_.notify_one();
  }

 private:
  void Run() {
    for (;;) {
      std::unique_lock lock(queue_mutex_);
      filled_.wait(lock, [this] { return !queue_.empty(); });
      Work work = std::move(queue_.front());
      queue_.pop_front();
      lock.unlock();
      if (!work) return;
      work();
    }
  }

  std::mutex queue_mutex_;
  std::condition_variable filled_;
  std::deque<Work> queue_;
  std::thread thread_{[this] { Run(); }};
};

class PendingReplyTest : public HttpServerTest {
 protected:
  /// The reply is filled by `writer_` once `allowed` is ready.
  void AnswerFromWriter(std::shared_future<void> allowed) {
    handler_.instead = [this, allowed](const base::HttpRequest& request, base::HttpReply& reply) {
      return base::PendingReply([this, allowed, &request, &reply](auto resume) {
        writer_.Push([allowed, &request, &reply, resume = std::move(resume)]() mutable {
          allowed.wait();
          EchoHandler::Echo(request, reply);
          resume();
        });
      });
    };
  }
  static std::shared_future<void> AtOnce() {
    std::promise<void> ready;
    ready.set_value();
    return ready.get_future().share();
  }

  Writer writer_;
};

TEST_F(PendingReplyTest, IsResumedFromAnotherThreadAThousandTimes) {
  AnswerFromWriter(AtOnce());
  Start();
  TestClient client(port(), tls());

  for (int i = 0; i < 1000; ++i) {
    const std::string body = std::to_string(i);
    ASSERT_TRUE(client.Send(Post("/a", body)));
    ASSERT_EQ(client.Receive().body, "POST /a " + body);
  }
}

TEST_F(PendingReplyTest, MayBeResumedBeforeItsStartReturns) {
  handler_.instead = [](const base::HttpRequest& request, base::HttpReply& reply) {
    return base::PendingReply([&request, &reply](auto resume) {
      EchoHandler::Echo(request, reply);
      resume();
    });
  };
  Start();
  TestClient client(port());

  ASSERT_TRUE(client.Send(Post("/a", "1") + Post("/b", "2")));

  EXPECT_EQ(client.Receive().body, "POST /a 1");
  EXPECT_EQ(client.Receive().body, "POST /b 2");
}

TEST_F(PendingReplyTest, ThatIsGivenUpClosesTheConnection) {
  handler_.instead = [this](const base::HttpRequest&, base::HttpReply&) {
    return base::PendingReply(
        [this](auto resume) { writer_.Push([resume = std::move(resume)] {}); });
  };
  Start();
  TestClient client(port());

  ASSERT_TRUE(client.Send(Post("/a", "")));

  EXPECT_EQ(client.ReceiveAll(), "");
}

TEST_F(PendingReplyTest, SurvivesAClientThatLeaves) {
  std::promise<void> allow;
  AnswerFromWriter(allow.get_future().share());
  Start();
  {
    TestClient client(port());
    ASSERT_TRUE(client.Send(Post("/a", "")));
    ASSERT_TRUE(Eventually([&] { return handler_.calls == 1; }));
  }

  allow.set_value();

  EXPECT_TRUE(Eventually([&] { return server_->connections() == 0; }));
}

TEST_F(PendingReplyTest, IsSentBeforeADrainEnds) {
  std::promise<void> allow;
  AnswerFromWriter(allow.get_future().share());
  Start();
  TestClient idle(port());
  TestClient idle_over_tls(port(), tls());
  TestClient working(port(), tls());
  ASSERT_TRUE(working.Send(Post("/a", "last")));
  ASSERT_TRUE(Eventually([&] { return handler_.calls == 1; }));

  std::thread stopper([&] { server_->Stop(std::chrono::seconds(30)); });
  EXPECT_EQ(idle.ReceiveAll(), "");
  EXPECT_EQ(idle_over_tls.ReceiveAll(), "");
  EXPECT_THROW(TestClient{port()}, std::runtime_error);
  allow.set_value();
  const ClientReply reply = working.Receive();
  stopper.join();

  EXPECT_EQ(reply.body, "POST /a last");
  EXPECT_EQ(reply.headers.at("connection"), "close");
  EXPECT_EQ(server_->connections(), 0U);
}

TEST_F(PendingReplyTest, IsWaitedForPastTheServersPatience) {
  std::promise<void> allow;
  AnswerFromWriter(allow.get_future().share());
  Start();
  TestClient client(port());
  ASSERT_TRUE(client.Send(Post("/a", "")));
  ASSERT_TRUE(Eventually([&] { return handler_.calls == 1; }));

  std::thread stopper([&] { server_->Stop(std::chrono::milliseconds(1)); });
  EXPECT_THROW(
      for (;;) { TestClient waiting(port()); }, std::runtime_error);
  allow.set_value();
  stopper.join();

  EXPECT_EQ(server_->connections(), 0U);
}

TEST_F(HttpServerTest, StopGivesUpOnAHalfSentRequestWhenPatienceEnds) {
  Start();
  TestClient half(port());
  TestClient handshaking(port());
  ASSERT_TRUE(half.Send("POST / HTTP/1.1\r\nHost:"));
  ASSERT_TRUE(handshaking.Send("\x16\x03\x01"));
  ASSERT_TRUE(Eventually([&] { return server_->connections() == 2; }));

  server_->Stop(std::chrono::milliseconds(10));

  EXPECT_EQ(half.ReceiveAll(), "");
  EXPECT_EQ(server_->connections(), 0U);
}

TEST_F(HttpServerTest, StopLetsAHalfSentRequestEnd) {
  Start();
  TestClient client(port());
  const std::string request = Post("/a", "body");
  ASSERT_TRUE(client.Send(request.substr(0, 20)));
  TestClient idle(port());
  ASSERT_TRUE(idle.Send(Post("/b", "")));
  ASSERT_EQ(idle.Receive().status, 200);

  std::thread stopper([&] { server_->Stop(std::chrono::seconds(30)); });
  EXPECT_EQ(idle.ReceiveAll(), "");  // By now it drains.
  ASSERT_TRUE(client.Send(request.substr(20)));

  EXPECT_EQ(client.Receive().headers.at("connection"), "close");
  stopper.join();
}

TEST_F(HttpServerTest, StopsTwiceAndNeverStarted) {
  Start();
  server_->Stop(std::chrono::seconds(1));
  server_->Stop(std::chrono::seconds(1));

  const net::HttpServer never_started(options_, {}, {}, handler_);
  EXPECT_NE(never_started.port(), 0);
}

}  // namespace
}  // namespace coffer::test
