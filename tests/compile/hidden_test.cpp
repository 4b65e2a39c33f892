#include "compile/values/hidden.hpp"

#include <doctest/doctest.h>

#include "match/value_type.hpp"

using namespace understudy;
using namespace understudy::compile;

namespace {

const std::string uuid = "919108f7-52d1-4320-9bac-f847db4148a8";

bool hidden(const Document& answer) {
  HiddenValues values;
  values.add(match::fold(match::ValueKind::uuid, uuid));
  return values.in(suspicious_text(answer));
}

}  // namespace

TEST_CASE("a value in part, within a word, encoded or as octets is found") {
  CHECK(hidden({{"number", "ORD-919108F7"}}));
  CHECK(hidden({{"rows", {{"x919108f752d143209bacf847db4148a8"}}}}));
  CHECK(hidden("f847db4148a8"));
  CHECK(hidden("eyJpZCI6IjkxOTEwOGY3LTUyZDEtNDMyMC05YmFjLWY4NDdkYjQxNDhhOCJ9"));  // base 64 of JSON
  CHECK(hidden("kZEI91LRQyCbrPhH20FIqA=="));                                      // of the octets
  CHECK(hidden(Document::binary({0x91, 0x91, 0x08, 0xf7, 0x52, 0xd1, 0x43, 0x20, 0x9b, 0xac, 0xf8,
                                 0x47, 0xdb, 0x41, 0x48, 0xa8})));
}

TEST_CASE("what is recognised, and what is another value, is not hidden") {
  CHECK_FALSE(hidden({{"id", uuid}, {"key", "session:" + uuid}}));
  CHECK_FALSE(hidden("919108f752d143209bacf847db4148a8"));
  CHECK_FALSE(hidden("c232ab00-9414-41ec-b3c8-9f6bdeced846"));
  CHECK_FALSE(hidden("2026-11-25 and 919108"));
}
