// What the MySQL tests share: packets in hexadecimal, captures, and a stand-in for table and
// engine.
#pragma once

#include <doctest/doctest.h>

#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "protocols/mysql/capabilities.hpp"
#include "protocols/mysql/frame.hpp"
#include "protocols/mysql/mysql.hpp"
#include "support/scope_calls.hpp"
#include "understudy/secrets.hpp"

namespace understudy::mysql::test {

using Octets = std::vector<std::uint8_t>;

/// What clients ask for that know nothing newer.
inline constexpr std::uint32_t classic = capability::protocol_41 | capability::secure_connection |
                                         capability::plugin_auth | capability::connect_with_db |
                                         capability::multi_statements | capability::multi_results;

inline Octets from_hex(std::string_view text) {
  Octets octets;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2)
    octets.push_back(
        static_cast<std::uint8_t>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16)));
  return octets;
}

inline std::string to_hex(Bytes octets) {
  std::string text;
  for (const std::uint8_t octet : octets) {
    constexpr std::string_view digits = "0123456789abcdef";
    text += digits[octet >> 4];
    text += digits[octet & 15];
  }
  return text;
}

/// `payload` as one packet, in frames where it is long.
inline Octets packet(Bytes payload, std::uint8_t sequence = 0) {
  Octets target;
  const std::size_t start = begin_packet(target);
  target.insert(target.end(), payload.begin(), payload.end());
  end_packet(target, start, sequence);
  return target;
}

inline Octets command(std::uint8_t code, std::string_view body = {}) {
  Octets payload = {code};
  payload.insert(payload.end(), body.begin(), body.end());
  return packet(payload);
}

