#include "net/serve_connection.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <optional>

#include "net/recognise.hpp"
#include "net/sending.hpp"

namespace understudy::net {
namespace {

using namespace asio::experimental::awaitable_operators;

/// What an answer may leave allocated on an idle connection.
constexpr std::size_t kept_octets = 1024 * 1024;
/// How long a closed connection waits for the client's own end.
constexpr std::chrono::milliseconds linger_time(1000);

void clear(Output& output) {
  output.clear();
  if (output.buffer().capacity() > kept_octets) std::vector<std::uint8_t>().swap(output.buffer());
}

asio::awaitable<void> discard(Stream& stream, ReadBuffer& buffer) {
  for (;;) {
    const asio::mutable_buffer room = buffer.all();
    const auto result = co_await stream.async_read_some(room, no_throw);
    if (std::get<0>(result)) co_return;
  }
}

/// Closing with unread octets would reset the connection and could take our last words with it: say
/// that nothing more comes, then read until the client has ended too.
asio::awaitable<void> finish(Stream& stream, ReadBuffer& buffer) {
  stream.finish();
  error_code error;
  while (!error) (void)stream.read_some(buffer.all(), error);
  if (error != asio::error::would_block) co_return;
  asio::steady_timer timer(stream.get_executor());
  timer.expires_after(linger_time);
  (void)co_await (discard(stream, buffer) || timer.async_wait(no_throw));
}

/// Reads once, until `deadline` at most; `timed_out` where that came first.
asio::awaitable<error_code> read_until(Stream& stream, ReadBuffer& buffer,
                                       asio::steady_timer::time_point deadline,
                                       std::size_t& received) {
  asio::steady_timer timer(stream.get_executor());
  timer.expires_at(deadline);
  const asio::mutable_buffer room = buffer.all();
  const auto raced =
      co_await (stream.async_read_some(room, no_throw) || timer.async_wait(no_throw));
  if (raced.index() == 1) co_return asio::error::timed_out;
  received = std::get<1>(std::get<0>(raced));
  co_return std::get<0>(std::get<0>(raced));
}

/// Reads once. While draining only what is there already: `would_block` says that nothing is.
asio::awaitable<error_code> read_chunk(Stream& stream, ReadBuffer& buffer, LiveConnection& live,
                                       const LiveConnections& all, bool answered,
                                       std::size_t& received) {
  error_code error;
  if (!all.draining() || !answered) {
    live.idle = answered;
    const asio::mutable_buffer room = buffer.all();
    const auto result = co_await stream.async_read_some(room, no_throw);
    live.idle = false;
    error = std::get<0>(result);
    received = std::get<1>(result);
    if (error != asio::error::operation_aborted || !all.draining()) co_return error;
    error.clear();
  }
  received = stream.read_some(buffer.all(), error);
  co_return error;
}

}  // namespace

asio::awaitable<void> serve_connection(tcp::socket socket, std::shared_ptr<const ServedPort> port,
                                       LiveConnections& all) {
  if (all.draining()) co_return;  // accepted in the very last moment
  Stream stream(std::move(socket));
  LiveConnection live(all, stream);
  ReadBuffer buffer;
  live.idle = true;
  const Recognised recognised = co_await recognise(stream, buffer, *port);
  live.idle = false;
  if (recognised.service == Port::nobody) co_return;

  const std::unique_ptr<Served> served = port->open(recognised.service);
  Sending sending;
  std::optional<asio::steady_timer::time_point> deadline;  // of what the client has begun
  Next next = served->start();
  std::size_t received = recognised.received;
  bool ended = false;
  if (received > 0 && next == Next::read) next = served->feed(buffer.first(received));
  for (;;) {
    const bool answered = received == 0 || !served->output().empty();
    if (!served->output().empty()) {
      sending.begin(served->output());
      error_code error = sending.send_now(stream);
      if (!error && !sending.done()) error = co_await send_rest(stream, sending);
      if (error) co_return;
      clear(served->output());
    }
    if (next == Next::start_tls) port->note("a client was promised TLS, which is not offered");
    if (ended || next != Next::read) break;

    // Whoever was answered has begun nothing that could be told from an idle connection.
    const bool awaiting = !answered && !all.draining() && served->is_awaiting_rest();
    if (!awaiting) deadline.reset();
    if (awaiting && !deadline) deadline = asio::steady_timer::clock_type::now() + port->patience();
    error_code error;
    if (awaiting)
      error = co_await read_until(stream, buffer, *deadline, received);
    else
      error = co_await read_chunk(stream, buffer, live, all, answered, received);
    if (error == asio::error::would_block) break;
    if (error == asio::error::timed_out && awaiting)
      port->note("a client began a message and did not go on; its connection was closed");
    if (error && error != asio::error::eof) co_return;
    ended = static_cast<bool>(error);
    next = ended ? served->feed_eof() : served->feed(buffer.first(received));
  }
  if (all.draining()) co_return stream.finish();
  live.idle = true;
  co_await finish(stream, buffer);
}

}  // namespace understudy::net
