#include <doctest/doctest.h>

#include "support.hpp"

namespace understudy::store {

TEST_CASE("short lists and maps of scalars stand on one line, at most 100 columns") {
  CHECK(written({{"a", {1, 2, 3}}, {"b", {{"x", nullptr}, {"y", 1.0}}}}) ==
        "a: [1, 2, 3]\nb: {x: null, y: 1.0}\n");
  const Document list = {std::string(40, 'a'), std::string(40, 'b')};
  CHECK(written({{"keys", list}}) ==
        "keys: [" + std::string(40, 'a') + ", " + std::string(40, 'b') + "]\n");
  const Document wide = {std::string(50, 'a'), std::string(50, 'b')};
  CHECK(written({{"keys", wide}}) ==
        "keys:\n  - " + std::string(50, 'a') + "\n  - " + std::string(50, 'b') + "\n");
  for (std::size_t size = 80; size < 110; ++size) {
    const std::string yaml = written({{"k", Document::array({std::string(size, 'x'), 1})}});
    const std::size_t first_line = yaml.find('\n');
    CHECK((first_line == 2 || first_line <= 100));
    CHECK((first_line == 2) == (size + std::string_view("k: [, 1]").size() > 100));
  }
}

TEST_CASE("a table is a list of rows, and a cell may be a small tree") {
  CHECK(written({{"rows", {{1, "pen", {{"a", {1}}}}, {2, nullptr, Document::array()}}}}) ==
        "rows:\n  - [1, pen, {a: [1]}]\n  - [2, null, []]\n");
  CHECK(written({{"one", Document::array({Document::array({1, 2})})}}) == "one:\n  - [1, 2]\n");
  CHECK(written(Document::array({{{"a", {{"b", {{"c", 1}}}}}, {"d", 2}}})) ==
        "- a:\n    b: {c: 1}\n  d: 2\n");
}

TEST_CASE("text is plain where nothing could take it for something else") {
  const auto spelled = [](std::string_view text) {
    std::string line = written({{"k", text}});
    return line.substr(3, line.size() - 4);
  };
  CHECK(spelled("SELECT * FROM t WHERE a = $1 AND b = 'x'") ==
        "SELECT * FROM t WHERE a = $1 AND b = 'x'");
  CHECK(spelled("/path?q=1&r=[2]") == "/path?q=1&r=[2]");
  CHECK(spelled("caf\xC3\xA9") == "caf\xC3\xA9");
  CHECK(spelled("") == "''");
  CHECK(spelled("12.50") == "'12.50'");
  CHECK(spelled("null") == "'null'");
  CHECK(spelled("No") == "'No'");
  CHECK(spelled("a: b") == "'a: b'");
  CHECK(spelled("a #b") == "'a #b'");
  CHECK(spelled("- a") == "'- a'");
  CHECK(spelled("'a'") == "\"'a'\"");
  CHECK(spelled("'a' \"b\"") == "'''a'' \"b\"'");
  CHECK(spelled(" a") == "' a'");
  CHECK(spelled("a ") == "'a '");
  CHECK(spelled("a\tb") == "\"a\\tb\"");
  CHECK(spelled("a\r") == "\"a\\r\"");
  CHECK(spelled("a\xC2\x85") == "\"a\\x85\"");
  CHECK(spelled("\xEF\xBB\xBF") == "\"\\uFEFF\"");
  CHECK(spelled(std::string_view("\0\x04\x1b", 3)) == "\"\\0\\x04\\x1B\"");
}

TEST_CASE("text of several lines is a literal block where that loses nothing") {
  CHECK(written({{"sql", "SELECT 1\n  FROM t"}, {"n", 1}}) ==
        "sql: |-\n  SELECT 1\n    FROM t\nn: 1\n");
  CHECK(written({{"sql", "a\n\nb\n"}}) == "sql: |\n  a\n\n  b\n");
  CHECK(written({{"sql", "\n  SELECT 1\n\tFROM t"}}) == "sql: |2-\n\n    SELECT 1\n  \tFROM t\n");
  CHECK(written({{"rows", {{1, "a\nb"}, {2, std::string(99, 'x') + "\ny"}}}}) ==
        "rows:\n  - [1, \"a\\nb\"]\n  - - 2\n    - |-\n      " + std::string(99, 'x') +
            "\n      y\n");
}

TEST_CASE("text that an editor could damage unseen is quoted line by line") {
  CHECK(written({{"sql", "\n    SELECT something\n    FROM somewhere WHERE it = 'x'\n    "}}) ==
        "sql: \"\\n\\\n  \\    SELECT something\\n\\\n  \\    FROM somewhere WHERE it = 'x'\\n\\\n "
        " \\    \"\n");
  CHECK(written({{"k", "a \nb"}}) == "k: \"a \\nb\"\n");
}

TEST_CASE("octets are base64, long ones in lines") {
  CHECK(written({{"k", Document::binary({0, 255})}}) == "k: !!binary AP8=\n");
  CHECK(written({{"k", Document::binary({})}}) == "k: !!binary \"\"\n");
  CHECK(written({{"k", Document::binary(std::vector<std::uint8_t>(58, 0))}}) ==
        "k: !!binary |-\n    " + std::string(76, 'A') + "\n    AA==\n");
  CHECK(written({{"k", std::string("\xFF")}}) == "k: !!binary /w==\n");
}

TEST_CASE("the root may be anything") {
  CHECK(written(nullptr) == "null\n");
  CHECK(written("a\nb") == "\"a\\nb\"\n");
  CHECK(written(Document::object()) == "{}\n");
  CHECK(written(Document::array({1, 2})) == "[1, 2]\n");
  CHECK(written({{"a", 1}}) == "a: 1\n");
}

TEST_CASE("a scalar is filed away where the caller says so") {
  std::string yaml;
  write_yaml(yaml,
             {{"body", "long"},
              {"list", {{"short", "long"}, "x"}},
              {"map", {{"a", {{"b", 1}}}, {"c", "long"}}}},
             [](const Document& scalar) -> std::optional<std::string> {
               return scalar == "long" ? std::optional<std::string>("b.txt") : std::nullopt;
             });
  CHECK(yaml ==
        "body: !file b.txt\nlist: [[short, long], x]\nmap:\n  a: {b: 1}\n  c: !file b.txt\n");
}

}  // namespace understudy::store
