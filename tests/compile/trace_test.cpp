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
  CHECK(trace.steps.at(0).state != trace.steps.at(2).state);
  CHECK(settle(recorded.loaded(), trace).contradicted.empty());
}

TEST_CASE("a failed write advances nothing") {
  toy::Recorded recorded;
  recorded.say(1, "GET t.1", "a").say(1, "SET t.1 b", "error: no").say(1, "GET t.1", "a");
  const Trace trace = recorded.trace();
  CHECK(trace.steps.at(0).state == trace.steps.at(2).state);
}

TEST_CASE("a transaction is seen by its own connection only until it commits") {
  toy::Recorded recorded;
  recorded.say(1, "BEGIN", "").say(1, "SET t.1 b", "ok").say(1, "GET t.1", "b");
  recorded.say(2, "GET t.1", "a").say(1, "COMMIT", "").say(2, "GET t.1", "b");
  const Trace trace = recorded.trace();
  REQUIRE(trace.steps.size() == 4);
  CHECK(trace.steps.at(1).state != trace.steps.at(2).state);
  CHECK(trace.steps.at(1).state == trace.steps.at(3).state);
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
  REQUIRE(settled.requests.at(0).answers.size() == 2);
  for (const SettledAnswer& answer : settled.requests.at(0).answers) CHECK_FALSE(answer.guess);
  CHECK(settled.contradicted.empty());
}

TEST_CASE("one state with two answers contradicts the keys, and wider keys can explain it") {
  toy::Recorded recorded;
  recorded.say(1, "GET t.1", "a").say(1, "SET u.1 x", "ok").say(1, "GET t.1", "b");
  const Trace narrow = recorded.trace();
  const auto contradicted = settle(recorded.loaded(), narrow).contradicted;
  REQUIRE(contradicted.size() == 1);
  CHECK(contradicted.begin()->first == "GET");
  CHECK(contradicted.at("GET").first == StepId(0));
  CHECK(contradicted.at("GET").second == StepId(2));
  const Trace wide = recorded.trace({{"GET", Width::everything}});
  CHECK(settle(recorded.loaded(), wide).contradicted.empty());
}

TEST_CASE("what wider keys can't explain is volatile and keeps its answers in order") {
  toy::Recorded recorded;
  recorded.say(1, "GET t.1", "a").say(1, "GET t.1", "b").say(1, "GET t.1", "a");
  const Trace trace = recorded.trace({{"GET", Width::everything}});
  const Settlement settled = settle(recorded.loaded(), trace);
  REQUIRE(settled.requests.at(0).volatile_);
  CHECK(settled.requests.at(0).answers.size() == 3);
}

TEST_CASE("recordings that contradict each other give a guess, not a volatile request") {
  toy::Recorded recorded;
  recorded.say(1, "GET t.1", "a").next_recording().say(1, "GET t.1", "b");
  const Trace trace = recorded.trace();
  const Settlement settled = settle(recorded.loaded(), trace);
  CHECK_FALSE(settled.requests.at(0).volatile_);
  REQUIRE(settled.requests.at(0).answers.size() == 1);
  CHECK(settled.requests.at(0).answers[0].guess);
}

TEST_CASE("a write that determines what is there makes the state the same on every way to it") {
  toy::Recorded recorded;
  recorded.say(1, "PUT t.1 a", "ok").say(1, "PEEK t.1", "a").say(1, "GET t.1", "a");
  recorded.say(1, "PUT t.1 b", "ok").say(1, "PEEK t.1", "b").say(1, "SET t.1 c", "ok");
  recorded.say(1, "PUT t.1 a", "ok").say(1, "PEEK t.1", "a").say(1, "GET t.1", "a");
  const Trace trace = recorded.trace();
  REQUIRE(trace.steps.size() == 9);
  CHECK(trace.steps.at(1).state == trace.steps.at(7).state);
  CHECK(trace.steps.at(1).state != trace.steps.at(4).state);
  CHECK(trace.steps.at(2).state != trace.steps.at(8).state);  // GET asks for the writes
}

