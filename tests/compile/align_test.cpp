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
