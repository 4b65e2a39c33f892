#include "net/recorder.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include "net/listener.hpp"
#include "net/record_connection.hpp"

namespace understudy::net {
namespace {

constexpr std::chrono::milliseconds recorder_accept_pause(50);
/// What closed connections may take to notice it.
constexpr std::chrono::milliseconds closing_time(500);
/// A connection on which the server spoke last, so long ago, has nothing under way.
constexpr std::chrono::milliseconds quiet_time(200);
constexpr std::chrono::milliseconds turn(20);

asio::awaitable<void> accept_clients(tcp::acceptor* acceptor,
                                     std::shared_ptr<const RecordedPort> port,
                                     LiveConnections* live) {
  asio::steady_timer pause(acceptor->get_executor());
  while (acceptor->is_open()) {
    auto result = co_await acceptor->async_accept(no_throw);
    auto& [error, socket] = result;
    if (error == asio::error::operation_aborted || error == asio::error::bad_descriptor) break;
    if (error) {
      port->note("a connection could not be accepted: " + error.message());
      pause.expires_after(recorder_accept_pause);
      (void)co_await pause.async_wait(no_throw);
      continue;
    }
    asio::co_spawn(acceptor->get_executor(), record_connection(std::move(socket), port, *live),
                   asio::detached);
  }
}

}  // namespace

struct Recorder::Impl {
  std::unique_ptr<asio::io_context> context = std::make_unique<asio::io_context>(1);
  LiveConnections live{*context};
  std::vector<std::unique_ptr<tcp::acceptor>> acceptors;

  /// A connection that is still looking for its upstream ends with the event loop.
  ~Impl() {
    acceptors.clear();
    live.abandon();
    context.reset();
  }
};

Recorder::Recorder() : impl_(std::make_unique<Impl>()) {}
Recorder::~Recorder() {
  stop(std::chrono::milliseconds(0));
}

std::optional<store::Endpoint> Recorder::listen(const store::Endpoint& at,
                                                std::shared_ptr<const RecordedPort> port,
                                                std::string& problem) {
  const auto address = resolve(at, problem);
  if (!address) return std::nullopt;
  tcp::acceptor acceptor = net::listen(*impl_->context, *address, Sharing::exclusive, problem);
  if (!acceptor.is_open()) return std::nullopt;
  impl_->acceptors.push_back(std::make_unique<tcp::acceptor>(std::move(acceptor)));
  tcp::acceptor* opened = impl_->acceptors.back().get();
  asio::co_spawn(*impl_->context, accept_clients(opened, std::move(port), &impl_->live),
                 asio::detached);
  return endpoint_of(opened->local_endpoint());
}

void Recorder::run_for(std::chrono::milliseconds time) {
  impl_->context->run_for(time);
}

bool Recorder::idle() const noexcept {
  return impl_->live.empty();
}

void Recorder::stop(std::chrono::milliseconds grace) {
  for (const auto& acceptor : impl_->acceptors) {
    error_code ignored;
    acceptor->close(ignored);
  }
  impl_->live.drain(grace);
  const auto limit = std::chrono::steady_clock::now() + grace + closing_time;
  do {
    impl_->live.end_quiet(std::min(quiet_time, grace));
    impl_->context->restart();
    impl_->context->run_for(turn);
  } while (!impl_->live.empty() && std::chrono::steady_clock::now() < limit);
}

}  // namespace understudy::net
