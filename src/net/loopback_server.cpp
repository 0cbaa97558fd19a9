#include "net/loopback_server.h"

#include "base/ascii.h"
#include "base/file_descriptor.h"
#include "base/log.h"
#include "net/socket_owner.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/optional.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <exception>
#include <list>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <system_error>
#include <thread>
#include <unistd.h>

namespace coffer::net {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;
using PlainSocket = asio::ip::tcp::socket;

constexpr std::uint32_t kHeaderLimit = std::uint32_t{2} * 1024 * 1024;

[[noreturn]] void ThrowErrno(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

/// Fills a LoopbackRequest. Beast's own container of fields takes values of up to 64 KiB only.
class Parser final : public http::basic_parser<true> {
 public:
  [[nodiscard]] LoopbackRequest& request() { return request_; }

 private:
  void on_request_impl(http::verb, beast::string_view method, beast::string_view target, int,
                       error_code& failure) override {
    failure = {};
    request_.method = std::string(method);
    request_.target = std::string(target);
  }
  void on_response_impl(int, beast::string_view, int, error_code& failure) override {
    failure = http::error::bad_version;
  }
  void on_field_impl(http::field, beast::string_view name, beast::string_view value,
                     error_code& failure) override {
    failure = {};
    std::string lower(name);
    std::ranges::transform(lower, lower.begin(), base::ToLower);
    request_.headers.emplace_back(std::move(lower), std::string(value));
  }
  void on_header_impl(error_code& failure) override { failure = {}; }
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code& failure) override {
    failure = {};
  }
  std::size_t on_body_impl(beast::string_view body, error_code& failure) override {
    failure = {};
    request_.body.append(body);
    return body.size();
  }
  void on_chunk_header_impl(std::uint64_t, beast::string_view, error_code& failure) override {
    failure = {};
  }
  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view body,
                                 error_code& failure) override {
    return on_body_impl(body, failure);
  }
  void on_finish_impl(error_code& failure) override { failure = {}; }

  LoopbackRequest request_;
};

/// One connection, served by a thread of its own.
class Connection {
 public:
  Connection(base::FileDescriptor descriptor, const LoopbackServer::Options& options,
             const LoopbackServer::Handler& handler)
      : options_(options), handler_(handler) {
    socket_.assign(asio::ip::tcp::v4(), descriptor.Release());
    thread_ = std::thread([this] {
      Serve();
      ::shutdown(socket_.native_handle(), SHUT_RDWR);
      is_over_ = true;
    });
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() {
    ::shutdown(socket_.native_handle(), SHUT_RDWR);
    thread_.join();
  }
  /// Makes reads and writes fail; its handler may still be at work.
  void Interrupt() { ::shutdown(socket_.native_handle(), SHUT_RDWR); }
  [[nodiscard]] bool is_over() const { return is_over_; }

 private:
  void Serve() try {
    while (ServeOne()) {
    }
  } catch (const std::exception& failure) {
    base::log::Error("loopback.failed", {{"reason", failure.what()}});
  }

  /// One request and its reply; false when there can be no further one.
  bool ServeOne() {
    Parser parser;
    parser.header_limit(kHeaderLimit);
    parser.body_limit(options_.body_limit);
    error_code failure;
    http::read_header(socket_, buffer_, parser, failure);
    if (!failure && Expects100(parser.request())) {
      asio::write(socket_, asio::buffer(std::string_view("HTTP/1.1 100 Continue\r\n\r\n")),
                  failure);
    }
    if (!failure) http::read(socket_, buffer_, parser, failure);
    if (failure && !parser.is_header_done() && failure != http::error::body_limit) return false;

    LoopbackRequest& request = parser.request();
    if (failure) {
      request.body.clear();
      request.body_state = failure == http::error::body_limit ? LoopbackRequest::Body::kTooLarge
                                                              : LoopbackRequest::Body::kTruncated;
    }
    LoopbackReply reply;
    handler_(request, reply);
    const bool goes_on = !failure && parser.keep_alive();
    const bool was_sent = Send(reply, goes_on);
    if (was_sent && failure == http::error::body_limit) ReadAway();
    return was_sent && goes_on;
  }

  static bool Expects100(const LoopbackRequest& request) {
    return beast::iequals(request.Header("expect"), "100-continue");
  }

  bool Send(LoopbackReply& reply, bool keeps_alive) {
    std::string head = "HTTP/1.1 " + std::to_string(reply.status) + " " +
                       std::string(http::obsolete_reason(static_cast<http::status>(reply.status))) +
                       "\r\n";
    for (const auto& [name, value] : reply.headers) {
      head.append(name).append(": ").append(value).append("\r\n");
    }
    head.append("Content-Length: " + std::to_string(reply.body.size()) + "\r\n");
    if (!keeps_alive) head.append("Connection: close\r\n");
    head.append("\r\n");
    error_code failure;
    const std::array<asio::const_buffer, 2> parts{asio::buffer(head), asio::buffer(reply.body)};
    asio::write(socket_, parts, failure);
    ::explicit_bzero(reply.body.data(), reply.body.size());
    return !failure;
  }

  // A reply that is followed by a reset, because bytes were left unread, may never be seen.
  void ReadAway() {
    const timeval patience{.tv_sec = 2, .tv_usec = 0};
    ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    ::shutdown(socket_.native_handle(), SHUT_WR);
    constexpr std::size_t kMost = std::size_t{64} * 1024 * 1024;
    std::array<char, std::size_t{16} * 1024> piece{};
    for (std::size_t total = 0; total < kMost;) {
      const ssize_t got = ::recv(socket_.native_handle(), piece.data(), piece.size(), 0);
      if (got <= 0) return;
      total += static_cast<std::size_t>(got);
    }
  }

  const LoopbackServer::Options& options_;
  const LoopbackServer::Handler& handler_;
  asio::io_context context_{1};  // Sockets want one; nothing runs in it.
  PlainSocket socket_{context_};
  beast::flat_buffer buffer_;
  std::atomic<bool> is_over_ = false;
  std::thread thread_;
};

base::FileDescriptor ListenOnLoopback() {
  base::FileDescriptor listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (!listener.valid() ||
      ::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 ||
      ::listen(listener.get(), 64) != 0) {
    ThrowErrno("listening on 127.0.0.1");
  }
  return listener;
}

std::uint16_t PortOf(int listener) {
  sockaddr_in address{};
  socklen_t size = sizeof(address);
  if (::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    ThrowErrno("listening on 127.0.0.1");
  }
  return ntohs(address.sin_port);
}

}  // namespace

