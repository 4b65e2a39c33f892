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
