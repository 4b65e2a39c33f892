// What the tests of the Redis protocol share: literals, captures, a table and an engine in memory.
#pragma once

#include <deque>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocols/redis/command_decoder.hpp"
#include "protocols/redis/redis.hpp"
#include "protocols/redis/request.hpp"
#include "protocols/redis/resp_decoder.hpp"
#include "protocols/redis/resp_encoder.hpp"
#include "support/json.hpp"
#include "support/protocol_stage.hpp"
#include "understudy/document.hpp"
#include "understudy/protocol.hpp"

namespace redis_test {

using namespace understudy;
using namespace understudy::redis;

using Words = std::vector<std::string>;

/// The octets by which the table knows a command.
inline std::string canonical(const Words& words, std::uint32_t db = 0, std::string_view user = {}) {
  const std::vector<std::string_view> views(words.begin(), words.end());
  ResolvedCommand resolved;
  resolve(views, resolved);
  std::string out;
  make_canonical(resolved, views, db, user, out);
  return out;
}

/// A command as a client sends it.
inline std::string wire(const std::vector<std::string>& words) {
  std::string out = "*" + std::to_string(words.size()) + "\r\n";
  for (const std::string& word : words)
    out += "$" + std::to_string(word.size()) + "\r\n" + word + "\r\n";
  return out;
}

inline std::string encoded(const Value& value) {
  std::string out;
  encode(value, out);
  return out;
}

/// The octets of a JSON text whose characters are octets (Latin-1).
inline std::string octets_from_latin1(const std::string& utf8) {
  std::string out;
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const auto octet = static_cast<std::uint8_t>(utf8[i]);
    if (octet < 0x80) {
      out += utf8[i];
    } else {
      ++i;
      out += static_cast<char>(((octet & 0x03) << 6) | (static_cast<std::uint8_t>(utf8[i]) & 0x3F));
    }
  }
  return out;
}

struct CapturedReply {
  std::vector<std::string> command;
  std::string resp2;
  std::string resp3;
};

inline std::vector<CapturedReply> captured_replies() {
  std::ifstream file("tests/protocols/redis/captures/replies-7.0.15.jsonl");
  std::vector<CapturedReply> rows;
  for (std::string line; std::getline(file, line);) {
    const Document row = json_document(line);
    CapturedReply& reply = rows.emplace_back();
    for (const Document& word : row["command"])
      reply.command.push_back(octets_from_latin1(word.get<std::string>()));
    reply.resp2 = octets_from_latin1(row["resp2"].get<std::string>());
    reply.resp3 = octets_from_latin1(row["resp3"].get<std::string>());
  }
  return rows;
}

/// What a compiled table tells a machine.
class Facts final : public test::RecordedTable {
 public:
  Facts() : RecordedTable(Document{{"version", "7.0.15"}}) {}
};

/// A live connection whose requests are answered by replies that the test gives for commands, or by
/// a miss; what was raised is kept as text.
class Live final : public test::ServerStage {
 public:
  Facts facts;
  Document settings = Document::object();
  std::map<std::string, std::string> replies;  // summary of the request → RESP2 and RESP3 octets
  std::vector<std::string> events;
  bool conflict = false;
  std::uint64_t id = 7;

  /// What the server sends for these octets.
  std::string send(std::string_view octets) {
    begin();
    return std::string(as_text(send_octets(as_bytes(octets))));
  }
  std::string ask(const std::vector<std::string>& words) { return send(wire(words)); }
  std::string end() {
    begin();
    return std::string(as_text(send_eof()));
  }
  /// What it sends when another connection has said something.
  std::string hear(const Delivery& delivery) {
    machine().deliver(delivery);
    return std::string(as_text(pump()));
  }
  std::size_t receivers = 0;  // of what it publishes

  void begin() {
    if (!is_open()) open(redis::protocol(), facts, {id, {}, &settings, {}, {}});
  }

 private:
  void hear_of(const ServerEvent& event) override {
    if (const auto* synthesised = std::get_if<Synthesised>(&event))
      events.emplace_back(synthesised->what);
    if (const auto* noted = std::get_if<Noted>(&event)) events.push_back("note: " + noted->text);
    if (const auto* listen = std::get_if<Listen>(&event))
      events.push_back((listen->on ? "listen " : "ignore ") + std::to_string(listen->space) + " " +
                       listen->name);
    if (const auto* pause = std::get_if<Pause>(&event))
      events.push_back("pause " + std::to_string(pause->time.count()));
  }

  void answer(const Request& request) override {
    if (request.control != Control::none) {
      std::string text = "<" + std::string(name_of(request.control));
      if (!request.control_name.empty()) text += " " + std::string(request.control_name);
      events.push_back(text + ">");
      return machine().reply(
          Answer{Grade::synthesised, {}, conflict && request.control == Control::begin});
    }
    const std::string line =
        redis::protocol().summarise(redis::protocol().describe(request.canonical));
    events.push_back(line);
    if (request.patience != nullptr)
      events.back() += " (waits " + std::to_string(request.patience->at_most.count()) +
                       (request.patience->only_new ? ", for what is new)" : ")");
    if (request.message != nullptr && receivers > 0)
      return machine().reply(Answer{Grade::synthesised, {}, false, receivers});
    const auto found = replies.find(line);
    if (found != replies.end()) {
      images_.push_back(std::string(1, '\0') + found->second);
      return machine().reply(Answer{Grade::exact, as_bytes(images_.back()), false});
    }
    if (request.synthesisable) return machine().reply(Answer{Grade::synthesised, {}, false});
    machine().reply(
        Miss{"understudy has no answer to " + line, "nearest:\r\nGET other", "record it"});
  }

  std::deque<std::string> images_;
};

}  // namespace redis_test
