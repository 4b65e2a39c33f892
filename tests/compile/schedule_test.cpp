#include "compile/selftest/schedule.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "support/toy_recording.hpp"

using namespace understudy;
using namespace understudy::compile;

namespace {

std::vector<std::uint32_t> order_of(const Schedule& schedule) {
  std::vector<std::uint32_t> steps;
  for (const Turn& turn : schedule) steps.push_back(static_cast<std::uint32_t>(turn.step.index()));
  return steps;
}

/// All orders that a few seeds give.
std::set<std::vector<std::uint32_t>> orders_of(const toy::Recorded& recorded) {
  const Concurrency concurrency(recorded.loaded(), 1000);
  std::set<std::vector<std::uint32_t>> orders;
  for (std::uint32_t seed = 1; seed <= 40; ++seed)
    orders.insert(order_of(interleaved(recorded.loaded(), concurrency, 1000, seed)));
  return orders;
}

}  // namespace

TEST_CASE("what one program does on two connections in turn is not interleaved otherwise") {
  toy::Recorded recorded;
  recorded.say(1, "SET t.1 a", "ok").say(2, "GET t.1", "a").say(1, "GET t.1", "a");
  CHECK(orders_of(recorded) == std::set<std::vector<std::uint32_t>>{{0, 1, 2}});
  CHECK(Concurrency(recorded.loaded(), 1000).sources().empty());
}

TEST_CASE("what overlapped comes in every order, each connection in its own") {
  toy::Recorded recorded;
  recorded.say_at(1, "GET t.1", "a", 1, 3).say_at(2, "GET t.2", "a", 2, 4);
  recorded.say_at(1, "GET t.3", "a", 5, 7).say_at(2, "GET t.4", "a", 6, 8);
  const auto orders = orders_of(recorded);
  CHECK(orders.size() == 6);
  for (const auto& order : orders) {
    CHECK(std::ranges::find(order, 0U) < std::ranges::find(order, 2U));
    CHECK(std::ranges::find(order, 1U) < std::ranges::find(order, 3U));
  }
}

TEST_CASE("what came before the first and after the last overlap stays where it was") {
  toy::Recorded recorded;
  recorded.say_at(1, "GET t.1", "a", 1, 2).say_at(2, "GET t.2", "a", 3, 4);
  recorded.say_at(1, "GET t.3", "a", 5, 7).say_at(2, "GET t.4", "a", 6, 8);
  recorded.say_at(1, "GET t.5", "a", 9, 10).say_at(2, "GET t.6", "a", 11, 12);
  CHECK(orders_of(recorded) ==
        std::set<std::vector<std::uint32_t>>{{0, 1, 2, 3, 4, 5}, {0, 1, 3, 2, 4, 5}});
}

TEST_CASE("a third connection that overlapped with neither keeps its place between them") {
  toy::Recorded recorded;
  recorded.say_at(1, "GET t.1", "a", 1, 3).say_at(2, "GET t.2", "a", 2, 4);
  recorded.say_at(3, "SET t.9 a", "ok", 5, 6);
  recorded.say_at(1, "GET t.3", "a", 7, 9).say_at(2, "GET t.4", "a", 8, 10);
  for (const auto& order : orders_of(recorded)) CHECK(order[2] == 2);
}
