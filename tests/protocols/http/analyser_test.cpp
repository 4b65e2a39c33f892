// Dependencies, images, and what several recorded exchanges show together.
#include "protocols/http/support.hpp"

#include <algorithm>

#include "protocols/http/keys.hpp"
#include "understudy/document_text.hpp"

using namespace understudy;
using namespace understudy::http;
using namespace understudy::http::testing;

namespace {

Dependencies of(const std::string& method, const std::string& path, unsigned status = 200,
                const std::string& location = "") {
  Asked asked;
  asked.method = method;
  asked.path = path;
  Document answer{{"status", status}};
  if (!location.empty()) answer["headers"] = {{"Location", location}};
  return dependencies_of(asked, answer);
}

Exchange exchange(std::uint64_t tick, Document request, Document answer) {
  return {std::move(request), std::move(answer), {tick, {}}, {tick + 1, {}}};
}

Document asked(const std::string& line, Document headers = Document::object()) {
  Document request = protocol().request_from_text(line);
  if (!headers.empty()) request["headers"] = std::move(headers);
  return request;
}

bool reads(const Analysis& analysis, const KeyPath& path) {
  return std::ranges::find(analysis.reads, path) != analysis.reads.end();
}

}  // namespace

TEST_CASE("safe methods read their path, others write it") {
  for (const char* method : {"GET", "HEAD", "OPTIONS", "QUERY"}) {
    CHECK(of(method, "/charges/ch_1").effect == Effect::read);
    CHECK(of(method, "/charges/ch_1").reads == std::vector<KeyPath>{{"charges", "ch_1"}});
    CHECK(of(method, "/charges/ch_1").writes.empty());
  }
  for (const char* method : {"POST", "PUT", "PATCH", "DELETE", "MKCOL"}) {
    CHECK(of(method, "/charges/ch_1").effect == Effect::write);
    CHECK(of(method, "/charges/ch_1").changed);
    CHECK(of(method, "/charges/ch_1").writes == std::vector<KeyPath>{{"charges", "ch_1"}});
  }
  CHECK(of("GET", "/").reads == std::vector<KeyPath>{KeyPath{}});
}

TEST_CASE("a write that failed changes nothing") {
  for (const unsigned status : {400U, 404U, 409U, 500U, 503U})
    CHECK(!of("POST", "/a", status).changed);
  for (const unsigned status : {200U, 201U, 204U, 303U}) CHECK(of("POST", "/a", status).changed);
}

TEST_CASE("an action changes all of the resource that it acts on") {
  CHECK(of("POST", "/charges/ch_1/capture").writes == std::vector<KeyPath>{{"charges", "ch_1"}});
  CHECK(of("POST", "/v1/charges/ch_1/capture").writes ==
        std::vector<KeyPath>{{"v1", "charges", "ch_1"}});
  CHECK(of("POST", "/api/v1/charges").writes == std::vector<KeyPath>{{"api", "v1", "charges"}});
  CHECK(of("PUT", "/users/1/name").writes == std::vector<KeyPath>{{"users", "1", "name"}});
}

TEST_CASE("what an answer points at is written as well") {
  CHECK(of("POST", "/checkout", 303, "http://x/orders/5?a=1").writes ==
        std::vector<KeyPath>{{"checkout"}, {"orders", "5"}});
  CHECK(of("POST", "/orders", 201, "/orders/5").writes == std::vector<KeyPath>{{"orders"}});
}

TEST_CASE("a question put by POST is a read") {
  CHECK(of("POST", "/index/_search").effect == Effect::read);
  std::vector<Problem> problems;
  const auto analyser = protocol().new_analyser();
  const auto effect = [&](const std::string& query) {
    return analyser
        ->analyse(
            {},
            exchange(1, asked("POST /graphql {\"query\":\"" + query + "\"}"), {{"status", 200}}),
            problems)
        .effect;
  };
  CHECK(effect("{ me { name } }") == Effect::read);
  CHECK(effect("mutation { rename }") == Effect::write);
}

TEST_CASE("a field that alone explains different answers becomes part of the identity") {
  const std::vector<Exchange> exchanges = {
      exchange(1, asked("GET /me"), {{"status", 401}}),
      exchange(3, asked("GET /me", {{"authorization", "Bearer a"}, {"accept", "*/*"}}),
               {{"status", 200}, {"body", "ann"}}),
      exchange(5, asked("GET /me", {{"accept", "*/*"}}), {{"status", 401}}),
      exchange(7, asked("GET /hi", {{"accept-language", "de"}}),
               {{"status", 200}, {"body", "Hallo"}}),
      exchange(9, asked("GET /hi", {{"accept-language", "en"}}),
               {{"status", 200}, {"body", "Hello"}})};
  const Mock mock(exchanges);
  CHECK(mock.analyses[0].identity.canonical != mock.analyses[1].identity.canonical);
  CHECK(mock.analyses[3].identity.canonical != mock.analyses[4].identity.canonical);
  Client client(mock);
  const auto get = [&](const std::string& path, const std::string& fields) {
    const std::string answer =
        client.send("GET " + path + " HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n");
    return answer.substr(answer.rfind("\r\n") + 2);
  };
  CHECK(get("/hi", "Accept-Language: de\r\n") == "Hallo");
  CHECK(get("/hi", "Accept-Language: en\r\n") == "Hello");
  // Whoever it is: the recording only shows that being someone matters.
  CHECK(get("/me", "Authorization: Bearer other\r\n") == "ann");
  CHECK(client.misses == 0);
}

