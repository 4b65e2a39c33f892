#include "memcached.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "compile/pipeline.hpp"
#include "engine/record.hpp"
#include "engine/serve.hpp"
#include "support/protocol_stage.hpp"
#include "understudy/document_text.hpp"

using namespace understudy;
using Lines = std::vector<std::string>;

namespace {

// What an observer tells of one connection, fed in pieces of `piece` octets.
Lines told(const std::string& sent, const std::string& received, std::size_t piece,
           const Limits& limits = {}) {
  test::ObserverStage stage(memcached::protocol(), limits);
  stage.feed(Direction::from_client, as_bytes(sent), piece);
  stage.feed(Direction::from_server, as_bytes(received), piece);
  Lines lines;
  for (const Exchange& exchange : stage.exchanges)
    lines.push_back(json_text(exchange.request) + " " + json_text(exchange.answer));
  lines.insert(lines.end(), stage.warnings.size(), "warned");
  return lines;
}

const std::string said =
    "get a b\r\nset a 0 0 5\r\nhel\r\n\r\nset q 0 0 1 noreply\r\nx\r\nget a\r\nincr n "
    "1\r\nquit\r\n";
const std::string answered = "END\r\nSTORED\r\nVALUE a 0 5\r\nhel\r\n\r\nEND\r\nNOT_FOUND\r\n";

}  // namespace

TEST_CASE("commands are paired with their replies, in whatever pieces they come") {
  for (const std::size_t piece : {1, 2, 5, 1000})
    CHECK(told(said, answered, piece) ==
          Lines{R"({"command":"set q 0 0 1","data":"x"} null)", R"({"command":"get a b"} "END")",
                R"({"command":"set a 0 0 5","data":"hel\r\n"} "STORED")",
                R"({"command":"get a"} "VALUE a 0 5\r\nhel\r\n\r\nEND")",
                R"({"command":"incr n 1"} "NOT_FOUND")"});
}

TEST_CASE("what makes no sense is named once and then only relayed") {
  CHECK(told("set a 0 0\r\n", "", 100) == Lines{"warned"});
  CHECK(told(std::string(300'000, 'x'), "", 70'000) == Lines{"warned"});
  CHECK(told("", "STORED\r\n", 100) == Lines{"warned"});
  CHECK(told("set a 0 0 99999999999\r\n", "", 100) == Lines{"warned"});
  CHECK(told("set a 0 0 -1\r\n", "", 100) == Lines{"warned"});
  CHECK(told("set a 0 0 1\r\nabc", "", 100) == Lines{"warned"});
  Limits limits;
  limits.head_octets = limits.message_octets = 10;
  CHECK(told("get 123456789", "", 1, limits) == Lines{"warned"});
  CHECK(told("set a 0 0 11\r\n", "", 1, limits) == Lines{"warned"});
}

TEST_CASE("a connection that breaks off anywhere leaves whole exchanges only") {
  const Lines whole = told(said, answered, 1000);
  for (std::size_t length = 0; length <= answered.size(); ++length) {
    const Lines part = told(said, answered.substr(0, length), 1);
    CHECK(part.size() <= whole.size());
    CHECK(std::equal(part.begin(), part.end(), whole.begin()));
  }
  for (std::size_t length = 0; length < said.size(); ++length)
    for (const std::string& line : told(said.substr(0, length), "", 1))
      CHECK(line == whole.front());
}

TEST_CASE("whatever happens to a connection, at whatever step, what was told stands") {
  test::Chunks chunks;
  for (const auto& [from, text] :
       {std::pair(Direction::from_client, &said), std::pair(Direction::from_server, &answered)})
    test::for_each_piece(as_bytes(*text), 4, [&, from = from](Bytes part) {
      chunks.push_back({from, {part.begin(), part.end()}});
    });
  test::check_observer_mishaps(memcached::protocol(), chunks);
}

TEST_CASE("a connection is recognised by its first command") {
  const auto recognised = [](std::string_view first) {
    return memcached::protocol().recognise(as_bytes(first));
  };
  CHECK(recognised("get k\r\n") == Recognition::yes);
  CHECK(recognised("ge") == Recognition::need_more);
  CHECK(recognised("GET / HTTP/1.1\r\n") == Recognition::no);
  CHECK(recognised("*1\r\n$4\r\nPING\r\n") == Recognition::no);
}

TEST_CASE("a recording answers a client, and knows what a write changes") {
  std::string pattern =
      (std::filesystem::temp_directory_path() / "understudy-memcached-XXXXXX").string();
  const std::filesystem::path folder = ::mkdtemp(pattern.data());
  std::ofstream(folder / "understudy.yaml")
      << "understudy: 1\nservices:\n  cache: {protocol: memcached, listen: 0}\n";
  {
    store::Service service;
    service.name = "cache";
    service.protocol = "memcached";
    engine::Recording recording(folder, [](const std::string&, const std::string&) {});
    engine::RecordedConnection connection(recording, service, memcached::protocol());
    Relay relay;
    connection.feed(Direction::from_client, as_bytes(said), relay);
    connection.feed(Direction::from_server, as_bytes(answered), relay);
  }
  const Protocol* const known[] = {&memcached::protocol()};
  Diagnostics problems;
  const auto table = compile::load(folder, known, problems);
  for (const Diagnostic& problem : problems) FAIL_CHECK(to_string(problem));
  REQUIRE(table);
  const auto served =
      std::make_shared<engine::ServedService>(memcached::protocol(), table, 0, Document::object(),
                                              engine::Strictness::normal, engine::IncidentSink());
  engine::ServedConnection connection(served, 1, {});
  const auto send = [&](const std::string& octets) {
    static_cast<void>(connection.feed(as_bytes(octets)));
    std::string sent;
    connection.output().for_each_slice([&](Bytes slice) { sent += as_text(slice); });
    connection.output().clear();
    return sent;
  };
  CHECK(send("get a b\r\n") == "END\r\n");
  CHECK(send("set a 0 0 5\r\nhel\r\n\r\nget a\r\n") ==
        "STORED\r\nVALUE a 0 5\r\nhel\r\n\r\nEND\r\n");
  CHECK(send("set q 0 0 1 noreply\r\nx\r\nincr n 1\r\n") == "NOT_FOUND\r\n");
  CHECK(send("get zzz\r\n").starts_with("SERVER_ERROR understudy has no answer to get zzz"));
  CHECK(send("incr n 1\r\n") == "NOT_FOUND\r\n");
  std::filesystem::remove_all(folder);
}
