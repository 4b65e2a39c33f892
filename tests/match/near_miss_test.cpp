#include "match/near_miss.hpp"

#include <doctest/doctest.h>

#include "support/json.hpp"
#include "support/toy_recording.hpp"

using namespace understudy;

TEST_CASE("the nearest request is the one that differs in the fewest fields") {
  toy::Recorded recorded;
  recorded.say(1, "GET t.1", "one").say(1, "GET t.2", "two").say(1, "SET t.1 x", "ok");
  const auto table = recorded.table();
  const auto nearest = match::nearest(toy::protocol(), match::PatternIndex(table->service(0)),
                                      toy::identity_of("GET t.9").canonical, 2);
  REQUIRE(nearest.size() == 2);
  CHECK(nearest[0].differences.size() == 1);
  CHECK(nearest[0].differences[0].path == "/rest");
  CHECK(nearest[0].source == "sessions/r1.svc.001.yaml:1");
}

TEST_CASE("differences name what is missing on either side and what differs inside") {
  const auto found = match::differences(json_document(R"({"a":[1,2],"b":{"c":1},"d":1})"),
                                        json_document(R"({"a":[1,3],"b":{"c":1},"e":2})"));
  REQUIRE(found.size() == 3);
  CHECK(found[0].path == "/a/1");
  CHECK(found[1].path == "/d");
  CHECK(found[1].recorded.empty());
  CHECK(found[2].path == "/e");
  CHECK(found[2].asked.empty());
}
