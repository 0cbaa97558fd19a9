#pragma once

#include "base/http_message.h"
#include "net/connection_count.h"
#include "net/request_reader.h"
#include "net/socket_stream.h"

#include <boost/intrusive/list_hook.hpp>

#include <chrono>
#include <memory>
#include <string_view>
#include <tuple>

namespace coffer::net {

class EventLoop;

/// One connection: reads requests, has them handled, writes the replies. Lives on the thread of
/// its event loop, which may interrupt it but never runs while it does.
class Session : public boost::intrusive::list_base_hook<
                    boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  /// `loop` must outlive the session.
  Session(Socket socket, ConnectionCount::Admission admission, EventLoop& loop);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// The whole life of a connection.
  static Awaitable<void> Run(std::unique_ptr<Session> session);

  /// Called each second: ends what the session is waiting for if its time is up, and gives memory
  /// back that a waiting session does not need.
  void Tick(TimePoint now);
  /// The server stops: nothing new is begun; a request that has begun is finished.
  void Drain();
  /// The server's patience is over. Only work under way elsewhere is still waited for, since its
  /// reply is ours.
  void Abort();

 private:
  [[nodiscard]] Awaitable<bool> Open();
  [[nodiscard]] Awaitable<bool> Handshake();
  [[nodiscard]] Awaitable<bool> Receive();
  [[nodiscard]] Awaitable<bool> ReceiveMore();
  [[nodiscard]] Awaitable<bool> Answer();
  [[nodiscard]] Awaitable<void> Refuse(Refusal refusal);
  [[nodiscard]] Awaitable<bool> SendReply(bool keep_alive);
  [[nodiscard]] Awaitable<bool> Send(std::string_view bytes);
  [[nodiscard]] Awaitable<void> Linger();
  [[nodiscard]] Awaitable<void> LetOthersGoFirst();
  [[nodiscard]] Awaitable<std::tuple<boost::system::error_code>> Ready(SocketStream::Status wanted);

  void SetDeadline(std::chrono::seconds from_now);
  void SetDeadline(RequestReader::Stage stage);
  void ResetReply();
  [[nodiscard]] bool interrupted() const { return expired_ || aborted_; }

  EventLoop& loop_;
  SocketStream stream_;
  ConnectionCount::Admission admission_;
  RequestReader reader_;
  std::unique_ptr<base::HttpReply> reply_;
  TimePoint deadline_ = TimePoint::max();
  bool expired_ = false;
  bool aborted_ = false;
  bool said_goodbye_ = false;  // The last reply has been sent.
};

}  // namespace coffer::net
