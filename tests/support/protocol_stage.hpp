// One stage for the tests of all protocols: a connection as it was captured, an observer that is
// shown it in whatever pieces, a table of what was recorded, a server that is asked for it, and
// mishaps at every step of a conversation.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "support/cuts.hpp"
#include "support/scope_calls.hpp"
#include "understudy/protocol.hpp"

namespace understudy::test {

using Octets = std::vector<std::uint8_t>;
using Strings = std::vector<std::string>;

inline constexpr std::size_t in_one_piece = SIZE_MAX;

/// "-" stands for nothing.
inline Octets from_hex(std::string_view text) {
  Octets octets;
  if (text == "-") return octets;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2)
    octets.push_back(
        static_cast<std::uint8_t>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16)));
  return octets;
}

inline std::string to_hex(Bytes octets) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t octet : octets) {
    text += digits[octet >> 4];
    text += digits[octet & 15];
  }
  return text;
}

inline void append(Octets& octets, Bytes more) {
  octets.insert(octets.end(), more.begin(), more.end());
}

/// What is put out, which is cleared.
inline Octets taken(Output& output) {
  Octets octets;
  output.for_each_slice([&](Bytes slice) { append(octets, slice); });
  output.clear();
  return octets;
}

/// One chunk of a captured connection.
struct Chunk {
  Direction from = Direction::from_client;
  Octets octets;
  int connection = 1;
};
using Chunks = std::vector<Chunk>;

/// Lines of "C hex" and "S hex", or of "3 C hex", the third connection's.
inline Chunks read_capture(const std::string& path) {
  std::ifstream file(path);
  REQUIRE(file.good());
  Chunks chunks;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    Chunk chunk;
    std::string side, hex;
    if (!line.empty() && line[0] >= '0' && line[0] <= '9') words >> chunk.connection;
    if (!(words >> side >> hex)) continue;
    chunk.from = side == "C" ? Direction::from_client : Direction::from_server;
    chunk.octets = from_hex(hex);
    chunks.push_back(std::move(chunk));
  }
  return chunks;
}

inline Octets all_of(const Chunks& chunks, Direction from) {
  Octets octets;
  for (const Chunk& chunk : chunks)
    if (chunk.from == from) append(octets, chunk.octets);
  return octets;
}

/// An observer of one connection, and what it has told so far. Every piece is its own moment.
class ObserverStage {
 public:
  explicit ObserverStage(const Protocol& protocol, const Limits& limits = {},
                         const Secrets& secrets = {})
      : observer_(protocol.new_observer(limits)) {
    observer_->use(secrets);
  }

  ObserverStage& feed(Direction from, Bytes octets, std::size_t piece = in_one_piece) {
    for_each_piece(octets, std::min(piece, std::max<std::size_t>(octets.size(), 1)),
                   [&](Bytes part) { feed_piece(from, part); });
    return *this;
  }
  ObserverStage& feed(const Chunks& chunks, std::size_t piece = in_one_piece) {
    for (const Chunk& chunk : chunks) feed(chunk.from, chunk.octets, piece);
    return *this;
  }
  ObserverStage& eof(Direction from) {
    observer_->feed_eof(from, now());
    return drain();
  }
  ObserverStage& abandon() {
    observer_->abandon(now());
    return drain();
  }
  [[nodiscard]] Sync sync() const { return observer_->sync(); }

  std::vector<Exchange> exchanges;
  Strings warnings;
  int lost_changes = 0;
  std::vector<Document> facts;
  Octets to_server, to_client;  ///< relayed

 private:
  Moment now() { return {++tick_, {}}; }

  void feed_piece(Direction from, Bytes part) {
    const bool only_relays = observer_->only_watches() || sync() != Sync::in_sync;
    Relay relay;
    observer_->feed(from, part, now(), relay);
    const Octets server = taken(relay.to_server), client = taken(relay.to_client);
    if (only_relays) {
      const bool from_client = from == Direction::from_client;
      CHECK(std::ranges::equal(from_client ? server : client, part));
      CHECK((from_client ? client : server).empty());
    }
    append(to_server, server);
    append(to_client, client);
    drain();
  }

