#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace coffer::net {

/// Bounds of the front door. Every one is enforced by closing the connection, after an answer where
/// HTTP allows one.
struct Limits {
  std::size_t max_connections = 4096;
  std::size_t max_connections_per_address = 0;  ///< 0 = none.
  std::size_t max_header_bytes = std::size_t{32} * 1024;
  std::size_t max_body_bytes = std::size_t{512} * 1024;
  /// Of all requests larger than 16 KiB together, from their arrival until their reply.
  std::size_t max_request_memory_bytes = std::size_t{64} << 20;
  std::chrono::seconds handshake_timeout{5};
  std::chrono::seconds header_timeout{10};
  std::chrono::seconds body_timeout{30};
  std::chrono::seconds idle_timeout{75};
  std::chrono::seconds write_timeout{20};
};

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 4566;
  std::size_t threads = 1;
  /// Serve plaintext HTTP on the same port, told apart by the first byte. When off, a plaintext
  /// request gets a 400 that says so.
  bool allow_plaintext = false;
  Limits limits;
};

}  // namespace coffer::net
