#include "net/take_snapshot.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <vector>

#include "net/asio.hpp"
#include "net/sending.hpp"
#include "net/stream.hpp"

namespace understudy::net {
namespace {

constexpr std::chrono::seconds handshake_limit(3);

asio::awaitable<void> converse(Snapshot& snapshot, const store::Upstream& upstream,
                               std::shared_ptr<const TlsClient> tls, std::string& failed) {
  const auto executor = co_await asio::this_coro::executor;
  tcp::resolver resolver(executor);
  const auto resolved = co_await resolver.async_resolve(
      upstream.endpoint.host, std::to_string(upstream.endpoint.port), no_throw);
  error_code error = std::get<0>(resolved);
  tcp::socket socket(executor);
  if (!error) {
    const auto connected = co_await asio::async_connect(socket, std::get<1>(resolved), no_throw);
    error = std::get<0>(connected);
  }
  Stream stream(std::move(socket));
  if (!error && tls) failed = co_await stream.begin_tls(std::move(tls), handshake_limit);
  std::vector<std::uint8_t> room(64 * 1024);
  Sending sending;
  while (!error && failed.empty() && !snapshot.is_done()) {
    sending.begin(snapshot.output());
    error = co_await send_rest(stream, sending);
    snapshot.output().clear();
    if (error) break;
    const auto received = co_await stream.async_read_some(asio::buffer(room));
    error = std::get<0>(received);
    if (!error) snapshot.feed(Bytes(room).first(std::get<1>(received)));
  }
  if (error) failed = error.message();
}

}  // namespace

bool take_snapshot(Snapshot& snapshot, const store::Upstream& upstream,
                   std::chrono::milliseconds limit, std::string& problem) {
  auto tls = upstream.tls.wanted
                 ? TlsClient::make(upstream.tls, upstream.endpoint.host, {}, problem)
                 : nullptr;
  if (!problem.empty()) return false;
  std::string failed;
  asio::io_context context(1);
  asio::co_spawn(context, converse(snapshot, upstream, std::move(tls), failed), asio::detached);
  context.run_for(limit);
  if (snapshot.is_done()) {
    problem = snapshot.problem();
    return problem.empty();
  }
  problem = failed.empty() ? "it takes too long" : failed;
  return false;
}

}  // namespace understudy::net
