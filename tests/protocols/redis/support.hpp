// What the tests of the Redis protocol share: literals, captures, a table and an engine in memory.
#pragma once

#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocols/redis/command_decoder.hpp"
#include "protocols/redis/resp_decoder.hpp"
#include "protocols/redis/resp_encoder.hpp"
#include "understudy/document.hpp"

namespace redis_test {

using namespace understudy;
using namespace understudy::redis;

/// A command as a client sends it.
inline std::string wire(const std::vector<std::string>& words) {
  std::string out = "*" + std::to_string(words.size()) + "\r\n";
  for (const std::string& word : words) out += "$" + std::to_string(word.size()) + "\r\n" + word + "\r\n";
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
    const Document row = Document::parse(line);
    CapturedReply& reply = rows.emplace_back();
    for (const Document& word : row["command"]) reply.command.push_back(octets_from_latin1(word.get<std::string>()));
    reply.resp2 = octets_from_latin1(row["resp2"].get<std::string>());
    reply.resp3 = octets_from_latin1(row["resp3"].get<std::string>());
  }
  return rows;
}

}  // namespace redis_test
