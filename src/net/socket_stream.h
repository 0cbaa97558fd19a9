#pragma once

#include "net/asio_types.h"
#include "net/openssl_handles.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace coffer::net {

/// Bytes over a TCP connection, with TLS or without. Every call does what is possible now and never
/// waits; the caller awaits readiness of `socket()` and calls again.
///
/// OpenSSL reads and writes the descriptor itself. Against asio::ssl::stream, which moves every
/// record through a pair of memory BIOs, that saves 68 KiB for each connection and two copies.
class SocketStream {
 public:
  enum class Status : std::uint8_t { kDone, kWantRead, kWantWrite, kClosed };
  enum class Protocol : std::uint8_t { kNotKnownYet, kTls, kPlaintext, kClosed };
  struct Outcome {
    Status status = Status::kClosed;
    std::size_t size = 0;  ///< Bytes moved, at least 1, when done.
  };

  explicit SocketStream(Socket socket);
  SocketStream(const SocketStream&) = delete;
  SocketStream& operator=(const SocketStream&) = delete;

  [[nodiscard]] Socket& socket() { return socket_; }
  [[nodiscard]] bool secure() const { return ssl_ != nullptr; }

  /// Looks at the first byte without taking it: a TLS record of a handshake begins with 0x16, and
  /// no method of HTTP does.
  [[nodiscard]] Protocol Peek();
  /// Makes it a TLS connection. Throws if memory is short.
  void StartTls(SSL_CTX* context);
  [[nodiscard]] Status Handshake();

  [[nodiscard]] Outcome Read(std::span<char> room);
  [[nodiscard]] Outcome Write(std::string_view bytes);
  /// Whether bytes have been taken from the socket that no Read has answered: then its readiness
  /// says nothing.
  [[nodiscard]] bool HasBufferedInput() const { return ssl_ && SSL_has_pending(ssl_.get()) == 1; }

  /// Gives back 34 KiB of TLS buffers if they hold nothing; they come back with the next byte.
  /// SSL_MODE_RELEASE_BUFFERS would do so, and wipe all of them, for every single record.
  void ReleaseBuffers();

  /// Says good-bye: nothing is sent after it.
  void FinishSending();
  /// Reads and drops what the peer still sends, undecrypted.
  [[nodiscard]] Status Discard();

 private:
  static void NoteRecord(int outgoing, int version, int kind, const void* bytes, std::size_t size,
                         SSL* ssl, void* stream);
  [[nodiscard]] Status StatusOfTls(int result) const;

  Socket socket_;
  SslHandle ssl_;
  int handshake_records_ = 0;
};

}  // namespace coffer::net
