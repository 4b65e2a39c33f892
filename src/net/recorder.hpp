// The relaying ports of a recording.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "net/conversation.hpp"
#include "store/config.hpp"

namespace understudy::net {

/// Single-threaded: everything happens within the calls below, recorders included.
class Recorder {
 public:
  Recorder();
  ~Recorder();
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  /// Opens a port; gives the address with the port that was chosen for 0. Nothing, with the reason
  /// in `problem`, where the address is taken or no address.
  [[nodiscard]] std::optional<store::Endpoint> listen(const store::Endpoint& at,
                                                      std::shared_ptr<const RecordedPort> port,
                                                      std::string& problem);
  /// Relays for so long.
  void run_for(std::chrono::milliseconds time);
  /// Connections that stand.
  [[nodiscard]] bool idle() const noexcept;
  /// Accepts no more, and relays on until all connections have ended or `grace` is over.
  void stop(std::chrono::milliseconds grace);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace understudy::net
