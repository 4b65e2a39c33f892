#include "compile/selftest/plain_values.hpp"

#include <doctest/doctest.h>

using namespace understudy;
using compile::PlainValues;

TEST_CASE("a text is found wherever it stands, also within a word") {
  PlainValues values;
  values.add("3f1e9c0a7b", "aaaaaaaaaa");
  CHECK(values.replaced_in_text("3f1e9c0a7b") == "aaaaaaaaaa");
  CHECK(values.replaced_in_text("job3f1e9c0a7bx, 3f1e9c0a7b") == "jobaaaaaaaaaax, aaaaaaaaaa");
  CHECK(values.replaced_in_text("3f1e9c0a7") == "3f1e9c0a7");
}

TEST_CASE("digits count where they are a number of their own") {
  PlainValues values;
  values.add("1795980393", "1799436394");
  CHECK(values.replaced_in_text("at 1795980393, x1795980393") == "at 1799436394, x1799436394");
  for (const char* other : {"17959803930", "21795980393", "1795980393.5", "0.1795980393"})
    CHECK(values.replaced_in_text(other) == other);
  CHECK(values.replaced_in_text("1795980393.") == "1799436394.");
}

TEST_CASE("the longest value counts, short ones and days do not") {
  PlainValues values;
  values.add("1795980393", "1799436394");
  values.add("1795980393.732", "1799436394.732");
  values.add("abc", "xyz");
  values.add("2026-11-29", "2027-01-08");
  CHECK(values.replaced_in_text("1795980393.732 abc 2026-11-29") ==
        "1799436394.732 abc 2026-11-29");
}

TEST_CASE("all leaves of a document are looked through, whatever they are") {
  PlainValues values;
  values.add("1795980393", "1799436394");
  const Document document = {
      {"a", {"x1795980393", 1795980393, 2.5, nullptr, true}},
      {"1795980393", Document::binary({'1', '7', '9', '5', '9', '8', '0', '3', '9', '3'})}};
  const Document replaced = values.replaced(document);
  CHECK(replaced["a"] == Document({"x1799436394", 1799436394, 2.5, nullptr, true}));
  const auto& octets = replaced["1795980393"].get_binary();
  CHECK(std::string(octets.begin(), octets.end()) == "1799436394");
}