TEST_CASE("who is let in after a login is let in for the credentials") {
  const std::vector<Exchange> exchanges = {
      exchange(1, asked("GET /me", {{"x-page", "1"}}), {{"status", 401}}),
      exchange(3, asked("POST /login u=1"), {{"status", 200}}),
      exchange(5, asked("GET /me", {{"cookie", "sid=some"}, {"x-page", "2"}}),
               {{"status", 200}, {"body", "ann"}})};
  const Mock mock(exchanges);
  CHECK(reads(mock.analyses[2], {"login"}));
  REQUIRE(mock.shapes.size() == 1);
  CHECK(decode_selectors(mock.shapes.begin()->second) == Selectors{{"cookie", true}});
}

TEST_CASE("a write in between explains the difference, and a fresh value selects nothing") {
  std::vector<Exchange> exchanges;
  for (std::uint64_t i = 0; i < 4; ++i) {
    const std::string key = "k" + std::to_string(i);
    exchanges.push_back(exchange(4 * i + 1, asked("GET /n", {{"x-key", key}}),
                                 {{"status", 200}, {"body", "v" + std::to_string(i)}}));
    if (i == 1) exchanges.push_back(exchange(4 * i + 3, asked("PUT /n 5"), {{"status", 204}}));
  }
  const Mock mock(exchanges);
  CHECK(mock.shapes.empty());
}

TEST_CASE("an answer that follows a write elsewhere depends on it") {
  const std::vector<Exchange> exchanges = {
      exchange(1, asked("GET /balance"), {{"status", 200}, {"body", "0"}}),
      exchange(3, asked("POST /v1/charges {\"a\":5}"), {{"status", 201}}),
      exchange(5, asked("GET /balance"), {{"status", 200}, {"body", "5"}}),
      exchange(7, asked("GET /other"), {{"status", 200}}),
      exchange(9, asked("POST /v1/charges/ch_1/refund {}"), {{"status", 201}}),
      exchange(11, asked("GET /other"), {{"status", 200}})};
  const Mock mock(exchanges);
  CHECK(reads(mock.analyses[0], {"balance"}));
  CHECK(reads(mock.analyses[0], {"v1", "charges"}));
  CHECK(mock.analyses[3].reads == std::vector<KeyPath>{{"other"}});
}

TEST_CASE("answers that differ in volatile fields only have one image") {
  const auto answer = [](const std::string& id, const std::string& body) {
    return Document{
        {"status", 200}, {"headers", {{"X-Served", id}, {"ETag", body}}}, {"body", body}};
  };
  const std::vector<Exchange> exchanges = {exchange(1, asked("GET /a"), answer("1", "x")),
                                           exchange(3, asked("GET /a"), answer("2", "x")),
                                           exchange(5, asked("PUT /a 1"), {{"status", 204}}),
                                           exchange(7, asked("GET /a"), answer("3", "y")),
                                           exchange(9, asked("GET /a"), answer("4", "y"))};
  const Mock mock(exchanges);
  CHECK(mock.analyses[0].image == mock.analyses[1].image);
  CHECK(mock.analyses[3].image == mock.analyses[4].image);
  CHECK(mock.analyses[0].image != mock.analyses[3].image);
}

TEST_CASE("a flaw of an answer document is named with its place") {
  const Document request = asked("GET /a");
  struct Flawed {
    Document answer;
    std::string path;
  };
  for (const auto& [answer, path] : std::vector<Flawed>{
           {Document("x"), "/answer"},
           {Document::object(), "/answer/status"},
           {{{"status", "200"}}, "/answer/status"},
           {{{"status", 101}}, "/answer/status"},
           {{{"status", 1000}}, "/answer/status"},
           {{{"status", 200}, {"code", 1}}, "/answer/code"},
           {{{"status", 200}, {"reason", "a\nb"}}, "/answer/reason"},
           {{{"status", 200}, {"headers", "x"}}, "/answer/headers"},
           {{{"status", 200}, {"headers", {{"A b", "x"}}}}, "/answer/headers/A b"},
           {{{"status", 200}, {"headers", {{"A", "x\r\nB: y"}}}}, "/answer/headers/A"},
           {{{"status", 200}, {"headers", {{"A", {{"b", 1}}}}}}, "/answer/headers/A"},
           {{{"status", 200}, {"style", "pretty"}, {"body", {{"a", 1}}}}, "/answer/style"},
           {{{"status", 200}, {"body", {{"a", Document::binary({1})}}}}, "/answer/body"}}) {
    CAPTURE(json_text(answer));
    std::vector<Problem> problems;
    static_cast<void>(protocol().new_analyser()->encode(request, answer, problems));
    REQUIRE(problems.size() == 1);
    CHECK(problems[0].path == path);
  }
}

TEST_CASE("a person's answer needs no more than a status and a tree") {
  std::vector<Problem> problems;
  Mock mock;
  const auto analyser = protocol().new_analyser();
  const Document request = asked("GET /a");
  mock.images[analyser->identify(request, problems).canonical] = analyser->encode(
      request, {{"status", 200}, {"headers", {{"Content-Length", "7"}}}, {"body", {{"a", 1}}}},
      problems);
  CHECK(problems.empty());
  CHECK(Client(mock).send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n") ==
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n{\"a\":1}");
}

TEST_CASE("analysing twice gives the same octets") {
  const std::vector<Exchange> exchanges = {exchange(1, asked("GET /a"),
                                                    {{"status", 200},
                                                     {"headers", {{"Content-Encoding", "gzip"}}},
                                                     {"body", std::string(999, 'a')}})};
  CHECK(Mock(exchanges).images == Mock(exchanges).images);
}
