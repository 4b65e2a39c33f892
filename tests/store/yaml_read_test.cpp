#include <doctest/doctest.h>

#include "support.hpp"

namespace understudy::store {

namespace {

std::string error_in(std::string_view text) {
  Diagnostics problems;
  YamlReader reader(text, "f");
  CHECK_FALSE(reader.next(problems).has_value());
  std::string joined = all(problems);
  return joined.empty() ? "" : joined.substr(0, joined.size() - 1);
}

}  // namespace

TEST_CASE("tags give a scalar its kind") {
  CHECK(same(read_one("[!!str 1, !!float 1, !!int 0x10, !!bool true, !!null ~, ! 7, !!str]"),
             Document::array({"1", 1.0, 16, true, nullptr, "7", ""})));
  CHECK(same(read_one("!!binary |\n  aGVs\n  bG8="), Document::binary({'h', 'e', 'l', 'l', 'o'})));
  CHECK(error_in("a: 1\nb: !!int x") ==
        "f:2: error: `x` does not fit its tag !!int (correct the value or drop the tag)");
  CHECK(error_in("!!binary a").find("this is no base64") != std::string::npos);
  CHECK(error_in("a: !odd x").find("f:1: error: unknown tag !odd") == 0);
  CHECK(error_in("a: !file x").find("f:1: error: unknown tag !file") == 0);
  CHECK(error_in("a:\n  !!set {b}").find("unknown tag tag:yaml.org,2002:set") != std::string::npos);
}

TEST_CASE("a document of one character is read") {
  CHECK(same(read_one("a"), "a"));
  CHECK(same(read_one("7"), 7));
  CHECK(same(read_one("{}"), Document::object()));
  CHECK(same(read_one("-"), Document::array({nullptr})));
}

TEST_CASE("quoted and block scalars are text") {
  CHECK(same(read_one("['1', \"null\", '']"), Document::array({"1", "null", ""})));
  CHECK(same(read_one("a: |\n  1\nb: >\n  x\n  y\n"), {{"a", "1\n"}, {"b", "x y\n"}}));
}

TEST_CASE("keys are text and keep their order") {
  const Document document = read_one("z: 1\n1: 2\ntrue: 3\n'null': 4\n");
  CHECK(same(document, {{"z", 1}, {"1", 2}, {"true", 3}, {"null", 4}}));
}

TEST_CASE("what is not read is refused with its line") {
  CHECK(error_in("a: 1\nb: 2\na: 3") ==
        "f:3: error: the key `a` stands here a second time (remove or rename one of the two)");
  CHECK(error_in("a: &x 1\nb: *x").find("f:2: error: an alias") == 0);
  CHECK(error_in("a: *x").find("f:1: error: an alias") == 0);
  CHECK(error_in("? [a]\n: b").find("f:1: error: the key is a list or a map") == 0);
  CHECK(error_in("a: {? {b: c} : d, e: f}").find("f:1: error: the key is a list or a map") == 0);
  CHECK(error_in("a: 1\n~: 2").find("f:2: error: the key is null") == 0);
  CHECK(error_in("<<: {a: 1}").find("f:1: error: a merge key") == 0);
  CHECK(error_in("!!int 1: 2").find("f:1: error: the key has the tag") == 0);
  CHECK(error_in("a: 123456789012345678901")
            .find("f:1: error: the integer 123456789012345678901 does not fit") == 0);
}

TEST_CASE("all flaws of a document are reported, not the first") {
  CHECK(error_in("a: *x\n").find('\n') == std::string::npos);
  CHECK(error_in("a: 1\na: 2\nb: !odd x\nc: 99999999999999999999\n").find("f:4:") !=
        std::string::npos);
}

TEST_CASE("a syntax error says its line, what was expected and what to do") {
  CHECK(
      error_in("a:\n  - b\n  c: d")
          .find("f:3: error: this line does not continue the map above, expected `key: value` (") ==
      0);
  CHECK(error_in("a: 1\n  b: 2")
            .find("f:2: error: a second `:` stands where a value is expected (") == 0);
  CHECK(error_in("a:\n\tb: 1") ==
        "f:2: error: a tab stands in the indentation, expected spaces (indent with spaces)");
  CHECK(error_in("a: 'b\n").find("a quoted text above this line has no end") != std::string::npos);
  CHECK(error_in("a: \"b\nc: d\n").find("a quoted text above this line has no end") !=
        std::string::npos);
  CHECK(error_in("a: [1, 2\n").find("the list that begins with [ has no end") != std::string::npos);
  CHECK(error_in("a: {b: 2\n").find("the map that begins with { has no end") != std::string::npos);
  CHECK(error_in("a: @b").find("this character can't begin a value") != std::string::npos);
  CHECK(error_in("a: \"\\q\"").find("unknown escape") != std::string::npos);
  CHECK(error_in("[1] [2]").find("the value ends before this line") != std::string::npos);
  CHECK(error_in("- a\nb: c").find("f:2: error: the value ends before this line") == 0);
}

TEST_CASE("octets that no YAML may hold are refused with their line, never cut off at") {
  CHECK(error_in(std::string_view("a: 1\nb: \0x", 10))
            .find("f:2: error: the control character 0x00") == 0);
  CHECK(error_in("a: 1\nb: x\x04y\nc: 3").find("f:2: error: the control character 0x04") == 0);
  CHECK(error_in("a: 1\nb: 2\rc: 3").find("f:2: error: the control character 0x0d") == 0);
  CHECK(error_in("a: 1\nb: \xFFx").find("f:2: error: this line is no UTF-8") == 0);
  CHECK(error_in("a: 1\nb: \xC3").find("f:2: error: this line is no UTF-8") == 0);
}

TEST_CASE("nesting is limited and never exhausts the stack") {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  CHECK_FALSE(read_one(nested(max_yaml_depth)).is_discarded());
  CHECK(error_in(nested(max_yaml_depth + 1)).find("nested deeper than 400 lists and maps") !=
        std::string::npos);
  CHECK(error_in(nested(3000)).find("nested deeper") != std::string::npos);
}

TEST_CASE("a damaged document does not hide the ones after it") {
  const std::string_view stream =
      "# comment\n---\na: 1\n---\nb: [\n--- # here\nc: 3\n...\n# nothing\n---\n\n--- "
      "d\n---\n'---x'\n...\n%YAML 1.2\n---\ne: 5\n";
  Diagnostics problems;
  YamlReader reader(stream, "f");
  const auto expect = [&](const Document& document, int line) {
    const auto found = reader.next(problems);
    REQUIRE(found.has_value());
    CHECK(same(*found, document));
    CHECK(reader.line() == line);
  };
  expect({{"a", 1}}, 3);
  CHECK_FALSE(reader.next(problems).has_value());
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].line == 6);
  CHECK_FALSE(reader.at_end());
  expect({{"c", 3}}, 7);
  expect("d", 12);
  expect("---x", 14);
  expect({{"e", 5}}, 18);
  CHECK(reader.at_end());
  CHECK_FALSE(reader.next(problems).has_value());
  CHECK(problems.size() == 1);
}

