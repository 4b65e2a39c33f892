#include "net/serve_connection.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include "net/recognise.hpp"
#include "net/sending.hpp"
#include "net/tls_stream.hpp"

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
    const auto result = co_await stream.async_read_some(room);
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
  const auto raced = co_await (stream.async_read_some(room) || timer.async_wait(no_throw));
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
    const auto result = co_await stream.async_read_some(room);
    live.idle = false;
    error = std::get<0>(result);
    received = std::get<1>(result);
    if (error != asio::error::operation_aborted || !all.draining()) co_return error;
    error.clear();
  }
  received = stream.read_some(buffer.all(), error);
  co_return error;
}

/// Called by other threads; on its own it wakes what waits for it.
class Bell : public std::enable_shared_from_this<Bell> {
 public:
  explicit Bell(const tcp::socket::executor_type& executor) : timer_(executor) {}

  /// From any thread.
  void ring() {
    asio::post(timer_.get_executor(), [bell = weak_from_this()] {
      const auto self = bell.lock();
      if (!self) return;
      self->rung_ = true;
      self->timer_.cancel();
    });
  }
  [[nodiscard]] bool take_ring() noexcept { return std::exchange(rung_, false); }
  /// Completes when it has been rung, or then.
  auto async_wait(std::optional<std::chrono::steady_clock::time_point> until) {
    timer_.expires_at(rung_ ? std::chrono::steady_clock::time_point::min()
                            : until.value_or(std::chrono::steady_clock::time_point::max()));
    return timer_.async_wait(no_throw);
  }

 private:
  asio::steady_timer timer_;
  bool rung_ = false;
};

/// What a connection that others may have something for has to do next.
enum class Heard : std::uint8_t {
  octets,  ///< or the end, or an error
  others,  ///< was rung for, or it is time
  end      ///< of serving: all is drained
};

/// Reads what is there, or waits for that, for others and for the time.
asio::awaitable<Heard> hear(Stream& stream, ReadBuffer& buffer, Bell& bell, LiveConnection& live,
                            const LiveConnections& all, const Served& served, error_code& error,
                            std::size_t& received) {
  received = stream.read_some(buffer.all(), error);
  if (error != asio::error::would_block) co_return Heard::octets;
  error.clear();
  if (all.draining()) co_return Heard::end;
  live.idle = true;
  const auto raced =
      co_await (bell.async_wait(served.wake_at()) || stream.async_wait_readable(no_throw));
  live.idle = false;
  if (all.draining()) co_return Heard::end;
  if (raced.index() == 0) co_return Heard::others;
  received = stream.read_some(buffer.all(), error);
  if (error != asio::error::would_block) co_return Heard::octets;
  error.clear();
  co_return Heard::others;
}

/// The handshake that the client was promised; `chunk` is what was fed last. False where it fails.
asio::awaitable<bool> start_tls(Stream& stream, const ServedPort& port, Served& served,
                                Bytes chunk) {
  const Bytes hello = chunk.last(std::min(served.octets_of_tls(), chunk.size()));
  const std::string problem = co_await stream.begin_tls(port.tls(), hello, port.patience());
  if (problem.empty())
    served.begin_tls(stream.tls_session());
  else
    port.note("a client's TLS failed: " + problem);
  co_return problem.empty();
}

/// Who can't be helped otherwise is told what would.
void note_unexpected_tls(const ServedPort& port, const Stream& stream, Bytes first) {
  if (port.client_speaks_first() && !stream.has_tls() && begins_tls(first.front()))
    port.note(
        "a client began with TLS, which is not offered here; `understudy ca` makes what is needed");
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
  const auto bell = std::make_shared<Bell>(stream.get_executor());
  served->on_ring([bell] { bell->ring(); });
  if (stream.has_tls()) served->begin_tls(stream.tls_session());
  Sending sending;
  std::optional<asio::steady_timer::time_point> deadline;  // of what the client has begun
  Next next = served->start();
  std::size_t received = recognised.received;
  bool ended = false, has_spoken = received > 0;
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
    if (next == Next::start_tls && !ended) {
      const bool stands = co_await start_tls(stream, *port, *served, buffer.first(received));
      if (!stands) co_return;
      next = Next::read;
      received = 0;
    }
    if (ended || (next != Next::read && next != Next::wait)) break;

    if (next == Next::wait || served->is_attentive()) {
      error_code failed;
      const Heard heard =
          co_await hear(stream, buffer, *bell, live, all, *served, failed, received);
      if (heard == Heard::end) break;
      static_cast<void>(bell->take_ring());
      if (heard == Heard::others) {
        received = 0;
        next = served->wake();
        continue;
      }
      if (failed && failed != asio::error::eof) co_return;
      ended = static_cast<bool>(failed);
      next = ended ? served->feed_eof() : served->feed(buffer.first(received));
      if (next == Next::wait && !ended) next = served->wake();
      continue;
    }
    const bool awaiting = !all.draining() && served->is_awaiting_rest();
    if (!awaiting || answered) deadline.reset();
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
    if (!std::exchange(has_spoken, true) && !ended)
      note_unexpected_tls(*port, stream, buffer.first(received));
    next = ended ? served->feed_eof() : served->feed(buffer.first(received));
  }
  if (all.draining()) co_return stream.finish();
  live.idle = true;
  co_await finish(stream, buffer);
}

}  // namespace understudy::net
