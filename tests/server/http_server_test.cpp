#include "server/http_server_fixture.h"

#include <gmock/gmock.h>
#include <openssl/ssl.h>

#include <fcntl.h>
#include <stdexcept>
#include <sys/resource.h>
#include <unistd.h>

namespace coffer::test {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::StartsWith;

TEST_F(HttpServerTest, AnswersOneRequestAfterTheOther) {
  Start();
  TestClient client(port());

  for (const char* body : {"one", "two", "three"}) {
    ASSERT_TRUE(client.Send(Post("/a", body)));
    const ClientReply reply = client.Receive();
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.body, "POST /a " + std::string(body));
    EXPECT_EQ(reply.headers.at("connection"), "keep-alive");
    EXPECT_EQ(reply.headers.at("x-amzn-requestid"), "request-1");
    EXPECT_THAT(reply.headers.at("date"),
                MatchesRegex("[A-Z][a-z]+, [0-9]+ [A-Z][a-z]+ [0-9]+ [0-9:]+ GMT"));
  }
  EXPECT_EQ(server_->connections(), 1U);
}

TEST_F(HttpServerTest, AnswersPipelinedRequestsInOrder) {
  Start();
  TestClient client(port());

  ASSERT_TRUE(client.Send(Post("/1", "a") + Post("/2", "b") + Post("/3", "c")));

  EXPECT_EQ(client.Receive().body, "POST /1 a");
  EXPECT_EQ(client.Receive().body, "POST /2 b");
  EXPECT_EQ(client.Receive().body, "POST /3 c");
}

TEST_F(HttpServerTest, AnswersARequestThatArrivesByteByByte) {
  Start();
  TestClient client(port());

  for (const char byte : Post("/a", "bytes")) ASSERT_TRUE(client.Send({&byte, 1}));

  EXPECT_EQ(client.Receive().body, "POST /a bytes");
}

TEST_F(HttpServerTest, TellsTheLengthButSendsNoBodyForHead) {
  Start();
  TestClient client(port());

  ASSERT_TRUE(client.Send("HEAD /h HTTP/1.1\r\nHost: h\r\n\r\n"));
  const ClientReply reply = client.Receive(true);
  ASSERT_TRUE(client.Send(Post("/a", "")));

  EXPECT_EQ(reply.headers.at("content-length"), "8");
  EXPECT_EQ(client.Receive().body, "POST /a ");
}

TEST_F(HttpServerTest, ClosesWhenTheClientWantsIt) {
  Start();
  TestClient client(port());

  ASSERT_TRUE(client.Send(Post("/a", "", "Connection: close\r\n")));

  EXPECT_THAT(client.ReceiveAll(), EndsWith("\r\nConnection: close\r\n\r\nPOST /a "));
}

TEST_F(HttpServerTest, ClosesWhenTheHandlerWantsIt) {
  handler_.instead = [](const base::HttpRequest&, base::HttpReply& reply) {
    reply.close = true;
    return std::nullopt;
  };
  Start();
  TestClient client(port());

  ASSERT_TRUE(client.Send(Post("/a", "")));

  EXPECT_THAT(client.ReceiveAll(), EndsWith("\r\nConnection: close\r\n\r\n"));
}

