#include "match/predicate.hpp"

#include <doctest/doctest.h>

#include "support/json.hpp"

using understudy::json_document;
using understudy::match::Condition;

namespace {

bool matches(const char* condition, const char* request) {
  std::vector<std::string> problems;
  const Condition compiled(json_document(condition), problems);
  CHECK(problems.empty());
  return compiled.matches(json_document(request));
}

}  // namespace

TEST_CASE("a condition without predicates is equality") {
  CHECK(matches(R"({"a":[1,"x",null]})", R"({"a":[1,"x",null]})"));
  CHECK_FALSE(matches(R"({"a":[1,"x"]})", R"({"a":[1,"x",null]})"));
  CHECK_FALSE(matches(R"({"a":1})", R"({"a":1,"b":2})"));
}

TEST_CASE("predicates stand in the place of values") {
  CHECK(matches(R"({"p":[{"any":true}]})", R"({"p":[null]})"));
  CHECK(matches(R"({"p":{"regex":"a.c"}})", R"({"p":"abc"})"));
  CHECK_FALSE(matches(R"({"p":{"regex":"a.c"}})", R"({"p":"xabc"})"));
  CHECK(matches(R"({"p":{"regex":"\\d+"}})", R"({"p":17})"));
  CHECK(matches(R"({"p":{"one_of":[1,"b"]}})", R"({"p":"b"})"));
  CHECK_FALSE(matches(R"({"p":{"one_of":[1,"b"]}})", R"({"p":2})"));
  CHECK(matches(R"({"p":{"uuid":true}})", R"({"p":"6f9619ff-8b86-d011-b42d-00c04fc964ff"})"));
  CHECK_FALSE(matches(R"({"p":{"uuid":true}})", R"({"p":"6f9619ff"})"));
  CHECK(matches(R"({"p":{"time":true}})", R"({"p":"2026-01-02T03:04:05.678Z"})"));
  CHECK(matches(R"({"p":{"time":true}})", R"({"p":"2026-01-02 03:04:05+00"})"));
  CHECK_FALSE(matches(R"({"p":{"time":true}})", R"({"p":"yesterday"})"));
  CHECK(matches(R"({"p":{"range":[1,5]}})", R"({"p":"5"})"));
  CHECK_FALSE(matches(R"({"p":{"range":[1,5]}})", R"({"p":6})"));
  CHECK(matches(R"({"p":{"range":[null,5]}})", R"({"p":-100})"));
}

TEST_CASE("every unsound predicate is reported with its place") {
  std::vector<std::string> problems;
  const Condition compiled(
      json_document(R"({"a":{"regex":"("},"b":[{"range":3}],"c":{"one_of":1}})"), problems);
  REQUIRE(problems.size() == 3);
  CHECK(problems[0].starts_with("/a:"));
  CHECK(problems[1].starts_with("/b/0:"));
  CHECK(problems[2].starts_with("/c:"));
}

TEST_CASE("a map may have to include members, and others may have to be absent") {
  CHECK(matches(R"({"h":{"includes":{"a":"1"}}})", R"({"h":{"a":"1","b":"2"}})"));
  CHECK(matches(R"({"h":{"includes":{}}})", R"({"h":{}})"));
  CHECK(matches(R"({"h":{"includes":{"a":{"regex":"\\d"}}}})", R"({"h":{"a":"1"}})"));
  CHECK_FALSE(matches(R"({"h":{"includes":{"a":"1"}}})", R"({"h":{"b":"1"}})"));
  CHECK_FALSE(matches(R"({"h":{"includes":{"a":"1"}}})", R"({"h":"a"})"));
  CHECK(matches(R"({"h":{"includes":{"a":{"absent":true}}}})", R"({"h":{"b":"1"}})"));
  CHECK_FALSE(matches(R"({"h":{"includes":{"a":{"absent":true}}}})", R"({"h":{"a":null}})"));
  CHECK(matches(R"({"a":1,"b":{"absent":true}})", R"({"a":1})"));
  CHECK_FALSE(matches(R"({"a":1,"b":{"absent":true}})", R"({"a":1,"c":2})"));
}

TEST_CASE("a value is that of either description of a request") {
  std::vector<std::string> problems;
  const Condition both(understudy::json_document(R"({"a":"hidden:1","b":{"regex":"p.*"}})"),
                       problems);
  const understudy::Document described = {{"a", "hidden:1"}, {"b", "hidden:2"}};
  const understudy::Document whole = {{"a", "secret"}, {"b", "plain"}};
  CHECK(both.matches(described, whole));
  CHECK_FALSE(both.matches(described));
  CHECK_FALSE(both.matches(whole));
}
