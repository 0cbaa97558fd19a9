#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>

/// Asio's types bound to the one executor that is used here, so that no operation pays for a
/// type-erased one.
namespace coffer::net {

namespace asio = boost::asio;

using Tcp = asio::ip::tcp;
using Executor = asio::io_context::executor_type;
using Socket = asio::basic_stream_socket<Tcp, Executor>;
using Acceptor = asio::basic_socket_acceptor<Tcp, Executor>;

template <class T>
using Awaitable = asio::awaitable<T, Executor>;

/// Completion token: suspends the coroutine and answers the error among the results.
inline constexpr asio::as_tuple_t<asio::use_awaitable_t<Executor>> kAwait{
    asio::use_awaitable_t<Executor>{}};

}  // namespace coffer::net