std::string_view LoopbackRequest::Header(std::string_view lower_case_name) const {
  const auto found = std::ranges::find(
      headers, lower_case_name, [](const auto& header) { return std::string_view(header.first); });
  return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

class LoopbackServer::Implementation {
 public:
  Implementation(Options options, Handler handler)
      : options_(options),
        handler_(std::move(handler)),
        listener_(ListenOnLoopback()),
        port_(PortOf(listener_.get())),
        stop_event_(::eventfd(0, EFD_CLOEXEC)) {
    if (!stop_event_.valid()) ThrowErrno("eventfd");
    thread_ = std::thread([this] { Run(); });
  }
  Implementation(const Implementation&) = delete;
  Implementation& operator=(const Implementation&) = delete;
  ~Implementation() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(stop_event_.get(), &one, sizeof(one));
    thread_.join();
    for (Connection& connection : connections_) connection.Interrupt();
    connections_.clear();
  }
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  void Run() {
    while (true) {
      std::array<pollfd, 2> watched{
          pollfd{.fd = listener_.get(), .events = POLLIN, .revents = 0},
          pollfd{.fd = stop_event_.get(), .events = POLLIN, .revents = 0}};
      if (::poll(watched.data(), watched.size(), -1) < 0 && errno != EINTR) return;
      if (watched[1].revents != 0) return;
      if (watched[0].revents != 0) Accept();
    }
  }

  void Accept() {
    sockaddr_in peer{};
    socklen_t size = sizeof(peer);
    base::FileDescriptor descriptor(
        ::accept4(listener_.get(), reinterpret_cast<sockaddr*>(&peer), &size, SOCK_CLOEXEC));
    if (!descriptor.valid()) return;
    connections_.remove_if([](const Connection& connection) { return connection.is_over(); });
    if (connections_.size() >= options_.connections || !IsAllowed(ntohs(peer.sin_port))) return;
    try {
      connections_.emplace_back(std::move(descriptor), options_, handler_);
    } catch (const std::system_error& failure) {  // No thread is to be had.
      base::log::Error("loopback.failed", {{"reason", failure.what()}});
    }
  }

  [[nodiscard]] bool IsAllowed(std::uint16_t peer_port) const {
    return !options_.only_user || OwnerOfPeer(peer_port, port_) == options_.only_user;
  }

  const Options options_;
  const Handler handler_;
  base::FileDescriptor listener_;
  std::uint16_t port_;
  base::FileDescriptor stop_event_;
  std::list<Connection> connections_;  // Of the accepting thread; at the end of its owner's.
  std::thread thread_;
};

LoopbackServer::LoopbackServer(Options options, Handler handler)
    : implementation_(std::make_unique<Implementation>(options, std::move(handler))) {}

LoopbackServer::~LoopbackServer() = default;

std::uint16_t LoopbackServer::port() const { return implementation_->port(); }

}  // namespace coffer::net
