#include "net/take_snapshot.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/write.hpp>
#include <vector>

#include "net/asio.hpp"

namespace understudy::net {
namespace {

std::vector<std::uint8_t> take_output(Output& output) {
  std::vector<std::uint8_t> octets;
  output.for_each_slice(
      [&](Bytes slice) { octets.insert(octets.end(), slice.begin(), slice.end()); });
  output.clear();
  return octets;
}

asio::awaitable<void> converse(Snapshot& snapshot, const store::Endpoint& upstream,
                               error_code& failed) {
  const auto executor = co_await asio::this_coro::executor;
  tcp::resolver resolver(executor);
  const auto resolved =
      co_await resolver.async_resolve(upstream.host, std::to_string(upstream.port), no_throw);
  failed = std::get<0>(resolved);
  if (failed) co_return;
  tcp::socket socket(executor);
  const auto connected = co_await asio::async_connect(socket, std::get<1>(resolved), no_throw);
  failed = std::get<0>(connected);
  std::vector<std::uint8_t> room(64 * 1024);
  while (!failed && !snapshot.is_done()) {
    const std::vector<std::uint8_t> octets = take_output(snapshot.output());
    if (!octets.empty()) {
      const auto sent = co_await asio::async_write(socket, asio::buffer(octets), no_throw);
      failed = std::get<0>(sent);
      if (failed) co_return;
    }
    const auto received = co_await socket.async_read_some(asio::buffer(room), no_throw);
    failed = std::get<0>(received);
    if (!failed) snapshot.feed(Bytes(room).first(std::get<1>(received)));
  }
}

}  // namespace

bool take_snapshot(Snapshot& snapshot, const store::Endpoint& upstream,
                   std::chrono::milliseconds limit, std::string& problem) {
  error_code failed;
  asio::io_context context(1);
  asio::co_spawn(context, converse(snapshot, upstream, failed), asio::detached);
  context.run_for(limit);
  if (snapshot.is_done()) {
    problem = snapshot.problem();
    return problem.empty();
  }
  problem = failed ? failed.message() : "it takes too long";
  return false;
}

}  // namespace understudy::net
