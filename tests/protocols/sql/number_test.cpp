#include "protocols/sql/number.hpp"

#include <doctest/doctest.h>

#include <limits>

using namespace understudy::sql;

namespace {
std::string number(std::string_view spelled) {
  std::string text;
  append_number(spelled, text);
  return text;
}
template <typename Append, typename T>
std::string made(Append append, T value) {
  std::string text;
  append(value, text);
  return text;
}
}  // namespace

TEST_CASE("one number has one text") {
  const std::initializer_list<std::pair<std::string_view, std::string_view>> rows = {
      {"7", "7"},
      {"007", "7"},
      {"+7", "7"},
      {"-7", "-7"},
      {"0", "0"},
      {"00", "0"},
      {"-0", "-0"},
      {"-0.00", "-0"},
      {"1.50", "1.5"},
      {"1.5", "1.5"},
      {"15e-1", "1.5"},
      {".5", "0.5"},
      {"5.", "5"},
      {"5.000", "5"},
      {"1e3", "1000"},
      {"1E+3", "1000"},
      {"1.25e1", "12.5"},
      {"0.001", "0.001"},
      {"1e-3", "0.001"},
      {"100", "100"},
      {"1e0", "1"},
      {"0e999", "0"},
      {"123456789012345678901234567890", "123456789012345678901234567890"},
      {"12.340e2", "1234"},
      {"-1.10", "-1.1"},
  };
  for (const auto& [spelled, text] : rows) {
    CAPTURE(spelled);
    CHECK(number(spelled) == text);
  }
}

TEST_CASE("numbers too long to write out, and what is none, stay as they are") {
  CHECK(number("1e399") == "1" + std::string(399, '0'));
  CHECK(number("1E400") == "1e400");
  CHECK(number("1e-400") == "0." + std::string(399, '0') + "1");
  CHECK(number("1e999999999") == "1e999999999");
  CHECK(number("1e9999999999999999999999") == "1e9999999999999999999999");
  CHECK(number("1e-999999999") == "1e-999999999");
  for (const std::string_view text : {"nan", "infinity", "", "-", "1e", "e5", "1.2.3", "0x1f", "."})
    CHECK(number(text) == text);
  CHECK(number("NaN") == "nan");
}

TEST_CASE("integers and floats have the texts of their decimal spelling") {
  CHECK(made([](auto v, auto& o) { append_integer(v, o); },
             std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
  CHECK(made([](auto v, auto& o) { append_unsigned(v, o); },
             std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
  CHECK(made([](auto v, auto& o) { append_float(v, o); }, 1.5) == number("1.50"));
  CHECK(made([](auto v, auto& o) { append_float(v, o); }, 1e300) == number("1e300"));
  CHECK(made([](auto v, auto& o) { append_float(v, o); }, 0.1F) == "0.1");
  CHECK(made([](auto v, auto& o) { append_float(v, o); }, -0.0) == "-0");
}
