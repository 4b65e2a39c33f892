#include <doctest/doctest.h>

#include <limits>

#include "store/base64.hpp"
#include "store/scalar.hpp"
#include "store/suggest.hpp"
#include "support.hpp"

namespace understudy::store {

namespace {

Document plain(std::string_view text) {
  std::string problem;
  Document value = resolve_plain(text, problem);
  return problem.empty() ? value : Document("problem: " + problem);
}

}  // namespace

TEST_CASE("plain scalars are typed by the core schema") {
  for (const char* text : {"", "~", "null", "Null", "NULL"})
    CHECK_MESSAGE(same(plain(text), nullptr), text);
  for (const char* text : {"true", "True", "TRUE"}) CHECK_MESSAGE(same(plain(text), true), text);
  for (const char* text : {"false", "False", "FALSE"})
    CHECK_MESSAGE(same(plain(text), false), text);
  for (const auto& [text, value] : std::vector<std::pair<const char*, std::int64_t>>{
           {"0", 0},
           {"-0", 0},
           {"+12", 12},
           {"-12", -12},
           {"007", 7},
           {"0x1F", 31},
           {"0xff", 255},
           {"0o17", 15},
           {"9223372036854775807", std::numeric_limits<std::int64_t>::max()},
           {"-9223372036854775808", std::numeric_limits<std::int64_t>::min()}})
    CHECK_MESSAGE(same(plain(text), value), text);
  CHECK(same(plain("18446744073709551615"), std::numeric_limits<std::uint64_t>::max()));
  for (const auto& [text, value] : std::vector<std::pair<const char*, double>>{{"1.0", 1},
                                                                               {"1.", 1},
                                                                               {".5", 0.5},
                                                                               {"-.5e1", -5},
                                                                               {"1e3", 1000},
                                                                               {"+1.5E-1", 0.15},
                                                                               {"-0.0", -0.0},
                                                                               {".inf", INFINITY},
                                                                               {"+.Inf", INFINITY},
                                                                               {"-.INF", -INFINITY},
                                                                               {".nan", NAN},
                                                                               {".NaN", NAN}})
    CHECK_MESSAGE(same(plain(text), value), text);
  for (const char* text : {"nUll",  "yes",       "on",         "tRue", "1_000", "0b1", "-0x1", "0x",
                           "0o8",   "12:30",     "2020-01-01", "1e",   "e1",    ".",   "+",    "-",
                           "-.nan", ".infinity", "1.2.3",      "inf",  "1 2",   "0xg"})
    CHECK_MESSAGE(same(plain(text), text), text);
}

TEST_CASE("a number that is too large is a problem and never another number") {
  for (const char* text : {"18446744073709551616", "-9223372036854775809", "0x10000000000000000"})
    CHECK(plain(text) == fmt::format("problem: the integer {} does not fit in 64 bits", text));
  CHECK(plain("1e999") == "problem: the number 1e999 is beyond what a double holds");
}

TEST_CASE("a double is spelled shortly and as a float") {
  CHECK(spell_double(1) == "1.0");
  CHECK(spell_double(-0.0) == "-0.0");
  CHECK(spell_double(0.1) == "0.1");
  CHECK(spell_double(1e22) == "1.0e+22");
  CHECK(spell_double(1.5e300) == "1.5e+300");
  CHECK(spell_double(5e-324) == "5.0e-324");
  CHECK(spell_double(123456789) == "123456789.0");
}

TEST_CASE("base64 of every length is read back, and damage is noticed") {
  std::vector<std::uint8_t> octets;
  for (int i = 0; i < 300; ++i) {
    CHECK(decode_base64(encode_base64(octets)) == octets);
    octets.push_back(static_cast<std::uint8_t>(i * 37));
  }
  CHECK(encode_base64(as_bytes("hello")) == "aGVsbG8=");
  CHECK(decode_base64(" aGVs\n bG8= ") == std::vector<std::uint8_t>{'h', 'e', 'l', 'l', 'o'});
  for (const char* text :
       {"a", "aG", "aGV", "aGVsbG8", "aGVsbG8==", "aGVsbG9=", "aG=V", "=", "a-_b", "aGVs="})
    CHECK_MESSAGE(decode_base64(text) == std::nullopt, text);
}

TEST_CASE("the nearest known word is suggested, and nothing where none is near") {
  const std::vector<std::string> known = {"protocol", "listen", "upstream"};
  CHECK(nearest_word("protocl", known) == "protocol");
  CHECK(nearest_word("lisen", known) == "listen");
  CHECK(nearest_word("upstreams", known) == "upstream");
  CHECK(nearest_word("colour", known).empty());
  CHECK(nearest_word("", known).empty());
  CHECK(suggest("colour", known) == "known are protocol, listen, upstream");
}

}  // namespace understudy::store
