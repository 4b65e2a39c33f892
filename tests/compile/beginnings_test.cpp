// Recordings that did not begin alike.
#include "compile/states/beginnings.hpp"

#include <doctest/doctest.h>

#include "support/toy_recording.hpp"

using namespace understudy;
using namespace understudy::compile;

namespace {

struct Outcome {
  Trace trace;
  Settlement settlement;
  std::vector<Contradiction> found;
};

/// Follows the recordings until no new beginning is found.
Outcome follow(const toy::Recorded& recorded) {
  const RowKeys rows(recorded.loaded().steps, {});
  Beginnings beginnings;
  Outcome followed;
  for (bool more = true; more;) {
    followed.trace = trace_chains(recorded.loaded(), rows, {}, {}, beginnings);
    followed.settlement = settle(recorded.loaded(), followed.trace);
    const auto found =
        part_beginnings(recorded.loaded(), followed.trace, followed.settlement, beginnings);
    followed.found.insert(followed.found.end(), found.begin(), found.end());
    more = !found.empty();
  }
  return followed;
}

std::size_t guesses_of(const Outcome& followed) {
  std::size_t guesses = 0;
  for (const SettledRequest& request : followed.settlement.requests)
    for (const SettledAnswer& answer : request.answers) guesses += answer.guess ? 1 : 0;
  return guesses;
}

}  // namespace

TEST_CASE("what a second recording found otherwise is in a state of its own") {
  toy::Recorded recorded;
  recorded.say(1, "GET t.1", "a").say(1, "SET t.1 x", "1").say(1, "GET t.1", "x1");
  recorded.next_recording();
  recorded.say(1, "GET t.1", "b").say(1, "SET t.1 x", "4").say(1, "GET t.1", "x4");
  const Outcome followed = follow(recorded);
  CHECK(followed.found.size() == 1);
  CHECK(guesses_of(followed) == 0);
  CHECK(followed.trace.steps.at(0).state != followed.trace.steps.at(3).state);
  CHECK(followed.trace.steps.at(2).state != followed.trace.steps.at(5).state);
}

TEST_CASE("where a write determines what is there the recordings are alike again") {
  toy::Recorded recorded;
  recorded.say(1, "PEEK t.1", "a").say(1, "PUT t.1 x", "ok").say(1, "PEEK t.1", "x");
  recorded.next_recording();
  recorded.say(1, "PEEK t.1", "b").say(1, "PUT t.1 x", "ok").say(1, "PEEK t.1", "x");
  const Outcome followed = follow(recorded);
  CHECK(guesses_of(followed) == 0);
  CHECK(followed.trace.steps.at(0).state != followed.trace.steps.at(3).state);
  CHECK(followed.trace.steps.at(2).state == followed.trace.steps.at(5).state);
}

TEST_CASE("what nobody writes has changed by a cause that the recordings don't show") {
  toy::Recorded recorded;
  recorded.say(1, "GET t.1", "a").say(1, "SET u.1 x", "ok").next_recording();
  recorded.say(1, "GET t.1", "b").say(1, "SET u.1 x", "ok");
  const Outcome followed = follow(recorded);
  CHECK(followed.found.empty());
  CHECK(guesses_of(followed) == 1);
}

TEST_CASE("recordings that agree have one beginning") {
  toy::Recorded recorded;
  recorded.say(1, "GET t.1", "a").say(1, "SET t.1 x", "ok").next_recording();
  recorded.say(1, "GET t.1", "a").say(1, "SET t.1 x", "ok");
  CHECK(follow(recorded).trace.beginnings.empty());
}
