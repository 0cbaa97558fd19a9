#include "net/listener.h"

#include "base/log.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/system_error.hpp>

#include <fcntl.h>
#include <stdexcept>
#include <string>
#include <sys/socket.h>

namespace coffer::net {
namespace {

constexpr int kBacklog = 1024;
constexpr std::chrono::milliseconds kPauseAfterFailure{50};

base::FileDescriptor OpenSpareDescriptor() {
  return base::FileDescriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC));
}

void Bind(Acceptor& acceptor, const ServerOptions& options) {
  const auto address = asio::ip::make_address(options.address);
  acceptor.open(address.is_v6() ? Tcp::v6() : Tcp::v4());
  acceptor.set_option(Acceptor::reuse_address(true));
  if (address.is_v6()) acceptor.set_option(asio::ip::v6_only(false));
  acceptor.bind({address, options.port});
  acceptor.listen(kBacklog);
}

bool OutOfDescriptors(const boost::system::error_code& error) {
  return error == boost::system::errc::too_many_files_open ||
         error == boost::system::errc::too_many_files_open_in_system;
}

std::string TextOf(const asio::ip::address& address) {
  if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address.to_string();
  return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
}

}  // namespace

Listener::Listener(const ServerOptions& options, ConnectionCount& count,
                   std::span<const std::unique_ptr<EventLoop>> loops)
    : count_(count),
      loops_(loops),
      acceptor_(loops.front()->context()),
      spare_descriptor_(OpenSpareDescriptor()) {
  try {
    Bind(acceptor_, options);
    port_ = acceptor_.local_endpoint().port();
  } catch (const boost::system::system_error& error) {
    throw std::runtime_error("cannot listen on " + options.address + " port " +
                             std::to_string(options.port) + ": " + error.code().message());
  }
}

void Listener::Start() { asio::co_spawn(loops_.front()->context(), Run(), asio::detached); }

void Listener::Stop(std::move_only_function<void()> stopped) {
  asio::post(loops_.front()->context(), [this, stopped = std::move(stopped)]() mutable {
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    stopped();
  });
}

Awaitable<void> Listener::Run() {
  asio::basic_waitable_timer<std::chrono::steady_clock,
                             asio::wait_traits<std::chrono::steady_clock>, Executor>
      pause(loops_.front()->context());
  for (std::size_t turn = 0; acceptor_.is_open(); ++turn) {
    EventLoop& loop = *loops_[turn % loops_.size()];
    auto [error, socket] = co_await acceptor_.async_accept(loop.context(), kAwait);
    if (!acceptor_.is_open()) co_return;  // Perhaps with a connection, of which it is too late.
    if (!error) {
      TryToAdmit(std::move(socket), loop);
    } else if (error != asio::error::connection_aborted) {
      base::log::Warning("connection.not_accepted", {{"reason", error.message()}});
      if (OutOfDescriptors(error)) RefuseOne();
      pause.expires_after(kPauseAfterFailure);  // Whatever it is, never spin on it.
      co_await pause.async_wait(kAwait);
    }
  }
}

// Short memory costs this connection, never the ones to come.
void Listener::TryToAdmit(Socket socket, EventLoop& loop) {
  try {
    Admit(std::move(socket), loop);
  } catch (const std::exception& failure) {
    base::log::Error("connection.not_admitted", {{"reason", failure.what()}});
  }
}

void Listener::Admit(Socket socket, EventLoop& loop) {
  boost::system::error_code error;
  const auto peer = socket.remote_endpoint(error);
  if (error) return;  // It has gone again.
  auto admission = count_.Enter(TextOf(peer.address()));
  if (admission) loop.Adopt(std::move(socket), *std::move(admission));
}

// Without a free descriptor a waiting connection could neither be accepted nor closed, and would
// wake us for ever. The spare one makes room to close it.
void Listener::RefuseOne() {
  spare_descriptor_.Close();
  base::FileDescriptor(::accept4(acceptor_.native_handle(), nullptr, nullptr, SOCK_CLOEXEC))
      .Close();
  spare_descriptor_ = OpenSpareDescriptor();
}

}  // namespace coffer::net
