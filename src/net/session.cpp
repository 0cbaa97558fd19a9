#include "net/session.h"

#include "net/event_loop.h"
#include "net/reply_head.h"
#include "net/resumption.h"

namespace coffer::net {
namespace {

using Status = SocketStream::Status;
using Progress = RequestReader::Progress;
using Stage = RequestReader::Stage;

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr std::chrono::seconds kLingerTime{2};
constexpr std::size_t kLargeReply = std::size_t{32} * 1024;
constexpr int kBytesDiscardedBetweenWaits = 64;  // In pieces of Discard().
constexpr int kReadsInTurn = 64;

}  // namespace

Session::Session(Socket socket, ConnectionCount::Admission admission, EventLoop& loop)
    : loop_(loop),
      stream_(std::move(socket)),
      admission_(std::move(admission)),
      reader_(loop.limits(), loop.request_memory()),
      reply_(std::make_unique<base::HttpReply>()) {}

Session::~Session() {
  if (!is_linked()) return;
  unlink();
  loop_.SessionEnded();
}

Awaitable<void> Session::Run(std::unique_ptr<Session> session) {
  session->loop_.SessionBegan(*session);
  bool open = co_await session->Open();
  while (open) {
    const bool received = co_await session->Receive();
    open = received && co_await session->Answer();
  }
  session->stream_.FinishSending();
  if (session->said_goodbye_) co_await session->Linger();
}

Awaitable<bool> Session::Open() {
  SetDeadline(loop_.limits().handshake_timeout);
  auto protocol = stream_.Peek();
  while (protocol == SocketStream::Protocol::kNotKnownYet) {
    if (interrupted() || loop_.draining()) co_return false;
    co_await Ready(Status::kWantRead);
    protocol = stream_.Peek();
  }
  if (protocol == SocketStream::Protocol::kClosed) co_return false;
  if (protocol == SocketStream::Protocol::kTls && loop_.tls() != nullptr) {
    co_return co_await Handshake();
  }
  if (loop_.options().allow_plaintext) co_return true;
  reply_->content_type = "text/plain";
  reply_->body.Append("This port speaks HTTPS only: use https://\n");
  reply_->status = 400;
  co_await SendReply(false);
  co_return false;
}

Awaitable<bool> Session::Handshake() {
  stream_.StartTls(loop_.tls());
  for (;;) {
    const Status status = stream_.Handshake();
    if (status == Status::kDone) co_return true;
    if (status == Status::kClosed || interrupted() || loop_.draining()) co_return false;
    co_await Ready(status);
  }
}

// Answers true when the reader holds a complete request. After a refusal, or when no request will
// come any more, false.
Awaitable<bool> Session::Receive() {
  auto stage = Stage::kIdle;
  SetDeadline(stage);
  for (int reads = 0;; ++reads) {
    const auto progress = reader_.Advance();
    if (!progress) {
      co_await Refuse(progress.error());
      co_return false;
    }
    if (*progress == Progress::kComplete) co_return true;
    if (*progress == Progress::kSendContinue) {
      const bool sent = co_await Send(kContinue);
      if (!sent) co_return false;
    }
    if (stage != reader_.stage() || *progress == Progress::kSendContinue) {
      stage = reader_.stage();
      SetDeadline(stage);
    }
    // A body can come in half a million records of one byte each, and all of them be here already.
    if (reads % kReadsInTurn == kReadsInTurn - 1) co_await LetOthersGoFirst();
    const bool more = co_await ReceiveMore();
    if (more) continue;
    const Refusal too_slow{408, "the request took too long to arrive"};
    if (expired_ && stage != Stage::kIdle) co_await Refuse(too_slow);
    co_return false;
  }
}

Awaitable<bool> Session::ReceiveMore() {
  const bool between_requests = reader_.stage() == Stage::kIdle;
  // Right after a reply there is hardly ever something to read: do not even try.
  if (between_requests && !stream_.HasBufferedInput() && !loop_.draining()) {
    co_await Ready(Status::kWantRead);
  }
  const auto room = reader_.Room();
  if (room.empty()) co_return true;  // The reader says why.
  while (!interrupted()) {
    const auto read = stream_.Read(room);
    if (read.status == Status::kDone) {
      reader_.Received(read.size);
      co_return true;
    }
    if (read.status == Status::kClosed || (between_requests && loop_.draining())) co_return false;
    co_await Ready(read.status);
  }
  co_return false;
}

Awaitable<bool> Session::Answer() {
  deadline_ = TimePoint::max();
  base::HttpRequest request = reader_.request();
  request.peer_address = admission_.address();
  request.secure = stream_.secure();

  auto pending = loop_.handler().Handle(request, *reply_);
  if (pending) {
    const bool answered = co_await AwaitReply(*std::move(pending));
    if (!answered) co_return false;
  } else {
    // The other connections that are ready have their turn first: replies then leave together, and
    // a peer with many connections is woken once instead of for each of them.
    co_await LetOthersGoFirst();
  }
  reply_->head_only = request.method == "HEAD";
  const bool keep_alive = reader_.keep_alive() && !reply_->close && !loop_.draining();
  const bool sent = co_await SendReply(keep_alive);
  reader_.Next();
  const bool stays_open = sent && keep_alive;
  co_return stays_open;
}

Awaitable<void> Session::Refuse(Refusal refusal) {
  ResetReply();
  reply_->status = refusal.status;
  reply_->content_type = "application/json";
  reply_->body.Append(R"({"message":")");
  reply_->body.Append(refusal.reason);
  reply_->body.Append(R"("})");
  co_await SendReply(false);
}

