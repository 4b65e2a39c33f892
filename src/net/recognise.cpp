#include "net/recognise.hpp"

#include "net/choose.hpp"

namespace understudy::net {
namespace {

/// Reads what comes next behind what is there. False where that is nothing.
asio::awaitable<bool> read_more(Stream& stream, ReadBuffer& buffer, std::size_t& received) {
  const asio::mutable_buffer room = buffer.behind(received);
  const auto result = co_await stream.async_read_some(room);
  const auto& [error, count] = result;
  if (error) co_return false;
  received += count;
  co_return true;
}

/// False where the connection is to be closed.
asio::awaitable<bool> take_tls(Stream& stream, ReadBuffer& buffer, const Port& port,
                               std::size_t& received) {
  if (!co_await read_more(stream, buffer, received)) co_return false;
  if (!begins_tls(*buffer.octets.get())) co_return true;
  const std::string problem =
      co_await stream.begin_tls(port.tls(), buffer.first(received), port.patience());
  received = 0;
  if (!problem.empty()) port.note("a client's TLS failed: " + problem);
  co_return problem.empty();
}

}  // namespace

asio::awaitable<Recognised> recognise(Stream& stream, ReadBuffer& buffer, const Port& port) {
  Recognised recognised;
  if (port.tls() && port.client_speaks_first()) {
    const bool goes_on = co_await take_tls(stream, buffer, port, recognised.received);
    if (!goes_on) recognised.service = Port::nobody;
    if (!goes_on) co_return recognised;
  }
  if (!port.shared()) co_return recognised;
  recognised.service = Port::undecided;
  if (recognised.received > 0) recognised.service = port.choose(buffer.first(recognised.received));
  while (recognised.service == Port::undecided && recognised.received < ReadBuffer::capacity) {
    const bool more = co_await read_more(stream, buffer, recognised.received);
    if (!more) break;
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
