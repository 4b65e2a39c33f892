#include "net/record_connection.hpp"

#include <algorithm>
#include <boost/asio/connect.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include "net/client_hello.hpp"
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
        secured(stream.get_executor(), asio::steady_timer::time_point::max()),
        written(stream.get_executor(), asio::steady_timer::time_point::max()) {}

  Stream stream;
  asio::steady_timer secured;  ///< cancelled when `securing` ends
  bool securing = false;       ///< a TLS handshake is under way: nobody else reads or writes
  std::vector<std::uint8_t> waiting;
  asio::steady_timer written;  ///< cancelled when `waiting` has been sent
  bool writing = false;
  bool broken = false;  ///< takes no more
};

struct Relayed {
  Peer client;
  Peer server;
  std::shared_ptr<const RecordedPort> port;
  std::size_t service = 0;
  std::unique_ptr<Recorded> recorded;
  Relay relay;
  Sending sending;
  LiveConnection* live_client = nullptr;
  LiveConnection* live_server = nullptr;
  bool is_forwarded = false;  ///< it carries one request of a proxy's client
  bool is_answered = false;   ///< the server has spoken

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
      const auto result = co_await peer.stream.async_write_some(std::span(&rest, 1));
      const auto& [error, sent] = result;
      peer.broken = static_cast<bool>(error);
      rest += sent;
    }
  }
  peer.writing = false;
  peer.written.cancel();
}

/// Sends what the recorder put out.
asio::awaitable<void> forward(Relayed& relayed) {
  queue(relayed.server, relayed.relay.to_server, relayed.sending);
  queue(relayed.client, relayed.relay.to_client, relayed.sending);
  if (!relayed.server.waiting.empty() || relayed.server.writing) co_await drain(relayed.server);
  if (!relayed.client.waiting.empty() || relayed.client.writing) co_await drain(relayed.client);
}

/// The handshake that the recorder has agreed on with one of the two. Where it fails the other one
/// hears of it, and the connection ends.
asio::awaitable<void> secure(Relayed& relayed, Direction with, Bytes received) {
  const bool client = with == Direction::from_client;
  Peer& peer = client ? relayed.client : relayed.server;
  peer.securing = true;
  if (!client) peer.stream.cancel();  // its pump may be reading
  std::string problem;  // g++ 12 destroys twice what a choice between two awaited results gives
  if (client)
    problem =
        co_await peer.stream.begin_tls(relayed.port->tls(), received, relayed.port->patience());
  else
    problem =
        co_await peer.stream.begin_tls(relayed.port->upstream_tls(relayed.service), connect_limit);
  peer.securing = false;
  peer.secured.cancel();
  if (!problem.empty())
    relayed.port->warn(
        relayed.service,
        (client ? "a client's TLS failed: " : "TLS with the upstream failed: ") + problem);
  relayed.recorded->begin_tls(with, problem, relayed.relay);
  co_await forward(relayed);
  if (problem.empty()) co_return;
  peer.stream.close();
  (client ? relayed.server : relayed.client).stream.finish();
}

/// Begins the handshakes that the recorder asked for with what it put out last.
asio::awaitable<void> secure_as_asked(Relayed& relayed, Bytes chunk) {
  const bool with_client = std::exchange(relayed.relay.client_tls, false);
  const bool with_server = std::exchange(relayed.relay.server_tls, false);
  const std::size_t octets = std::exchange(relayed.relay.octets_of_tls, 0);
  co_await forward(relayed);
  if (with_client)
    co_await secure(relayed, Direction::from_client, chunk.last(std::min(octets, chunk.size())));
  if (with_server) co_await secure(relayed, Direction::from_server, {});
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
    if (relayed.relay.client_tls || relayed.relay.server_tls)
      co_return co_await secure_as_asked(relayed, chunk);
  }
  co_await forward(relayed);
}

