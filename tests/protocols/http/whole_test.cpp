// What rules are compared with: everything that was sent.
#include "protocols/http/whole.hpp"

#include "protocols/http/message.hpp"
#include "protocols/http/support.hpp"

using namespace understudy;
using namespace understudy::http;
using namespace understudy::http::testing;

namespace {

http::Message message(const std::string& octets) {
  MessageParser parser(Role::request, Limits{}, false);
  static_cast<void>(parser.put(as_bytes(octets)));
  REQUIRE_MESSAGE(parser.done(), octets);
  return std::move(parser.message());
}

const std::string sent =
    "POST /login?next=%2F HTTP/1.1\r\nHost: x\r\nX-Tenant: acme\r\nUser-Agent: t\r\nCookie: a=1; "
    "b=2\r\n"
    "X-Tenant: beta\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: 18\r\n\r\n"
    "{\"password\":\"pw1\"}";

}  // namespace

TEST_CASE("a whole request has every field and cookie, secrets as they were sent") {
  const Document whole = whole_document(message(sent), 1 << 20, Secrets::shown());
  CHECK(whole["method"] == "POST");
  CHECK(whole["path"] == "/login");
  CHECK(whole["headers"]["x-tenant"] == "acme, beta");
  CHECK(whole["headers"]["user-agent"] == "t");
  CHECK(whole["headers"]["host"] == "x");
  CHECK(whole["cookies"] == Document{{"a", "1"}, {"b", "2"}});
  CHECK(whole["body"]["password"] == "pw1");
}

TEST_CASE("and once more with placeholders in their place") {
  const Document stored = whole_document(message(sent), 1 << 20, secrets);
  CHECK(stored["body"]["password"] == secrets.placeholder("pw1"));
  CHECK(stored["cookies"]["a"] == secrets.placeholder("1"));
  CHECK(stored["headers"]["content-type"] == "application/json");
}

TEST_CASE("a rule asks for the fields and cookies that it names") {
  std::vector<Problem> problems;
  const Document condition = condition_of({{"method", "GET"},
                                           {"path", "/a"},
                                           {"headers", {{"X-Tenant", "acme"}, {"X-Count", 5}}},
                                           {"cookies", {{"plan", "pro"}}}},
                                          problems);
  CHECK(problems.empty());
  CHECK(condition["headers"] == Document{{"includes", {{"x-tenant", "acme"}, {"x-count", "5"}}}});
  CHECK(condition["cookies"] == Document{{"includes", {{"plan", "pro"}}}});
  const Document plain = condition_of({{"method", "GET"}, {"path", "/a"}}, problems);
  CHECK(plain["headers"] == Document{{"includes", Document::object()}});
}

TEST_CASE("cookies that are none are a problem of the rule") {
  std::vector<Problem> problems;
  static_cast<void>(
      condition_of({{"method", "GET"}, {"path", "/a"}, {"cookies", "plan=pro"}}, problems));
  static_cast<void>(condition_of(
      {{"method", "GET"}, {"path", "/a"}, {"cookies", {{"plan", Document::array()}}}}, problems));
  CHECK(problems.size() == 2);
}
