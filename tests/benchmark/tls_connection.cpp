#include "tls_connection.h"

#include <openssl/err.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace coffer::benchmark {
namespace {

[[noreturn]] void Fail(const std::string& what) {
  std::array<char, 256> reason{};
  ERR_error_string_n(ERR_peek_last_error(), reason.data(), reason.size());
  throw std::runtime_error(what + ": " + reason.data());
}

int Connect(std::uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(socket);
    throw std::runtime_error("cannot connect");
  }
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return socket;
}

std::size_t ContentLength(std::string_view head) {
  constexpr std::string_view kName = "\r\ncontent-length:";
  const auto same = [](char a, char b) { return std::tolower(a) == b; };
  const auto found = std::search(head.begin(), head.end(), kName.begin(), kName.end(), same);
  if (found == head.end()) throw std::runtime_error("a reply without Content-Length");
  const char* digits = &*found + kName.size();
  while (*digits == ' ') ++digits;
  std::size_t length = 0;
  std::from_chars(digits, head.data() + head.size(), length);
  return length;
}

}  // namespace

std::shared_ptr<SSL_CTX> MakeClientContext() {
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  if (!context) Fail("cannot set up TLS");
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);
  SSL_CTX_set_read_ahead(context.get(), 1);
  return context;
}

Requests::Requests(const std::string& path, std::size_t count) : count_(count) {
  std::ifstream file(path, std::ios::binary);
  all_.assign(std::istreambuf_iterator<char>(file), {});
  if (count == 0 || all_.empty() || all_.size() % count != 0) {
    throw std::runtime_error(path + " does not hold so many requests");
  }
}

std::string_view Requests::operator[](std::size_t index) const {
  const std::size_t size = all_.size() / count_;
  return std::string_view(all_).substr(index * size, size);
}

TlsConnection::TlsConnection(SSL_CTX* context, std::uint16_t port, SSL_SESSION* session)
    : socket_(Connect(port)), ssl_(SSL_new(context), SSL_free) {
  SSL_set_fd(ssl_.get(), socket_);
  if (session != nullptr) SSL_set_session(ssl_.get(), session);
  if (SSL_connect(ssl_.get()) != 1) Fail("no TLS handshake");
}

TlsConnection::~TlsConnection() {
  SSL_shutdown(ssl_.get());
  ::close(socket_);
}

void TlsConnection::MakeNonBlocking() {
  ::fcntl(socket_, F_SETFL, ::fcntl(socket_, F_GETFL) | O_NONBLOCK);
}

std::shared_ptr<SSL_SESSION> TlsConnection::session() const {
  return {SSL_get1_session(ssl_.get()), SSL_SESSION_free};
}

void TlsConnection::Send(std::string_view request) {
  ERR_clear_error();
  // A request is far smaller than what the kernel takes at once, and the last reply is there.
  if (SSL_write(ssl_.get(), request.data(), static_cast<int>(request.size())) !=
      static_cast<int>(request.size())) {
    Fail("a request was not taken");
  }
}

std::optional<int> TlsConnection::Receive() {
  std::array<char, 16384> buffer;
  while (true) {
    ERR_clear_error();
    const int size = SSL_read(ssl_.get(), buffer.data(), static_cast<int>(buffer.size()));
    if (size <= 0) {
      if (SSL_get_error(ssl_.get(), size) == SSL_ERROR_WANT_READ) return std::nullopt;
      Fail("a connection ended");
    }
    received_.append(buffer.data(), static_cast<std::size_t>(size));
    if (const auto status = CompleteReply()) return status;
  }
}

std::optional<int> TlsConnection::CompleteReply() {
  const std::size_t head = received_.find("\r\n\r\n");
  if (head == std::string::npos) return std::nullopt;
  const std::size_t whole = head + 4 + ContentLength(std::string_view(received_).substr(0, head));
  if (received_.size() < whole) return std::nullopt;
  int status = 0;
  std::from_chars(received_.data() + std::string_view("HTTP/1.1 ").size(), received_.data() + head,
                  status);
  received_.clear();
  return status;
}

double Percentile(std::vector<double>& values, double share) {
  if (values.empty()) return 0;
  const auto place = static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + place, values.end());
  return values[static_cast<std::size_t>(place)];
}

}  // namespace coffer::benchmark
