#include "net/listener.hpp"

#include <sys/socket.h>

#include <boost/asio/io_context.hpp>

#include "net/stream.hpp"

namespace understudy::net {
namespace {

using reuse_port = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

tcp::acceptor bind(asio::io_context& context, const tcp::endpoint& at, Sharing sharing,
                   error_code& error) {
  tcp::acceptor acceptor(context);
  acceptor.open(at.protocol(), error);
  if (!error) close_on_exec(acceptor);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error && sharing == Sharing::per_thread) acceptor.set_option(reuse_port(true), error);
  if (!error) acceptor.bind(at, error);
  return acceptor;
}

}  // namespace

std::optional<tcp::endpoint> resolve(const store::Endpoint& endpoint, std::string& problem) {
  error_code error;
  const auto literal = asio::ip::make_address(endpoint.host, error);
  if (!error) return tcp::endpoint(literal, endpoint.port);
  asio::io_context context;
  tcp::resolver resolver(context);
  const auto found = resolver.resolve(endpoint.host, std::to_string(endpoint.port), error);
  if (error || found.empty()) {
    problem = "the host name '" + endpoint.host + "' leads nowhere: " + error.message();
    return std::nullopt;
  }
  for (const auto& entry : found)
    if (entry.endpoint().address().is_v4()) return entry.endpoint();
  return found.begin()->endpoint();
}

store::Endpoint endpoint_of(const tcp::endpoint& bound) {
  return {bound.address().to_string(), bound.port()};
}

tcp::acceptor listen(asio::io_context& context, const tcp::endpoint& at, Sharing sharing,
                     std::string& problem) {
  error_code error;
  tcp::acceptor acceptor = bind(context, at, sharing, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (!error) return acceptor;
  problem = error.message();
  return tcp::acceptor(context);
}

bool is_free(asio::io_context& context, const tcp::endpoint& at, std::string& problem) {
  error_code error;
  (void)bind(context, at, Sharing::exclusive, error);
  problem = error ? error.message() : std::string();
  return !error;
}

}  // namespace understudy::net
