#include <doctest/doctest.h>

#include "store/session_file.hpp"
#include "support.hpp"

namespace understudy::store {

namespace {

SessionHeader header() {
  return {.service = "orders",
          .protocol = "postgres",
          .recording = "r1",
          .connection = 1,
          .started = "2025-03-04T05:06:07Z",
          .facts = {{"user", "shop"}, {"server_version", "15.4"}}};
}

std::vector<Exchange> exchanges() {
  std::vector<Exchange> all;
  const auto add = [&](Document request, Document answer, std::uint64_t tick) {
    Exchange exchange;
    exchange.request = std::move(request);
    exchange.answer = std::move(answer);
    exchange.began.tick = tick;
    exchange.ended.tick = tick + 1;
    all.push_back(std::move(exchange));
  };
  add({{"sql", "SELECT 1"}}, {{"rows", {{1, "a"}, {2, "b"}}}}, 1);
  add({{"sql", "SELECT *\nFROM t\n---\nat: [1, 2]\nWHERE a = 1"}}, {{"tag", "at: [3, 4]"}}, 3);
  add({{"sql", "  odd \nat: [1, 2]\n...\n\tand long enough for lines of its own \n"}}, nullptr, 15);
  add({{"x", Document::binary({0, 1, 255})}}, {{"text", "at: [5, 6]\n"}, {"at", {7, 8}}}, 107);
  return all;
}

/// Exchanges that a file gives, and its problems.
std::vector<Exchange> read_all(const std::filesystem::path& file, Diagnostics& problems) {
  std::vector<Exchange> found;
  auto reader = SessionReader::open(file, problems);
  if (!reader) return found;
  while (auto exchange = reader->next(problems)) found.push_back(std::move(*exchange));
  return found;
}

bool equal(const Exchange& a, const Exchange& b) {
  return same(a.request, b.request) && same(a.answer, b.answer) && a.began.tick == b.began.tick &&
         a.ended.tick == b.ended.tick;
}

}  // namespace

TEST_CASE("a session that is cut off at any octet gives its whole exchanges and no error") {
  const TemporaryFolder folder;
  SessionWriter writer(folder.path(), header());
  std::string problem;
  std::vector<std::size_t>
      ends;  // sizes at which one exchange more is whole, but for its line feed
  for (const Exchange& exchange : exchanges()) {
    REQUIRE(writer.append(exchange, problem));
    ends.push_back(std::filesystem::file_size(writer.path()) - 1);
  }
  const std::string whole = content_of(writer.path());
  const std::vector<Exchange> expected = exchanges();
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    const auto file = folder.write("torn.yaml", whole.substr(0, size));
    Diagnostics problems;
    const std::vector<Exchange> found = read_all(file, problems);
    INFO("cut at " << size << ": " << all(problems));
    REQUIRE_FALSE(has_errors(problems));
    REQUIRE(problems.size() <= 1);
    const auto complete = static_cast<std::size_t>(
        std::ranges::count_if(ends, [&](std::size_t end) { return end <= size; }));
    REQUIRE(found.size() == complete);
    for (std::size_t i = 0; i < complete; ++i) REQUIRE(equal(found[i], expected[i]));
  }
}

TEST_CASE("a session whose end was filled with zeros gives its whole exchanges and a warning") {
  const TemporaryFolder folder;
  SessionWriter writer(folder.path(), header());
  std::string problem;
  for (const Exchange& exchange : exchanges()) REQUIRE(writer.append(exchange, problem));
  std::string content = content_of(writer.path());
  content.resize(content.size() - 30);
  content.append(100, '\0');
  Diagnostics problems;
  CHECK(read_all(folder.write("zeros.yaml", content), problems).size() == exchanges().size() - 1);
  CHECK_FALSE(has_errors(problems));
  CHECK(problems.size() == 1);
}

TEST_CASE("a cut in the middle of a session is an error with its line, and the rest is read") {
  const TemporaryFolder folder;
  SessionWriter writer(folder.path(), header());
  std::string problem;
  for (const Exchange& exchange : exchanges()) REQUIRE(writer.append(exchange, problem));
  std::string content = content_of(writer.path());
  const std::size_t at = content.find("at: [1, 2]\n---");
  REQUIRE(at != std::string::npos);
  content.erase(at, std::string_view("at: [1, 2]\n").size());
  Diagnostics problems;
  CHECK(read_all(folder.write("cut.yaml", content), problems).size() == exchanges().size() - 1);
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].severity == Severity::error);
  CHECK(problems[0].line == 10);
  CHECK(problems[0].what == "the key `at` is missing, expected a list");
}

TEST_CASE("an exchange that is spelled otherwise counts as whole once a marker follows it") {
  const TemporaryFolder folder;
  const std::string begin =
      "understudy: 1\nsession: {service: s, protocol: redis, recording: r1, connection: 1}\n---\n"
      "at: [1, 2]\nrequest: a\nanswer: b\n";
  Diagnostics problems;
  CHECK(read_all(folder.write("open.yaml", begin), problems).empty());
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].severity == Severity::warning);
  CHECK(problems[0].line == 3);
  problems.clear();
  CHECK(read_all(folder.write("closed.yaml", begin + "...\n"), problems).size() == 1);
  CHECK(problems.empty());
}

}  // namespace understudy::store
