#pragma once

#include "base/file_descriptor.h"
#include "net/asio_types.h"
#include "net/connection_count.h"
#include "net/event_loop.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <span>

namespace coffer::net {

/// Accepts connections and deals them out to the event loops in turn.
class Listener {
 public:
  /// Binds and listens. `loops`, the first of which runs the accepting, and `count` must outlive
  /// the listener. Throws std::runtime_error with a message for the operator.
  Listener(const ServerOptions& options, ConnectionCount& count,
           std::span<const std::unique_ptr<EventLoop>> loops);
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  void Start();
  /// Accepts no more, then calls `stopped` on the first loop's thread: no loop is given another
  /// connection after that. From any thread.
  void Stop(std::move_only_function<void()> stopped);
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  [[nodiscard]] Awaitable<void> Run();
  void TryToAdmit(Socket socket, EventLoop& loop);
  void Admit(Socket socket, EventLoop& loop);
  void RefuseOne();

  ConnectionCount& count_;
  std::span<const std::unique_ptr<EventLoop>> loops_;
  Acceptor acceptor_;
  std::uint16_t port_ = 0;
  base::FileDescriptor spare_descriptor_;
};

}  // namespace coffer::net
