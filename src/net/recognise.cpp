#include "net/recognise.hpp"

#include "net/choose.hpp"

namespace understudy::net {

asio::awaitable<Recognised> recognise(Stream& stream, ReadBuffer& buffer, const Port& port) {
  Recognised recognised;
  if (!port.shared()) co_return recognised;
  recognised.service = Port::undecided;
  while (recognised.service == Port::undecided && recognised.received < ReadBuffer::capacity) {
    const asio::mutable_buffer room = buffer.behind(recognised.received);
    const auto result = co_await stream.async_read_some(room, no_throw);
    const auto& [error, count] = result;
    if (error) break;
    recognised.received += count;
    recognised.service = port.choose(buffer.first(recognised.received));
  }
  if (recognised.service < Port::nobody) co_return recognised;
  recognised.service = Port::nobody;
  if (recognised.received > 0)
    port.note("a client spoke none of the protocols of this port, it began with \"" +
              printable(buffer.first(recognised.received)) + "\"; its connection was closed");
  co_return recognised;
}

}  // namespace understudy::net
