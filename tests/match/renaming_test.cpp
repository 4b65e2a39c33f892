#include "match/renaming.hpp"

#include <doctest/doctest.h>

#include <map>
#include <random>
#include <set>

#include "match/masked.hpp"
#include "support/toy_protocol.hpp"

using namespace understudy;
using namespace understudy::match;

TEST_CASE("whatever is bound in whatever order, a renaming is a bijection") {
  std::mt19937 random(11);
  const auto value = [&] { return "a" + std::to_string(random() % 50); };
  for (int run = 0; run < 200; ++run) {
    Renaming renaming;
    std::map<std::string, std::string> accepted;
    for (int i = 0; i < 200; ++i) {
      const std::string recorded = value(), live = value();
      const bool before = renaming.bound(recorded, live);
      const bool free =
          renaming.live_of(recorded) == nullptr && renaming.recorded_of(live) == nullptr;
      const bool bound = renaming.bind(recorded, live);
      CHECK(bound == (before || free));
      if (bound) accepted[recorded] = live;
    }
    std::set<std::string> lives;
    for (const auto& [recorded, live] : accepted) {
      REQUIRE(renaming.live_of(recorded) != nullptr);
      CHECK(*renaming.live_of(recorded) == live);
      CHECK(*renaming.recorded_of(live) == recorded);
      CHECK(lives.insert(live).second);
    }
  }
}

TEST_CASE("instants may coincide, and then it is known that they do") {
  Renaming renaming;
  const std::string t1 = fold(ValueKind::epoch, "1795581354"),
                    t2 = fold(ValueKind::epoch, "1795581355");
  const std::string now = fold(ValueKind::epoch, "1895581354"),
                    later = fold(ValueKind::epoch, "1895581399");
  CHECK(renaming.bind(t1, now));
  CHECK(renaming.bind(t2, now));
  CHECK(renaming.bound(t1, now));
  CHECK_FALSE(renaming.ambiguous(t1));
  CHECK(renaming.bind(t1, later));
  CHECK(renaming.ambiguous(t1));
  CHECK_FALSE(renaming.ambiguous(t2));
}

TEST_CASE("a cleared renaming knows nothing") {
  Renaming renaming;
  CHECK(renaming.bind("ax", "ay"));
  CHECK(renaming.renames());
  renaming.clear();
  CHECK_FALSE(renaming.renames());
  CHECK(renaming.live_of("ax") == nullptr);
  CHECK(renaming.bind("az", "ay"));
}

TEST_CASE("a mask forgets generated values, and nothing else") {
  const auto masked = [](const std::string& line) {
    return mask(toy::protocol(), toy::identity_of(line).canonical);
  };
  const std::string a = "919108f7-52d1-4320-9bac-f847db4148a8";
  const std::string b = "c232ab00-9414-41ec-b3c8-9f6bdeced846";
  CHECK(masked("SET t." + a + " x").mask == masked("SET t." + b + " x").mask);
  CHECK(masked("SET t." + a + " x").mask != masked("SET t." + b + " y").mask);
  CHECK(masked("SET t." + a + " " + a).mask != masked("SET t." + a + " " + b).mask);
  CHECK(masked("SET t." + a + " " + a).mask == masked("SET t." + b + " " + b).mask);
  CHECK(masked("SET t.1 1795581354,1795581354").mask ==
        masked("SET t.1 1795581355,1795581354").mask);
  const Masked one = masked("SET t." + a + " x");
  REQUIRE(one.values.size() == 1);
  CHECK(one.values[0].folded == fold(ValueKind::uuid, a));
  CHECK(one.values[0].role == ValueRole::made);
  CHECK(masked("GET t." + a).values[0].role == ValueRole::sought);
}

TEST_CASE("documents are renamed leaf by leaf, in whole tokens, spelled as before") {
  const std::string a = "919108f7-52d1-4320-9bac-f847db4148a8";
  const std::string b = fold(ValueKind::uuid, "c232ab00-9414-41ec-b3c8-9f6bdeced846");
  const std::string number = fold(ValueKind::snowflake, "1541815603606036999");
  const Rename rename = [&](const std::string& folded) -> const std::string* {
    if (folded == fold(ValueKind::uuid, a)) return &b;
    return folded == fold(ValueKind::snowflake, "1541815603606036480") ? &number : nullptr;
  };
  const Document before = {{"id", a},
                           {"url", "/orders/" + a + "?x=1"},
                           {"id2", "919108F752D143209BACF847DB4148A8"},
                           {"n", 1541815603606036480},
                           {"longer", "x" + a},
                           {"list", {1, nullptr, true, 2.5, "text"}}};
  const Document after = renamed(before, rename);
  CHECK(after["id"] == "c232ab00-9414-41ec-b3c8-9f6bdeced846");
  CHECK(after["url"] == "/orders/c232ab00-9414-41ec-b3c8-9f6bdeced846?x=1");
  CHECK(after["id2"] == "C232AB00941441ECB3C89F6BDECED846");
  CHECK(after["n"] == 1541815603606036999);
  CHECK(after["longer"] == before["longer"]);
  CHECK(after["list"] == before["list"]);
}
