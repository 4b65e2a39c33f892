// Threads that accept and serve.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "net/conversation.hpp"
#include "store/config.hpp"

namespace understudy::net {

/// Every thread has its own event loop and its own acceptor on each port; connections stay on the
/// thread that accepted them. Driven by one controlling thread.
class Server {
 public:
  explicit Server(unsigned threads);
  ~Server();  ///< stops without grace
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Opens a port, before or after `start`; gives the address with the port that was chosen for 0.
  /// Nothing, with the reason in `problem`, where the address is taken or no address.
  [[nodiscard]] std::optional<store::Endpoint> listen(const store::Endpoint& at,
                                                      std::shared_ptr<const ServedPort> port,
                                                      std::string& problem);
  /// From now on new connections to `bound` are answered by `port`; old ones keep theirs.
  void replace(const store::Endpoint& bound, std::shared_ptr<const ServedPort> port);
  /// Accepts no more there; connections that stand are served on.
  void close(const store::Endpoint& bound);

  /// The threads block all signals; the caller's mask is left as it is.
  void start();
  /// Accepts no more, lets what is in flight finish, closes idle connections, and after `grace`
  /// all.
  void stop(std::chrono::milliseconds grace);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace understudy::net
