// Serving without sockets: requests of a machine become look-ups, answers and a report.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/journal.hpp"
#include "engine/scopes.hpp"
#include "table/mapped_table.hpp"
#include "understudy/protocol.hpp"

namespace understudy::engine {

/// One service of one table while it is served, and what it counted. Thread-safe; shared by all its
/// connections and kept alive by them.
class ServedService {
 public:
  /// `settings` is the service's entry of understudy.yaml, or null; `scopes` are of the same table.
  ServedService(const Protocol& protocol, std::shared_ptr<const table::MappedTable> table,
                std::size_t service_index, Document settings, std::shared_ptr<Scopes> scopes,
                IncidentSink sink, TlsOffer tls = TlsOffer::none);
  /// With scopes of its own.
  ServedService(const Protocol& protocol, std::shared_ptr<const table::MappedTable> table,
                std::size_t service_index, Document settings, Strictness strictness,
                IncidentSink sink);
  ~ServedService();

  [[nodiscard]] const std::string& name() const noexcept;
  [[nodiscard]] const Protocol& protocol() const noexcept;
  [[nodiscard]] const GradeCounters& counters() const noexcept;
  /// Recorded exchanges that were never asked for, as `file:line summary`, at most `at_most`.
  [[nodiscard]] std::vector<std::string> never_asked(std::size_t at_most, std::size_t& total) const;
  [[nodiscard]] Scopes& scopes() const noexcept;

 private:
  friend class ServedConnection;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// What the driver of a connection is to do after it has sent the output.
enum class Next : std::uint8_t {
  read,
  wait,  ///< call wake() when it was rung for or when it is wake_at(); what is read is kept
  start_tls,
  close
};

/// One live connection.
class ServedConnection {
 public:
  /// `entropy` must be fresh random octets; `id` unique among live connections of the process.
  ServedConnection(std::shared_ptr<ServedService> service, std::uint64_t id,
                   std::array<std::uint8_t, 32> entropy);
  ~ServedConnection();
  ServedConnection(const ServedConnection&) = delete;
  ServedConnection& operator=(const ServedConnection&) = delete;

  [[nodiscard]] Next start();
  /// TLS stands: before `start`, or after Next::start_tls.
  void begin_tls(const TlsSession& session);
  /// After Next::start_tls: see StartTls.
  [[nodiscard]] std::size_t octets_of_tls() const noexcept;
  /// Answers every request that is complete.
  [[nodiscard]] Next feed(Bytes chunk);
  [[nodiscard]] Next feed_eof();
  /// See Next::wait; also for a connection that is attentive, whenever it was rung for.
  [[nodiscard]] Next wake();
  /// Others, or the time, may have something for it while it is read from.
  [[nodiscard]] bool is_attentive() const noexcept;
  /// When to call wake(); nothing: it waits until it is rung for.
  [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> wake_at() const noexcept;
  /// `ring` is called by any thread, until the connection ends or another one is given; it must
  /// not block.
  void on_ring(std::function<void()> ring);
  /// See ServerMachine::is_awaiting_rest.
  [[nodiscard]] bool is_awaiting_rest() const noexcept;
  /// To be sent and cleared after every call above.
  [[nodiscard]] Output& output() noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace understudy::engine