TEST_F(HttpServerTest, RefusesOnceAndNeverParsesTheRest) {
  Start();
  TestClient client(port());

  ASSERT_TRUE(client.Send("POST http://evil/ HTTP/1.1\r\nHost: h\r\n\r\n" + Post("/a", "")));
  const std::string answer = client.ReceiveAll();

  EXPECT_THAT(answer, StartsWith("HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_THAT(answer, EndsWith(R"({"message":"the target must be an ASCII path"})"));
  EXPECT_EQ(answer.find("HTTP/1.1", 1), std::string::npos);
  EXPECT_EQ(handler_.calls, 0);
}

TEST_F(HttpServerTest, ExplainsARefusedBodyToAClientThatKeepsSending) {
  Start();
  TestClient client(port());

  client.Send(Post("/a", std::string(std::size_t{2} << 20, 'x')));

  EXPECT_THAT(client.ReceiveAll(), StartsWith("HTTP/1.1 413 Content Too Large\r\n"));
}

TEST_F(HttpServerTest, RefusesALargeHeader) {
  Start();
  TestClient client(port());

  client.Send("POST / HTTP/1.1\r\nX: " + std::string(40'000, 'x'));

  EXPECT_THAT(client.ReceiveAll(), StartsWith("HTTP/1.1 431 "));
}

TEST_F(HttpServerTest, AsksForTheBodyThatIsExpected) {
  Start();
  TestClient client(port());
  const std::string request = Post("/a", "body", "Expect: 100-continue\r\n");

  ASSERT_TRUE(client.Send(request.substr(0, request.size() - 4)));
  EXPECT_EQ(client.Receive().status, 100);
  ASSERT_TRUE(client.Send("body"));

  EXPECT_EQ(client.Receive().body, "POST /a body");
}

TEST_F(HttpServerTest, TellsTheHandlerWhoAsksAndHow) {
  handler_.instead = [](const base::HttpRequest& request, base::HttpReply& reply) {
    reply.body.Append(request.peer_address);
    reply.body.Append(request.secure ? " secure" : " plain");
    return std::nullopt;
  };
  Start();
  TestClient plain(port());
  TestClient secure(port(), tls());

  ASSERT_TRUE(plain.Send(Post("/", "")) && secure.Send(Post("/", "")));

  EXPECT_EQ(plain.Receive().body, "127.0.0.1 plain");
  EXPECT_EQ(secure.Receive().body, "127.0.0.1 secure");
}

TEST_F(HttpServerTest, CarriesTheLargestBodyBothWaysOverTls) {
  Start();
  TestClient client(port(), tls());
  const std::string body(options_.limits.max_body_bytes, 'b');

  ASSERT_TRUE(client.Send(Post("/a", body)));

  EXPECT_EQ(client.Receive().body, "POST /a " + body);
}

TEST_F(HttpServerTest, SpeaksTls13WithTheCertificateItMade) {
  Start();
  for (const char* host : {"localhost", "127.0.0.1", "vault.example"}) {
    TestClient::Tls named = tls();
    named.host = host;
    TestClient client(port(), named);

    ASSERT_TRUE(client.Send(Post("/a", "1") + Post("/b", "2")));

    EXPECT_EQ(client.Receive().body, "POST /a 1");
    EXPECT_EQ(client.Receive().body, "POST /b 2");
    EXPECT_EQ(client.tls_version(), "TLSv1.3");
    EXPECT_EQ(client.application_protocol(), "http/1.1");
  }
}

TEST_F(HttpServerTest, SpeaksTls12WithForwardSecrecyOnly) {
  Start();
  TestClient::Tls older = tls();
  older.max_version = TLS1_2_VERSION;
  TestClient client(port(), older);

  ASSERT_TRUE(client.Send(Post("/a", "")));

  EXPECT_EQ(client.Receive().status, 200);
  EXPECT_EQ(client.cipher(), "ECDHE-ECDSA-AES128-GCM-SHA256");
}

TEST_F(HttpServerTest, RefusesOlderTls) {
  Start();
  TestClient::Tls old = tls();
  old.max_version = TLS1_1_VERSION;

  EXPECT_THROW(TestClient(port(), old), std::runtime_error);
}

TEST_F(HttpServerTest, ClientNoticesAnotherName) {
  Start();
  TestClient::Tls wrong = tls();
  wrong.host = "other.example";

  EXPECT_THROW(TestClient(port(), wrong), std::runtime_error);
}

TEST_F(HttpServerTest, RefusesPlaintextWhereItIsOff) {
  options_.allow_plaintext = false;
  Start();
  TestClient client(port());

  ASSERT_TRUE(client.Send(Post("/a", "secret")));
  const std::string answer = client.ReceiveAll();

  EXPECT_THAT(answer, StartsWith("HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_THAT(answer, HasSubstr("This port speaks HTTPS only: use https://"));
  EXPECT_EQ(handler_.calls, 0);
}

TEST_F(HttpServerTest, ServesPlaintextAloneWithoutACertificate) {
  net::HttpServer server(options_, {}, {}, handler_);
  server.Start();
  TestClient client(server.port());

  ASSERT_TRUE(client.Send(Post("/a", "")));

  EXPECT_EQ(client.Receive().status, 200);
}

TEST_F(HttpServerTest, NeedsACertificateWherePlaintextIsOff) {
  options_.allow_plaintext = false;

  EXPECT_THROW(net::HttpServer(options_, {}, {}, handler_), std::runtime_error);
}

TEST_F(HttpServerTest, SaysWhichPortIsTaken) {
  Start();
  net::ServerOptions taken = options_;
  taken.port = port();

  try {
    const net::HttpServer second(taken, {}, {}, handler_);
    FAIL() << "bound twice";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("127.0.0.1 port " + std::to_string(port())));
  }
}

TEST_F(HttpServerTest, ClosesConnectionsOverTheCap) {
  options_.limits.max_connections = 2;
  Start();
  auto first = std::make_unique<TestClient>(port());
  TestClient second(port());
  ASSERT_TRUE(Eventually([&] { return server_->connections() == 2; }));

  TestClient third(port());
  EXPECT_EQ(third.ReceiveAll(), "");

  first.reset();
  ASSERT_TRUE(Eventually([&] { return server_->connections() == 1; }));
  TestClient fourth(port());
  ASSERT_TRUE(fourth.Send(Post("/a", "")));
  EXPECT_EQ(fourth.Receive().status, 200);
}

TEST_F(HttpServerTest, OutlivesAShortageOfDescriptors) {
  Start();
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  rlimit low = before;
  low.rlim_cur = 200;
  ::setrlimit(RLIMIT_NOFILE, &low);
  std::vector<int> fillers;
  for (int filler = 0; filler >= 0; fillers.push_back(filler)) {
    filler = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  }
  ::close(fillers.front());  // Room for the client's own end.

  TestClient refused(port());
  EXPECT_EQ(refused.ReceiveAll(), "");

  for (const int filler : fillers) ::close(filler);
  ::setrlimit(RLIMIT_NOFILE, &before);
  TestClient served(port());
  ASSERT_TRUE(served.Send(Post("/a", "")));
  EXPECT_EQ(served.Receive().status, 200);
}

TEST_F(HttpServerTest, ServesManyClientsAtOnce) {
  Start();
  std::atomic<int> answered = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([this, &answered, i] {
      const auto client = i % 2 == 0 ? std::make_unique<TestClient>(port())
                                     : std::make_unique<TestClient>(port(), tls());
      for (int request = 0; request < 100; ++request) {
        const std::string body = std::to_string(i) + ":" + std::to_string(request);
        if (client->Send(Post("/a", body)) && client->Receive().body == "POST /a " + body) {
          ++answered;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(answered, 800);
}

}  // namespace
}  // namespace coffer::test
