// JSON by meaning, and back to the very octets.
#include "protocols/http/json_text.hpp"

#include "protocols/http/support.hpp"

using namespace understudy;
using namespace understudy::http;

TEST_CASE("texts of one meaning have one canonical text") {
  const std::vector<std::vector<std::string>> classes = {
      {R"({"a":1,"b":2})", R"({ "b" : 2, "a" : 1 })", "{\n\t\"a\": 1.0,\r\n\"b\": 20e-1}"},
      {"1", "1.0", "1e0", "10E-1", "0.1e+1", "100e-2"},
      {"0", "-0", "0.0", "-0.0e5", "0e999"},
      {"120", "1.2e2", "12e1", "0.12e3"},
      {"-0.5", "-5e-1"},
      {"0.1"},
      {"0.10000000000000001"},
      {"12345678901234567890123", "12345678901234567890123.0"},
      {"12345678901234567890124"},
      {R"("é")", R"("\u00e9")", R"("\u00E9")"},
      {R"("/")", R"("\/")"},
      {R"(["a","b"])", R"([ "a" , "b" ])"},
      {R"(["b","a"])"},
      {R"({"a":{"y":1,"x":2}})", R"({"a":{"x":2,"y":1}})"},
      {"null"},
      {"false"},
      {"[]"},
      {"{}"},
      {R"("1")"},
      {R"({"a":null})"},
      {R"({"a":1,"a":2})"},
      {R"({"a":2,"a":1})"}};
  for (std::size_t i = 0; i < classes.size(); ++i)
    for (const std::string& text : classes[i]) {
      CAPTURE(text);
      REQUIRE(canonical_json(text));
      CHECK(canonical_json(*canonical_json(text)) == canonical_json(text));
      for (std::size_t k = 0; k < classes.size(); ++k)
        CHECK((canonical_json(text) == canonical_json(classes[k].front())) == (i == k));
    }
}

TEST_CASE("what is no JSON has no canonical text") {
  for (const std::string& text :
       std::vector<std::string>{"", "{", "{]", "[1,]", "{a:1}", "01", "1 2", "\"\xff\"", "nul",
                                "1e99999", "'a'", std::string(200, '[') + std::string(200, ']')})
    CHECK_MESSAGE(!canonical_json(text), text);
}

TEST_CASE("a tree and its style give the very octets again") {
  for (const std::string text :
       {R"({"id":"ch_1","amount":5,"paid":true,"note":null,"rate":0.25,"list":[1,[],{}]})",
        R"({"id": "ch_1", "list": [1, 2, 3], "o": {"a": 1}})", "{\"a\":1}\n", "[]", "{}", "[1,2]",
        "{\n  \"a\": 1,\n  \"b\": [\n    1,\n    2\n  ],\n  \"c\": {}\n}",
        "{\n    \"a\": [],\n    \"b\": \"x\"\n}\n", R"({"caf\u00e9":"\u20ac"})",
        R"({"url":"http:\/\/x\/y"})", R"({"a":"café","tab":"\t"})", R"({"a": 1,"b": 2})",
        R"({"a":1, "b":2})", R"({"a":1.0,"b":-0.5})",
        R"({"big":18446744073709551615,"small":-9223372036854775808})"}) {
    CAPTURE(text);
    const auto styled = exact_tree(text);
    REQUIRE(styled);
    const auto style = parse_style(to_string(styled->style));
    REQUIRE(style);
    CHECK(write_json(styled->tree, *style) == text);
  }
}

TEST_CASE("text that a tree would not give back stays text") {
  for (const std::string text :
       {R"({"a":1e5})", R"({"a":1.10})", R"({"a":-0})", R"({"a":1,"a":2})",
        R"({"a":12345678901234567890123})", R"({"a" :1})", R"({"a":"\u00E9"})", "1", "\"text\"",
        "null", "not json", R"(["\u0000"])", "{\n\t\"a\": 1\n}", R"({"a":1} )"}) {
    CAPTURE(text);
    const auto styled = exact_tree(text);
    CHECK(!styled);
  }
}

TEST_CASE("a request's tree keeps the meaning and not the spelling") {
  CHECK(equivalent_tree(R"({ "a" : 1.10, "b":1e2 })"));
  CHECK(!equivalent_tree(R"({"a":1,"a":2})"));
  CHECK(!equivalent_tree(R"({"a":12345678901234567890123})"));
}

TEST_CASE("an unknown word is no style") {
  CHECK(parse_style("indent 2 spaced ascii slashes newline"));
  for (const char* words : {"indent", "indent x", "indent 4000000000", "pretty", "indent 2x"})
    CHECK_MESSAGE(!parse_style(words), words);
}

TEST_CASE("an object of very many members is no tree") {
  std::string text = "{";
  for (int i = 0; i < 30'000; ++i) text += (i > 0 ? ",\"" : "\"") + std::to_string(i) + "\":1";
  text += '}';
  CHECK_FALSE(exact_tree(text));
  CHECK_FALSE(equivalent_tree(text));
  CHECK(canonical_json(text));
}
