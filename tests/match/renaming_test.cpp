#include "match/renaming.hpp"

#include <doctest/doctest.h>

#include <map>
#include <random>
#include <set>

#include "match/fresh_value.hpp"
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

TEST_CASE("a text that looks like a hole is not taken for one") {
  const auto masked = [](const std::string& line) {
    return mask(toy::protocol(), toy::identity_of(line).canonical).mask;
  };
  const std::string a = "919108f7-52d1-4320-9bac-f847db4148a8";
  const std::string hole =
      "\x1A"
      "a0\x1A";
  CHECK(masked("SET t." + a + " " + hole) != masked("SET t." + hole + " " + a));
  CHECK(masked("SET t.1 " + hole) != masked("SET t.1 " + a));
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

namespace {

constexpr std::uint32_t bit(ValueKind kind) {
  return 1U << static_cast<unsigned>(kind);
}

std::string epoch(int second) {
  return fold(ValueKind::epoch, std::to_string(1795581300 + second));
}

}  // namespace

TEST_CASE("whether times come in the recorded order is known") {
  Renaming renaming;
  CHECK(renaming.order_kept(~0U));
  CHECK(renaming.bind(epoch(1), epoch(101)));
  CHECK(renaming.bind(epoch(5), epoch(105)));
  CHECK(renaming.bind(epoch(3), epoch(103)));
  CHECK(renaming.order_kept(~0U));
  SUBCASE("before the one before") {
    CHECK(renaming.bind(epoch(4), epoch(102)));
  }
  SUBCASE("behind the one behind") {
    CHECK(renaming.bind(epoch(2), epoch(104)));
  }
  SUBCASE("at once") {
    CHECK(renaming.bind(epoch(6), epoch(105)));
  }
  SUBCASE("a second time for one") {
    CHECK(renaming.bind(epoch(1), epoch(104)));
  }
  CHECK_FALSE(renaming.order_kept(bit(ValueKind::epoch)));
  CHECK(renaming.order_kept(bit(ValueKind::uuid)));
  renaming.clear();
  CHECK(renaming.order_kept(~0U));
}

TEST_CASE("random values are in no order, those of version 7 are in that of time") {
  const auto uuid = [](std::string_view text) { return fold(ValueKind::uuid, text); };
  Renaming renaming;
  CHECK(renaming.bind(uuid("0191f6a1-7d3e-7f60-8a1b-2c3d4e5f6071"),
                      uuid("0199f6a1-7d3e-7f60-8a1b-2c3d4e5f6071")));
  CHECK(renaming.bind(uuid("0191f6a2-7d3e-7f60-8a1b-2c3d4e5f6071"),
                      uuid("0199f6a2-7d3e-7f60-8a1b-2c3d4e5f6071")));
  CHECK(renaming.order_kept(bit(ValueKind::uuid)));
  CHECK(renaming.bind(uuid("5f0c1b2a-7d3e-4f60-8a1b-2c3d4e5f6071"),
                      uuid("5f0c1b2b-7d3e-4f60-8a1b-2c3d4e5f6071")));
  CHECK_FALSE(renaming.order_kept(bit(ValueKind::uuid)));
}

TEST_CASE("a value of a next run is of the same kind, another one, and always the same") {
  for (const std::string_view text :
       {"919108f7-52d1-4320-9bac-f847db4148a8", "01J9ZQ4V8T5M3K7N2P6R0S1W4X",
        "2ChpqVTBjmc9lVYEGNfnMvB5bXk", "65f1a2b3c4d5e6f708192a3b", "918273645546372819",
        "a3f1c2d4e5b60718", "kJ8sXq2LmN4pR7tVw9yZ3bC6", "2026-11-25T10:00:00.5Z", "2026-11-25",
        "1795581354", "1795581354123", "1795581354.25"}) {
    CAPTURE(text);
    std::vector<Token> tokens;
    find_tokens(text, tokens);
    REQUIRE(tokens.size() == 1);
    const std::string recorded = fold(tokens[0].kind, text);
    const std::string other = another(recorded, 1);
    CHECK(other != recorded);
    CHECK(other == another(recorded, 1));
    CHECK(kind_of_folded(other) == tokens[0].kind);
    const std::string spelled = spell(other);
    tokens.clear();
    find_tokens(spelled, tokens);
    REQUIRE(tokens.size() == 1);
    CHECK(fold(tokens[0].kind, spelled) == other);
  }
}

TEST_CASE("a value in octets that are no text is one all the same") {
  const auto binary = [](const std::string& text) {
    return Document::binary({text.begin(), text.end()});
  };
  const std::string object(
      "\x04\x08o:\x0b@at\x17"
      "1795982223.6665347\xff\x00",
      29);
  std::vector<std::string> values;
  collect_values(Document({{"blob", binary(object)}}), values);
  REQUIRE(values.size() == 1);
  const std::string other = fold(ValueKind::epoch, "1799438224.5079126");
  const Document told = renamed(binary(object), [&](const std::string& value) {
    return value == values[0] ? &other : nullptr;
  });
  CHECK(told == binary(std::string("\x04\x08o:\x0b@at\x17"
                                   "1799438224.5079126\xff\x00",
                                   29)));
  const Document none = renamed(binary("\x01\x02"), [&](const std::string& value) {
    return kind_of_folded(value) == ValueKind::text ? nullptr : &other;
  });
  CHECK(none == binary("\x01\x02"));
}
