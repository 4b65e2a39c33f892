// Which requests are the same: live against live, and live against recorded or written.
#include "protocols/http/identity.hpp"

#include <algorithm>

#include "protocols/http/coding.hpp"
#include "protocols/http/message.hpp"
#include "protocols/http/support.hpp"

using namespace understudy;
using namespace understudy::http;
using namespace understudy::http::testing;

namespace {

std::string live(const std::string& octets) {
  MessageParser parser(Role::request, Limits{}, false);
  static_cast<void>(parser.put(as_bytes(octets)));
  REQUIRE_MESSAGE(parser.done(), octets);
  return canonical_of(asked_of(parser.message(), 1 << 20, secrets), {});
}

std::string written(const Document& request) {
  std::vector<Problem> problems;
  const std::string canonical = protocol().new_analyser()->identify(request, problems).canonical;
  CHECK(problems.empty());
  return canonical;
}

std::string with_body(const std::string& type, const std::string& body,
                      const std::string& more = "") {
  return "POST /a HTTP/1.1\r\nHost: x\r\n" + more +
         (type.empty() ? "" : "Content-Type: " + type + "\r\n") +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string multipart(const std::string& boundary) {
  return with_body("multipart/form-data; boundary=" + boundary,
                   "--" + boundary +
                       "\r\nContent-Disposition: form-data; name=\"f\"\r\n\r\nhi\r\n--" + boundary +
                       "--\r\n");
}

const std::string json = "application/json";
const std::string form = "application/x-www-form-urlencoded";

/// Each list holds spellings of one request; no two lists the same one.
const std::vector<std::vector<std::string>> classes = {
    {"GET /a?x=1&y=2 HTTP/1.1\r\nHost: x\r\n\r\n", "GET /a?y=2&x=1 HTTP/1.0\r\n\r\n",
     "GET http://pay/a?x=%31&y=2 HTTP/1.1\r\nHost: y\r\nUser-Agent: z\r\nAccept: "
     "*/*\r\nX-Request-Id: 7\r\n\r\n"},
    {"GET /a?x=1&x=2 HTTP/1.1\r\n\r\n"},
    {"GET /a?x=2&x=1 HTTP/1.1\r\n\r\n"},
    {"GET /a?x HTTP/1.1\r\n\r\n"},
    {"GET /a?x= HTTP/1.1\r\n\r\n"},
    {"GET /a HTTP/1.1\r\n\r\n", "GET /%61? HTTP/1.1\r\n\r\n"},
    {"GET /a/ HTTP/1.1\r\n\r\n"},
    {"HEAD /a HTTP/1.1\r\n\r\n"},
    {"GET /a HTTP/1.1\r\nRange: bytes=0-1\r\n\r\n"},
    {"GET /a HTTP/1.1\r\nRange: bytes=1-1\r\n\r\n"},
    {"GET /a HTTP/1.1\r\nIf-None-Match: \"1\"\r\n\r\n"},
    {"POST /a HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
     "POST /a HTTP/1.1\r\nContent-Type: application/json\r\n\r\n"},
    {with_body(json, R"({"a":1,"b":[1,2]})"), with_body(json, R"({ "b" : [1.0, 2], "a" : 1e0 })"),
     with_body("Application/JSON; charset=utf-8", R"({"a":1,"b":[1,2]})"),
     with_body("application/vnd.api+json", R"({"a":1,"b":[1,2]})")},
    {with_body(json, R"({"a":1,"b":[2,1]})")},
    {with_body(json, R"({"a":"1","b":[1,2]})")},
    {with_body("text/plain", R"({"a":1,"b":[1,2]})")},
    {with_body(form, "x=1&y=a+b"), with_body(form + ";charset=UTF-8", "y=a%20b&x=1")},
    {with_body(form, "x=1&y=a%2Bb")},
    {multipart("AaB03x"), multipart("----WebKitFormBoundary7MA4YWxkTrZu0gW")},
    {with_body("text/plain", "hi"), with_body("text/plain; charset=x", "hi")},
    {with_body("text/csv", "hi")},
    {with_body("", "hi")},
    {with_body("application/octet-stream", std::string("\0\xff", 2))},
    {with_body(json, "{broken")},
    {with_body(json, R"({"a":12345678901234567890123})")},
    {with_body(json, R"({"a":12345678901234567890124})")},
};

}  // namespace

TEST_CASE("spellings of one request are the same, others are not") {
  for (std::size_t i = 0; i < classes.size(); ++i)
    for (const std::string& octets : classes[i])
      for (std::size_t k = 0; k < classes.size(); ++k) {
        CAPTURE(octets);
        CAPTURE(classes[k].front());
        CHECK((live(octets) == live(classes[k].front())) == (i == k));
      }
}

TEST_CASE("a request that was recorded is the same as when it comes again") {
  for (const auto& spellings : classes)
    for (const std::string& octets : spellings) {
      CAPTURE(octets);
      const auto exchanges = recorded(octets, "HTTP/1.1 204 No Content\r\n\r\n");
      REQUIRE(exchanges.size() == 1);
      CHECK(written(exchanges[0].request) == live(octets));
    }
}

TEST_CASE("a canonical request describes itself") {
  for (const auto& spellings : classes) {
    const std::string canonical = live(spellings.front());
    CAPTURE(spellings.front());
    // A number beyond every machine type is shown, but not kept.
    if (canonical.find("123456789") != std::string::npos) continue;
    CHECK(written(protocol().describe(canonical)) == canonical);
  }
  for (const char* junk : {"", "GET", "GET /a", "x9:", "GET /a\0q99999999999999999999:a", "b1:j"})
    CHECK(protocol().describe(junk).is_object());
}

TEST_CASE("a compressed body is compared by what it says") {
  const std::string plain = R"({"a":1})";
  // `{"a":1}` as gzip -n writes it.
  const std::string zipped = encode(Coding::gzip, plain);
  CHECK(live(with_body(json, zipped, "Content-Encoding: gzip\r\n")) ==
        live(with_body(json, plain)));
  CHECK(live(with_body(json, "junk", "Content-Encoding: gzip\r\n")) ==
        live(with_body(json, "junk")));
  CHECK(live(with_body(json, plain, "Content-Encoding: zstd\r\n")) == live(with_body(json, plain)));
}

TEST_CASE("what a person types is the request that a client sends") {
  const auto typed = [](std::string_view line) {
    return written(protocol().request_from_text(line));
  };
  CHECK(typed("GET /a?x=1&y=2") == live(classes[0][0]));
  CHECK(typed(" /a ") == live("GET /a HTTP/1.1\r\n\r\n"));
  CHECK(typed(R"(POST /a {"b": [1,2], "a": 1})") == live(with_body(json, R"({"a":1,"b":[1,2]})")));
  CHECK(typed("POST /a x=1&y=a+b") == live(with_body(form, "x=1&y=a+b")));
  CHECK(typed("POST /a hi") == live(with_body("text/plain", "hi")));
  CHECK(protocol().summarise(protocol().request_from_text("GET /a?x=a+b")) == "GET /a?x=a%20b");
  CHECK(protocol().request_from_text("").is_object());
}

TEST_CASE("a person may write queries and forms as maps, and the query into the path") {
  const Document map{{"method", "GET"}, {"path", "/a"}, {"query", {{"x", 1}, {"y", "2"}}}};
  const Document in_path{{"method", "GET"}, {"path", "/a?x=1&y=2"}};
  CHECK(written(map) == live(classes[0][0]));
  CHECK(written(in_path) == live(classes[0][0]));
  const Document fields{{"method", "POST"},
                        {"path", "/a"},
                        {"headers", {{"Content-Type", form}}},
                        {"body", {{"x", 1}, {"y", "a b"}}}};
  CHECK(written(fields) == live(with_body(form, "x=1&y=a+b")));
  const Document tree{{"method", "POST"}, {"path", "/a"}, {"body", {{"a", 1}, {"b", {1, 2}}}}};
  CHECK(written(tree) == live(with_body(json, R"({"a":1,"b":[1,2]})")));
}

TEST_CASE("a flaw of a request document is named with its place") {
  struct Flawed {
    Document request;
    std::string path;
  };
  const std::vector<Flawed> documents = {
      {Document(5), "/request"},
      {{{"path", "/a"}}, "/request/method"},
      {{{"method", "GET"}, {"path", 5}}, "/request/path"},
      {{{"method", "GET"}, {"path", "/a"}, {"verb", 1}}, "/request/verb"},
      {{{"method", "GET"}, {"path", "/a"}, {"query", "x=1"}}, "/request/query"},
      {{{"method", "GET"},
        {"path", "/a"},
        {"query", Document::array({Document::array({1, 2, 3})})}},
       "/request/query"},
      {{{"method", "GET"}, {"path", "/a"}, {"headers", 7}}, "/request/headers"},
      {{{"method", "GET"}, {"path", "/a"}, {"headers", {{"a", Document::object()}}}},
       "/request/headers/a"},
      {{{"method", "GET"},
        {"path", "/a"},
        {"headers", {{"content-type", "text/plain"}}},
        {"body", {{"a", 1}}}},
       "/request/body"},
      {{{"method", "GET"}, {"path", "/a"}, {"body", {{"a", Document::binary({1})}}}},
       "/request/body"}};
  for (const auto& [request, path] : documents) {
    CAPTURE(path);
    std::vector<Problem> problems;
    static_cast<void>(protocol().new_analyser()->identify(request, problems));
    REQUIRE(!problems.empty());
    CHECK(std::ranges::any_of(problems,
                              [&](const Problem& problem) { return problem.path == path; }));
    CHECK(!problems.front().what.empty());
  }
}

TEST_CASE("a first line tells HTTP from others") {
  const auto recognise = [](std::string_view first) {
    return protocol().recognise(as_bytes(first));
  };
  for (const char* yes :
       {"GET / HTTP/1.1\r\n", "QUERY /a?b HTTP/1.1\r\nHost", "CONNECT a:1 HTTP/1.1\r\n",
        "OPTIONS * HTTP/1.0\r\n", "GET http://x/ HTTP/1.1\r\n"})
    CHECK(recognise(yes) == Recognition::yes);
  CHECK(recognise("GET /" + std::string(300, 'a')) == Recognition::yes);
  for (const char* more :
       {"G", "GET", "GET ", "GET /", "POST /a HTT", "P", "PROPFIND ", "GET ht", "CONNECT a"})
    CHECK_MESSAGE(recognise(more) == Recognition::need_more, more);
  for (const char* no : {"*1\r\n", "GET key\r\n", "GET key", "\x16\x03\x01", "PING\r\n",
                         "get / HTTP/1.1\r\n", "GETX /", "SET a 1\r\n", "GET /key\r\n"})
    CHECK_MESSAGE(recognise(no) == Recognition::no, no);
  CHECK(recognise(std::string_view("\0\0\0\x08", 4)) == Recognition::no);
}
