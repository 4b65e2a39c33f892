#include "compile/selftest/mend.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "compile/pipeline.hpp"
#include "support/toy_recording.hpp"
#include "table/service_section.hpp"

using namespace understudy;
using namespace understudy::compile;

namespace {

/// The table made of one recording, tested with another.
TestedTable tested(const toy::Recorded& made_of, std::vector<LoadedService> replayed) {
  std::vector<table::ServiceBuilder> builders;
  builders.push_back(made_of.builder());
  Diagnostics problems;
  auto result = build_and_mend(replayed, Document::object(), builders, {}, problems, {});
  REQUIRE(result);
  CHECK(problems.empty());
  REQUIRE(result->services.size() == 1);
  for (const TestedReplay& test : result->services[0].tests) CHECK(test.replay.wrong == 0);
  return std::move(*result);
}

std::vector<bool> guesses_of(const TestedTable& tested) {
  const auto& table = tested.table;
  REQUIRE(table);
  std::vector<bool> guesses;
  for (const auto& answer : table->service(0).all_answers())
    guesses.push_back((answer.flags & table::format::answer_guess) != 0);
  return guesses;
}

}  // namespace

TEST_CASE("a table that its recording confirms is kept as it is") {
  toy::Recorded recorded, same;
  for (toy::Recorded* each : {&recorded, &same})
    each->say(1, "GET t.1", "a").say(1, "SET t.1 b", "ok").say(1, "GET t.1", "b");
  const TestedTable table = tested(recorded, same.take());
  CHECK(table.services[0].refuted.empty());
  CHECK(guesses_of(table) == std::vector<bool>{false, false, false});
}

TEST_CASE("an entry that the recording refutes becomes a guess, named with both exchanges") {
  toy::Recorded recorded, other;
  recorded.say(1, "GET t.1", "a").say(1, "SET t.1 b", "ok").say(1, "GET t.1", "b");
  other.say(1, "GET t.1", "a").say(1, "SET t.1 b", "ok").say(1, "GET t.1", "c");
  const TestedTable table = tested(recorded, other.take());
  CHECK(std::ranges::count(guesses_of(table), true) == 1);
  REQUIRE_FALSE(table.services[0].refuted.empty());
  const RefutedEntry& refuted = table.services[0].refuted.front();
  CHECK(refuted.pattern == "GET");
  CHECK(refuted.replay == "as recorded");
  CHECK(refuted.asked_at == "sessions/r1.svc.001.yaml:3");
  CHECK(refuted.answered_at == "sessions/r1.svc.001.yaml:3");
  CHECK(refuted.difference == "answered 'b' in place of 'c'");
}

TEST_CASE("one flaw costs no other entry, and many of one kind are told once") {
  toy::Recorded recorded, other;
  for (int i = 0; i < 20; ++i) {
    const std::string line = "GET t." + std::to_string(i);
    recorded.say(1, line, "a");
    other.say(1, line, i % 2 == 0 ? "a" : "z");
  }
  const TestedTable table = tested(recorded, other.take());
  const std::vector<bool> guesses = guesses_of(table);
  for (std::size_t i = 0; i < guesses.size(); ++i) CHECK(guesses[i] == (i % 2 != 0));
  REQUIRE_FALSE(table.services[0].refuted.empty());
  CHECK(table.services[0].refuted.front().with_it == 9);
}

TEST_CASE("a recording that refutes every answer still has a table, in which all are guesses") {
  toy::Recorded recorded, other;
  for (int i = 0; i < 12; ++i) {
    const std::string value = std::to_string(i);
    recorded.say(1, "SET t.1 " + value, "ok").say(1, "GET t.1", "a" + value);
    other.say(1, "SET t.1 " + value, "yes").say(1, "GET t.1", "b" + value);
  }
  const TestedTable table = tested(recorded, other.take());
  CHECK_FALSE(table.services[0].refuted.empty());
  CHECK(table.services[0].tests.front().replay.certain == 0);
}

TEST_CASE("an exchange that overlapped a write refutes no entry: nobody knows which side it saw") {
  toy::Recorded recorded;
  recorded.say(1, "GET t.1", "a")
      .say_at(1, "GET t.1", "b", 4, 5)
      .say_at(2, "SET t.1 b", "ok", 3, 6);
  std::vector<LoadedService> services = recorded.take();
  store::Config config;
  config.services.push_back(*services[0].service);
  Diagnostics problems;
  const auto compiled = compile_services({}, config, services, problems);
  REQUIRE(compiled);
  CHECK(compiled->services[0].refuted.empty());
  CHECK(compiled->services[0].tests.front().replay.guess == 1);
  CHECK(compiled->services[0].tests.front().replay.certain == 2);
}
