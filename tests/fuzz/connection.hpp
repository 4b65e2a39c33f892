// What the targets of connections share: a recorder that is shown both sides of one, a table made
// of what it told, and a mock that answers a client from that table.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "understudy/protocol.hpp"

namespace understudy::fuzz {

inline void require(bool holds) {
  if (!holds) std::abort();
}

/// Small, so that the caps are reached.
inline constexpr Limits limits{1 << 16, 1 << 10, 32, 1 << 12};

struct Table final : ServiceTable {
  [[nodiscard]] const Document& profile() const noexcept override { return facts; }
  [[nodiscard]] std::optional<Bytes> shape(std::string_view key) const noexcept override {
    const auto found = shapes.find(key);
    if (found == shapes.end()) return std::nullopt;
    return as_bytes(found->second);
  }

  Document facts = Document::object();
  std::map<std::string, std::string, std::less<>> shapes;
  std::map<std::string, std::string, std::less<>> images;  ///< by canonical request
};

struct Recorded {
  SessionHeader session;
  std::vector<Exchange> exchanges;
  std::string client_octets;
};

inline std::size_t octets_in(const Output& output) {
  std::size_t size = 0;
  output.for_each_slice([&](Bytes slice) { size += slice.size(); });
  return size;
}

/// Shows a recorder the chunks of `input`: a 16-bit little-endian head whose top bit says who
/// speaks (set: the server) and whose rest is the length, then as many octets. Every octet is
/// relayed at once; those from `may_hold` may wait until a message is whole, but none is made up.
inline Recorded record(const Protocol& protocol, Bytes input,
                       std::optional<Direction> may_hold = std::nullopt) {
  const auto observer = protocol.new_observer(limits);
  Recorded recorded;
  Moment now;
  std::size_t held = 0;
  while (input.size() >= 2) {
    const Direction from = input[1] < 0x80 ? Direction::from_client : Direction::from_server;
    const std::size_t length = input[0] | static_cast<std::size_t>(input[1] & 0x7F) << 8;
    const Bytes chunk = input.subspan(2).first(std::min(length, input.size() - 2));
    input = input.subspan(2 + chunk.size());
    Relay relay;
    ++now.tick;
    observer->feed(from, chunk, now, relay);
    const std::size_t sent =
        octets_in(from == Direction::from_client ? relay.to_server : relay.to_client);
    if (from == may_hold) {
      held += chunk.size();
      require(sent <= held);
      held -= sent;
    } else {
      require(sent == chunk.size());
    }
    if (from == Direction::from_client) recorded.client_octets += as_text(chunk);
  }
  observer->feed_eof(Direction::from_server, now);
  observer->feed_eof(Direction::from_client, now);
  while (auto observed = observer->next()) {
    if (auto* opened = std::get_if<SessionOpened>(&*observed))
      recorded.session.facts = std::move(opened->facts);
    if (auto* exchange = std::get_if<Exchange>(&*observed))
      recorded.exchanges.push_back(std::move(*exchange));
  }
  return recorded;
}

/// What the observer told must be sound for the analyser, and readable.
inline Table compile(const Protocol& protocol, const Recorded& recorded) {
  const auto analyser = protocol.new_analyser();
  for (const Exchange& exchange : recorded.exchanges) analyser->learn(recorded.session, exchange);
  Table table;
  std::vector<Problem> problems;
  for (const Exchange& exchange : recorded.exchanges) {
    Analysis analysis = analyser->analyse(recorded.session, exchange, problems);
    static_cast<void>(protocol.summarise(exchange.request));
    static_cast<void>(protocol.describe(analysis.identity.canonical));
    if (analysis.effect != Effect::none)
      table.images[std::move(analysis.identity.canonical)] = std::move(analysis.image);
  }
  require(problems.empty());
  table.facts = analyser->profile();
  for (auto& [key, content] : analyser->shapes()) table.shapes[key] = std::move(content);
  return table;
}

inline void reply(ServerMachine& machine, const Protocol& protocol, const Table& table,
                  const Request& request) {
  const auto found = table.images.find(request.canonical);
  if (found != table.images.end()) return machine.reply({Grade::exact, as_bytes(found->second)});
  if (request.synthesisable) return machine.reply(Answer{Grade::synthesised, {}});
  static_cast<void>(protocol.summarise(protocol.describe(request.canonical)));
  machine.reply(Miss{"no answer", "nearest\r\nrecorded", "record"});
}

/// All that a mock sends to a client whose octets come in pieces of `piece`.
inline std::string answered(const Protocol& protocol, const Table& table, Bytes octets,
                            std::size_t piece) {
  const Document settings = Document::object();
  const auto machine = protocol.new_server(table, {1, {}, &settings, limits});
  machine->start();
  std::string sent;
  for (bool open = true, ended = false; open && !ended;) {
    const Bytes chunk = octets.first(std::min(piece, octets.size()));
    octets = octets.subspan(chunk.size());
    ended = chunk.empty();
    ended ? machine->feed_eof() : machine->feed(chunk);
    for (;;) {
      const ServerEvent event = machine->next();
      if (const auto* request = std::get_if<Request>(&event))
        reply(*machine, protocol, table, *request);
      if (std::holds_alternative<ScopeCall>(event)) machine->reply(Answer{Grade::synthesised, {}});
      open = !std::holds_alternative<Close>(event);
      if (!open || std::holds_alternative<NeedBytes>(event)) break;
    }
    machine->output().for_each_slice([&](Bytes slice) { sent += as_text(slice); });
    machine->output().clear();
  }
  return sent;
}

/// A relayed connection of arbitrary octets, which is decoded and no more: the analysis of what was
/// recorded takes ten times as long.
inline void check_relayed(const Protocol& protocol, Bytes input,
                          std::optional<Direction> may_hold = std::nullopt) {
  for (const Exchange& exchange : record(protocol, input, may_hold).exchanges)
    require(exchange.request.is_object());
}

/// A relayed connection of arbitrary octets: what was recorded of it is compiled, and the same
/// client is answered from that, in whatever pieces it comes.
inline void check_recorded(const Protocol& protocol, Bytes input,
                           std::optional<Direction> may_hold = std::nullopt) {
  const Recorded recorded = record(protocol, input, may_hold);
  const Table table = compile(protocol, recorded);
  static_cast<void>(
      answered(protocol, table, as_bytes(recorded.client_octets), limits.message_octets));
}

/// A relayed connection whose sides may have TLS, as the bits of the first octet say; handshakes
/// succeed or fail at once. Only what has come can belong to one.
inline void check_relayed_tls(const Protocol& protocol, Bytes input) {
  if (input.empty()) return;
  const std::uint8_t bits = input[0];
  const auto observer = protocol.new_observer(limits);
  observer->set_upstream("api.test:443");
  const TlsRelay tls{.offered_to_client = (bits & 3) == 1,
                     .client_has_it = (bits & 2) != 0,
                     .wanted_of_server = (bits & 12) == 4,
                     .server_has_it = (bits & 8) != 0};
  observer->use(tls);
  input = input.subspan(1);
  Moment now;
  while (input.size() >= 2) {
    const Direction from = input[1] < 0x80 ? Direction::from_client : Direction::from_server;
    const std::size_t length = input[0] | static_cast<std::size_t>(input[1] & 0x7F) << 8;
    const Bytes chunk = input.subspan(2).first(std::min(length, input.size() - 2));
    input = input.subspan(2 + chunk.size());
    Relay relay;
    ++now.tick;
    observer->feed(from, chunk, now, relay);
    require(relay.octets_of_tls <= chunk.size());
    require(!relay.client_tls || (tls.offered_to_client && from == Direction::from_client));
    require(!relay.server_tls || tls.wanted_of_server);
    Relay after;
    if (relay.client_tls) observer->begin_tls(Direction::from_client, {}, after);
    if (relay.server_tls)
      observer->begin_tls(Direction::from_server, (bits & 16) != 0 ? "no" : "", after);
    while (observer->next()) {
    }
  }
  observer->feed_eof(Direction::from_server, now);
  observer->feed_eof(Direction::from_client, now);
}

/// A live connection of arbitrary octets: it is answered alike whatever pieces they come in.
inline void check_served(const Protocol& protocol, Bytes octets) {
  octets = octets.first(std::min<std::size_t>(octets.size(), 4096));
  const Table table;
  require(answered(protocol, table, octets, octets.size() + 1) ==
          answered(protocol, table, octets, 1));
}

}  // namespace understudy::fuzz