TEST_CASE("any cut of a document is read or refused, never a crash") {
  const std::string text =
      "a: [1, {b: 'c'}, \"d\\n\"]\nk: |2-\n   x\n\n  y\n? long\n: !!binary AAAA\n---\n- - - 1\n  - "
      "*a\n";
  for (std::size_t size = 0; size <= text.size(); ++size) {
    Diagnostics problems;
    YamlReader reader(std::string_view(text).substr(0, size), "f");
    int documents = 0;
    while (!reader.at_end()) {
      if (!reader.next(problems)) CHECK(has_errors(problems));
      ++documents;
    }
    CHECK(documents <= 2);
  }
}

TEST_CASE("the line of a node is found by its pointer") {
  const std::string_view text =
      "a: 1\n---\n# c\nb:\n  - x\n  - y: 1\n    z~/: |\n      t\n    ? k\n    :\n      m: 2\n";
  CHECK(line_of(text, 1, "/a") == 1);
  CHECK(line_of(text, 4, "") == 4);
  CHECK(line_of(text, 4, "/b") == 4);
  CHECK(line_of(text, 4, "/b/0") == 5);
  CHECK(line_of(text, 4, "/b/1") == 6);
  CHECK(line_of(text, 4, "/b/1/z~0~1") == 7);
  CHECK(line_of(text, 4, "/b/1/k/m") == 11);
  CHECK(line_of(text, 4, "/b/2") == 4);
  CHECK(line_of(text, 4, "/b/1/y/0") == 4);
  CHECK(line_of(text, 4, "no pointer") == 4);
  CHECK(line_of(text, 4, "/bad~escape") == 4);
  CHECK(line_of("", 7, "/a") == 7);
}

}  // namespace understudy::store
