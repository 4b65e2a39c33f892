// Reads until it is known which service of a port the client means, and whether
// it begins with TLS. Not for headers that others include.
#pragma once

#include <memory>

#include "net/asio.hpp"
#include "net/conversation.hpp"
#include "net/stream.hpp"

namespace understudy::net {

/// What one connection reads into; not initialised, so that idle connections cost no pages.
struct ReadBuffer {
  static constexpr std::size_t capacity = 32 * 1024;
  std::unique_ptr<std::uint8_t[]> octets = std::make_unique_for_overwrite<std::uint8_t[]>(capacity);

  [[nodiscard]] asio::mutable_buffer all() { return {octets.get(), capacity}; }
  [[nodiscard]] asio::mutable_buffer behind(std::size_t used) {
    return {octets.get() + used, capacity - used};
  }
  [[nodiscard]] Bytes first(std::size_t count) const { return {octets.get(), count}; }
};

struct Recognised {
  std::size_t service = 0;   ///< an index, or `Port::nobody`: close the connection
  std::size_t received = 0;  ///< octets at the front of the buffer that were read on the way
  /// A proxy's client sent a whole request for another server: the only one of its connection.
  bool is_forwarded = false;
};

/// Who has to know what a client with TLS asks for before it is answered.
class BeforeTls {
 public:
  virtual ~BeforeTls() = default;
  /// `hello`: the record in which it begins. Null: the connection is to be closed.
  [[nodiscard]] virtual asio::awaitable<std::shared_ptr<const TlsServer>> choose(
      std::size_t service, Bytes hello) = 0;
};

/// Makes the handshake of a client that begins with TLS where the port offers it. Gives service 0
/// without reading where the port has one service only, and no client begins with TLS.
[[nodiscard]] asio::awaitable<Recognised> recognise(Stream& stream, ReadBuffer& buffer,
                                                    const Port& port, BeforeTls* before = nullptr);
/// Reads what comes next behind the `received` octets that are there. False where that is nothing.
[[nodiscard]] asio::awaitable<bool> read_more(Stream& stream, ReadBuffer& buffer,
                                              std::size_t& received);

}  // namespace understudy::net
