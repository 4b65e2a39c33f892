#include "net/server.hpp"

#include <pthread.h>
#include <signal.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <mutex>
#include <thread>

#include "net/listener.hpp"
#include "net/serve_connection.hpp"

namespace understudy::net {
namespace {

/// How long accepting pauses when the process has run out of descriptors.
constexpr std::chrono::milliseconds accept_pause(50);

/// One event loop and its thread. The context is first, so that it outlives what hangs on it.
struct Worker {
  asio::io_context context{1};
  LiveConnections live{context};
  asio::executor_work_guard<asio::io_context::executor_type> work = asio::make_work_guard(context);
  std::thread thread;
};

class OpenPort {
 public:
  OpenPort(store::Endpoint bound, std::shared_ptr<const ServedPort> port)
      : bound_(std::move(bound)), port_(std::move(port)) {}

  [[nodiscard]] const store::Endpoint& bound() const noexcept { return bound_; }
  [[nodiscard]] std::shared_ptr<const ServedPort> current() const {
    const std::lock_guard lock(mutex_);
    return port_;
  }
  void replace(std::shared_ptr<const ServedPort> port) {
    const std::lock_guard lock(mutex_);
    port_ = std::move(port);
  }

  std::vector<tcp::acceptor> acceptors;  ///< one a worker; each touched by its worker only

 private:
  store::Endpoint bound_;
  mutable std::mutex mutex_;
  std::shared_ptr<const ServedPort> port_;
};

[[nodiscard]] bool out_of_descriptors(const error_code& error) {
  return error == asio::error::no_descriptors || error == asio::error::no_buffer_space ||
         error == asio::error::no_memory ||
         error == boost::system::errc::too_many_files_open_in_system;
}

asio::awaitable<void> accept_clients(std::shared_ptr<OpenPort> open, std::size_t index,
                                     Worker* worker) {
  tcp::acceptor& acceptor = open->acceptors[index];
  asio::steady_timer pause(worker->context);
  while (acceptor.is_open()) {
    auto result = co_await acceptor.async_accept(no_throw);
    auto& [error, socket] = result;
    if (error == asio::error::operation_aborted || error == asio::error::bad_descriptor) break;
    if (out_of_descriptors(error)) {
      open->current()->note("no more connections can be accepted: " + error.message());
      pause.expires_after(accept_pause);
      (void)co_await pause.async_wait(no_throw);
    }
    if (error) continue;
    asio::co_spawn(worker->context,
                   serve_connection(std::move(socket), open->current(), worker->live),
                   asio::detached);
  }
}

void close_acceptor(const std::shared_ptr<OpenPort>& open, std::size_t index, Worker& worker) {
  asio::post(worker.context, [open, index] {
    error_code ignored;
    open->acceptors[index].close(ignored);
  });
}

/// Signals are for the thread that controls the server.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_{};
};

}  // namespace

struct Server::Impl {
  std::vector<std::unique_ptr<Worker>> workers;
  std::vector<std::shared_ptr<OpenPort>> ports;

  [[nodiscard]] std::vector<tcp::acceptor> open_acceptors(tcp::endpoint at, std::string& problem) {
    const Sharing sharing = workers.size() == 1 ? Sharing::exclusive : Sharing::per_thread;
    std::vector<tcp::acceptor> acceptors;
    if (sharing == Sharing::per_thread && !is_free(workers.front()->context, at, problem))
      return acceptors;
    for (const auto& worker : workers) {
      acceptors.push_back(net::listen(worker->context, at, sharing, problem));
      if (!acceptors.back().is_open()) return {};
      at = acceptors.back().local_endpoint();
    }
    return acceptors;
  }

  [[nodiscard]] std::shared_ptr<OpenPort> find(const store::Endpoint& bound) const {
    for (const auto& open : ports)
      if (open->bound() == bound) return open;
    return nullptr;
  }

  void close(const std::shared_ptr<OpenPort>& open) {
    for (std::size_t i = 0; i < workers.size(); ++i) close_acceptor(open, i, *workers[i]);
  }
};

Server::Server(unsigned threads) : impl_(std::make_unique<Impl>()) {
  for (unsigned i = 0; i < std::max(threads, 1U); ++i)
    impl_->workers.push_back(std::make_unique<Worker>());
}

Server::~Server() {
  stop(std::chrono::milliseconds(0));
}

std::optional<store::Endpoint> Server::listen(const store::Endpoint& at,
                                              std::shared_ptr<const ServedPort> port,
                                              std::string& problem) {
  const auto address = resolve(at, problem);
  if (!address) return std::nullopt;
  std::vector<tcp::acceptor> acceptors = impl_->open_acceptors(*address, problem);
  if (acceptors.empty()) return std::nullopt;
  const store::Endpoint bound = endpoint_of(acceptors.front().local_endpoint());
  const auto open = std::make_shared<OpenPort>(bound, std::move(port));
  open->acceptors = std::move(acceptors);
  for (std::size_t i = 0; i < impl_->workers.size(); ++i) {
    Worker* worker = impl_->workers[i].get();
    asio::co_spawn(worker->context, accept_clients(open, i, worker), asio::detached);
  }
  impl_->ports.push_back(open);
  return bound;
}

void Server::replace(const store::Endpoint& bound, std::shared_ptr<const ServedPort> port) {
  if (const auto open = impl_->find(bound)) open->replace(std::move(port));
}

void Server::close(const store::Endpoint& bound) {
  const auto open = impl_->find(bound);
  if (!open) return;
  impl_->close(open);
  std::erase(impl_->ports, open);
}

void Server::start() {
  const SignalsBlocked blocked;
  for (const auto& worker : impl_->workers)
    worker->thread = std::thread([context = &worker->context] { context->run(); });
}

void Server::stop(std::chrono::milliseconds grace) {
  for (const auto& open : impl_->ports) impl_->close(open);
  for (const auto& worker : impl_->workers) {
    asio::post(worker->context, [target = worker.get(), grace] {
      target->live.drain(grace);
      target->work.reset();
    });
  }
  for (const auto& worker : impl_->workers) {
    if (worker->thread.joinable()) {
      worker->thread.join();
    } else {
      worker->context.run();  // never started: its coroutines end here
    }
  }
  impl_->ports.clear();
}

}  // namespace understudy::net
