// Captures, and a table that answers from what it is given.
#pragma once

#include <doctest/doctest.h>

#include <deque>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/postgres/backend.hpp"
#include "protocols/postgres/postgres.hpp"
#include "support/scope_calls.hpp"
#include "understudy/protocol.hpp"

namespace understudy::postgres::test {

using Buffer = std::vector<std::uint8_t>;

inline Buffer from_hex(std::string_view hex) {
  Buffer octets;
  if (hex == "-") return octets;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    octets.push_back(
        static_cast<std::uint8_t>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  return octets;
}

inline std::string text_of(Bytes octets) {
  return std::string(as_text(octets));
}

/// One chunk of a captured connection.
struct Chunk {
  int connection = 0;
  Direction from = Direction::from_client;
  Buffer octets;
};

inline std::vector<Chunk> read_capture(const std::string& name) {
  std::ifstream file("tests/protocols/postgres/captures/" + name + ".txt");
  REQUIRE(file.good());
  std::vector<Chunk> chunks;
  int connection = 0;
  std::string side, hex;
  while (file >> connection >> side >> hex)
    chunks.push_back(
        {connection, side == "C" ? Direction::from_client : Direction::from_server, from_hex(hex)});
  return chunks;
}

/// What an observer made of one connection.
struct Seen {
  std::vector<Exchange> exchanges;
  std::vector<std::string> warnings;
  Document facts;
  Sync sync = Sync::in_sync;
  Buffer to_server, to_client;
};

inline void drain(Observer& observer, Seen& seen) {
  while (auto observed = observer.next()) {
    if (auto* exchange = std::get_if<Exchange>(&*observed))
      seen.exchanges.push_back(std::move(*exchange));
    else if (auto* warned = std::get_if<Warned>(&*observed))
      seen.warnings.push_back(warned->text);
    else
      seen.facts = std::get<SessionOpened>(*observed).facts;
  }
}

inline void feed(Observer& observer, const Chunk& chunk, std::size_t piece, std::uint64_t& tick,
                 Seen& seen) {
  for (std::size_t at = 0; at < chunk.octets.size(); at += piece) {
    const std::size_t length = std::min(piece, chunk.octets.size() - at);
    Relay relay;
    observer.feed(chunk.from, Bytes(chunk.octets).subspan(at, length), Moment{++tick, {}}, relay);
    relay.to_server.for_each_slice([&](Bytes slice) {
      seen.to_server.insert(seen.to_server.end(), slice.begin(), slice.end());
    });
    relay.to_client.for_each_slice([&](Bytes slice) {
      seen.to_client.insert(seen.to_client.end(), slice.begin(), slice.end());
    });
    drain(observer, seen);
  }
}

/// Shows all chunks to one observer, cut into pieces of at most `piece` octets.
inline Seen observe(const std::vector<Chunk>& chunks, std::size_t piece = SIZE_MAX) {
  const auto observer = protocol().new_observer({});
  Seen seen;
  std::uint64_t tick = 0;
  for (const Chunk& chunk : chunks)
    feed(*observer, chunk, piece == SIZE_MAX ? chunk.octets.size() : piece, tick, seen);
  observer->feed_eof(Direction::from_client, Moment{++tick, {}});
  drain(*observer, seen);
  seen.sync = observer->sync();
  return seen;
}

/// Recorded answers in the order in which they were given, by identity; no state.
class FakeTable final : public ServiceTable {
 public:
  explicit FakeTable(const std::vector<Exchange>& exchanges)
      : FakeTable(exchanges, {.service = "db",
                              .protocol = "postgres",
                              .recording = "r1",
                              .connection = 1,
                              .started = {},
                              .facts = facts_of(exchanges)}) {}
  FakeTable(const std::vector<Exchange>& exchanges, const SessionHeader& header) {
    const auto analyser = protocol().new_analyser();
    for (const Exchange& exchange : exchanges) analyser->learn(header, exchange);
    for (const Exchange& exchange : exchanges) {
      Analysis analysis = analyser->analyse(header, exchange, problems);
      if (analysis.effect != Effect::none)
        images_[analysis.identity.canonical].push_back(std::move(analysis.image));
    }
    profile_ = analyser->profile();
    for (auto& [key, content] : analyser->shapes()) shapes_[key] = content;
  }

  [[nodiscard]] const Document& profile() const noexcept override { return profile_; }
  [[nodiscard]] std::optional<Bytes> shape(std::string_view key) const noexcept override {
    const auto found = shapes_.find(key);
    if (found == shapes_.end()) return std::nullopt;
    return as_bytes(found->second);
  }
  /// The next answer to that request; its last one again and again. Nothing for an unknown one.
  [[nodiscard]] std::optional<Bytes> answer(std::string_view canonical) {
    const auto found = images_.find(canonical);
    if (found == images_.end()) return std::nullopt;
    std::size_t& next = next_[std::string(canonical)];
    const auto& images = found->second;
    return as_bytes(images[std::min(next++, images.size() - 1)]);
  }
  [[nodiscard]] bool knows(std::string_view canonical) const { return images_.contains(canonical); }

  std::vector<Problem> problems;
  Document settings = Document::object();

 private:
  static Document facts_of(const std::vector<Exchange>&) {
    return {{"parameters",
             {{"server_version", "15.20 (Debian 15.20-0+deb12u1)"}, {"TimeZone", "UTC"}}}};
  }
  Document profile_;
  std::map<std::string, std::string, std::less<>> shapes_;
  std::map<std::string, std::vector<std::string>, std::less<>> images_;
  std::map<std::string, std::size_t> next_;
};

/// A live connection to a fake table.
class Live {
 public:
  explicit Live(FakeTable& table) : table_(table) {
    context_.settings = &table.settings;
    for (std::size_t i = 0; i < context_.entropy.size(); ++i)
      context_.entropy[i] = static_cast<std::uint8_t>(i + 1);
    machine_ = protocol().new_server(table, context_);
    machine_->start();
  }

  /// What the server sends for these octets.
  Buffer talk(Bytes octets) {
    machine_->feed(octets);
    return pump();
  }
  Buffer eof() {
    machine_->feed_eof();
    return pump();
  }
  /// What is sent on of what another connection said.
  Buffer hear(const understudy::Delivery& delivery) {
    machine_->deliver(delivery);
    awoken = machine_->take_awakening();
    return pump();
  }
  /// As `talk`, to the first pause only: what is asked for and answered behind it waits.
  void talk_to_pause(Bytes octets) {
    machine_->feed(octets);
    while (!std::holds_alternative<Pause>(step())) {
    }
  }
  Buffer silence() {
    machine_->feed_silence();
    return pump();
  }

  std::vector<std::string> controls;  ///< names of the transaction controls, in order
  std::vector<std::string> missed, notes, scope_calls;
  std::vector<std::string> unproven;  ///< what was said of requests that are not what was asked
  std::chrono::milliseconds paused{0};
  std::chrono::milliseconds may_be_silent{0};  ///< from the last answer on
  std::vector<Listen> listens;
  std::vector<Message> said;
  bool awoken = false;  ///< by the last delivery
  std::size_t looked_up = 0;
  bool closed = false;

 private:
  ServerEvent step() {
    ServerEvent event = machine_->next();
    if (const auto* listen = std::get_if<Listen>(&event))
      listens.push_back(*listen);
    else if (const auto* message = std::get_if<Message>(&event))
      said.push_back(*message);
    return event;
  }
  Buffer pump() {
    for (;;) {
      ServerEvent event = step();
      if (const auto* request = std::get_if<Request>(&event))
        answer(*request);
      else if (const auto* call = std::get_if<ScopeCall>(&event))
        understudy::test::answer_scope_call(*call, *machine_, scope_calls);
      else if (std::holds_alternative<Close>(event))
        closed = true;
      else if (const auto* pause = std::get_if<Pause>(&event))
        paused += pause->time;
      else if (const auto* noted = std::get_if<Noted>(&event))
        notes.push_back(noted->text);
      else if (const auto* need = std::get_if<NeedBytes>(&event)) {
        may_be_silent = need->silence;
        break;
      }
    }
    Buffer sent;
    machine_->output().for_each_slice(
        [&](Bytes slice) { sent.insert(sent.end(), slice.begin(), slice.end()); });
    machine_->output().clear();
    return sent;
  }

  void answer(const Request& request) {
    static constexpr std::array<std::string_view, 10> names = {
        "none",    "begin",       "commit", "rollback", "savepoint",
        "release", "rollback_to", "reset",  "watch",    "unwatch"};
    if (request.control != Control::none) {
      controls.emplace_back(names[static_cast<std::size_t>(request.control)]);
      if (!table_.knows(request.canonical))
        return machine_->reply(Answer{Grade::synthesised, {}, false});
    }
    if (!request.unproven.empty()) unproven.emplace_back(request.unproven);
    if (const auto image = table_.answer(request.canonical)) {
      ++looked_up;
      return machine_->reply(Answer{Grade::exact, *image, false});
    }
    if (request.synthesisable) return machine_->reply(Answer{Grade::synthesised, {}, false});
    missed.emplace_back(request.canonical);
    machine_->reply(Miss{"no recording answers this", "the nearest is another", "record it"});
  }

  FakeTable& table_;
  ServerContext context_;
  std::unique_ptr<ServerMachine> machine_;
};

/// Types of framed messages, in order: "TDCZ".
inline std::string types_of(Bytes octets) {
  std::string types;
  Frame frame;
  while (cut_frame(octets, {}, frame) == FrameStatus::complete) {
    types += frame.type;
    octets = octets.subspan(frame.octets);
  }
  if (!octets.empty()) types += '?';
  return types;
}

/// The body of the first message of that type; empty where there is none.
inline Bytes body_of(Bytes octets, char type) {
  Frame frame;
  while (cut_frame(octets, {}, frame) == FrameStatus::complete) {
    if (frame.type == type) return frame.body;
    octets = octets.subspan(frame.octets);
  }
  return {};
}

inline Fields error_of(Bytes octets) {
  Fields fields;
  CHECK(decode_fields(body_of(octets, 'E'), fields));
  return fields;
}

// --- client messages -----------------------------------------------------------------------------

inline Buffer startup_message(const std::vector<std::pair<std::string, std::string>>& parameters,
                              std::uint32_t version = 3 << 16) {
  Buffer out;
  ByteWriter writer(out);
  writer.be(std::uint32_t{0});
  writer.be(version);
  for (const auto& [name, value] : parameters) {
    writer.c_string(name);
    writer.c_string(value);
  }
  writer.byte(0);
  writer.patch_be(0, static_cast<std::uint32_t>(out.size()));
  return out;
}

inline Buffer message(char type, std::string_view body) {
  Buffer out;
  FrameWriter writer(out, type);
  writer.text(body);
  writer.finish();
  return out;
}
inline Buffer query(std::string_view sql) {
  return message('Q', std::string(sql) + '\0');
}
inline Buffer sync() {
  return message('S', "");
}
inline Buffer parse(std::string_view name, std::string_view sql,
                    const std::vector<Oid>& types = {}) {
  Buffer out;
  FrameWriter writer(out, 'P');
  writer.c_string(name);
  writer.c_string(sql);
  writer.be(static_cast<std::uint16_t>(types.size()));
  for (const Oid type : types) writer.be(type);
  writer.finish();
  return out;
}
inline Buffer bind(std::string_view portal, std::string_view statement,
                   const std::vector<std::optional<std::string>>& parameters = {},
                   std::uint16_t parameter_format = 0, std::uint16_t result_format = 0) {
  Buffer out;
  FrameWriter writer(out, 'B');
  writer.c_string(portal);
  writer.c_string(statement);
  writer.be(std::uint16_t{1});
  writer.be(parameter_format);
  writer.be(static_cast<std::uint16_t>(parameters.size()));
  for (const auto& parameter : parameters)
    encode_cell(parameter ? std::optional<std::string_view>(*parameter) : std::nullopt, writer);
  writer.be(std::uint16_t{1});
  writer.be(result_format);
  writer.finish();
  return out;
}
inline Buffer describe(char target, std::string_view name) {
  return message('D', std::string(1, target) + std::string(name) + '\0');
}
inline Buffer execute(std::string_view portal, std::uint32_t max_rows = 0) {
  Buffer out;
  FrameWriter writer(out, 'E');
  writer.c_string(portal);
  writer.be(max_rows);
  writer.finish();
  return out;
}
inline Buffer close(char target, std::string_view name) {
  return message('C', std::string(1, target) + std::string(name) + '\0');
}
inline Buffer operator+(Buffer left, const Buffer& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

inline Exchange exchange(const Document& request, const Document& answer) {
  return Exchange{request, answer, Moment{1, {}}, Moment{2, {}}};
}

}  // namespace understudy::postgres::test
