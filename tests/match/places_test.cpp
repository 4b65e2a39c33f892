// Places at which values vary that look like anything.
#include "match/places.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>

#include "match/masked.hpp"
#include "support/toy_protocol.hpp"

using namespace understudy;
using namespace understudy::match;

namespace {

std::string parts_in(std::string_view value) {
  std::string text;
  for (const Part& part : parts_of(value)) {
    text += '<';
    text += value.substr(part.begin, part.size);
    text += '>';
  }
  return text;
}

/// The place of the only value of a toy request.
std::array<std::uint64_t, 1> place_of(std::string_view canonical) {
  return {place_hash(pattern_of(canonical), 1, 0)};
}

}  // namespace

TEST_CASE("a value is its own part, but for what stands in quotation marks") {
  CHECK(parts_in("$argon2id$v=19$m=6") == "<$argon2id$v=19$m=6>");
  CHECK(parts_in(R"({"user": "ann", "n": 1})") == "<user><ann><n>");
  CHECK(parts_in("INSERT INTO t VALUES ('a b', \"it's\")") == "<a b><it's>");
  CHECK(parts_in("").empty());
  CHECK(parts_in("''").empty());
  CHECK(parts_in("'never ends").empty());
  CHECK(parts_in(std::string(513, 'x')).empty());
  CHECK(parts_in(std::string(512, 'x')).size() == 514);
}

TEST_CASE("short texts and numbers stand for something else elsewhere") {
  for (const char* text : {"ann", "12345678", "-0.25", "19226"}) CHECK(is_commonplace(text));
  for (const char* text : {"a-slug", "+49 30 12", "alice@example.org"})
    CHECK(!is_commonplace(text));
}

TEST_CASE("at a place there is a hole whatever stands there") {
  const std::string alice = std::string("SET users") + '\0' + "alice";
  const std::string bob = std::string("SET users") + '\0' + "bob";
  const auto places = place_of(alice);
  CHECK(mask(toy::protocol(), alice).mask != mask(toy::protocol(), bob).mask);
  CHECK(mask(toy::protocol(), alice, places).mask == mask(toy::protocol(), bob, places).mask);
  const Masked masked = mask(toy::protocol(), alice, places);
  REQUIRE(masked.values.size() == 1);
  CHECK(masked.values[0].folded == fold(ValueKind::text, "alice"));
  const std::string elsewhere = std::string("SET groups") + '\0' + "alice";
  CHECK(mask(toy::protocol(), elsewhere, places).values.empty());
}

TEST_CASE("a text at a place is one value, even where it looks like another") {
  const std::string uuid = "919108f7-52d1-4320-9bac-f847db4148a8";
  const std::string request = std::string("SET users") + '\0' + uuid;
  CHECK(mask(toy::protocol(), request).values[0].folded == fold(ValueKind::uuid, uuid));
  CHECK(mask(toy::protocol(), request, place_of(request)).values[0].folded ==
        fold(ValueKind::text, uuid));
}

TEST_CASE("a commonplace text is renamed at its places only, another one everywhere") {
  const std::string here = std::string("SET users") + '\0',
                    there = std::string("SET groups") + '\0';
  const auto places = place_of(here);
  const std::string number = fold(ValueKind::text, "4711"),
                    name = fold(ValueKind::text, "caroline");
  const Rename rename = [&](const std::string& folded) -> const std::string* {
    if (folded == fold(ValueKind::text, "1234")) return &number;
    return folded == fold(ValueKind::text, "bartholomew") ? &name : nullptr;
  };
  CHECK(renamed(toy::protocol(), here + "1234", rename, places) == here + "4711");
  CHECK(renamed(toy::protocol(), there + "1234", rename, places) == there + "1234");
  CHECK(renamed(toy::protocol(), here + "bartholomew", rename, places) == here + "caroline");
  CHECK(renamed(toy::protocol(), there + "bartholomew", rename, places) == there + "caroline");
  CHECK(renamed(toy::protocol(), there + "bartholomew", rename) == there + "bartholomew");
}
