#include <doctest/doctest.h>

#include "support.hpp"

using namespace redis_test;
using Status = CommandDecoder::Status;

namespace {

struct Decoded {
  Status status;
  Words words;
  std::size_t size = 0;
};

Decoded decoded(std::string_view octets) {
  CommandDecoder decoder({});
  Decoded result{decoder.next(as_bytes(octets)), {}, 0};
  if (result.status == Status::command)
    result.words.assign(decoder.arguments().begin(), decoder.arguments().end());
  result.size = decoder.size();
  return result;
}

}  // namespace

TEST_CASE("a command is its arguments, whatever octets they hold") {
  const Words words = {"SET", std::string("k\0\r\n", 4), ""};
  const Decoded command = decoded(wire(words) + "*1\r\n");
  CHECK(command.status == Status::command);
  CHECK(command.words == words);
  CHECK(command.size == wire(words).size());
}

TEST_CASE("a command that was cut off anywhere needs more, and goes on where it stopped") {
  const std::string octets = wire({"SET", "key", std::string(300, 'v')});
  CommandDecoder decoder({});
  for (std::size_t length = 0; length < octets.size(); ++length) {
    CHECK(decoded(octets.substr(0, length)).status == Status::need_more);
    REQUIRE(decoder.next(as_bytes(octets).first(length)) == Status::need_more);
  }
  REQUIRE(decoder.next(as_bytes(octets)) == Status::command);
  CHECK(decoder.arguments()[2].size() == 300);
}

TEST_CASE("an inline command is split as the server splits it") {
  CHECK(decoded("PING\r\n").words == Words{"PING"});
  CHECK(decoded("  SET a \"b c\"\n").words == Words{"SET", "a", "b c"});
  CHECK(decoded("SET a \"\\x41\\n\\\"\\\\\" '\\'x\"'\r\n").words ==
        Words{"SET", "a", "A\n\"\\", "'x\""});
  CHECK(decoded("a\"b\"\n").words == Words{"ab"});
  CHECK(decoded("SET a \"\\xzz\"\n").words == Words{"SET", "a", "xzz"});
  CHECK(decoded("SET a \"\" ''\n").words == Words{"SET", "a", "", ""});
  CHECK(decoded("PING").status == Status::need_more);
}

TEST_CASE("unbalanced quotes are a protocol error") {
  for (const std::string line :
       {"SET a \"b\n", "SET a 'b\n", "SET a \"b\"c\n", "SET a 'b'c\n", "\"\\\n"}) {
    CAPTURE(line);
    CHECK(decoded(line).status == Status::protocol_error);
  }
}

TEST_CASE("empty lines and empty arrays are consumed without a reply") {
  CHECK(decoded("\r\nPING\r\n").status == Status::blank);
  CHECK(decoded("\r\nPING\r\n").size == 2);
  CHECK(decoded("*0\r\nX").size == 4);
  CHECK(decoded("*-1\r\nX").size == 5);
  CHECK(decoded("   \n").status == Status::blank);
}

TEST_CASE("a decoder goes from one command to the next") {
  CommandDecoder decoder({});
  std::string rest = wire({"GET", "a"}) + "\r\nPING\r\n" + wire({"GET", "b"});
  std::vector<std::string> seen;
  while (!rest.empty()) {
    const Status status = decoder.next(as_bytes(rest));
    REQUIRE((status == Status::command || status == Status::blank));
    if (status == Status::command) seen.emplace_back(decoder.arguments().back());
    rest.erase(0, decoder.size());
  }
  CHECK(seen == Words{"a", "PING", "b"});
}

TEST_CASE("a command beyond the limit of octets is refused before it is awaited") {
  Limits narrow;
  narrow.message_octets = 1000;
  CommandDecoder decoder(narrow);
  CHECK(decoder.next(as_bytes("*2\r\n$600\r\n")) == Status::need_more);
  CommandDecoder other(narrow);
  CHECK(other.next(as_bytes("*2\r\n$1001\r\n")) == Status::protocol_error);
}
