// What the coroutines of this folder use of Asio. Not for headers that others include.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace understudy::net {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

/// Awaited operations give `(error_code, …)`, they never throw.
inline constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);

}  // namespace understudy::net
