// URLs by which a service names itself.
#include "protocols/http/own_urls.hpp"

#include "protocols/http/support.hpp"

using namespace understudy;
using namespace understudy::http;
using namespace understudy::http::testing;

namespace {

std::string get(const std::string& path, const std::string& host) {
  return "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
}

std::string ok(const std::string& fields, const std::string& body) {
  return "HTTP/1.1 200 OK\r\n" + fields + "Content-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

}  // namespace

TEST_CASE("only whole authorities of URLs are the service's own") {
  const std::vector<std::string> known = spellings_of("api:81");
  const auto own = [&](std::string_view text) { return with_own_authority(text, known); };
  const std::string host(own_authority);
  CHECK(own("see http://api:81/x, //api:81") == "see http://" + host + "/x, //" + host);
  CHECK(own(R"("http:\/\/api:81\/x")") == "\"http:\\/\\/" + host + "\\/x\"");
  for (const char* other : {"api:81", "http://my-api:81/", "http://api:811/", "http://api:81.x/",
                            "http://api/", "http://x@api:81/"})
    CHECK(own(other) == other);
  CHECK(with_live_authority(own("http://api:81/x"), "mock:9") == "http://mock:9/x");
  // As the value of a query, and within a query that is the value of one.
  for (const char* slashes : {"%2F%2F", "%2f%2f", "%252F%252F"}) {
    CAPTURE(slashes);
    const std::string colon = std::string_view(slashes).starts_with("%25") ? "%253A"
                              : std::string_view(slashes) == "%2f%2f"      ? "%3a"
                                                                           : "%3A";
    const std::string begin = std::string("to=http") + colon + slashes;
    CHECK(own(begin + "api" + colon + "81&x") == begin + host + "&x");
    CHECK(own(begin + "api" + colon + "811") == begin + "api" + colon + "811");
    CHECK(with_live_authority(begin + host + "&x", "mock:9") == begin + "mock" + colon + "9&x");
  }
  CHECK(spellings_of("api") == std::vector<std::string>{"api", "api:80", "api:443"});
  CHECK(spellings_of("api:80") == std::vector<std::string>{"api:80", "api"});
}

TEST_CASE("a service that names itself is served under the name that the client uses") {
  const std::string body = R"({"next":"http://rec:1/b?page=2","x":"http://other:1/"})";
  const auto exchanges = recorded(
      get("/a", "rec:1"),
      ok("Location: http://rec:1/b\r\nDate: x\r\nContent-Type: application/json\r\n", body));
  REQUIRE(exchanges.size() == 1);
  CHECK(exchanges[0].answer.dump().find("rec:1") == std::string::npos);
  const Mock mock(exchanges);
  const std::string answer = Client(mock).send(get("/a", "a-longer-name:1234"));
  CHECK(answer.find("Location: http://a-longer-name:1234/b\r\nDate: ") != std::string::npos);
  const std::string moved =
      R"({"next":"http://a-longer-name:1234/b?page=2","x":"http://other:1/"})";
  CHECK(answer.ends_with("Content-Length: " + std::to_string(moved.size()) + "\r\n\r\n" + moved));
}

TEST_CASE("a request that names the service is the same under another name") {
  const auto exchanges = recorded(get("/a?back=http%3A%2F%2Frec%3A1%2Fb", "rec:1"), ok("", "x"));
  const Mock mock(exchanges);
  CHECK(Client(mock).send(get("/a?back=http://mock:2/b", "mock:2")) == ok("", "x"));
  Client other(mock);
  CHECK(other.send(get("/a?back=http://elsewhere:2/b", "mock:2")).starts_with("HTTP/1.1 501"));
}

TEST_CASE("a form that names the service is the same under another name") {
  const auto post = [](const std::string& host, const std::string& body) {
    return "POST /token HTTP/1.1\r\nHost: " + host +
           "\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
  };
  const auto exchanges =
      recorded(post("rec:1", "redirect_uri=http%3A%2F%2Frec%3A1%2Fcb&a=1"), ok("", "x"));
  const Mock mock(exchanges);
  CHECK(Client(mock).send(post("mock:2", "redirect_uri=http%3A%2F%2Fmock%3A2%2Fcb&a=1")) ==
        ok("", "x"));
}
