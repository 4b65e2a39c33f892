#include "net/record_connection.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include "net/recognise.hpp"
#include "net/sending.hpp"

namespace understudy::net {
namespace {

using namespace asio::experimental::awaitable_operators;

constexpr std::chrono::seconds connect_limit(10);

/// One of the two peers. Both pumps may send to it, so what it does not take at once queues up, and
/// only one of them writes at a time.
struct Peer {
  explicit Peer(tcp::socket socket)
      : stream(std::move(socket)),
        written(stream.get_executor(), asio::steady_timer::time_point::max()) {}

  Stream stream;
  std::vector<std::uint8_t> waiting;
  asio::steady_timer written;  ///< cancelled when `waiting` has been sent
  bool writing = false;
  bool broken = false;  ///< takes no more
};

struct Relayed {
  Peer client;
  Peer server;
  std::unique_ptr<Recorded> recorded;
  Relay relay;
  Sending sending;
  LiveConnection* live_client = nullptr;
  LiveConnection* live_server = nullptr;

  /// The server's turn to speak, or what it said may have been all: then the connection is quiet.
  void note_traffic(bool from_client) {
    using Clock = std::chrono::steady_clock;
    const auto since = from_client ? std::nullopt : std::optional(Clock::now());
    for (LiveConnection* live : {live_client, live_server})
      if (live != nullptr) live->quiet_since = since;
  }
};

/// Sends what the peer takes at once and queues the rest. Without suspension, so that octets leave
/// in the order in which the recorder gave them.
void queue(Peer& peer, Output& output, Sending& sending) {
  if (output.empty() || peer.broken) return output.clear();
  sending.begin(output);
  if (!peer.writing && peer.waiting.empty())
    peer.broken = static_cast<bool>(sending.send_now(peer.stream));
  for (const asio::const_buffer& slice : sending.rest()) {
    const auto* octets = static_cast<const std::uint8_t*>(slice.data());
    peer.waiting.insert(peer.waiting.end(), octets, octets + slice.size());
  }
  output.clear();
}

/// Returns when everything queued for the peer has been sent, or it broke.
asio::awaitable<void> drain(Peer& peer) {
  while (peer.writing) (void)co_await peer.written.async_wait(no_throw);
  if (peer.waiting.empty() || peer.broken) co_return;
  peer.writing = true;
  std::vector<std::uint8_t> chunk;
  while (!peer.waiting.empty() && !peer.broken) {
    chunk.swap(peer.waiting);
    peer.waiting.clear();
    for (asio::const_buffer rest = asio::buffer(chunk); rest.size() > 0 && !peer.broken;) {
      const auto result = co_await peer.stream.async_write_some(rest, no_throw);
      const auto& [error, sent] = result;
      peer.broken = static_cast<bool>(error);
      rest += sent;
    }
  }
  peer.writing = false;
  peer.written.cancel();
}

asio::awaitable<void> show(Relayed& relayed, Direction from, Bytes chunk) {
  const bool from_client = from == Direction::from_client;
  relayed.note_traffic(from_client);
  if (relayed.recorded->only_watches()) {
    // First, lest an answer is seen before its request.
    relayed.recorded->watch(from, chunk);
    (from_client ? relayed.relay.to_server : relayed.relay.to_client).copy(chunk);
  } else {
    relayed.recorded->feed(from, chunk, relayed.relay);
  }
  queue(relayed.server, relayed.relay.to_server, relayed.sending);
  queue(relayed.client, relayed.relay.to_client, relayed.sending);
  if (!relayed.server.waiting.empty() || relayed.server.writing) co_await drain(relayed.server);
  if (!relayed.client.waiting.empty() || relayed.client.writing) co_await drain(relayed.client);
}

/// Relays what `from` says until it says no more, or the other side listens no more.
asio::awaitable<void> pump(Relayed& relayed, Direction from, ReadBuffer& buffer) {
  Peer& source = from == Direction::from_client ? relayed.client : relayed.server;
  Peer& target = from == Direction::from_client ? relayed.server : relayed.client;
  while (!target.broken) {
    const asio::mutable_buffer room = buffer.all();
    const auto result = co_await source.stream.async_read_some(room, no_throw);
    const auto& [error, count] = result;
    if (error == asio::error::operation_aborted) co_return;
    if (error) {
      relayed.recorded->feed_eof(from);
      if (error == asio::error::eof) co_return target.stream.finish();
      co_return target.stream.reset();
    }
    co_await show(relayed, from, buffer.first(count));
  }
  // A server that takes no more may still have said why; its own pump brings that to the client.
  if (from == Direction::from_server) source.stream.reset();
}

asio::awaitable<error_code> connect(tcp::socket& socket, const store::Endpoint& upstream) {
  tcp::resolver resolver(socket.get_executor());
  const std::string port = std::to_string(upstream.port);
  const auto result = co_await resolver.async_resolve(upstream.host, port, no_throw);
  const auto& [resolve_error, found] = result;
  if (resolve_error) co_return resolve_error;
  asio::steady_timer timer(socket.get_executor());
  timer.expires_after(connect_limit);
  const auto raced =
      co_await (asio::async_connect(socket, found, no_throw) || timer.async_wait(no_throw));
  if (raced.index() == 1) co_return asio::error::timed_out;
  co_return std::get<0>(std::get<0>(raced));
}

}  // namespace

asio::awaitable<void> record_connection(tcp::socket socket,
                                        std::shared_ptr<const RecordedPort> port,
                                        LiveConnections& all) {
  if (all.draining()) co_return;  // accepted in the very last moment
  const auto executor = socket.get_executor();
  Relayed relayed{
      Peer(std::move(socket)), Peer(tcp::socket(executor)), nullptr, {}, {}, nullptr, nullptr};
  LiveConnection live_client(all, relayed.client.stream);
  ReadBuffer from_client;
  const Recognised recognised = co_await recognise(relayed.client.stream, from_client, *port);
  if (recognised.service == Port::nobody) co_return;

  const store::Endpoint upstream = port->upstream(recognised.service);
  tcp::socket connected(executor);
  const error_code error = co_await connect(connected, upstream);
  if (error) {
    port->warn(recognised.service, "the upstream " + store::to_string(upstream) +
                                       " can't be reached (" + error.message() +
                                       "); the client's connection was closed");
    co_return;
  }
  relayed.server.stream = Stream(std::move(connected));
  LiveConnection live_server(all, relayed.server.stream);
  relayed.live_client = &live_client;
  relayed.live_server = &live_server;
  relayed.note_traffic(false);
  relayed.recorded = port->open(recognised.service);
  if (recognised.received > 0)
    co_await show(relayed, Direction::from_client, from_client.first(recognised.received));
  ReadBuffer from_server;
  co_await (pump(relayed, Direction::from_client, from_client) &&
            pump(relayed, Direction::from_server, from_server));
}

}  // namespace understudy::net
