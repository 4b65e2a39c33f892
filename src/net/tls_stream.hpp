// TLS over a socket. OpenSSL and Asio's part of it stay in the source file.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <tuple>

#include "net/asio.hpp"
#include "net/tls_context.hpp"
#include "understudy/bytes.hpp"
#include "understudy/tls.hpp"

namespace understudy::net {

/// What an awaited read or write gives.
using Transfer = asio::awaitable<std::tuple<error_code, std::size_t>>;

/// As Stream, whose second half it is; the socket outlives it. Closing is the socket's.
class TlsStream {
 public:
  TlsStream(tcp::socket& socket, std::shared_ptr<const TlsServer> server);
  TlsStream(tcp::socket& socket, std::shared_ptr<const TlsClient> client);
  ~TlsStream();
  TlsStream(const TlsStream&) = delete;
  TlsStream& operator=(const TlsStream&) = delete;

  /// `received`: octets of the peer's that were read from the socket already. Gives why it failed,
  /// empty where TLS stands.
  [[nodiscard]] asio::awaitable<std::string> handshake(Bytes received);
  [[nodiscard]] TlsSession session() const;
  /// What the two have agreed on by ALPN; empty where on nothing.
  [[nodiscard]] std::string alpn() const;

  [[nodiscard]] Transfer async_read_some(asio::mutable_buffer room);
  [[nodiscard]] Transfer async_write_some(std::span<const asio::const_buffer> slices);
  std::size_t read_some(asio::mutable_buffer room, error_code& error);
  /// Tells the peer that no more will come.
  void finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Whether a connection that begins with this octet begins with TLS: no protocol here does
/// otherwise.
[[nodiscard]] constexpr bool begins_tls(std::uint8_t first) noexcept {
  return first == 0x16;
}

}  // namespace understudy::net
