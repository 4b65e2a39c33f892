#include "engine/record.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <optional>
#include <variant>

#include "store/session_file.hpp"

namespace understudy::engine {

Recording::Recording(std::filesystem::path mock_set, Warn warn)
    : mock_set_(std::move(mock_set)),
      name_(store::next_recording_name(mock_set_)),
      warn_(std::move(warn)),
      began_(std::chrono::steady_clock::now()),
      began_wall_(std::chrono::system_clock::now()) {}

Moment Recording::now() {
  const auto elapsed = std::chrono::steady_clock::now() - began_;
  return {++tick_, std::chrono::duration_cast<std::chrono::microseconds>(elapsed)};
}

bool Recording::is_new(const std::string& service, const std::string& text) {
  constexpr std::size_t most = 1000;  // different ones that are remembered
  const auto told = warned_.find({service, text});
  if (told != warned_.end()) {
    ++told->second;
    return false;
  }
  if (warned_.size() < most) warned_.emplace(std::pair(service, text), 1);
  return true;
}

struct RecordedConnection::Impl {
  Impl(Recording& run, const store::Service& recorded_service, const Protocol& protocol)
      : recording(run),
        service(recorded_service.name),
        observer(protocol.new_observer({})),
        counters(run.counters_[recorded_service.name]) {
    header.service = service;
    header.protocol = protocol.name();
    header.recording = run.name_;
    header.connection = static_cast<std::uint32_t>(++counters.connections);
    header.started = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(run.began_wall_));
  }

  Recording& recording;
  std::string service;
  std::unique_ptr<Observer> observer;
  RecordCounters& counters;
  SessionHeader header;
  std::optional<store::SessionWriter> writer;
  Sync last_sync = Sync::in_sync;

  void drain();
  void handle(const Observed& observed);
  void write(const Exchange& exchange);
  void write_snapshot();
  void notice_sync();
  void warn(const std::string& text) {
    ++counters.warnings;
    if (recording.is_new(service, text))
      recording.warn_(service, fmt::format("connection {}: {}", header.connection, text));
  }
};

void RecordedConnection::Impl::drain() {
  while (const auto observed = observer->next()) handle(*observed);
  notice_sync();
}

void RecordedConnection::Impl::handle(const Observed& observed) {
  if (const auto* opened = std::get_if<SessionOpened>(&observed)) {
    header.facts = opened->facts;
  } else if (const auto* warned = std::get_if<Warned>(&observed)) {
    warn(warned->text);
  } else {
    write(std::get<Exchange>(observed));
  }
}

/// As the session of a connection before all others.
void RecordedConnection::Impl::write_snapshot() {
  const auto found = recording.snapshots_.find(service);
  if (found == recording.snapshots_.end()) return;
  const std::vector<Exchange> exchanges = std::move(found->second);
  recording.snapshots_.erase(found);
  if (exchanges.empty()) return;
  SessionHeader first = header;
  first.connection = 0;
  first.facts = {{"snapshot", true}};
  store::SessionWriter snapshot(recording.mock_set_ / "sessions", first);
  std::string problem;
  for (const Exchange& exchange : exchanges)
    if (!snapshot.append(exchange, problem))
      return warn(fmt::format("what was there before was not written: {}", problem));
}

void RecordedConnection::Impl::write(const Exchange& exchange) {
  write_snapshot();
  if (!writer) writer.emplace(recording.mock_set_ / "sessions", header);
  std::string problem;
  if (!writer->append(exchange, problem))
    return warn(fmt::format("an exchange was not written: {}", problem));
  ++counters.exchanges;
}

void RecordedConnection::Impl::notice_sync() {
  const Sync sync = observer->sync();
  if (sync == last_sync) return;
  last_sync = sync;
  if (sync == Sync::lost) ++counters.lost;
  if (sync == Sync::opaque) ++counters.opaque;
}

RecordedConnection::RecordedConnection(Recording& recording, const store::Service& service,
                                       const Protocol& protocol)
    : impl_(std::make_unique<Impl>(recording, service, protocol)) {}
RecordedConnection::~RecordedConnection() = default;

void RecordedConnection::feed(Direction from, Bytes chunk, Relay& relay) {
  impl_->observer->feed(from, chunk, impl_->recording.now(), relay);
  impl_->drain();
}

void RecordedConnection::feed_eof(Direction from) {
  impl_->observer->feed_eof(from, impl_->recording.now());
  impl_->drain();
}

}  // namespace understudy::engine
