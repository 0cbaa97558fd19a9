#include "net/socket_stream.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <new>
#include <sys/socket.h>

namespace coffer::net {
namespace {

constexpr unsigned char kTlsHandshakeRecord = 0x16;

// A handshake takes four records of the client, and later there is a new key now and then.
constexpr int kMaxHandshakeRecords = 32;

bool WouldBlock() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

}  // namespace

SocketStream::SocketStream(Socket socket) : socket_(std::move(socket)) {
  boost::system::error_code ignored;  // The peer may be gone already; the first read will tell.
  socket_.native_non_blocking(true, ignored);
  socket_.set_option(Tcp::no_delay(true), ignored);
}

SocketStream::Protocol SocketStream::Peek() {
  unsigned char first = 0;
  const ssize_t count = ::recv(socket_.native_handle(), &first, 1, MSG_PEEK);
  if (count < 0) return WouldBlock() ? Protocol::kNotKnownYet : Protocol::kClosed;
  if (count == 0) return Protocol::kClosed;
  return first == kTlsHandshakeRecord ? Protocol::kTls : Protocol::kPlaintext;
}

void SocketStream::StartTls(SSL_CTX* context) {
  ssl_.reset(SSL_new(context));
  if (!ssl_ || SSL_set_fd(ssl_.get(), socket_.native_handle()) != 1) throw std::bad_alloc();
  SSL_set_accept_state(ssl_.get());
  SSL_set_msg_callback(ssl_.get(), NoteRecord);
  SSL_set_msg_callback_arg(ssl_.get(), this);
}

SocketStream::Status SocketStream::Handshake() {
  ForgetOpenSslErrors();
  const int result = SSL_do_handshake(ssl_.get());
  return result == 1 ? Status::kDone : StatusOfTls(result);
}

// OpenSSL goes through all that the socket holds within one call, be it updates of the key (TLS
// 1.3), attempts to renegotiate (TLS 1.2) or a ClientHello in 131,396 records. A client that sends
// nothing else would keep the thread in there for as long as it likes, so it is taken to have
// closed: the next record ends the call.
void SocketStream::NoteRecord(int outgoing, int /*version*/, int kind, const void* bytes,
                              std::size_t /*size*/, SSL* ssl, void* stream) {
  // What a record is about is in its header, in TLS 1.3 in its encrypted part.
  if (outgoing != 0 || (kind != SSL3_RT_HEADER && kind != SSL3_RT_INNER_CONTENT_TYPE)) return;
  if (*static_cast<const unsigned char*>(bytes) != SSL3_RT_HANDSHAKE) return;
  if (++static_cast<SocketStream*>(stream)->handshake_records_ > kMaxHandshakeRecords) {
    SSL_set_shutdown(ssl, SSL_get_shutdown(ssl) | SSL_RECEIVED_SHUTDOWN);
  }
}

SocketStream::Outcome SocketStream::Read(std::span<char> room) {
  if (ssl_) {
    ForgetOpenSslErrors();
    std::size_t size = 0;
    const int result = SSL_read_ex(ssl_.get(), room.data(), room.size(), &size);
    if (result == 1) return {Status::kDone, size};
    return {StatusOfTls(result)};
  }
  const ssize_t count = ::recv(socket_.native_handle(), room.data(), room.size(), 0);
  if (count > 0) return {Status::kDone, static_cast<std::size_t>(count)};
  return {count < 0 && WouldBlock() ? Status::kWantRead : Status::kClosed};
}

SocketStream::Outcome SocketStream::Write(std::string_view bytes) {
  if (ssl_) {
    ForgetOpenSslErrors();
    std::size_t size = 0;
    const int result = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &size);
    if (result == 1) return {Status::kDone, size};
    return {StatusOfTls(result)};
  }
  const ssize_t count = ::send(socket_.native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (count > 0) return {Status::kDone, static_cast<std::size_t>(count)};
  return {count < 0 && WouldBlock() ? Status::kWantWrite : Status::kClosed};
}

SocketStream::Status SocketStream::StatusOfTls(int result) const {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return Status::kWantRead;
    case SSL_ERROR_WANT_WRITE:
      return Status::kWantWrite;
    default:
      return Status::kClosed;
  }
}

void SocketStream::ReleaseBuffers() {
  // Before 3.0.14 this could free a buffer that is in use (CVE-2024-4741).
  constexpr unsigned long kFirstGoodVersion = 0x300000e0UL;
  if (ssl_ && OpenSSL_version_num() >= kFirstGoodVersion) SSL_free_buffers(ssl_.get());
}

void SocketStream::FinishSending() {
  if (ssl_ && SSL_is_init_finished(ssl_.get()) == 1) {
    ForgetOpenSslErrors();
    SSL_shutdown(ssl_.get());
  }
  boost::system::error_code ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
}

SocketStream::Status SocketStream::Discard() {
  std::array<char, 4096> dropped;
  const ssize_t count = ::recv(socket_.native_handle(), dropped.data(), dropped.size(), 0);
  if (count > 0) {
    ::explicit_bzero(dropped.data(), static_cast<std::size_t>(count));
    return Status::kDone;
  }
  return count < 0 && WouldBlock() ? Status::kWantRead : Status::kClosed;
}

}  // namespace coffer::net
