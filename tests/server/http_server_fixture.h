#pragma once

#include "net/http_server.h"
#include "net/local_certificates.h"
#include "server/test_client.h"
#include "support/temporary_directory.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace coffer::test {

/// Answers each request with its method, target and body, or does what the test put in its place.
class EchoHandler final : public base::HttpHandler {
 public:
  using Function =
      std::function<std::optional<base::PendingReply>(const base::HttpRequest&, base::HttpReply&)>;

  std::optional<base::PendingReply> Handle(const base::HttpRequest& request,
                                           base::HttpReply& reply) override {
    ++calls;
    if (instead) return instead(request, reply);
    Echo(request, reply);
    return std::nullopt;
  }

  static void Echo(const base::HttpRequest& request, base::HttpReply& reply) {
    reply.content_type = "text/plain";
    reply.request_id = "request-1";
    reply.head_only = request.method == "HEAD";
    reply.body.Append(request.method);
    reply.body.Append(' ');
    reply.body.Append(request.target);
    reply.body.Append(' ');
    reply.body.Append(request.body);
  }

  std::atomic<int> calls = 0;
  Function instead;  ///< Set before the server starts.
};

/// A server on a free port of 127.0.0.1 that speaks plaintext and TLS until told otherwise.
class HttpServerTest : public testing::Test {
 protected:
  HttpServerTest() {
    options_.port = 0;
    options_.threads = 2;
    options_.allow_plaintext = true;
  }

  void Start() {
    // One pair for all tests of the process: making it costs more than a test does.
    static const TemporaryDirectory kDirectory;
    certificates_ = net::EnsureLocalCertificates(kDirectory.path(), {"vault.example"});
    server_ = std::make_unique<net::HttpServer>(options_, certificates_.certificate,
                                                certificates_.private_key, handler_);
    server_->Start();
  }

  [[nodiscard]] std::uint16_t port() const { return server_->port(); }
  [[nodiscard]] TestClient::Tls tls() const { return {.authority = certificates_.authority}; }

  static std::string Post(std::string_view target, std::string_view body,
                          std::string_view fields = "") {
    return "POST " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\n" +
           std::string(fields) + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
           std::string(body);
  }

  /// Waits until `condition` holds; for effects that have no other sign.
  static bool Eventually(const std::function<bool()>& condition) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!condition()) {
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::yield();
    }
    return true;
  }

  net::ServerOptions options_;
  EchoHandler handler_;
  net::LocalCertificates certificates_;
  std::unique_ptr<net::HttpServer> server_;
};

}  // namespace coffer::test