inline Octets& operator+=(Octets& left, const Octets& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

struct Captured {
  Direction from;
  Octets octets;
};

/// A recorded connection: lines of "C hex" and "S hex".
inline std::vector<Captured> read_capture(const std::string& name) {
  std::ifstream file("tests/protocols/mysql/captures/" + name);
  REQUIRE(file);
  std::vector<Captured> runs;
  std::string side, hex;
  while (file >> side >> hex)
    runs.push_back({side == "C" ? Direction::from_client : Direction::from_server, from_hex(hex)});
  return runs;
}

inline Octets all_of(const std::vector<Captured>& runs, Direction from) {
  Octets octets;
  for (const Captured& run : runs)
    if (run.from == from) octets += run.octets;
  return octets;
}

/// Everything that an observer learns of a connection.
struct Learned {
  SessionHeader session;
  std::vector<Exchange> exchanges;
  std::vector<std::string> warnings;
  Sync sync = Sync::in_sync;
  Octets to_client, to_server;
};

/// A recording of one connection to the database `shop`.
inline Learned recording(std::vector<Exchange> exchanges) {
  Learned learned;
  learned.session.facts = {{"database", "shop"},
                           {"server", {{"version", "5.5.5-10.11.6-MariaDB"}}}};
  learned.exchanges = std::move(exchanges);
  return learned;
}

inline void take(Output& output, Octets& into) {
  output.for_each_slice([&](Bytes slice) { into.insert(into.end(), slice.begin(), slice.end()); });
  output.clear();
}

/// Shows `runs` to a fresh observer in chunks of at most `chunk` octets.
inline Learned observe(const std::vector<Captured>& runs, std::size_t chunk = SIZE_MAX,
                       const Secrets& secrets = {}) {
  Learned learned;
  const auto observer = protocol().new_observer({});
  observer->use(secrets);
  std::uint64_t tick = 0;
  const auto collect = [&] {
    while (auto observed = observer->next()) {
      if (auto* opened = std::get_if<SessionOpened>(&*observed))
        learned.session.facts = opened->facts;
      if (auto* exchange = std::get_if<Exchange>(&*observed))
        learned.exchanges.push_back(*exchange);
      if (auto* warned = std::get_if<Warned>(&*observed)) learned.warnings.push_back(warned->text);
    }
  };
  for (const Captured& run : runs) {
    const Bytes octets = run.octets;
    for (std::size_t i = 0; i < octets.size(); i += std::min(chunk, octets.size() - i)) {
      Relay relay;
      observer->feed(run.from, octets.subspan(i, std::min(chunk, octets.size() - i)), {++tick, {}},
                     relay);
      take(relay.to_client, learned.to_client);
      take(relay.to_server, learned.to_server);
      collect();
    }
  }
  observer->feed_eof(Direction::from_client, {++tick, {}});
  collect();
  learned.sync = observer->sync();
  return learned;
}

/// A table made of one recording, whose answers are given in recorded order.
class Recorded final : public ServiceTable {
 public:
  explicit Recorded(const Learned& learned, const Secrets& secrets = {}) {
    const auto analyser = protocol().new_analyser();
    analyser->use(secrets);
    for (const Exchange& exchange : learned.exchanges) analyser->learn(learned.session, exchange);
    for (const Exchange& exchange : learned.exchanges) {
      std::vector<Problem> problems;
      Analysis analysis = analyser->analyse(learned.session, exchange, problems);
      for (const Problem& problem : problems) FAIL_CHECK(problem.path << ": " << problem.what);
      if (analysis.effect != Effect::none) answers_.push_back(std::move(analysis));
    }
    profile_ = analyser->profile();
    for (auto& [key, content] : analyser->shapes()) shapes_[key] = content;
  }
  explicit Recorded(Document profile) : profile_(std::move(profile)) {}

  [[nodiscard]] const Document& profile() const noexcept override { return profile_; }
  [[nodiscard]] std::optional<Bytes> shape(std::string_view key) const noexcept override {
    const auto found = shapes_.find(key);
    if (found == shapes_.end()) return std::nullopt;
    return as_bytes(found->second);
  }
  [[nodiscard]] const std::vector<Analysis>& answers() const noexcept { return answers_; }
  void add(std::string canonical, std::string image) {
    Analysis& answer = answers_.emplace_back();
    answer.identity.canonical = std::move(canonical);
    answer.image = std::move(image);
  }

 private:
  Document profile_;
  std::map<std::string, std::string, std::less<>> shapes_;
  std::vector<Analysis> answers_;
};

/// One served connection. Answers come from the table in recorded order, the next of that identity.
class Served {
 public:
  explicit Served(const Recorded& table, Document settings = Document::object(),
                  const Secrets& secrets = {})
      : table_(table), settings_(std::move(settings)), used_(table.answers().size(), false) {
    ServerContext context;
    context.connection_id = 7;
    context.settings = &settings_;
    context.secrets = secrets;
    machine_ = protocol().new_server(table, context);
    machine_->start();
    pump();
    greeting_size_ = output_.size();
  }

  void feed(Bytes octets) {
    machine_->feed(octets);
    pump();
  }
  void end() {
    machine_->feed_eof();
    pump();
  }
  /// What was sent behind the greeting, and not taken yet.
  [[nodiscard]] Octets take_output() {
    Octets taken(output_.begin() + static_cast<std::ptrdiff_t>(greeting_size_), output_.end());
    output_.resize(greeting_size_);
    return taken;
  }
  [[nodiscard]] Octets greeting() const {
    return {output_.begin(), output_.begin() + static_cast<std::ptrdiff_t>(greeting_size_)};
  }
  [[nodiscard]] const std::vector<std::string>& misses() const noexcept { return misses_; }
  /// Of the requests that were answered, what says that they were recorded otherwise.
  [[nodiscard]] const std::vector<std::string>& unproven() const noexcept { return unproven_; }
  [[nodiscard]] const std::vector<Control>& controls() const noexcept { return controls_; }
  [[nodiscard]] std::size_t unused() const {
    return static_cast<std::size_t>(std::ranges::count(used_, false));
  }
  [[nodiscard]] bool closed() const noexcept { return closed_; }
  [[nodiscard]] const std::vector<std::string>& scope_calls() const noexcept {
    return scope_calls_;
  }
  [[nodiscard]] const std::vector<std::string>& notes() const noexcept { return notes_; }

 private:
  void pump() {
    for (;;) {
      const ServerEvent event = machine_->next();
      if (const auto* request = std::get_if<Request>(&event)) answer(*request);
      if (const auto* call = std::get_if<ScopeCall>(&event))
        understudy::test::answer_scope_call(*call, *machine_, scope_calls_);
      if (const auto* noted = std::get_if<Noted>(&event)) notes_.push_back(noted->text);
      closed_ = closed_ || std::holds_alternative<Close>(event);
      if (std::holds_alternative<NeedBytes>(event) || std::holds_alternative<Close>(event)) break;
    }
    take(machine_->output(), output_);
  }

  void answer(const Request& request) {
    if (request.control != Control::none) {
      controls_.push_back(request.control);
      return machine_->reply(Answer{Grade::synthesised, {}});
    }
    for (std::size_t i = 0; i < used_.size(); ++i) {
      const Analysis& known = table_.answers()[i];
      if (used_[i] || known.identity.canonical != request.canonical) continue;
      used_[i] = true;
      if (!request.unproven.empty()) unproven_.emplace_back(request.unproven);
      return machine_->reply(Answer{Grade::exact, as_bytes(known.image)});
    }
    if (request.synthesisable) return machine_->reply(Answer{Grade::synthesised, {}});
    misses_.emplace_back(request.canonical);
    machine_->reply(Miss{"no answer", "nearest", "hint"});
  }

  const Recorded& table_;
  Document settings_;
  std::vector<bool> used_;
  std::unique_ptr<ServerMachine> machine_;
  Octets output_;
  std::size_t greeting_size_ = 0;
  std::vector<std::string> misses_;
  std::vector<Control> controls_;
  std::vector<std::string> scope_calls_, notes_, unproven_;
  bool closed_ = false;
};

/// Octets of the packets of `octets`, one payload a line.
inline std::string payloads(Bytes octets) {
  std::string lines;
  FrameReader reader(SIZE_MAX >> 1);
  reader.feed(octets);
  Packet one;
  while (reader.next(one) == FrameStatus::packet)
    lines += std::to_string(one.last) + " " + to_hex(one.payload) + "\n";
  return lines;
}

}  // namespace understudy::mysql::test
