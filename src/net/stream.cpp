#include "net/stream.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>

namespace understudy::net {

using namespace asio::experimental::awaitable_operators;

asio::awaitable<std::string> Stream::begin_tls(std::shared_ptr<const TlsServer> as, Bytes received,
                                               std::chrono::milliseconds limit) {
  return shake_hands(std::make_unique<TlsStream>(socket_, std::move(as)), received, limit);
}

asio::awaitable<std::string> Stream::begin_tls(std::shared_ptr<const TlsClient> as,
                                               std::chrono::milliseconds limit) {
  return shake_hands(std::make_unique<TlsStream>(socket_, std::move(as)), {}, limit);
}

asio::awaitable<std::string> Stream::shake_hands(std::unique_ptr<TlsStream> tls, Bytes received,
                                                 std::chrono::milliseconds limit) {
  asio::steady_timer timer(socket_.get_executor());
  timer.expires_after(limit);
  const auto raced = co_await (tls->handshake(received) || timer.async_wait(no_throw));
  if (raced.index() == 1) co_return std::string("the TLS handshake takes too long");
  std::string problem = std::get<0>(raced);
  if (problem.empty()) tls_ = std::move(tls);
  co_return problem;
}

}  // namespace understudy::net
