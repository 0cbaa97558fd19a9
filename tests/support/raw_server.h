#pragma once

#include "base/file_descriptor.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <netinet/in.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace coffer::test {

/// Answers each connection on a port of 127.0.0.1 with the same bytes, whatever it is sent; `pause`
/// between each two bytes when that is not zero.
class RawServer {
 public:
  explicit RawServer(std::string reply, std::chrono::milliseconds pause = {})
      : reply_(std::move(reply)), pause_(pause) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    if (!listener_.valid() || ::bind(listener_.get(), generic, size) != 0 ||
        ::listen(listener_.get(), 8) != 0 || ::getsockname(listener_.get(), generic, &size) != 0) {
      throw std::runtime_error("raw server");
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::jthread([this](const std::stop_token& stop) { Run(stop); });
  }
  ~RawServer() {
    thread_.request_stop();
    ::shutdown(listener_.get(), SHUT_RDWR);
  }
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;

  [[nodiscard]] std::string Url(std::string_view path = "/") const {
    return "http://127.0.0.1:" + std::to_string(port_) + std::string(path);
  }

 private:
  void Run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      const base::FileDescriptor connection(
          ::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!connection.valid()) return;
      std::array<char, 65536> request{};
      (void)::recv(connection.get(), request.data(), request.size(), 0);
      const std::size_t piece = pause_.count() == 0 ? reply_.size() : 1;
      for (std::size_t at = 0; at < reply_.size() && !stop.stop_requested(); at += piece) {
        if (::send(connection.get(), reply_.data() + at, piece, MSG_NOSIGNAL) <= 0) break;
        std::this_thread::sleep_for(pause_);
      }
      ::shutdown(connection.get(), SHUT_WR);
      while (::recv(connection.get(), request.data(), request.size(), MSG_DONTWAIT) > 0) {
      }
    }
  }

  const std::string reply_;
  const std::chrono::milliseconds pause_;
  base::FileDescriptor listener_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  std::uint16_t port_ = 0;
  std::jthread thread_;
};

}  // namespace coffer::test
