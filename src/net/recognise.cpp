#include "net/recognise.hpp"

#include <algorithm>
#include <cstring>

#include "net/choose.hpp"
#include "net/client_hello.hpp"
#include "net/connect.hpp"

namespace understudy::net {
namespace {

asio::awaitable<bool> write_all(Stream& stream, std::string_view text) {
  for (asio::const_buffer rest(text.data(), text.size()); rest.size() > 0;) {
    const auto result = co_await stream.async_write_some(std::span(&rest, 1));
    const auto& [error, sent] = result;
    if (error) co_return false;
    rest += sent;
  }
  co_return true;
}

/// The service for which a proxy's client asks; what came behind its CONNECT is left in front.
asio::awaitable<std::size_t> take_connect(Stream& stream, ReadBuffer& buffer, const Port& port,
                                          std::size_t& received) {
  constexpr std::string_view head_end = "\r\n\r\n";
  std::size_t end = std::string_view::npos;
  while (end == std::string_view::npos) {
    const bool more =
        received < ReadBuffer::capacity && co_await read_more(stream, buffer, received);
    if (!more) co_return Port::nobody;
    end = as_text(buffer.first(received)).find(head_end);
  }
  end += head_end.size();
  const auto target = connect_target(as_text(buffer.first(end)));
  const std::size_t service = target ? port.choose_host(*target) : Port::nobody;
  const std::string answer =
      service == Port::nobody ? connect_refused(target) : std::string(connect_accepted);
  const bool written = co_await write_all(stream, answer);
  if (service == Port::nobody)
    port.note("the proxy's client asked for " +
              (target ? store::to_string(*target) : "something else than a tunnel") +
              ", for which no service stands");
  if (service == Port::nobody) stream.finish();
  received -= end;
  std::memmove(buffer.octets.get(), buffer.octets.get() + end, received);
  co_return written ? service : Port::nobody;
}

/// What a client is offered that has begun with TLS. Null where its connection is to be closed.
asio::awaitable<std::shared_ptr<const TlsServer>> offer_for(Stream& stream, ReadBuffer& buffer,
                                                            const Port& port, BeforeTls* before,
                                                            Recognised& recognised) {
  if (before == nullptr) co_return port.tls();
  std::size_t& received = recognised.received;
  const auto wanted = [&] {
    const std::size_t size = size_of_first_record(buffer.first(received));
    return size == 0 ? received + 1 : std::min(size, ReadBuffer::capacity);
  };
  while (received < wanted()) {
    const bool more = co_await read_more(stream, buffer, received);
    if (!more) co_return nullptr;
  }
  const std::size_t size = wanted();
  co_return co_await before->choose(recognised.service,
                                    buffer.first(std::min(size, received)));
}

/// False where the connection is to be closed.
asio::awaitable<bool> take_tls(Stream& stream, ReadBuffer& buffer, const Port& port,
                               BeforeTls* before, Recognised& recognised) {
  std::size_t& received = recognised.received;
  if (received == 0) {
    const bool more = co_await read_more(stream, buffer, received);
    if (!more) co_return false;
  }
  if (!begins_tls(*buffer.octets.get())) co_return true;
  const auto offered = co_await offer_for(stream, buffer, port, before, recognised);
  if (!offered) co_return false;
  const std::string problem =
      co_await stream.begin_tls(offered, buffer.first(received), port.patience());
  received = 0;
  if (!problem.empty()) port.note("a client's TLS failed: " + problem);
  co_return problem.empty();
}

}  // namespace

asio::awaitable<bool> read_more(Stream& stream, ReadBuffer& buffer, std::size_t& received) {
  const asio::mutable_buffer room = buffer.behind(received);
  const auto result = co_await stream.async_read_some(room);
  const auto& [error, count] = result;
  if (error) co_return false;
  received += count;
  co_return true;
}

asio::awaitable<Recognised> recognise(Stream& stream, ReadBuffer& buffer, const Port& port,
                                      BeforeTls* before) {
  Recognised recognised;
  if (port.is_proxy()) {
    recognised.service = co_await take_connect(stream, buffer, port, recognised.received);
    if (recognised.service == Port::nobody) co_return recognised;
  }
  if (port.tls() && port.client_speaks_first()) {
    const bool goes_on = co_await take_tls(stream, buffer, port, before, recognised);
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