  ObserverStage& drain() {
    while (auto observed = observer_->next()) {
      if (auto* exchange = std::get_if<Exchange>(&*observed))
        exchanges.push_back(std::move(*exchange));
      if (auto* opened = std::get_if<SessionOpened>(&*observed)) {
        CHECK(facts.empty());  // at most once, and before the first exchange
        CHECK(exchanges.empty());
        facts.push_back(std::move(opened->facts));
      }
      if (auto* warned = std::get_if<Warned>(&*observed)) {
        warnings.push_back(std::move(warned->text));
        lost_changes += warned->lost_change ? 1 : 0;
      }
    }
    return *this;
  }

  std::unique_ptr<Observer> observer_;
  std::uint64_t tick_ = 0;
};

/// A table of what was recorded on one connection; state is the engine's business.
class RecordedTable : public ServiceTable {
 public:
  RecordedTable() = default;
  explicit RecordedTable(Document profile) : profile_document(std::move(profile)) {}
  RecordedTable(const Protocol& protocol, const SessionHeader& session,
                const std::vector<Exchange>& exchanges, const Secrets& secrets = {}) {
    const auto analyser = protocol.new_analyser();
    analyser->use(secrets);
    for (const Exchange& exchange : exchanges) analyser->learn(session, exchange);
    for (const Exchange& exchange : exchanges) add(analyser->analyse(session, exchange, problems));
    profile_document = analyser->profile();
    for (auto& [key, content] : analyser->shapes()) shapes[key] = content;
  }

  [[nodiscard]] const Document& profile() const noexcept override { return profile_document; }
  [[nodiscard]] std::optional<Bytes> shape(std::string_view key) const noexcept override {
    const auto found = shapes.find(key);
    if (found == shapes.end()) return std::nullopt;
    return as_bytes(found->second);
  }
  void add(Analysis analysis) {
    if (analysis.effect != Effect::none)
      images[analysis.identity.canonical].push_back(analysis.image);
    analyses.push_back(std::move(analysis));
  }

  Document profile_document = Document::object();
  std::map<std::string, std::string, std::less<>> shapes;
  std::vector<Analysis> analyses;
  /// Of each request what it was answered, in order. They must stay where they are.
  std::map<std::string, std::vector<std::string>, std::less<>> images;
  std::vector<Problem> problems;
};

/// A live connection. Who derives from it answers its requests.
class ServerStage {
 public:
  virtual ~ServerStage() = default;
  ServerStage(const ServerStage&) = delete;
  ServerStage& operator=(const ServerStage&) = delete;

  /// All that is sent until the machine needs more.
  Octets send_octets(Bytes octets) {
    machine_->feed(octets);
    return pump();
  }
  Octets send_eof() {
    machine_->feed_eof();
    return pump();
  }

  Strings controls;     ///< of transactions, by name
  Strings scope_calls;  ///< see answer_scope_call
  Strings notes;        ///< for a person
  Strings unproven;     ///< in what answered requests differ from what was sent
  Strings missed;       ///< canonical requests without an answer
  std::size_t requests = 0;
  bool closed = false;
  /// This request, counted from 0, has no answer, whatever is known of it.
  std::optional<std::size_t> miss_at;

 protected:
  ServerStage() = default;
  void open(const Protocol& protocol, const ServiceTable& table, const ServerContext& context) {
    machine_ = protocol.new_server(table, context);
    machine_->start();
  }
  [[nodiscard]] ServerMachine& machine() { return *machine_; }
  [[nodiscard]] bool is_open() const { return machine_ != nullptr; }

  /// One `reply` to the machine.
  virtual void answer(const Request& request) = 0;
  /// Of all other events.
  virtual void hear_of(const ServerEvent& /*event*/) {}

  void miss(const Request& request) {
    missed.emplace_back(request.canonical);
    machine_->reply(Miss{"no recording answers this", "the nearest is another", "record it"});
  }
  static std::string_view name_of(Control control) {
    static constexpr std::string_view names[] = {"none",      "begin",   "commit",      "rollback",
                                                 "savepoint", "release", "rollback_to", "reset",
                                                 "watch",     "unwatch"};
    return names[static_cast<std::size_t>(control)];
  }

