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

TEST_CASE("a value that each run makes anew is no difference that decides") {
  constexpr const char* fresh = "6f8b1d1e-3f0e-4f62-9c3b-8b1f3f1f7a01";
  constexpr const char* other = "11111111-3f0e-4f62-9c3b-8b1f3f1f7a02";
  toy::Recorded recorded;
  recorded.say(1, std::string("SET t.1 ") + fresh, "ok");
  const auto table = recorded.table();
  REQUIRE(table->service(0).has_varying());
  const match::PatternIndex patterns(table->service(0));
  const auto nearest_to = [&](const std::string& request) {
    const auto found =
        match::nearest(toy::protocol(), patterns, toy::identity_of(request).canonical, 1);
    REQUIRE(found.size() == 1);
    return found[0];
  };
  CHECK(nearest_to(std::string("SET t.1 ") + other).differences.empty());
  CHECK(nearest_to(std::string("SET t.1 ") + other).other_fresh_values);
  CHECK(nearest_to(std::string("SET t.2 ") + other).differences.size() == 1);
  CHECK(nearest_to("SET t.1 plain").differences.size() == 1);
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