/// Relays what `from` says until it says no more, or the other side listens no more.
asio::awaitable<void> pump(Relayed& relayed, Direction from, ReadBuffer& buffer) {
  Peer& source = from == Direction::from_client ? relayed.client : relayed.server;
  Peer& target = from == Direction::from_client ? relayed.server : relayed.client;
  while (!target.broken) {
    while (source.securing) (void)co_await source.secured.async_wait(no_throw);
    const asio::mutable_buffer room = buffer.all();
    const auto result = co_await source.stream.async_read_some(room);
    const auto& [error, count] = result;
    if (error == asio::error::operation_aborted && source.securing) continue;
    const bool closed_here =
        error == asio::error::operation_aborted || error == asio::error::bad_descriptor;
    if (closed_here) co_return;
    if (error) {
      relayed.recorded->feed_eof(from);
      if (error == asio::error::eof) co_return target.stream.finish();
      co_return target.stream.reset();
    }
    // Its next request may be for another server.
    if (from == Direction::from_server)
      relayed.is_answered = true;
    else if (relayed.is_forwarded && relayed.is_answered)
      co_return source.stream.reset();
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

/// Connects, and speaks TLS where that comes first. False where that fails, and is told. `best`: by
/// the best protocol that the upstream speaks.
asio::awaitable<bool> reach_upstream(Relayed& relayed, bool best) {
  const RecordedPort& port = *relayed.port;
  const store::Endpoint upstream = port.upstream(relayed.service);
  tcp::socket connected(relayed.client.stream.get_executor());
  const error_code error = co_await connect(connected, upstream);
  if (error) {
    port.warn(relayed.service, "the upstream " + store::to_string(upstream) +
                                   " can't be reached (" + error.message() +
                                   "); the client's connection was closed");
    co_return false;
  }
  relayed.server.stream.adopt(std::move(connected));
  auto tls = port.upstream_tls(relayed.service);
  if (best) tls = port.best_upstream_tls(relayed.service);
  if (!tls || !port.upstream_tls_at_once(relayed.service)) co_return true;
  const std::string problem = co_await relayed.server.stream.begin_tls(tls, connect_limit);
  if (!problem.empty())
    port.warn(relayed.service, "TLS with the upstream " + store::to_string(upstream) +
                                   " failed: " + problem + "; the client's connection was closed");
  co_return problem.empty();
}

TlsRelay tls_of(Relayed& relayed) {
  TlsRelay tls;
  tls.client_has_it = relayed.client.stream.has_tls();
  tls.offered_to_client = relayed.port->tls() != nullptr && !tls.client_has_it;
  tls.server_has_it = relayed.server.stream.has_tls();
  tls.wanted_of_server = relayed.port->upstream_tls(relayed.service) && !tls.server_has_it;
  return tls;
}

/// HTTP/2 is spoken with both sides or with none.
constexpr std::string_view best_http = "h2", best_preface = "PRI * HTTP/2.0";

/// A client that asks for HTTP/2 can have it where the upstream speaks it, which is asked first.
class UpstreamFirst final : public BeforeTls {
 public:
  explicit UpstreamFirst(Relayed& relayed) : relayed_(relayed) {}

  asio::awaitable<std::shared_ptr<const TlsServer>> choose(std::size_t service,
                                                           Bytes hello) override {
    const RecordedPort& port = *relayed_.port;
    const auto asked = alpn_of_hello(hello);
    const bool wants = std::ranges::find(asked, best_http) != asked.end();
    if (!wants || !port.best_tls() || !port.best_upstream_tls(service)) co_return port.tls();
    relayed_.service = service;
    reached_ = co_await reach_upstream(relayed_, true);
    if (!reached_) co_return nullptr;
    co_return relayed_.server.stream.alpn() == best_http ? port.best_tls() : port.tls();
  }
  [[nodiscard]] bool has_reached() const noexcept { return reached_; }

 private:
  Relayed& relayed_;
  bool reached_ = false;
};

/// Reaches the upstream of a client that has no TLS, or wants nothing better than all have.
asio::awaitable<bool> reach_for(Relayed& relayed, ReadBuffer& buffer, std::size_t& received) {
  const bool has_better = relayed.port->best_upstream_tls(relayed.service) != nullptr;
  if (has_better && received == 0) {
    const bool more = co_await read_more(relayed.client.stream, buffer, received);
    if (!more) co_return false;
  }
  const bool best =
      has_better && as_text(buffer.first(received)).starts_with(best_preface.substr(0, received));
  const bool reached = co_await reach_upstream(relayed, best);
  if (!reached || !best || relayed.server.stream.alpn() == best_http) co_return reached;
  relayed.port->warn(relayed.service,
                     "a client speaks HTTP/2 at once, and the upstream does not; its connection "
                     "was closed");
  co_return false;
}

}  // namespace

asio::awaitable<void> record_connection(tcp::socket socket,
                                        std::shared_ptr<const RecordedPort> port,
                                        LiveConnections& all) {
  if (all.draining()) co_return;  // accepted in the very last moment
  const auto executor = socket.get_executor();
  Relayed relayed{Peer(std::move(socket)),
                  Peer(tcp::socket(executor)),
                  port,
                  0,
                  nullptr,
                  {},
                  {},
                  nullptr,
                  nullptr};
  LiveConnection live_client(all, relayed.client.stream);
  ReadBuffer from_client;
  UpstreamFirst upstream_first(relayed);
  Recognised recognised =
      co_await recognise(relayed.client.stream, from_client, *port, &upstream_first);
  if (recognised.service == Port::nobody) co_return;

  relayed.service = recognised.service;
  relayed.is_forwarded = recognised.is_forwarded;
  if (!upstream_first.has_reached()) {
    const bool reached = co_await reach_for(relayed, from_client, recognised.received);
    if (!reached) co_return;
  }
  port->note_reached(recognised.service);
  LiveConnection live_server(all, relayed.server.stream);
  relayed.live_client = &live_client;
  relayed.live_server = &live_server;
  relayed.note_traffic(false);
  relayed.recorded = port->open(recognised.service);
  relayed.recorded->use(tls_of(relayed));
  if (recognised.received > 0)
    co_await show(relayed, Direction::from_client, from_client.first(recognised.received));
  ReadBuffer from_server;
  co_await (pump(relayed, Direction::from_client, from_client) &&
            pump(relayed, Direction::from_server, from_server));
}

}  // namespace understudy::net