  ServerEvent step() {
    ServerEvent event = machine_->next();
    if (const auto* request = std::get_if<Request>(&event)) {
      const bool withheld = miss_at == requests++ && request->control == Control::none;
      withheld ? miss(*request) : answer(*request);
    }
    if (const auto* call = std::get_if<ScopeCall>(&event))
      answer_scope_call(*call, *machine_, scope_calls);
    if (const auto* noted = std::get_if<Noted>(&event)) notes.push_back(noted->text);
    closed |= std::holds_alternative<Close>(event);
    hear_of(event);
    return event;
  }
  Octets pump() {
    while (!closed && !std::holds_alternative<NeedBytes>(step())) {
    }
    return taken(machine_->output());
  }

 private:
  std::unique_ptr<ServerMachine> machine_;
};

/// Octets that begin no message of any protocol.
inline Octets noise() {
  Octets octets;
  for (std::uint32_t i = 0, n = 12345; i < 64; ++i, n = n * 1664525 + 1013904223)
    octets.push_back(static_cast<std::uint8_t>(n >> 24 | 0x80U));
  return octets;
}

/// Something happens to a watched connection, once at each step and in each way. Nothing that was
/// told before is taken back, and an observer that lost its connection from view relays every
/// octet of it.
inline void check_observer_mishaps(const Protocol& protocol, const Chunks& chunks,
                                   std::size_t steps = 60) {
  using Mishap = std::function<void(ObserverStage&)>;
  const auto fed = [](Direction from) {
    return [from](ObserverStage& stage) { stage.feed(from, noise()); };
  };
  const std::vector<Mishap> mishaps = {
      fed(Direction::from_client), fed(Direction::from_server),
      [](ObserverStage& stage) { stage.eof(Direction::from_client).abandon(); },
      [](ObserverStage& stage) { stage.eof(Direction::from_server); },
      [](ObserverStage& stage) { stage.abandon(); }};
  for (std::size_t step = 0; step <= std::min(steps, chunks.size()); ++step)
    for (std::size_t which = 0; which < mishaps.size(); ++which) {
      CAPTURE(step);
      CAPTURE(which);
      ObserverStage stage(protocol);
      for (std::size_t i = 0; i < step; ++i) stage.feed(chunks[i].from, chunks[i].octets);
      const std::size_t told = stage.exchanges.size();
      mishaps[which](stage);
      CHECK(stage.exchanges.size() >= told);
      if (which > 1) continue;  // it is over
      for (std::size_t i = step; i < std::min(step + 3, chunks.size()); ++i)
        stage.feed(chunks[i].from, chunks[i].octets);
    }
}

/// Something happens to a served connection, once at each step and in each way. `make` gives a
/// fresh stage (a pointer), `sent` is what its client says. Noise and an end leave a machine that
/// can be asked for its next event; a request without an answer is told its client, and the
/// connection goes on.
template <class Make>
void check_server_mishaps(Make make, const std::vector<Octets>& sent) {
  for (std::size_t step = 0; step <= sent.size(); ++step)
    for (const bool ends : {false, true}) {
      CAPTURE(step);
      const auto stage = make();
      for (std::size_t i = 0; i < step; ++i) stage->send_octets(sent[i]);
      if (!ends) stage->send_octets(noise());
      if (!stage->closed) stage->send_eof();
    }
  const auto whole = make();
  for (const Octets& octets : sent) whole->send_octets(octets);
  for (std::size_t at = 0; at < whole->requests; ++at) {
    CAPTURE(at);
    const auto stage = make();
    stage->miss_at = at;
    for (const Octets& octets : sent) {
      if (stage->closed) break;
      const std::size_t missed = stage->missed.size();
      const Octets answer = stage->send_octets(octets);
      if (stage->missed.size() > missed) CHECK_FALSE(answer.empty());
    }
    CHECK(stage->closed == whole->closed);
  }
}

}  // namespace understudy::test
