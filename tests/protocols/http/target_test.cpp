#include "protocols/http/target.hpp"

#include "protocols/http/support.hpp"

using namespace understudy::http;

TEST_CASE("a path is normalised to RFC 3986 equivalence and no further") {
  const std::vector<std::pair<std::string, std::string>> paths = {{"/a/b", "/a/b"},
                                                                  {"", "/"},
                                                                  {"/%7Euser/%41", "/~user/A"},
                                                                  {"/a%2fb", "/a%2Fb"},
                                                                  {"/caf%c3%a9", "/caf%C3%A9"},
                                                                  {"/caf\xc3\xa9", "/caf%C3%A9"},
                                                                  {"/a/../b/./c", "/a/../b/./c"},
                                                                  {"/a//b/", "/a//b/"},
                                                                  {"/50%", "/50%"},
                                                                  {"/%zz", "/%zz"},
                                                                  {"*", "*"},
                                                                  {"/a;v=1,2", "/a;v=1,2"}};
  for (const auto& [raw, normalised] : paths) {
    CAPTURE(raw);
    CHECK(normalised_path(raw) == normalised);
    CHECK(normalised_path(normalised) == normalised);
  }
}

TEST_CASE("a target is a path and its query, whatever its form") {
  CHECK(parse_target("/a?x=1#f").path == "/a");
  CHECK(parse_target("http://pay.test:80/a/b?x=1").path == "/a/b");
  CHECK(parse_target("http://pay.test?x=1").path == "/");
  CHECK(parse_target("http://pay.test").path == "/");
  CHECK(parse_target("/go?to=http://x/y").path == "/go");
  CHECK(parse_target("pay.test:443").path == "pay.test:443");
  CHECK(parse_target("/a").query.empty());
}

TEST_CASE("query pairs are decoded as forms are") {
  const Query query = parse_query("a=1&b=x+y%20z&flag&empty=&=v&a=2&&p=50%&q=%zz&e=a=b");
  const Query expected = {{"a", "1"},    {"b", "x y z"}, {"flag", std::nullopt},
                          {"empty", ""}, {"", "v"},      {"a", "2"},
                          {"p", "50%"},  {"q", "%zz"},   {"e", "a=b"}};
  CHECK(query == expected);
  CHECK(parse_query(encode_query(query)) == query);
}

TEST_CASE("sorting keeps the order of equal keys") {
  Query query = parse_query("b=2&a=3&b=1&a=1");
  sort_by_key(query);
  CHECK(encode_query(query) == "a=3&a=1&b=2&b=1");
}

TEST_CASE("segments leave empty ones out") {
  CHECK(segments_of("/v1//charges/ch_1/") == std::vector<std::string>{"v1", "charges", "ch_1"});
  CHECK(segments_of("/").empty());
}
