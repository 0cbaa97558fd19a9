#include "server/test_client.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cctype>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace coffer::test {
namespace {

int Connect(std::uint16_t port) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval patience{.tv_sec = 10, .tv_usec = 0};
  ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  ::setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    ::close(descriptor);
    throw std::runtime_error("cannot connect");
  }
  return descriptor;
}

std::string LowerCase(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

ClientReply ParseHead(std::string_view head) {
  ClientReply reply;
  reply.status = std::stoi(std::string(head.substr(9, 3)));
  head.remove_prefix(head.find("\r\n") + 2);
  while (!head.empty()) {
    const std::string_view line = head.substr(0, head.find("\r\n"));
    const std::size_t colon = line.find(": ");
    reply.headers[LowerCase(std::string(line.substr(0, colon)))] = line.substr(colon + 2);
    head.remove_prefix(line.size() + 2);
  }
  return reply;
}

}  // namespace

TestClient::TestClient(std::uint16_t port) : descriptor_(Connect(port)) {}

TestClient::TestClient(std::uint16_t port, const Tls& tls) : TestClient(port) {
  context_.reset(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  SSL_CTX_load_verify_locations(context_.get(), tls.authority.c_str(), nullptr);
  SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_max_proto_version(context_.get(), tls.max_version);
  SSL_CTX_set_options(context_.get(), SSL_OP_IGNORE_UNEXPECTED_EOF);
  if (tls.max_version != 0 && tls.max_version < TLS1_2_VERSION) {
    SSL_CTX_set_security_level(context_.get(), 0);
  }
  ssl_.reset(SSL_new(context_.get()), SSL_free);
  X509_VERIFY_PARAM* expectation = SSL_get0_param(ssl_.get());
  if (X509_VERIFY_PARAM_set1_ip_asc(expectation, tls.host.c_str()) != 1) {
    SSL_set1_host(ssl_.get(), tls.host.c_str());
  }
  constexpr std::string_view kOffer = "\x02h2\x08http/1.1";
  SSL_set_alpn_protos(ssl_.get(), reinterpret_cast<const unsigned char*>(kOffer.data()),
                      static_cast<unsigned>(kOffer.size()));
  SSL_set_fd(ssl_.get(), descriptor_);
  ERR_clear_error();
  if (SSL_connect(ssl_.get()) != 1) throw std::runtime_error("TLS handshake failed");
}

TestClient::~TestClient() { ::close(descriptor_); }

bool TestClient::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const long count = ssl_ ? SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()))
                            : ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

bool TestClient::UpdateKey() {
  return SSL_key_update(ssl_.get(), SSL_KEY_UPDATE_NOT_REQUESTED) == 1 &&
         SSL_do_handshake(ssl_.get()) == 1;
}

bool TestClient::Renegotiate() {
  return SSL_renegotiate(ssl_.get()) == 1 && SSL_do_handshake(ssl_.get()) == 1;
}

bool TestClient::AllHasArrived() const {
  int waiting = 0;
  return ::ioctl(descriptor_, SIOCOUTQ, &waiting) == 0 && waiting == 0;
}

ClientReply TestClient::Receive(bool head_only) {
  std::size_t end = received_.find("\r\n\r\n");
  while (end == std::string::npos) {
    if (!Fill()) return {};
    end = received_.find("\r\n\r\n");
  }
  ClientReply reply = ParseHead(std::string_view(received_).substr(0, end + 2));
  received_.erase(0, end + 4);
  const auto length = reply.headers.find("content-length");
  if (length == reply.headers.end() || head_only) return reply;
  const std::size_t size = std::stoul(length->second);
  while (received_.size() < size) {
    if (!Fill()) return {};
  }
  reply.body = received_.substr(0, size);
  received_.erase(0, size);
  return reply;
}

std::string TestClient::ReceiveAll() {
  while (Fill()) {
  }
  return std::exchange(received_, {});
}

bool TestClient::Fill() {
  std::array<char, 16384> bytes;
  const long count = ssl_ ? SSL_read(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()))
                          : ::recv(descriptor_, bytes.data(), bytes.size(), 0);
  if (count <= 0) return false;
  received_.append(bytes.data(), static_cast<std::size_t>(count));
  return true;
}

bool TestClient::Readable(int milliseconds) const {
  pollfd wait{.fd = descriptor_, .events = POLLIN, .revents = 0};
  return ::poll(&wait, 1, milliseconds) == 1;
}

std::string TestClient::cipher() const { return SSL_get_cipher_name(ssl_.get()); }

std::string TestClient::tls_version() const { return SSL_get_version(ssl_.get()); }

std::string TestClient::application_protocol() const {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl_.get(), &name, &size);
  return {reinterpret_cast<const char*>(name), size};
}

}  // namespace coffer::test
