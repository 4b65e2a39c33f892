// What the MySQL tests share: packets in hexadecimal, captures, and a stand-in for table and
// engine.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "protocols/mysql/capabilities.hpp"
#include "protocols/mysql/frame.hpp"
#include "protocols/mysql/mysql.hpp"
#include "support/protocol_stage.hpp"
#include "understudy/secrets.hpp"

namespace understudy::mysql::test {

namespace stage = understudy::test;
using stage::all_of;
using stage::from_hex;
using stage::Octets;
using stage::to_hex;
using Captured = stage::Chunk;

/// What clients ask for that know nothing newer.
inline constexpr std::uint32_t classic = capability::protocol_41 | capability::secure_connection |
                                         capability::plugin_auth | capability::connect_with_db |
                                         capability::multi_statements | capability::multi_results;

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
  stage::append(left, right);
  return left;
}

inline std::vector<Captured> read_capture(const std::string& name) {
  return stage::read_capture("tests/protocols/mysql/captures/" + name);
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

/// Shows `runs` to a fresh observer in chunks of at most `chunk` octets.
inline Learned observe(const std::vector<Captured>& runs, std::size_t chunk = stage::in_one_piece,
                       const Secrets& secrets = {}) {
  stage::ObserverStage watched(protocol(), {}, secrets);
  watched.feed(runs, chunk).eof(Direction::from_client);
  Learned learned;
  if (!watched.facts.empty()) learned.session.facts = watched.facts.front();
  learned.exchanges = std::move(watched.exchanges);
  learned.warnings = std::move(watched.warnings);
  learned.sync = watched.sync();
  learned.to_client = std::move(watched.to_client);
  learned.to_server = std::move(watched.to_server);
  return learned;
}

/// A table made of one recording, whose answers are given in recorded order.
class Recorded final : public stage::RecordedTable {
 public:
  explicit Recorded(const Learned& learned, const Secrets& secrets = {})
      : RecordedTable(protocol(), learned.session, learned.exchanges, secrets) {
    for (const Problem& problem : problems) FAIL_CHECK(problem.path << ": " << problem.what);
    std::erase_if(analyses, [](const Analysis& each) { return each.effect == Effect::none; });
  }
  explicit Recorded(Document profile) : RecordedTable(std::move(profile)) {}

  [[nodiscard]] const std::vector<Analysis>& answers() const noexcept { return analyses; }
  void add(std::string canonical, std::string image) {
    Analysis analysis;
    analysis.identity.canonical = std::move(canonical);
    analysis.image = std::move(image);
    RecordedTable::add(std::move(analysis));
  }
};

/// One served connection. Answers come from the table in recorded order, the next of that identity.
class Served final : public stage::ServerStage {
 public:
  explicit Served(const Recorded& table, Document settings = Document::object(),
                  const Secrets& secrets = {})
      : table_(table), settings_(std::move(settings)) {
    ServerContext context;
    context.connection_id = 7;
    context.settings = &settings_;
    context.secrets = secrets;
    open(protocol(), table, context);
    greeting_ = pump();
  }

  void feed(Bytes octets) { stage::append(output_, send_octets(octets)); }
  void end() { stage::append(output_, send_eof()); }
  /// What was sent behind the greeting, and not taken yet.
  [[nodiscard]] Octets take_output() { return std::exchange(output_, {}); }
  [[nodiscard]] const Octets& greeting() const noexcept { return greeting_; }
  [[nodiscard]] std::size_t unused() const {
    std::size_t recorded = 0, used = 0;
    for (const auto& [canonical, images] : table_.images) recorded += images.size();
    for (const auto& [canonical, count] : used_) used += count;
    return recorded - used;
  }

 private:
  void answer(const Request& request) override {
    if (request.control != Control::none) {
      controls.emplace_back(name_of(request.control));
      return machine().reply(Answer{Grade::synthesised, {}});
    }
    const auto known = table_.images.find(request.canonical);
    if (known != table_.images.end())
      if (std::size_t& used = used_[known->first]; used < known->second.size()) {
        if (!request.unproven.empty()) unproven.emplace_back(request.unproven);
        return machine().reply(Answer{Grade::exact, as_bytes(known->second[used++])});
      }
    if (request.synthesisable) return machine().reply(Answer{Grade::synthesised, {}});
    miss(request);
  }

  const Recorded& table_;
  Document settings_;
  std::map<std::string, std::size_t> used_;  // of its answers
  Octets greeting_, output_;
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
