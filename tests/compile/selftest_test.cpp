#include "compile/selftest/selftest.hpp"

#include <doctest/doctest.h>

#include "support/toy_recording.hpp"
#include "table/service_section.hpp"

using namespace understudy;
using namespace understudy::compile;

TEST_CASE(
    "a recording replayed against its own table is certain and right, however often it reads") {
  toy::Recorded recorded;
  recorded.say(1, "GET t.1", "a")
      .say(1, "BEGIN", "")
      .say(1, "SET t.1 b", "ok")
      .say(1, "GET t.1", "b");
  recorded.say(2, "GET t.1", "a")
      .say(1, "ROLLBACK", "")
      .say(1, "GET t.1", "a")
      .say(1, "GET t.2", "x");
  recorded.next_recording().say(1, "SET t.1 b", "ok").say(1, "GET t.1", "b");
  const auto table = recorded.table();
  for (const auto perturbation :
       {Perturbation::none, Perturbation::repeated_reads, Perturbation::omitted_reads}) {
    const Replay result = replay(recorded.loaded(), table->service(0), perturbation);
    CHECK(result.asked > 0);
    CHECK(result.certain == result.asked);
    CHECK(result.wrong == 0);
  }
}

TEST_CASE("what is volatile is counted as a guess") {
  toy::Recorded recorded;
  recorded.say(1, "GET t.1", "a").say(1, "GET t.1", "b");
  const auto table = recorded.table();
  CHECK(replay(recorded.loaded(), table->service(0), Perturbation::none).guess == 2);
}

TEST_CASE("an answer that differs from the table's is counted as wrong") {
  toy::Recorded recorded, other;
  recorded.say(1, "GET t.1", "a");
  other.say(1, "GET t.1", "z");
  const auto table = recorded.table();
  CHECK(replay(other.loaded(), table->service(0), Perturbation::none).wrong == 1);
}

TEST_CASE(
    "after a write that two recordings answer differently, the truth is that of the one which was "
    "played") {
  toy::Recorded recorded;
  recorded.say(1, "SET t.1 a", "id 1").say(1, "SET t.1 b", "id 2").next_recording();
  recorded.say(1, "SET t.1 a", "id 7").say(1, "SET t.1 b", "id 8");
  const auto table = recorded.table();
  const Replay result = replay(recorded.loaded(), table->service(0), Perturbation::none);
  CHECK(result.wrong == 0);
  CHECK(result.certain == 1);  // "id 2", after the first recording's "id 1"
  CHECK(result.guess == 3);
}

TEST_CASE("in another order a state that was recorded late is known when it is met early") {
  toy::Recorded recorded;
  // The connections work at the same time, though not on the same rows.
  recorded.say_at(1, "GET u.1", "x", 1, 3).say_at(2, "GET u.2", "x", 2, 4);
  recorded.say_at(2, "GET t.1", "a", 5, 6).say_at(1, "SET t.1 b", "ok", 7, 8);
  recorded.say_at(1, "GET u.3", "x", 9, 11).say_at(2, "GET u.4", "x", 10, 12);
  recorded.say(1, "GET t.1", "b").say(2, "GET t.1", "b");
  const auto table = recorded.table();
  constexpr std::size_t sample = 6;  // without the reads behind the write
  const Replay result =
      replay(recorded.loaded(), table->service(0), Perturbation::interleaved, sample);
  CHECK(result.asked == 18);
  CHECK(result.certain == 18);
  CHECK(result.wrong == 0);
}
