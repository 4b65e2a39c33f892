#include "engine/record.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <atomic>
#include <optional>
#include <variant>

#include "engine/decoding_thread.hpp"
#include "store/secret_places.hpp"
#include "store/session_file.hpp"

namespace understudy::engine {

Recording::Recording(std::filesystem::path mock_set, Warn warn, Secrets secrets)
    : mock_set_(std::move(mock_set)),
      claim_(mock_set_),
      warn_(std::move(warn)),
      secrets_(std::move(secrets)),
      began_(std::chrono::steady_clock::now()),
      began_wall_(std::chrono::system_clock::now()),
      decoding_(std::make_unique<DecodingThread>()) {}

Recording::~Recording() = default;

std::map<std::string, RecordCounters> Recording::counters() const {
  const std::lock_guard lock(mutex_);
  return counters_;
}

void Recording::finish() {
  decoding_->finish();
}

Moment Recording::now() {
  const auto elapsed = std::chrono::steady_clock::now() - began_;
  return {++tick_, std::chrono::duration_cast<std::chrono::microseconds>(elapsed)};
}

/// `mutex_` is held.
void Recording::warn(const std::string& service, std::uint32_t connection,
                     const std::string& text) {
  ++counters_[service].warnings;
  if (is_new(service, text) && warn_)
    warn_(service, fmt::format("connection {}: {}", connection, text));
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

/// Used by the driving thread until the observer only watches, by the decoding thread from then on.
struct RecordedConnection::Impl {
  Impl(Recording& run, const store::Service& recorded_service, const Protocol& protocol)
      : recording(run),
        service(recorded_service.name),
        observer(protocol.new_observer({})),
        only_watches(observer->only_watches()),
        complete{run.tick_, {}} {
    observer->use(run.secrets_);
    if (recorded_service.upstream)
      observer->set_upstream(store::to_string(recorded_service.upstream->endpoint));
    header.service = service;
    header.protocol = protocol.name();
    header.recording = run.name();
    header.started = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(run.began_wall_));
    const std::lock_guard lock(run.mutex_);
    header.connection = static_cast<std::uint32_t>(++run.counters_[service].connections);
  }

  Recording& recording;
  std::string service;
  std::unique_ptr<Observer> observer;
  SessionHeader header;
  std::optional<store::SessionWriter> writer;
  Sync last_sync = Sync::in_sync;
  // Of the driving thread.
  bool only_watches;
  bool is_watched = false;  // from here on it is the decoding thread's
  bool server_ended = false;
  bool fell_behind = false;
  // Of whose thread the writer is.
  bool session_opened = false, told_undecoded = false;
  Moment complete;      // until here nothing of the connection is missing
  std::string missing;  // why something is, as long as that is not written

  void drain(Moment at, bool client_spoke = false);
  void handle(const Observed& observed);
  void write(const Exchange& exchange);
  void write_snapshot();
  void refused(const std::string& problem);
  void write_gap(Moment at);
  void notice_sync(bool client_spoke);
  void fall_behind();
  void warn(const std::string& text) {
    const std::lock_guard lock(recording.mutex_);
    recording.warn(service, header.connection, text);
  }
};

void RecordedConnection::Impl::drain(Moment at, bool client_spoke) {
  while (const auto observed = observer->next()) handle(*observed);
  notice_sync(client_spoke);
  if (!missing.empty()) write_gap(at);
}

void RecordedConnection::Impl::handle(const Observed& observed) {
  if (const auto* opened = std::get_if<SessionOpened>(&observed)) {
    header.facts = opened->facts;
    session_opened = true;
  } else if (const auto* warned = std::get_if<Warned>(&observed)) {
    warn(warned->text);
    if (warned->lost_change) missing = warned->text;
  } else {
    write(std::get<Exchange>(observed));
  }
}

/// As the session of a connection before all others.
void RecordedConnection::Impl::write_snapshot() {
  std::vector<Exchange> exchanges;
  {
    const std::lock_guard lock(recording.mutex_);
    if (auto held = recording.snapshots_.extract(service); !held.empty())
      exchanges = std::move(held.mapped());
  }
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
  if (!writer->append(exchange, problem)) return refused(problem);
  complete = exchange.ended;
  const auto places = store::secret_places(
      {{"request", exchange.request}, {"answer", exchange.answer}}, recording.secrets_);
  const std::lock_guard lock(recording.mutex_);
  RecordCounters& counters = recording.counters_[service];
  ++counters.exchanges;
  for (const store::SecretPlace& place : places)
    ++(place.replaced ? counters.replaced_secrets : counters.kept_secrets)[place.kind];
}

/// Where the disk refuses it now, it is tried again.
void RecordedConnection::Impl::write_gap(Moment at) {
  write_snapshot();
  if (!writer) writer.emplace(recording.mock_set_ / "sessions", header);
  std::string problem;
  if (!writer->append(Gap{missing, complete, at}, problem)) return;
  missing.clear();
  complete = at;
}

/// Said once: the cause is the same for the next ones, and how many they were is said at the end.
void RecordedConnection::Impl::refused(const std::string& problem) {
  missing = "an exchange could not be written";
  const std::lock_guard lock(recording.mutex_);
  ++recording.counters_[service].unwritten;
  if (std::exchange(recording.told_unwritten_, true)) return;
  recording.warn(service, header.connection, "an exchange was not written: " + problem);
}

/// A refused login loses nothing: only who was let in, or goes on, changes something.
void RecordedConnection::Impl::notice_sync(bool client_spoke) {
  const Sync sync = observer->sync();
  if (sync != Sync::in_sync && (session_opened || client_spoke) &&
      !std::exchange(told_undecoded, true))
    missing = "the connection is not decoded any more";
  if (sync == last_sync) return;
  last_sync = sync;
  const std::lock_guard lock(recording.mutex_);
  RecordCounters& counters = recording.counters_[service];
  if (sync == Sync::lost) ++counters.lost;
  if (sync == Sync::opaque) ++counters.opaque;
}

/// By the driving thread.
void RecordedConnection::Impl::fall_behind() {
  fell_behind = true;
  warn("decoding does not keep up with the traffic; it is relayed on, and not recorded from here");
  const std::lock_guard lock(recording.mutex_);
  ++recording.counters_[service].lost;
}

RecordedConnection::RecordedConnection(Recording& recording, const store::Service& service,
                                       const Protocol& protocol)
    : impl_(std::make_shared<Impl>(recording, service, protocol)) {}

RecordedConnection::~RecordedConnection() {
  if (impl_->server_ended || impl_->fell_behind) return;
  const auto abandon = [impl = impl_, at = impl_->recording.now()] {
    impl->observer->abandon(at);
    impl->drain(at);
  };
  if (impl_->is_watched)
    (void)impl_->recording.decoding_->add(0, abandon);
  else
    abandon();
}

void RecordedConnection::use(const TlsRelay& tls) {
  impl_->observer->use(tls);
  impl_->only_watches = impl_->observer->only_watches();
}

void RecordedConnection::begin_tls(Direction with, std::string_view problem, Relay& relay) {
  impl_->observer->begin_tls(with, problem, relay);
  impl_->drain(impl_->recording.now());
}

void RecordedConnection::feed(Direction from, Bytes chunk, Relay& relay) {
  const Moment at = impl_->recording.now();
  impl_->observer->feed(from, chunk, at, relay);
  impl_->drain(at, from == Direction::from_client);
  impl_->only_watches = impl_->observer->only_watches();
}

void RecordedConnection::feed_eof(Direction from) {
  if (impl_->fell_behind) return;
  if (from == Direction::from_server) impl_->server_ended = true;
  const auto end = [impl = impl_, from, at = impl_->recording.now()] {
    impl->observer->feed_eof(from, at);
    impl->drain(at);
  };
  if (impl_->is_watched)
    (void)impl_->recording.decoding_->add(0, end);
  else
    end();
}

bool RecordedConnection::only_watches() {
  return impl_->only_watches;
}

void RecordedConnection::watch(Direction from, Bytes chunk) {
  if (impl_->fell_behind) return;
  impl_->is_watched = true;
  const auto decode = [impl = impl_, from, at = impl_->recording.now(),
                       octets = std::vector<std::uint8_t>(chunk.begin(), chunk.end())] {
    Relay relayed_already;
    impl->observer->feed(from, octets, at, relayed_already);
    impl->drain(at, from == Direction::from_client);
  };
  if (impl_->recording.decoding_->add_and_settle(chunk.size(), decode)) return;
  impl_->fall_behind();
  (void)impl_->recording.decoding_->add(0, [impl = impl_, at = impl_->recording.now()] {
    impl->missing = "decoding did not keep up with the traffic";
    impl->write_gap(at);
  });
}

}  // namespace understudy::engine
