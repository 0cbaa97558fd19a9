#include "net/http_client.h"

#include "base/ascii.h"
#include "net/asio_types.h"
#include "net/url.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/span_body.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <algorithm>
#include <exception>
#include <memory>
#include <stdexcept>

namespace coffer::net {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace ssl = boost::asio::ssl;
using boost::system::error_code;
using Resolver = asio::ip::basic_resolver<Tcp, Executor>;
using TlsStream = ssl::stream<Socket&>;
using Request = http::request<http::span_body<const char>>;
using Parser = http::response_parser<http::string_body>;

constexpr std::uint32_t kHeaderLimit = std::uint32_t{64} * 1024;

/// One exchange, on an event loop of its own.
class Exchange {
 public:
  Exchange(asio::io_context& context, const OutgoingRequest& request, Url url,
           const std::string& ca_file)
      : request_(request), url_(std::move(url)), resolver_(context), socket_(context) {
    parser_.header_limit(kHeaderLimit);
    parser_.body_limit(request.body_limit);
    if (url_.secure) Trust(ca_file);
  }

  Awaitable<void> Run() {
    std::string_view doing = "looking up the name";
    const auto [lookup_failure, addresses] =
        co_await resolver_.async_resolve(url_.host, url_.port, kAwait);
    error_code failure = lookup_failure;
    if (!failure) {
      doing = "connecting";
      const auto [connect_failure, address] =
          co_await asio::async_connect(socket_, addresses, kAwait);
      failure = connect_failure;
    }
    if (!failure && tls_ != nullptr) {
      doing = "verifying the server";
      PrepareTls();
      const auto [handshake_failure] =
          co_await tls_->async_handshake(ssl::stream_base::client, kAwait);
      failure = handshake_failure;
    }
    if (!failure) {
      doing = "the exchange";
      if (tls_ != nullptr) {
        failure = co_await Converse(tls_.get());
      } else {
        failure = co_await Converse(&socket_);
      }
    }
    Finish(failure, doing);
  }

  void Fail(std::string reason) {
    reply_ = {.result = IncomingReply::Result::kFailed, .reason = std::move(reason)};
  }
  [[nodiscard]] IncomingReply TakeReply() { return std::move(reply_); }

 private:
  void Trust(const std::string& ca_file) {
    tls_context_.set_default_verify_paths();
    tls_context_.set_verify_mode(ssl::verify_peer);
    SSL_CTX_set_min_proto_version(tls_context_.native_handle(), TLS1_2_VERSION);
    if (!ca_file.empty()) tls_context_.load_verify_file(ca_file);
    tls_ = std::make_unique<TlsStream>(socket_, tls_context_);
  }

  void PrepareTls() {
    tls_->set_verify_callback(ssl::host_name_verification(url_.host));
    // A server of several names must be told which one is meant; addresses are no names (RFC 6066).
    error_code is_no_address;
    (void)asio::ip::make_address(url_.host, is_no_address);
    if (!is_no_address) return;
    // SSL_set_tlsext_host_name, a macro with casts of C.
    SSL_ctrl(tls_->native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
             const_cast<char*>(url_.host.c_str()));
  }

  template <class Stream>
  Awaitable<error_code> Converse(Stream* stream) {
    Request message(http::verb::post, url_.target, 11);
    message.set(http::field::host, url_.authority);
    message.set(http::field::connection, "close");
    for (const auto& [name, value] : request_.headers) message.set(name, value);
    message.body() = beast::span<const char>(request_.body.data(), request_.body.size());
    message.prepare_payload();
    const auto [write_failure, written] = co_await http::async_write(*stream, message, kAwait);
    // A server may refuse before it has read everything: its answer is what counts.
    const auto [read_failure, read] = co_await http::async_read(*stream, buffer_, parser_, kAwait);
    co_return parser_.is_done() ? error_code() : read_failure ? read_failure : write_failure;
  }

  void Finish(const error_code& failure, std::string_view doing) {
    if (failure) {
      reply_.result = failure == http::error::body_limit ? IncomingReply::Result::kTooLarge
                                                         : IncomingReply::Result::kFailed;
      reply_.reason = std::string(doing) + ": " + failure.message();
      return;
    }
    auto& message = parser_.get();
    reply_.result = IncomingReply::Result::kAnswered;
    reply_.status = static_cast<int>(message.result_int());
    for (const auto& field : message) {
      std::string name(field.name_string());
      std::ranges::transform(name, name.begin(), base::ToLower);
      reply_.headers.emplace_back(std::move(name), std::string(field.value()));
    }
    reply_.body = std::move(message.body());
  }

  const OutgoingRequest& request_;
  IncomingReply reply_{.result = IncomingReply::Result::kTimedOut};  // Until it is finished.
  const Url url_;
  Resolver resolver_;
  Socket socket_;
  ssl::context tls_context_{ssl::context::tls_client};
  std::unique_ptr<TlsStream> tls_;  // Where the URL asks for it.
  beast::flat_buffer buffer_;
  Parser parser_;
};

}  // namespace

std::string_view IncomingReply::Header(std::string_view lower_case_name) const {
  for (const auto& [name, value] : headers) {
    if (name == lower_case_name) return value;
  }
  return {};
}

HttpClient::HttpClient(std::string ca_file) : ca_file_(std::move(ca_file)) {
  if (ca_file_.empty()) return;
  error_code failure;
  ssl::context(ssl::context::tls_client).load_verify_file(ca_file_, failure);
  if (failure) throw std::runtime_error(ca_file_ + ": " + failure.message());
}

IncomingReply HttpClient::Post(const OutgoingRequest& request) {
  auto url = ParseUrl(request.url);
  if (!url) return {.result = IncomingReply::Result::kFailed, .reason = "the URL is not usable"};
  asio::io_context context(1);
  Exchange exchange(context, request, *std::move(url), ca_file_);
  auto run = exchange.Run();
  asio::co_spawn(context, std::move(run), [&exchange](const std::exception_ptr& failure) {
    if (failure) exchange.Fail("the request could not be made");
  });
  {
    const std::scoped_lock lock(mutex_);
    if (is_stopped_) return {.result = IncomingReply::Result::kStopped};
    stop_running_ = [&context] { context.stop(); };
  }
  context.run_for(request.timeout);
  IncomingReply reply = exchange.TakeReply();
  const std::scoped_lock lock(mutex_);
  stop_running_ = nullptr;
  if (is_stopped_ && reply.result == IncomingReply::Result::kTimedOut) {
    reply.result = IncomingReply::Result::kStopped;
  }
  return reply;
}

void HttpClient::Stop() {
  const std::scoped_lock lock(mutex_);
  is_stopped_ = true;
  if (stop_running_) stop_running_();
}

}  // namespace coffer::net
