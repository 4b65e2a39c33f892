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

/// Puts the head of a request that is forwarded as its server is sent it in place of the one of
/// `size` octets. False where there is no room.
bool rewrite_head(ReadBuffer& buffer, std::size_t size, std::size_t& received) {
  const std::string head = head_for_server(as_text(buffer.first(size)));
  const std::size_t rest = received - size;
  if (head.size() + rest > ReadBuffer::capacity) return false;
  std::memmove(buffer.octets.get() + head.size(), buffer.octets.get() + size, rest);
  std::memcpy(buffer.octets.get(), head.data(), head.size());
  received = head.size() + rest;
  return true;
}

/// Size of the head that comes first; 0 where none does.
asio::awaitable<std::size_t> read_head(Stream& stream, ReadBuffer& buffer, std::size_t& received) {
  constexpr std::string_view head_end = "\r\n\r\n";
  for (;;) {
    const std::size_t end = as_text(buffer.first(received)).find(head_end);
    if (end != std::string_view::npos) co_return end + head_end.size();
    const bool more =
        received < ReadBuffer::capacity && co_await read_more(stream, buffer, received);
    if (!more) co_return 0;
  }
}

/// The service for which a proxy's client asks. What came behind a CONNECT is left in front, a
/// request that is to be forwarded as its server is sent it.
asio::awaitable<void> take_proxied(Stream& stream, ReadBuffer& buffer, const Port& port,
                                   Recognised& recognised) {
  std::size_t& received = recognised.received;
  recognised.service = Port::nobody;
  const std::size_t end = co_await read_head(stream, buffer, received);
  if (end == 0) co_return;
  const auto target = proxy_target(as_text(buffer.first(end)));
  const std::size_t service =
      target ? port.choose_host(target->host, target->has_tls) : Port::nobody;
  if (service == Port::nobody) {
    (void)co_await write_all(stream, proxy_refused(target));
    port.note("the proxy's client asked for " +
              (target ? store::to_string(target->host) + ", for which no service stands"
                      : std::string("something else than another server")));
    co_return stream.finish();
  }
  if (target->is_tunnel) {
    const bool written = co_await write_all(stream, connect_accepted);
    received -= end;
    std::memmove(buffer.octets.get(), buffer.octets.get() + end, received);
    if (written) recognised.service = service;
    co_return;
  }
  recognised.is_forwarded = rewrite_head(buffer, end, received);
  if (recognised.is_forwarded) recognised.service = service;
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
  co_return co_await before->choose(recognised.service, buffer.first(std::min(size, received)));
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
    co_await take_proxied(stream, buffer, port, recognised);
    if (recognised.service == Port::nobody || recognised.is_forwarded) co_return recognised;
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
