// Recording without sockets: what observers tell becomes session files.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "store/config.hpp"
#include "store/recording_claim.hpp"
#include "understudy/observer.hpp"
#include "understudy/protocol.hpp"
#include "understudy/secrets.hpp"

namespace understudy::engine {

struct RecordCounters {
  std::uint64_t connections = 0;
  std::uint64_t exchanges = 0;
  std::uint64_t warnings = 0;
  std::uint64_t lost = 0;       ///< connections lost from view
  std::uint64_t opaque = 0;     ///< connections that are relayed without being decoded
  std::uint64_t unwritten = 0;  ///< exchanges that the disk refused
  /// How often what was written holds a placeholder, and what looks like a secret: see
  /// store::SecretPlace.
  std::map<std::string, std::uint64_t> replaced_secrets, kept_secrets;
};

class DecodingThread;

/// One run of `understudy record`; outlives its connections. Driven by one thread; what only
/// watches is decoded and written by a thread of its own, behind the relay.
class Recording {
 public:
  /// `warn(service, text)` is called for everything a person should read, one call at a time, by
  /// either thread; where several connections give cause for the same, for the first of them.
  using Warn = std::function<void(const std::string& service, const std::string& text)>;

  Recording(std::filesystem::path mock_set, Warn warn, Secrets secrets = {});
  ~Recording();  ///< finishes
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;

  /// What a service held before the traffic began. Written with the first exchange of the service.
  void hold_snapshot(const std::string& service, std::vector<Exchange> exchanges) {
    snapshots_.insert_or_assign(service, std::move(exchanges));
  }
  [[nodiscard]] std::map<std::string, RecordCounters> counters() const;
  [[nodiscard]] const std::string& name() const noexcept { return claim_.name(); }
  /// Why nothing can be written into the mock set; empty where it can.
  [[nodiscard]] const std::string& problem() const noexcept { return claim_.problem(); }
  /// Returns when all that was relayed is decoded and written.
  void finish();
  /// Service and text of the warnings, and how often there was cause for each. After `finish`.
  using Warned = std::map<std::pair<std::string, std::string>, std::uint64_t>;
  [[nodiscard]] const Warned& warned() const noexcept { return warned_; }

 private:
  friend class RecordedConnection;
  [[nodiscard]] Moment now();
  void warn(const std::string& service, std::uint32_t connection, const std::string& text);
  [[nodiscard]] bool is_new(const std::string& service, const std::string& text);

  std::filesystem::path mock_set_;
  store::RecordingClaim claim_;
  Warn warn_;
  Secrets secrets_;
  mutable std::mutex mutex_;  // of what both threads touch: counters_, warn_ and the next two
  Warned warned_;
  std::map<std::string, RecordCounters> counters_;
  std::map<std::string, std::vector<Exchange>> snapshots_;  // not yet written
  bool told_unwritten_ = false;
  std::uint64_t tick_ = 0;
  std::chrono::steady_clock::time_point began_;
  std::chrono::system_clock::time_point began_wall_;
  std::unique_ptr<DecodingThread> decoding_;
};

/// One relayed connection. Shown a chunk before it is forwarded; never throws, never fails the
/// relay.
class RecordedConnection {
 public:
  RecordedConnection(Recording& recording, const store::Service& service, const Protocol& protocol);
  ~RecordedConnection();
  RecordedConnection(const RecordedConnection&) = delete;
  RecordedConnection& operator=(const RecordedConnection&) = delete;

  /// Called first, see Observer.
  void use(const TlsRelay& tls);
  void begin_tls(Direction with, std::string_view problem, Relay& relay);
  /// Appends what is to be forwarded to `relay`.
  void feed(Direction from, Bytes chunk, Relay& relay);
  void feed_eof(Direction from);
  /// Whether everything is relayed untouched from here on: then chunks are shown to `watch`, and
  /// `feed` is not called again.
  [[nodiscard]] bool only_watches();
  /// Takes a copy, to be decoded later, and returns at once. What is more than can be kept waiting
  /// is not recorded, and said.
  void watch(Direction from, Bytes chunk);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace understudy::engine
