// The octet stream under a connection: plain TCP, or TLS over it.
#pragma once

#include <fcntl.h>

#include <chrono>
#include <memory>
#include <span>
#include <utility>

#include "net/asio.hpp"
#include "net/tls_stream.hpp"

namespace understudy::net {

/// A socket that no command which we start inherits: it would keep the port, or the connection, for
/// as long as its daemons live.
template <class Socket>
void close_on_exec(Socket& socket) {
  if (socket.is_open()) ::fcntl(socket.native_handle(), F_SETFD, FD_CLOEXEC);
}

/// An accepted or connected socket, non-blocking, without Nagle's delay. No other file knows
/// whether it speaks TLS.
class Stream {
 public:
  explicit Stream(tcp::socket socket) : socket_(std::move(socket)) { prepare(); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  /// In place of a socket that is closed.
  void adopt(tcp::socket socket) {
    socket_ = std::move(socket);
    prepare();
  }

  /// The handshake of TLS, through which everything goes from then on; gives why it failed. There
  /// are no other reads or writes meanwhile. `received`: what was read of it already.
  [[nodiscard]] asio::awaitable<std::string> begin_tls(std::shared_ptr<const TlsServer> as,
                                                       Bytes received,
                                                       std::chrono::milliseconds limit);
  [[nodiscard]] asio::awaitable<std::string> begin_tls(std::shared_ptr<const TlsClient> as,
                                                       std::chrono::milliseconds limit);
  [[nodiscard]] bool has_tls() const noexcept { return tls_ != nullptr; }
  /// Where it has TLS.
  [[nodiscard]] TlsSession tls_session() const { return tls_->session(); }
  [[nodiscard]] std::string alpn() const { return tls_ ? tls_->alpn() : std::string(); }

  [[nodiscard]] Transfer async_read_some(asio::mutable_buffer room) {
    if (tls_) return tls_->async_read_some(room);
    return socket_.async_read_some(room, no_throw);
  }
  /// Completes when there may be something to read_some(), which said `would_block`, without
  /// reading it.
  template <class Token>
  auto async_wait_readable(Token&& token) {
    return socket_.async_wait(tcp::socket::wait_read, std::forward<Token>(token));
  }
  [[nodiscard]] Transfer async_write_some(std::span<const asio::const_buffer> slices) {
    if (tls_) return tls_->async_write_some(slices);
    return socket_.async_write_some(slices, no_throw);
  }
  /// At once or not at all: `would_block` where nothing has come yet.
  std::size_t read_some(asio::mutable_buffer room, error_code& error) {
    return tls_ ? tls_->read_some(room, error) : socket_.read_some(room, error);
  }
  /// At once or not at all: `would_block` where the peer does not keep up, and always with TLS.
  template <class Buffers>
  std::size_t write_some(const Buffers& buffers, error_code& error) {
    if (!tls_) return socket_.write_some(buffers, error);
    error = asio::error::would_block;
    return 0;
  }

  /// Tells the peer that no more will come; reading goes on.
  void finish() {
    error_code ignored;
    if (tls_) tls_->finish();
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
  void prepare() {
    error_code ignored;
    close_on_exec(socket_);
    socket_.set_option(tcp::no_delay(true), ignored);
    socket_.non_blocking(true, ignored);
  }
  [[nodiscard]] asio::awaitable<std::string> shake_hands(std::unique_ptr<TlsStream> tls,
                                                         Bytes received,
                                                         std::chrono::milliseconds limit);

  tcp::socket socket_;
  std::unique_ptr<TlsStream> tls_;
};

}  // namespace understudy::net