Awaitable<bool> Session::SendReply(bool keep_alive) {
  ReplyHeadMemory memory;
  const auto head = WriteReplyHead(*reply_, loop_.date(), keep_alive, memory);
  std::string_view bytes = reply_->body.WithHead(head);
  if (reply_->head_only) bytes = bytes.substr(0, head.size());
  const bool sent = co_await Send(bytes);
  said_goodbye_ = sent && !keep_alive;
  ResetReply();
  co_return sent;
}

Awaitable<bool> Session::Send(std::string_view bytes) {
  SetDeadline(loop_.limits().write_timeout);
  while (!aborted_) {
    const auto written = stream_.Write(bytes);
    if (written.status == Status::kClosed) co_return false;
    if (written.status == Status::kDone) {
      bytes.remove_prefix(written.size);
      if (bytes.empty()) co_return true;
      continue;
    }
    co_await Ready(written.status);
    if (expired_) co_return false;
  }
  co_return false;
}

// Waits for the peer to close. Closing while its bytes still arrive would make the kernel answer
// with a reset, which can overtake and destroy the reply that explains why.
Awaitable<void> Session::Linger() {
  SetDeadline(kLingerTime);
  while (!interrupted()) {
    Status status = Status::kDone;
    for (int i = 0; status == Status::kDone && i < kBytesDiscardedBetweenWaits; ++i) {
      status = stream_.Discard();
    }
    if (status == Status::kClosed || loop_.draining()) co_return;
    co_await Ready(Status::kWantRead);
  }
}

Awaitable<void> Session::LetOthersGoFirst() {
  co_await asio::post(stream_.socket().get_executor(), asio::use_awaitable_t<Executor>{});
}

Awaitable<std::tuple<boost::system::error_code>> Session::Ready(Status wanted) {
  return stream_.socket().async_wait(
      wanted == Status::kWantWrite ? Socket::wait_write : Socket::wait_read, kAwait);
}

void Session::SetDeadline(std::chrono::seconds from_now) {
  expired_ = false;
  deadline_ = std::chrono::steady_clock::now() + from_now;
}

void Session::SetDeadline(Stage stage) {
  const Limits& limits = loop_.limits();
  if (stage == Stage::kIdle) return SetDeadline(limits.idle_timeout);
  SetDeadline(stage == Stage::kHead ? limits.header_timeout : limits.body_timeout);
}

void Session::ResetReply() {
  // A large reply's memory would stay with a connection that may never need it again.
  if (reply_->body.body().size() > kLargeReply) {
    reply_ = std::make_unique<base::HttpReply>();
  } else {
    reply_->Reset();
  }
}

void Session::Tick(TimePoint now) {
  stream_.ReleaseBuffers();
  if (now < deadline_) return;
  expired_ = true;
  boost::system::error_code ignored;
  stream_.socket().cancel(ignored);
}

void Session::Drain() {
  boost::system::error_code ignored;
  stream_.socket().cancel(ignored);  // Whoever waits looks again, and at loop_.draining().
}

void Session::Abort() {
  aborted_ = true;
  Drain();
}

}  // namespace coffer::net
