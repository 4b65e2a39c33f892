// The octet stream under a connection: plain TCP, with the place where TLS goes.
#pragma once

#include <fcntl.h>

#include <memory>
#include <utility>

#include "net/asio.hpp"

namespace understudy::net {

/// A socket that no command which we start inherits: it would keep the port, or the connection, for
/// as long as its daemons live.
template <class Socket>
void close_on_exec(Socket& socket) {
  if (socket.is_open()) ::fcntl(socket.native_handle(), F_SETFD, FD_CLOEXEC);
}

/// An accepted or connected socket, non-blocking, without Nagle's delay. A TLS stream becomes the
/// second alternative here, behind the same five functions; no other file knows the difference.
class Stream {
 public:
  explicit Stream(tcp::socket socket) : socket_(std::move(socket)) {
    error_code ignored;
    close_on_exec(socket_);
    socket_.set_option(tcp::no_delay(true), ignored);
    socket_.non_blocking(true, ignored);
  }

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return socket_.async_read_some(buffers, std::forward<Token>(token));
  }
  /// Completes when there is something to read_some(), without reading it.
  template <class Token>
  auto async_wait_readable(Token&& token) {
    return socket_.async_wait(tcp::socket::wait_read, std::forward<Token>(token));
  }
  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return socket_.async_write_some(buffers, std::forward<Token>(token));
  }
  /// At once or not at all: `would_block` where nothing has come yet.
  template <class Buffers>
  std::size_t read_some(const Buffers& buffers, error_code& error) {
    return socket_.read_some(buffers, error);
  }
  /// At once or not at all: `would_block` where the peer does not keep up.
  template <class Buffers>
  std::size_t write_some(const Buffers& buffers, error_code& error) {
    return socket_.write_some(buffers, error);
  }

  /// Tells the peer that no more will come; reading goes on.
  void finish() {
    error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
  }
  /// Ends pending reads and writes with `operation_aborted`.
  void cancel() {
    error_code ignored;
    socket_.cancel(ignored);
  }
  void close() {
    error_code ignored;
    socket_.close(ignored);
  }
  /// Closes with a reset, as a peer that crashed does.
  void reset() {
    error_code ignored;
    socket_.set_option(asio::socket_base::linger(true, 0), ignored);
    socket_.close(ignored);
  }

  [[nodiscard]] tcp::socket::executor_type get_executor() { return socket_.get_executor(); }

 private:
  tcp::socket socket_;
};

}  // namespace understudy::net
