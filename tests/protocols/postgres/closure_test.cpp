// Captured conversations of real clients with a real server: observed, compiled and served again.
#include <set>

#include "support.hpp"
#include "understudy/document_text.hpp"

namespace understudy::postgres {
namespace {

using namespace test;

const std::vector<std::string> captures = {"psql", "psycopg2", "psycopg3", "pg"};

std::vector<Chunk> connection(const std::vector<Chunk>& chunks, int number) {
  std::vector<Chunk> one;
  for (const Chunk& chunk : chunks)
    if (chunk.connection == number) one.push_back(chunk);
  return one;
}

/// What the server itself said, without the N that the tap answered for it.
std::vector<Chunk> without_refusals(std::vector<Chunk> chunks) {
  std::erase_if(chunks, [](const Chunk& chunk) { return chunk.octets == Buffer{'N'}; });
  return chunks;
}

std::string spelled(const std::vector<Exchange>& exchanges) {
  std::string text;
  for (const Exchange& exchange : exchanges) {
    text += json_text(exchange.request) + " -> ";
    text += json_text(exchange.answer) + "\n";
  }
  return text;
}

TEST_CASE("every captured conversation is understood to its end") {
  for (const std::string& name : captures) {
    CAPTURE(name);
    const Seen seen = observe(without_refusals(read_capture(name)));
    CHECK(seen.sync == Sync::in_sync);
    CHECK(seen.exchanges.size() > 60);
    CHECK(seen.facts["user"] == "understudy");
    CHECK(seen.facts["parameters"]["server_version"].get<std::string>().starts_with("15."));
    for (const std::string& warning : seen.warnings)
      CHECK(warning.find("TLS") != std::string::npos);
  }
}

TEST_CASE("what is observed does not depend on how the octets are cut") {
  for (const std::string& name : captures) {
    CAPTURE(name);
    const auto chunks = without_refusals(read_capture(name));
    const Seen whole = observe(chunks);
    const Seen parted = observe(chunks, 1);
    CHECK(spelled(parted.exchanges) == spelled(whole.exchanges));
    CHECK(parted.to_server == whole.to_server);
    CHECK(parted.to_client == whole.to_client);
  }
}

TEST_CASE("a conversation that breaks off anywhere gives the exchanges up to there") {
  const auto chunks = without_refusals(read_capture("psycopg3"));
  const Seen whole = observe(chunks);
  std::size_t before = 0;
  for (std::size_t count = 0; count <= chunks.size(); ++count) {
    const Seen seen =
        observe({chunks.begin(), chunks.begin() + static_cast<std::ptrdiff_t>(count)});
    CHECK(seen.sync == Sync::in_sync);
    CHECK(seen.exchanges.size() + 3 >= before);  // a cursor's part may turn into its whole
    before = seen.exchanges.size();
  }
  CHECK(before == whole.exchanges.size());
}

TEST_CASE("nothing of the authentication and no octet is lost on the way") {
  for (const std::string& name : captures) {
    const auto chunks = without_refusals(read_capture(name));
    Buffer from_client, from_server;
    for (const Chunk& chunk : chunks) {
      Buffer& into = chunk.from == Direction::from_client ? from_client : from_server;
      into.insert(into.end(), chunk.octets.begin(), chunk.octets.end());
    }
    const Seen seen = observe(chunks);
    const std::size_t refused = seen.to_client.size() - from_server.size();
    CHECK(seen.to_server.size() + 8 * refused == from_client.size());
  }
}

/// The client's captured octets, talked to the mock; what both said is observed again.
Seen replay(const std::vector<Chunk>& chunks, FakeTable& table, std::vector<std::string>& missed) {
  Live live(table);
  std::vector<Chunk> again;
  for (const Chunk& chunk : chunks) {
    if (chunk.from != Direction::from_client) continue;
    again.push_back(chunk);
    Buffer answer = live.talk(chunk.octets);
    if (!answer.empty() && answer != Buffer{'N'})
      again.push_back({Direction::from_server, std::move(answer)});
  }
  missed = live.missed;
  return observe(again);
}

TEST_CASE("a recording served to the same client is recorded the same again") {
  for (const std::string& name : captures) {
    CAPTURE(name);
    const auto chunks = without_refusals(connection(read_capture(name), 1));
    const Seen first = observe(chunks);
    FakeTable table(first.exchanges);
    CHECK(table.problems.empty());
    REQUIRE(first.exchanges.size() > 60);
    std::vector<std::string> missed;
    const Seen second = replay(chunks, table, missed);
    for (const std::string& each : missed) FAIL_CHECK(json_text(protocol().describe(each)));
    CHECK(spelled(second.exchanges) == spelled(first.exchanges));
  }
}

TEST_CASE("a recording of one client answers each other one") {
  for (const std::string& recorded : captures) {
    const Seen seen = observe(without_refusals(connection(read_capture(recorded), 1)));
    for (const std::string& asking : captures) {
      CAPTURE(recorded);
      CAPTURE(asking);
      FakeTable table(seen.exchanges);
      std::vector<std::string> missed;
      (void)replay(without_refusals(connection(read_capture(asking), 1)), table, missed);
      for (const std::string& each : missed) FAIL_CHECK(json_text(protocol().describe(each)));
    }
  }
}

TEST_CASE("octets that make no sense are relayed and lost from view") {
  std::vector<Chunk> chunks = {{Direction::from_client, startup_message({{"user", "ann"}})},
                               {Direction::from_server, from_hex("5a0000000549")},
                               {Direction::from_client, query("SELECT 1")},
                               {Direction::from_server, from_hex("3100000004")}};
  const Seen seen = observe(chunks);
  CHECK(seen.sync == Sync::lost);
  CHECK(seen.exchanges.empty());
  CHECK(seen.warnings.size() == 1);
  CHECK(seen.to_client == from_hex("5a00000005493100000004"));
  CHECK(observe({{Direction::from_client, from_hex("160301")}}).sync == Sync::opaque);
  CHECK(observe({{Direction::from_client, from_hex("47455420")}}).sync == Sync::lost);
}

TEST_CASE("whatever happens to a connection, at whatever step, what was told stands") {
  for (const std::string& name : captures) {
    CAPTURE(name);
    stage::check_observer_mishaps(protocol(), connection(read_capture(name), 1), 40);
  }
}

TEST_CASE("whatever happens to a served connection, at whatever step, it is told and goes on") {
  for (const std::string& name : captures) {
    CAPTURE(name);
    const auto chunks = connection(without_refusals(read_capture(name)), 1);
    FakeTable table(observe(chunks).exchanges);
    std::vector<Buffer> sent;
    for (const Chunk& chunk : chunks)
      if (chunk.from == Direction::from_client && sent.size() < 40) sent.push_back(chunk.octets);
    stage::check_server_mishaps([&] { return std::make_unique<Live>(table); }, sent);
  }
}

}  // namespace
}  // namespace understudy::postgres