TEST_CASE("what is there below a path is told by each of its parts, in whatever order they came") {
  toy::Recorded recorded;
  recorded.say(1, "PUT t.1 a", "ok").say(1, "PUT t.2 b", "ok").say(1, "PEEK t", "a b");
  recorded.say(1, "PUT t.2 b", "ok").say(1, "PUT t.1 a", "ok").say(1, "PEEK t", "a b");
  recorded.say(1, "PUT t c", "ok").say(1, "PEEK t", "c").say(1, "PEEK t.1", "c");
  const Trace trace = recorded.trace();
  REQUIRE(trace.steps.size() == 9);
  CHECK(trace.steps.at(2).state == trace.steps.at(5).state);
  CHECK(trace.steps.at(5).state != trace.steps.at(7).state);
  CHECK(settle(recorded.loaded(), trace).contradicted.empty());
}

TEST_CASE("what an answer determines is there in transactions when they are committed") {
  toy::Recorded recorded;
  recorded.say(1, "ADD t.1 2", "2").say(1, "BEGIN", "").say(1, "ADD t.1 1", "3");
  recorded.say(2, "PEEK t.1", "2").say(1, "PEEK t.1", "3").say(1, "COMMIT", "");
  recorded.say(2, "PEEK t.1", "3").say(2, "ADD t.1 0", "3").say(2, "PEEK t.1", "3");
  const Trace trace = recorded.trace();
  REQUIRE(trace.steps.size() == 7);
  CHECK(trace.steps.at(2).state != trace.steps.at(3).state);
  CHECK(trace.steps.at(3).state == trace.steps.at(4).state);
  CHECK(trace.steps.at(4).state == trace.steps.at(6).state);
}

TEST_CASE("a write that determines what is there ends the doubt about earlier ones") {
  toy::Recorded recorded;
  recorded.say_at(1, "PUT t.1 a", "ok", 1, 4).say_at(2, "PUT t.1 b", "ok", 2, 6);
  recorded.say(1, "PEEK t.1", "a").say(1, "PUT t.1 c", "ok").say(1, "PEEK t.1", "c");
  const auto uncertain = uncertain_steps(recorded);
  CHECK(uncertain[2]);
  CHECK_FALSE(uncertain[4]);
}

TEST_CASE("a transaction goes on seeing what was there when it first looked") {
  toy::Recorded recorded;
  recorded.say(1, "BEGIN", "").say(2, "SET t.1 b", "ok").say(1, "LOOK t.1", "b");
  recorded.say(2, "SET t.1 c", "ok").say(1, "LOOK t.1", "b").say(1, "GET t.1", "c");
  recorded.say(1, "COMMIT", "").say(1, "LOOK t.1", "c").say(2, "GET t.1", "c");
  const Trace trace = recorded.trace();
  REQUIRE(trace.steps.size() == 7);
  const auto state = [&](std::size_t i) { return trace.steps.at(i).state; };
  CHECK(state(1) == state(3));
  CHECK(state(3) != state(4));
  CHECK(state(4) == state(5));
  CHECK(state(5) == state(6));
  CHECK(settle(recorded.loaded(), trace).contradicted.empty());
}

TEST_CASE("what overlapped with a transaction's first look makes uncertain what it sees later") {
  toy::Recorded recorded;
  recorded.say(1, "BEGIN", "").say_at(2, "SET t.2 b", "ok", 12, 18);
  recorded.say_at(1, "LOOK t.1", "a", 10, 20).say(1, "LOOK t.2", "a").say(1, "GET t.2", "b");
  const auto uncertain = uncertain_steps(recorded);
  CHECK_FALSE(uncertain[1]);
  CHECK(uncertain[2]);
  CHECK_FALSE(uncertain[3]);
}

TEST_CASE("what a transaction has written over what it does not see is a state of its own") {
  toy::Recorded recorded;
  recorded.say(1, "BEGIN", "").say(1, "LOOK t.1", "a").say(2, "SET t.1 b", "ok");
  recorded.say(1, "SET t.1 c", "ok").say(1, "LOOK t.1", "c").say(1, "GET t.1", "c");
  const Trace trace = recorded.trace();
  CHECK(trace.steps.at(3).state != trace.steps.at(4).state);
}
