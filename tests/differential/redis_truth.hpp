// A real redis-server as the truth, and the recorder's own observer on each connection to it.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "mock.hpp"
#include "redis_connection.hpp"
#include "understudy/observer.hpp"

namespace differential {

class RedisTruth {
 public:
  /// The server holds what the commands of `before` put there, a line each, of which nobody sees
  /// anything; without them the first connection empties it. All speak RESP3. Throws where there is
  /// no such server.
  RedisTruth(std::uint16_t port, std::uint32_t connections, const std::string& before = {});
  ~RedisTruth();
  RedisTruth(const RedisTruth&) = delete;
  RedisTruth& operator=(const RedisTruth&) = delete;

  /// The octets of the reply.
  std::string execute(std::uint32_t connection, const std::vector<std::string>& words);
  /// What the keys hold in the database of a connection: equal only where all of it is equal.
  [[nodiscard]] std::string contents(std::uint32_t connection, std::span<const std::string> keys);
  /// What the recorder would have written so far.
  [[nodiscard]] const std::vector<Recorded>& recording() const { return recording_; }

 private:
  struct Connection {
    int socket = -1;
    std::string database = "0";
    std::unique_ptr<understudy::Observer> observer;
  };
  void fill(const std::string& before);
  void observe(std::uint32_t number, understudy::Direction from, const std::string& octets);

  std::vector<Connection> connections_;
  int inspector_ = -1;  // one more connection, which nobody observes
  std::vector<Recorded> recording_;
  std::uint64_t tick_ = 0;
};

}  // namespace differential
