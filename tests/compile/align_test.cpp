#include "compile/values/align.hpp"

#include <doctest/doctest.h>

#include "match/value_type.hpp"
#include "support/toy_recording.hpp"

using namespace understudy;
using namespace understudy::compile;

namespace {

const std::string a1 = "919108f7-52d1-4320-9bac-f847db4148a8";
const std::string b1 = "c232ab00-9414-41ec-b3c8-9f6bdeced846";
const std::string a2 = "5f0c1b2a-7d3e-4f60-8a1b-2c3d4e5f6071";
const std::string b2 = "0b9d2c4e-6f81-4a3b-9c5d-7e8f90a1b2c3";

Alignment aligned(const toy::Recorded& recorded) {
  return align({&recorded.loaded(), 1});
}

std::string folded(const std::string& uuid) {
  return match::fold(match::ValueKind::uuid, uuid);
}

}  // namespace

TEST_CASE("values that differ in the same place of two recordings are paired, whoever made them") {
  toy::Recorded recorded;
  recorded.say(1, "SET t." + a1 + " v", "made " + b1).say(1, "GET t." + b1, "v").next_recording();
  recorded.say(1, "SET t." + a2 + " v", "made " + b2).say(1, "GET t." + b2, "v");
  const Alignment alignment = aligned(recorded);
  REQUIRE(alignment.renames.size() == 1);
  const auto& names = alignment.renames.begin()->second;
  CHECK(names.size() == 2);
  CHECK(names.at(folded(a2)) == folded(a1));
  CHECK(names.at(folded(b2)) == folded(b1));
  CHECK(alignment.proven.contains(folded(a1)));
}

TEST_CASE("what is equal in both stands for itself, and no name is given twice") {
  toy::Recorded recorded;
  recorded.say(1, "SET t." + a1 + " v", "ok").say(1, "SET t." + b1 + " w", "ok").next_recording();
  recorded.say(1, "SET t." + a1 + " v", "ok").say(1, "SET t." + b2 + " w", "ok");
  const auto names = aligned(recorded).renames.begin()->second;
  CHECK(names == Alignment::Renames{{folded(b2), folded(b1)}});
}

TEST_CASE("a value that the other recording has elsewhere is never a name") {
  toy::Recorded recorded;
  recorded.say(1, "SET t." + a1 + " v", "ok").say(1, "SET t." + b1 + " w", "ok").next_recording();
  recorded.say(1, "SET t." + b1 + " v", "ok").say(1, "SET t." + a1 + " w", "ok");
  CHECK(aligned(recorded).renames.empty());
}

TEST_CASE("of several new ids in one answer nobody knows which is which") {
  toy::Recorded recorded;
  recorded.say(1, "GET t", a1 + "," + b1).next_recording().say(1, "GET t", a2 + "," + b2);
  CHECK(aligned(recorded).renames.empty());
}

TEST_CASE("recordings of different flows are left alone") {
  toy::Recorded recorded;
  recorded.say(1, "SET t." + a1 + " v", "ok").say(1, "GET x", "1").say(1, "GET y", "1");
  recorded.next_recording();
  recorded.say(1, "SET t." + a2 + " v", "ok").say(1, "GET p", "1").say(1, "GET q", "1");
  CHECK(aligned(recorded).renames.empty());
}

namespace {

std::string text(const std::string& value) {
  return match::fold(match::ValueKind::text, value);
}

}  // namespace

TEST_CASE("texts of any look that writes make are paired in the order of time") {
  toy::Recorded recorded;
  recorded.say(1, "SET 'caroline'", "ok").say(1, "GET 'caroline'", "caroline");
  recorded.say(1, "SET 'dorothea'", "ok").next_recording();
  recorded.say(1, "SET 'leonhard'", "ok").say(1, "GET 'leonhard'", "leonhard");
  recorded.say(1, "SET 'reinhold'", "ok");
  const Alignment alignment = aligned(recorded);
  const auto names = alignment.renames.begin()->second;
  CHECK(names == Alignment::Renames{{text("leonhard"), text("caroline")},
                                    {text("reinhold"), text("dorothea")}});
  CHECK(alignment.proven.contains(text("caroline")));
  REQUIRE(alignment.places.size() == 1);
  CHECK(alignment.places[0].size() == 2);  // of SET and of GET
  CHECK(alignment.texts.contains("dorothea"));
  CHECK(alignment.unclear.empty());
}

TEST_CASE("a text that is only asked for is no other one, nor one that both recordings have") {
  toy::Recorded recorded;
  recorded.say(1, "GET 'caroline'", "1")
      .say(1, "SET 'dorothea'", "ok")
      .say(1, "SET 'reinhold'", "ok");
  recorded.next_recording();
  recorded.say(1, "GET 'leonhard'", "1")
      .say(1, "SET 'reinhold'", "ok")
      .say(1, "SET 'dorothea'", "ok");
  CHECK(aligned(recorded).renames.empty());
}

TEST_CASE("a text that an answer may show where it means something else is told") {
  toy::Recorded recorded;
  recorded.say(1, "SET '19226'", "ok").say(1, "GET 'count'", "19226").next_recording();
  recorded.say(1, "SET '31221'", "ok").say(1, "GET 'count'", "27000");
  const Alignment alignment = aligned(recorded);
  CHECK(alignment.unclear == std::set<std::string, std::less<>>{text("19226")});
  // Nor may the other one be taken for it but where it stands at its place.
  REQUIRE(alignment.commonplace.size() == 1);
  CHECK(alignment.commonplace.begin()->second == std::set<std::string>{text("31221")});
}

TEST_CASE("a text that the other recording never answers in its place is not clear") {
  toy::Recorded recorded;
  recorded.say(1, "SET 'caroline'", "ok").say(1, "GET 'caroline'", "caroline");
  recorded.say(1, "GET 'all'", "caroline").next_recording();
  recorded.say(1, "SET 'leonhard'", "ok").say(1, "GET 'leonhard'", "leonhard");
  CHECK(aligned(recorded).unclear.contains(text("caroline")));
}
