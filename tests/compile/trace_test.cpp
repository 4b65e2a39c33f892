#include <doctest/doctest.h>

#include "support/toy_recording.hpp"

using namespace understudy;
using namespace understudy::compile;

namespace {

std::vector<bool> uncertain_steps(const toy::Recorded& recorded) {
  std::vector<bool> uncertain;
  for (const TracedStep& step : recorded.trace().steps) uncertain.push_back(step.uncertain);
  return uncertain;
}

}  // namespace

TEST_CASE("a read is put under the writes that came before it") {
  toy::Recorded recorded;
  recorded.say(1, "GET t.1", "a")
      .say(1, "SET t.1 b", "ok")
      .say(1, "GET t.1", "b")
      .say(1, "GET t.2", "z");
  const Trace trace = recorded.trace();
  REQUIRE(trace.steps.size() == 4);
  CHECK(trace.steps[0].state != trace.steps[2].state);
  CHECK(settle(recorded.loaded(), trace).contradicted.empty());
}

TEST_CASE("a failed write bumps nothing") {
  toy::Recorded recorded;
  recorded.say(1, "GET t.1", "a").say(1, "SET t.1 b", "error: no").say(1, "GET t.1", "a");
  const Trace trace = recorded.trace();
  CHECK(trace.steps[0].state == trace.steps[2].state);
}

TEST_CASE("a transaction is seen by its own connection only until it commits") {
  toy::Recorded recorded;
  recorded.say(1, "BEGIN", "").say(1, "SET t.1 b", "ok").say(1, "GET t.1", "b");
  recorded.say(2, "GET t.1", "a").say(1, "COMMIT", "").say(2, "GET t.1", "b");
  const Trace trace = recorded.trace();
  REQUIRE(trace.steps.size() == 4);
  CHECK(trace.steps[1].state != trace.steps[2].state);
  CHECK(trace.steps[1].state == trace.steps[3].state);
}

TEST_CASE("a rollback and a rollback to a savepoint undo the chains") {
  toy::Recorded recorded;
  recorded.say(1, "GET t.1", "a")
      .say(1, "BEGIN", "")
      .say(1, "SET t.1 b", "ok")
      .say(1, "SAVEPOINT s", "");
  recorded.say(1, "SET t.1 c", "ok").say(1, "BACK s", "").say(1, "GET t.1", "b");
  recorded.say(1, "ROLLBACK", "").say(1, "GET t.1", "a");
  const Trace trace = recorded.trace();
  CHECK(trace.steps.front().state == trace.steps.back().state);
  CHECK(settle(recorded.loaded(), trace).contradicted.empty());
}

TEST_CASE("a read that ran while another connection wrote is uncertain") {
  toy::Recorded recorded;
  recorded.say_at(1, "GET t.1", "a", 1, 4).say_at(2, "SET t.1 b", "ok", 2, 6);
  CHECK(uncertain_steps(recorded)[0]);
  toy::Recorded elsewhere;
  elsewhere.say_at(1, "GET t.2", "a", 1, 4).say_at(2, "SET t.1 b", "ok", 2, 6);
  CHECK_FALSE(uncertain_steps(elsewhere)[0]);
  toy::Recorded after;
  after.say_at(1, "GET t.1", "a", 1, 4).say_at(2, "SET t.1 b", "ok", 5, 6);
  CHECK_FALSE(uncertain_steps(after)[0]);
}

TEST_CASE("what is read after two writes overlapped is uncertain, since nobody knows their order") {
  toy::Recorded recorded;
  recorded.say_at(1, "SET t.1 a", "ok", 1, 4).say_at(2, "SET t.1 b", "ok", 2, 6);
  recorded.say(1, "GET t.1", "a").say(1, "GET u.1", "z");
  const auto uncertain = uncertain_steps(recorded);
  CHECK(uncertain[2]);
  CHECK_FALSE(uncertain[3]);
}

TEST_CASE("a certain answer outweighs an uncertain one of the same state") {
  toy::Recorded recorded;
  recorded.say_at(1, "GET t.1", "b", 1, 4)
      .say_at(2, "SET t.1 b", "ok", 2, 6)
      .say(1, "GET t.1", "b");
  recorded.next_recording().say(1, "GET t.1", "a");
  const Trace trace = recorded.trace();
  const Settlement settled = settle(recorded.loaded(), trace);
  REQUIRE(settled.requests[0].answers.size() == 2);
  for (const SettledAnswer& answer : settled.requests[0].answers) CHECK_FALSE(answer.guess);
  CHECK(settled.contradicted.empty());
}

TEST_CASE("one state with two answers contradicts the keys, and wider keys can explain it") {
  toy::Recorded recorded;
  recorded.say(1, "GET t.1", "a").say(1, "SET u.1 x", "ok").say(1, "GET t.1", "b");
  const Trace narrow = recorded.trace();
  const auto contradicted = settle(recorded.loaded(), narrow).contradicted;
  REQUIRE(contradicted.size() == 1);
  CHECK(contradicted.begin()->first == "GET");
  CHECK(contradicted.at("GET").first == 0);
  CHECK(contradicted.at("GET").second == 2);
  const Trace wide = recorded.trace({{"GET", Width::everything}});
  CHECK(settle(recorded.loaded(), wide).contradicted.empty());
}

TEST_CASE("what wider keys can't explain is volatile and keeps its answers in order") {
  toy::Recorded recorded;
  recorded.say(1, "GET t.1", "a").say(1, "GET t.1", "b").say(1, "GET t.1", "a");
  const Trace trace = recorded.trace({{"GET", Width::everything}});
  const Settlement settled = settle(recorded.loaded(), trace);
  REQUIRE(settled.requests[0].volatile_);
  CHECK(settled.requests[0].answers.size() == 3);
}

TEST_CASE("recordings that contradict each other give a guess, not a volatile request") {
  toy::Recorded recorded;
  recorded.say(1, "GET t.1", "a").next_recording().say(1, "GET t.1", "b");
  const Trace trace = recorded.trace();
  const Settlement settled = settle(recorded.loaded(), trace);
  CHECK_FALSE(settled.requests[0].volatile_);
  REQUIRE(settled.requests[0].answers.size() == 1);
  CHECK(settled.requests[0].answers[0].guess);
}
