#include "protocols/http/identity.hpp"
#include "protocols/http/support.hpp"

using namespace understudy;
using namespace understudy::http;
using namespace understudy::http::testing;
using Texts = std::vector<std::string>;

namespace {

std::string request(const std::string& line, const std::string& fields = "") {
  return line + " HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n";
}

const Mock& small_mock() {
  static const Mock mock(
      recorded(request("GET /a?x=1"), "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nalpha"));
  return mock;
}

bool is_alpha(const std::string& answer) {
  return answer.ends_with("alpha");
}

}  // namespace

TEST_CASE("a request names its scope by a field or a parameter, which are no part of it") {
  Client client(small_mock());
  CHECK(is_alpha(client.send(request("GET /a?x=1"))));
  CHECK(client.scope_calls.empty());
  CHECK(is_alpha(client.send(request("GET /a?x=1", "Understudy-Scope: w1\r\n"))));
  CHECK(is_alpha(client.send(request("GET /a?understudy_scope=w1&x=1"))));
  CHECK(is_alpha(client.send(request("GET /a?x=1&understudy_scope=w%2B2"))));
  CHECK(is_alpha(client.send(request("GET /a?x=1"))));
  CHECK(is_alpha(client.send(request("GET /a?x=1"))));
  CHECK(is_alpha(client.send(request("GET /a?x=1", "understudy-scope: w1\r\n"))));
  CHECK(client.scope_calls == Texts{"enter w1", "enter w+2", "enter", "enter w1"});
  CHECK(client.misses == 0);
}

TEST_CASE("a base URL may hold the scope as its first segment") {
  Client client(small_mock());
  CHECK(is_alpha(client.send(request("GET /understudy_scope=w1/a?x=1"))));
  CHECK(client.send(request("POST /understudy_scope=w1/__understudy/reset"))
            .ends_with("{\"reset\":\"w1\"}\n"));
  CHECK(client.scope_calls == Texts{"enter w1", "reset w1"});
  std::string target = "/understudy_scope=w%2B1";
  CHECK(take_scope_segment(target) == "w+1");
  CHECK(target == "/");
  target = "/understudy_scope=w1?x=1";
  CHECK(take_scope_segment(target) == "w1");
  CHECK(target == "/?x=1");
  for (const char* other : {"/", "", "/understudy_scopes=w1/a", "/a/understudy_scope=w1", "*"}) {
    target = other;
    CHECK(take_scope_segment(target) == "");
    CHECK(target == other);
  }
}

TEST_CASE("the scope is not part of a recorded request either") {
  const Mock mock(recorded(request("GET /a?understudy_scope=w9&x=1", "Understudy-Scope: w9\r\n"),
                           "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nalpha"));
  Client client(mock);
  CHECK(is_alpha(client.send(request("GET /a?x=1"))));
  CHECK(client.misses == 0);
}

TEST_CASE("a request whose scope is refused is answered by an error and asks nothing") {
  Client client(small_mock());
  const std::string answer = client.send(request("GET /a?x=1", "Understudy-Scope: full\r\n"));
  CHECK(answer.starts_with("HTTP/1.1 501 "));
  CHECK(answer.find("no room") != std::string::npos);
  CHECK(client.asked.empty());
  CHECK(is_alpha(client.send(request("GET /a?x=1"))));
  CHECK(client.scope_calls == Texts{"enter full"});
}

TEST_CASE("scopes are reset and dropped by a POST") {
  Client client(small_mock());
  CHECK(client.send(request("POST /__understudy/reset")).ends_with("{\"reset\":\"default\"}\n"));
  CHECK(client.send(request("POST /__understudy/reset?understudy_scope=w1"))
            .ends_with("{\"reset\":\"w1\"}\n"));
  CHECK(client
            .send(request("POST /__understudy/drop",
                          "Understudy-Scope: w1\r\nContent-Length: 2\r\n") +
                  "{}")
            .ends_with("{\"drop\":\"w1\"}\n"));
  CHECK(client.scope_calls == Texts{"reset", "reset w1", "drop w1"});
  CHECK(client.send(request("GET /__understudy/reset")).starts_with("HTTP/1.1 405 "));
  CHECK(client.send(request("POST /__understudy/sing")).starts_with("HTTP/1.1 404 "));
  CHECK(client.send(request("POST /__understudy/reset?understudy_scope=full"))
            .starts_with("HTTP/1.1 501 "));
  CHECK(client.asked.empty());
  CHECK(!client.closed);
}

TEST_CASE("a reset without a name is not that of the scope that an earlier request named") {
  Client client(small_mock());
  CHECK(is_alpha(client.send(request("GET /a?x=1", "Understudy-Scope: w1\r\n"))));
  CHECK(client.send(request("POST /__understudy/reset")).starts_with("HTTP/1.1 200 "));
  CHECK(client.scope_calls == Texts{"enter w1", "enter", "reset"});
}

TEST_CASE("pipelined requests and any cuts give the same answers in each scope") {
  const std::string octets = request("GET /a?x=1", "Understudy-Scope: w1\r\n") +
                             request("POST /__understudy/reset?understudy_scope=w1") +
                             request("GET /a?x=1") + request("GET /none");
  Client whole(small_mock()), parted(small_mock());
  CHECK(whole.send(octets) == parted.send_bytewise(octets));
  CHECK(whole.scope_calls == parted.scope_calls);
  CHECK(whole.scope_calls == Texts{"enter w1", "reset w1", "enter"});
}

TEST_CASE("understudy.yaml may name another field") {
  http::Message message;
  message.target = "/a";
  message.fields = {{"X-Worker", "3"}};
  CHECK(scope_of(message, "") == "");
  CHECK(scope_of(message, "x-worker") == "3");
  message.target = "/a?understudy_scope=w1";
  CHECK(scope_of(message, "x-worker") == "w1");
}
