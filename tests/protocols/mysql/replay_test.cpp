// Real connections, observed, analysed and served again: the server's octets must be the recorded
// ones.
#include <algorithm>

#include "protocols/mysql/image.hpp"
#include "support.hpp"

namespace understudy::mysql::test {
namespace {

const char* const captures[] = {"pymysql.txt", "mysql2.txt", "mysql2_execute.txt"};

std::size_t first_packet(Bytes octets) {
  return 4U + octets[0] + 256U * octets[1];
}

// What the server said behind its greeting, as lines.
std::string recorded_lines(const std::vector<Captured>& runs) {
  const Octets server = all_of(runs, Direction::from_server);
  return payloads(Bytes(server).subspan(first_packet(server)));
}

void require_same_lines(const std::string& expected, const std::string& seen) {
  std::istringstream left(expected), right(seen);
  std::string a, b;
  for (std::size_t line = 0;; ++line) {
    const bool more_left = static_cast<bool>(std::getline(left, a));
    const bool more_right = static_cast<bool>(std::getline(right, b));
    INFO("packet " << line);
    REQUIRE_EQ(more_left, more_right);
    if (!more_left) return;
    REQUIRE_EQ(a, b);
  }
}

TEST_CASE("a real connection is observed without a warning and to its end") {
  for (const char* name : captures) {
    INFO(name);
    const Learned learned = observe(read_capture(name));
    CHECK_EQ(learned.sync, Sync::in_sync);
    CHECK(learned.warnings.empty());
    CHECK_GT(learned.exchanges.size(), 60);
    CHECK_EQ(learned.session.facts["user"], "understudy");
  }
}

TEST_CASE("an observer relays every octet of a server without TLS and compression") {
  for (const char* name : captures) {
    INFO(name);
    const auto runs = read_capture(name);
    const Learned learned = observe(runs, 7);
    CHECK(learned.to_server == all_of(runs, Direction::from_client));
    const Octets server = all_of(runs, Direction::from_server);
    REQUIRE_EQ(learned.to_client.size(), server.size());
    const std::size_t greeting = first_packet(server);
    CHECK(std::equal(server.begin() + static_cast<std::ptrdiff_t>(greeting), server.end(),
                     learned.to_client.begin() + static_cast<std::ptrdiff_t>(greeting)));
  }
}

TEST_CASE("what is learned does not depend on how the octets arrive") {
  for (const char* name : captures) {
    INFO(name);
    const auto runs = read_capture(name);
    const Learned whole = observe(runs);
    const Learned pieces = observe(runs, 1);
    REQUIRE_EQ(whole.exchanges.size(), pieces.exchanges.size());
    for (std::size_t i = 0; i < whole.exchanges.size(); ++i) {
      CHECK_EQ(whole.exchanges[i].request, pieces.exchanges[i].request);
      CHECK_EQ(whole.exchanges[i].answer, pieces.exchanges[i].answer);
    }
  }
}

TEST_CASE("a connection that breaks off anywhere neither crashes an observer nor makes it guess") {
  const auto runs = read_capture("mysql2_execute.txt");
  const Learned whole = observe(runs);
  for (std::size_t kept = 1; kept <= runs.size(); kept += 3) {
    std::vector<Captured> some(runs.begin(), runs.begin() + static_cast<std::ptrdiff_t>(kept));
    some.back().octets.resize(some.back().octets.size() / 2);
    const Learned part = observe(some);
    CHECK_LE(part.exchanges.size(), whole.exchanges.size() + 1);
    CHECK_EQ(part.sync, Sync::in_sync);
  }
}

TEST_CASE("replaying a recording gives the recorded octets") {
  for (const char* name : captures) {
    INFO(name);
    const auto runs = read_capture(name);
    const Recorded table(observe(runs));
    Served served(table);
    served.feed(all_of(runs, Direction::from_client));
    for (const std::string& miss : served.missed) FAIL_CHECK(miss);
    // Statements that could not even be prepared are refused without asking for their execution.
    const auto refused = std::ranges::count_if(table.answers(), [](const Analysis& known) {
      return known.image.at(2) == static_cast<char>(EntryKind::error);
    });
    const bool prepares = std::string_view(name) == "mysql2_execute.txt";
    CHECK_LE(served.unused(), prepares ? refused : 0);
    require_same_lines(recorded_lines(runs), payloads(served.take_output()));
  }
}

TEST_CASE("replaying octet by octet gives the same") {
  const auto runs = read_capture("mysql2_execute.txt");
  const Recorded table(observe(runs));
  Served served(table);
  for (const std::uint8_t octet : all_of(runs, Direction::from_client))
    served.feed(Bytes(&octet, 1));
  require_same_lines(recorded_lines(runs), payloads(served.take_output()));
}

TEST_CASE("what one driver recorded answers another") {
  for (const char* name : captures)
    for (const char* other : captures) {
      INFO(name << " from " << other);
      const Recorded table(observe(read_capture(other)));
      Served served(table);
      served.feed(all_of(read_capture(name), Direction::from_client));
      for (const std::string& miss : served.missed) FAIL_CHECK(miss);
    }
}

TEST_CASE("recording the mock gives the exchanges that it was made of") {
  for (const char* name : captures) {
    INFO(name);
    const auto runs = read_capture(name);
    const Learned first = observe(runs);
    const Recorded table(first);
    Served served(table);
    std::vector<Captured> again = {{Direction::from_server, served.greeting()}};
    for (const Captured& run : runs) {
      if (run.from != Direction::from_client) continue;
      again.push_back(run);
      served.feed(run.octets);
      again.push_back({Direction::from_server, served.take_output()});
    }
    const Learned second = observe(again);
    CHECK(second.warnings.empty());
    REQUIRE_EQ(first.exchanges.size(), second.exchanges.size());
    for (std::size_t i = 0; i < first.exchanges.size(); ++i) {
      CHECK_EQ(first.exchanges[i].request, second.exchanges[i].request);
      CHECK_EQ(first.exchanges[i].answer, second.exchanges[i].answer);
    }
  }
}

TEST_CASE("whatever happens to a connection, at whatever step, what was told stands") {
  for (const char* name : captures) {
    INFO(name);
    stage::check_observer_mishaps(protocol(), read_capture(name), 40);
  }
}

TEST_CASE("whatever happens to a served connection, at whatever step, it is told and goes on") {
  const auto runs = read_capture("pymysql.txt");
  const Recorded table(observe(runs));
  std::vector<Octets> sent;
  for (const Captured& run : runs)
    if (run.from == Direction::from_client && sent.size() < 60) sent.push_back(run.octets);
  stage::check_server_mishaps([&] { return std::make_unique<Served>(table); }, sent);
}

}  // namespace
}  // namespace understudy::mysql::test
