#include "net/loopback_server.h"

#include "base/file_descriptor.h"

#include <gtest/gtest.h>

#include <array>
#include <condition_variable>
#include <mutex>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

namespace coffer::net {
namespace {

base::FileDescriptor ConnectTo(std::uint16_t port) {
  base::FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  EXPECT_EQ(::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)),
            0);
  return socket;
}

void Write(const base::FileDescriptor& socket, std::string_view text) {
  while (!text.empty()) {
    const ssize_t sent = ::send(socket.get(), text.data(), text.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
}

// Until `end` has been seen, or the stream ends.
std::string Read(const base::FileDescriptor& socket, std::string_view end) {
  std::string text;
  std::array<char, 4096> piece{};
  while (end.empty() || text.find(end) == std::string::npos) {
    const ssize_t got = ::recv(socket.get(), piece.data(), piece.size(), 0);
    if (got <= 0) break;
    text.append(piece.data(), static_cast<std::size_t>(got));
  }
  return text;
}

// Answers what it was asked.
void Describe(const LoopbackRequest& request, LoopbackReply& reply) {
  reply.status = request.body_state == LoopbackRequest::Body::kTooLarge ? 413 : 202;
  reply.headers.emplace_back("Content-Type", "application/json");
  reply.body = request.method + " " + request.target + " x=" + std::string(request.Header("x")) +
               " size=" + std::to_string(request.body.size()) +
               " header=" + std::to_string(request.Header("long").size()) + ".";
}

std::string Exchange(std::string_view request) {
  const LoopbackServer server({}, Describe);
  const auto socket = ConnectTo(server.port());
  Write(socket, request);
  return Read(socket, ".");
}

TEST(LoopbackServerTest, UnderstandsWhatClientsSend) {
  struct Case {
    std::string request;
    std::string reply_end;
  };
  const std::string mebibyte(std::size_t{1024} * 1024, 'h');
  const Case cases[] = {
      {"GET /a HTTP/1.1\r\nHost: h\r\nX: 1\r\n\r\n", "GET /a x=1 size=0 header=0."},
      {"POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc",
       "POST /b x= size=3 header=0."},
      {"POST /c HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTrailer: "
       "X\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\nX: "
       "late\r\n\r\n",
       "POST /c x=late size=5 header=0."},
      {"POST /d HTTP/1.1\r\nlong: " + mebibyte + "\r\nContent-Length: 0\r\n\r\n",
       "POST /d x= size=0 header=1048576."},
      {"POST /e HTTP/1.1\r\nContent-Length: 7000000\r\n\r\n" + std::string(7'000'000, 'b'),
       "POST /e x= size=0 header=0."},
  };
  for (const auto& [request, reply_end] : cases) {
    const std::string reply = Exchange(request);
    EXPECT_TRUE(reply.ends_with(reply_end)) << reply;
    EXPECT_NE(reply.find("\r\nContent-Type: application/json\r\n"), std::string::npos);
  }
  EXPECT_TRUE(Exchange(cases[0].request).starts_with("HTTP/1.1 202 Accepted\r\n"));
  EXPECT_TRUE(Exchange(cases[4].request).starts_with("HTTP/1.1 413 "));
}

TEST(LoopbackServerTest, AConnectionServesSeveralRequests) {
  const LoopbackServer server({}, Describe);
  const auto socket = ConnectTo(server.port());

  Write(socket, "GET /1 HTTP/1.1\r\n\r\n");
  EXPECT_NE(Read(socket, ".").find("GET /1"), std::string::npos);
  Write(socket, "POST /2 HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(Read(socket, "\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  Write(socket, "ab");
  EXPECT_NE(Read(socket, "header=0.").find("POST /2 x= size=2"), std::string::npos);
  Write(socket, "GET /3 HTTP/1.1\r\nConnection: close\r\n\r\n");
  EXPECT_NE(Read(socket, "").find("Connection: close"), std::string::npos);
}

TEST(LoopbackServerTest, GarbageIsNotAnswered) {
  EXPECT_EQ(Exchange("\x16\x03\x01 what\r\n\r\n"), "");
  EXPECT_EQ(Exchange("GET / HTTP/1.1\r\nlong: " + std::string(std::size_t{3} * 1024 * 1024, 'h')),
            "");
}

TEST(LoopbackServerTest, HandlersMayWaitAndConnectionsEndWithTheServer) {
  std::mutex mutex;
  std::condition_variable changed;
  bool is_waiting = false;
  bool go_on = false;
  auto server = std::make_unique<LoopbackServer>(
      LoopbackServer::Options{}, [&](const LoopbackRequest& request, LoopbackReply& reply) {
        std::unique_lock lock(mutex);
        if (request.target == "/go") go_on = true;
        if (request.target == "/wait") {
          is_waiting = true;
          changed.wait(lock, [&] { return go_on; });
        }
        changed.notify_all();
        reply.body = "done.";
      });
  const auto waiting = ConnectTo(server->port());
  const auto idle = ConnectTo(server->port());
  Write(waiting, "GET /wait HTTP/1.1\r\n\r\n");
  {
    std::unique_lock lock(mutex);
    changed.wait_for(lock, std::chrono::milliseconds(50), [&] { return is_waiting; });
  }
  Write(idle, "GET /go HTTP/1.1\r\n\r\n");

  EXPECT_TRUE(Read(waiting, ".").ends_with("done."));
  EXPECT_TRUE(Read(idle, ".").ends_with("done."));
  server.reset();
  EXPECT_EQ(Read(idle, ""), "");
}

TEST(LoopbackServerTest, OtherUsersAreNotServed) {
  const LoopbackServer own({.only_user = ::geteuid()}, Describe);
  const LoopbackServer foreign({.only_user = ::geteuid() + 1}, Describe);
  const auto allowed = ConnectTo(own.port());
  const auto refused = ConnectTo(foreign.port());

  Write(allowed, "GET / HTTP/1.1\r\n\r\n");
  Write(refused, "GET / HTTP/1.1\r\n\r\n");

  EXPECT_TRUE(Read(allowed, ".").starts_with("HTTP/1.1 202"));
  EXPECT_EQ(Read(refused, "."), "");
}

}  // namespace
}  // namespace coffer::net
