// Captures, and a table that answers from what it is given.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "protocols/postgres/backend.hpp"
#include "protocols/postgres/postgres.hpp"
#include "support/protocol_stage.hpp"
#include "understudy/protocol.hpp"

namespace understudy::postgres::test {

namespace stage = understudy::test;
using Buffer = stage::Octets;
using stage::Chunk;
using stage::from_hex;

inline std::string text_of(Bytes octets) {
  return std::string(as_text(octets));
}

inline std::vector<Chunk> read_capture(const std::string& name) {
  return stage::read_capture("tests/protocols/postgres/captures/" + name + ".txt");
}

/// What an observer made of one connection.
struct Seen {
  std::vector<Exchange> exchanges;
  std::vector<std::string> warnings;
  Document facts;
  Sync sync = Sync::in_sync;
  Buffer to_server, to_client;
};

/// Shows all chunks to one observer, cut into pieces of at most `piece` octets.
inline Seen observe(const std::vector<Chunk>& chunks, std::size_t piece = stage::in_one_piece) {
  stage::ObserverStage watched(protocol());
  watched.feed(chunks, piece).eof(Direction::from_client);
  Seen seen;
  seen.exchanges = std::move(watched.exchanges);
  seen.warnings = std::move(watched.warnings);
  if (!watched.facts.empty()) seen.facts = watched.facts.front();
  seen.sync = watched.sync();
  seen.to_server = std::move(watched.to_server);
  seen.to_client = std::move(watched.to_client);
  return seen;
}

/// Recorded answers in the order in which they were given, by identity; no state.
class FakeTable final : public stage::RecordedTable {
 public:
  explicit FakeTable(const std::vector<Exchange>& exchanges)
      : FakeTable(exchanges, {.service = "db",
                              .protocol = "postgres",
                              .recording = "r1",
                              .connection = 1,
                              .started = {},
                              .facts = {{"parameters",
                                         {{"server_version", "15.20 (Debian 15.20-0+deb12u1)"},
                                          {"TimeZone", "UTC"}}}}}) {}
  FakeTable(const std::vector<Exchange>& exchanges, const SessionHeader& header)
      : RecordedTable(protocol(), header, exchanges) {}

  /// The next answer to that request; its last one again and again. Nothing for an unknown one.
  [[nodiscard]] std::optional<Bytes> answer(std::string_view canonical) {
    const auto found = images.find(canonical);
    if (found == images.end()) return std::nullopt;
    std::size_t& next = next_[found->first];
    return as_bytes(found->second[std::min(next++, found->second.size() - 1)]);
  }
  [[nodiscard]] bool knows(std::string_view canonical) const { return images.contains(canonical); }

  Document settings = Document::object();

 private:
  std::map<std::string, std::size_t> next_;
};

/// A live connection to a fake table.
class Live final : public stage::ServerStage {
 public:
  explicit Live(FakeTable& table) : table_(table) {
    ServerContext context;
    context.settings = &table.settings;
    for (std::size_t i = 0; i < context.entropy.size(); ++i)
      context.entropy[i] = static_cast<std::uint8_t>(i + 1);
    open(protocol(), table, context);
  }

  /// What the server sends for these octets.
  Buffer talk(Bytes octets) { return send_octets(octets); }
  Buffer eof() { return send_eof(); }
  /// What is sent on of what another connection said.
  Buffer hear(const understudy::Delivery& delivery) {
    machine().deliver(delivery);
    awoken = machine().take_awakening();
    return pump();
  }
  /// As `talk`, to the first pause only: what is asked for and answered behind it waits.
  void talk_to_pause(Bytes octets) {
    machine().feed(octets);
    while (!std::holds_alternative<Pause>(step())) {
    }
  }
  Buffer silence() {
    machine().feed_silence();
    return pump();
  }

  std::chrono::milliseconds paused{0};
  std::chrono::milliseconds may_be_silent{0};  ///< from the last answer on
  std::vector<Listen> listens;
  std::vector<Message> said;
  bool awoken = false;  ///< by the last delivery
  std::size_t looked_up = 0;

 private:
  void hear_of(const ServerEvent& event) override {
    if (const auto* listen = std::get_if<Listen>(&event)) listens.push_back(*listen);
    if (const auto* message = std::get_if<Message>(&event)) said.push_back(*message);
    if (const auto* pause = std::get_if<Pause>(&event)) paused += pause->time;
    if (const auto* need = std::get_if<NeedBytes>(&event)) may_be_silent = need->silence;
  }

  void answer(const Request& request) override {
    if (request.control != Control::none) {
      controls.emplace_back(name_of(request.control));
      if (!table_.knows(request.canonical))
        return machine().reply(Answer{Grade::synthesised, {}, false});
    }
    if (!request.unproven.empty()) unproven.emplace_back(request.unproven);
    if (const auto image = table_.answer(request.canonical)) {
      ++looked_up;
      return machine().reply(Answer{Grade::exact, *image, false});
    }
    if (request.synthesisable) return machine().reply(Answer{Grade::synthesised, {}, false});
    miss(request);
  }

  FakeTable& table_;
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
