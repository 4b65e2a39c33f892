// Recording without sockets: what observers tell becomes session files.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "store/config.hpp"
#include "understudy/observer.hpp"
#include "understudy/protocol.hpp"

namespace understudy::engine {

struct RecordCounters {
  std::uint64_t connections = 0;
  std::uint64_t exchanges = 0;
  std::uint64_t warnings = 0;
  std::uint64_t lost = 0;    ///< connections lost from view
  std::uint64_t opaque = 0;  ///< connections that are relayed without being decoded
};

/// One run of `understudy record`. Single-threaded; outlives its connections.
class Recording {
 public:
  /// `warn(service, text)` is called for everything a person should read; where several connections
  /// give cause for the same, for the first of them.
  using Warn = std::function<void(const std::string& service, const std::string& text)>;

  Recording(std::filesystem::path mock_set, Warn warn);

  [[nodiscard]] const std::map<std::string, RecordCounters>& counters() const noexcept {
    return counters_;
  }
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  /// What a service held before the traffic began. Written with the first exchange of the service.
  void hold_snapshot(const std::string& service, std::vector<Exchange> exchanges) {
    snapshots_.insert_or_assign(service, std::move(exchanges));
  }
  /// Service and text of the warnings, and how often there was cause for each.
  using Warned = std::map<std::pair<std::string, std::string>, std::uint64_t>;
  [[nodiscard]] const Warned& warned() const noexcept { return warned_; }

 private:
  friend class RecordedConnection;
  [[nodiscard]] Moment now();
  [[nodiscard]] bool is_new(const std::string& service, const std::string& text);

  std::filesystem::path mock_set_;
  std::string name_;
  Warn warn_;
  Warned warned_;
  std::map<std::string, RecordCounters> counters_;
  std::map<std::string, std::vector<Exchange>> snapshots_;  // not yet written
  std::uint64_t tick_ = 0;
  std::chrono::steady_clock::time_point began_;
  std::chrono::system_clock::time_point began_wall_;
};

/// One relayed connection. Shown a chunk before it is forwarded; never throws, never fails the
/// relay.
class RecordedConnection {
 public:
  RecordedConnection(Recording& recording, const store::Service& service, const Protocol& protocol);
  ~RecordedConnection();
  RecordedConnection(const RecordedConnection&) = delete;
  RecordedConnection& operator=(const RecordedConnection&) = delete;

  /// Appends what is to be forwarded to `relay`.
  void feed(Direction from, Bytes chunk, Relay& relay);
  void feed_eof(Direction from);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace understudy::engine
