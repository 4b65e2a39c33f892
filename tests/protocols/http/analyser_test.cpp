// Dependencies, images, and what several recorded exchanges show together.
#include "protocols/http/support.hpp"

#include <algorithm>
#include <array>
#include <memory>

#include "protocols/http/keys.hpp"
#include "protocols/http/operation.hpp"
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
  const Effect effect = only_asks(asked, operation_of(asked)) ? Effect::read : Effect::write;
  return dependencies_of(asked, effect, answer);
}

Exchange exchange(std::uint64_t tick, Document request, Document answer) {
  return {std::move(request), std::move(answer), {tick, {}}, {tick + 1, {}}};
}

Document asked(const std::string& line, Document headers = Document::object()) {
  Document request = protocol().request_from_text(line);
  if (!headers.empty()) request["headers"] = std::move(headers);
  return request;
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
  CHECK(of("PUT", "/orders", 201, "/orders/5").writes == std::vector<KeyPath>{{"orders"}});
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

TEST_CASE("a POST that makes a member leaves the others of its collection alone") {
  const Dependencies made = of("POST", "/orders", 201, "/orders/5");
  CHECK(made.collection == KeyPath{"orders"});
  const auto changes = [&](const KeyPath& path) {
    return std::ranges::any_of(made.writes, [&](const KeyPath& w) { return overlaps(w, path); });
  };
  CHECK(changes({"orders"}));
  CHECK(changes({"orders", "5"}));
  CHECK(changes({"orders", "5", "lines"}));
  CHECK(!changes({"orders", "4"}));
  CHECK(of("POST", "/users/1/orders", 201, "/users/1/orders/5").collection ==
        KeyPath{"users", "1", "orders"});
  // Which one it made is not told.
  CHECK(of("POST", "/orders", 201).writes == std::vector<KeyPath>{{"orders"}});
  CHECK(of("POST", "/orders", 409, "/orders/5").collection.empty());
}

TEST_CASE("who asks, and what else is not proven irrelevant, is part of a request") {
  const std::vector<Exchange> exchanges = {
      exchange(1, asked("GET /me"), {{"status", 401}}),
      exchange(3, asked("GET /me", {{"authorization", "Bearer a"}, {"accept", "*/*"}}),
               {{"status", 200}, {"body", "ann"}}),
      exchange(5, asked("GET /me", {{"authorization", "Bearer b"}}),
               {{"status", 200}, {"body", "bob"}}),
      exchange(7, asked("GET /hi", {{"accept-language", "de"}}),
               {{"status", 200}, {"body", "Hallo"}}),
      exchange(9, asked("GET /hi", {{"accept-language", "en"}}),
               {{"status", 200}, {"body", "Hello"}})};
  const Mock mock(exchanges);
  Client client(mock);
  const auto get = [&](const std::string& path, const std::string& fields) {
    const std::string answer =
        client.send("GET " + path + " HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n");
    return answer.substr(answer.rfind("\r\n") + 2);
  };
  CHECK(get("/hi", "Accept-Language: de\r\n") == "Hallo");
  CHECK(get("/hi", "Accept-Language: en\r\n") == "Hello");
  CHECK(get("/me", "Authorization: Bearer b\r\n") == "bob");
  CHECK(get("/me", "Authorization: Bearer a\r\n") == "ann");
  CHECK(get("/me", "User-Agent: other\r\nAccept: */*\r\n").empty());
  CHECK(client.unproven.empty());
  // The nearest one, and said to be no more than that.
  CHECK(get("/hi", "Accept-Language: fr\r\n") == "Hallo");
  REQUIRE(client.unproven.size() == 1);
  CHECK(client.unproven.back() ==
        "asked with accept-language: fr, recorded with accept-language: de");
  CHECK(get("/hi", "") == "Hallo");
  CHECK(client.unproven.back() == "asked without accept-language: de");
  CHECK(get("/me", "Authorization: Bearer a\r\nX-Tenant: t\r\n") == "ann");
  CHECK(client.unproven.back() == "recorded without x-tenant: t");
  std::string many;
  for (char name = 'a'; name < 'z'; ++name) many += std::string("X-") + name + ": 1\r\n";
  CHECK(get("/hi", "Accept-Language: de\r\n" + many) == "Hallo");
  CHECK(
      client.unproven.back() ==
      "recorded without x-a: 1, recorded without x-b: 1, recorded without x-c: 1, recorded without "
      "x-d: 1 and 21 more fields");
  CHECK(client.misses == 0);
}

TEST_CASE("each cookie counts by itself") {
  const auto cookies = [](const std::string& text) { return Document{{"cookie", text}}; };
  const Mock mock({exchange(1, asked("GET /me", cookies("sid=redacted:00000001; theme=dark")),
                            {{"status", 200}, {"body", "ann"}})});
  Client client(mock);
  static_cast<void>(client.send(
      "GET /me HTTP/1.1\r\nHost: x\r\nCookie: theme=light; sid=redacted:00000001\r\n\r\n"));
  REQUIRE(client.unproven.size() == 1);
  CHECK(client.unproven[0].starts_with("asked with the cookie theme"));
}

TEST_CASE("the one host that all was recorded from is any host of the mock") {
  const auto flow = [](std::vector<std::string> hosts) {
    std::vector<Exchange> exchanges;
    for (const std::string& host : hosts)
      exchanges.push_back(
          exchange(2 * exchanges.size() + 1,
                   host.empty() ? asked("GET /a") : asked("GET /a", {{"host", host}}),
                   {{"status", 200}, {"body", host}}));
    return exchanges;
  };
  const auto doubts = [](const std::vector<Exchange>& exchanges, const std::string& host) {
    const Mock mock(exchanges);
    Client client(mock);
    static_cast<void>(client.send("GET /a HTTP/1.1\r\nHost: " + host + "\r\n\r\n"));
    return client.unproven.size();
  };
  CHECK(doubts(flow({"shop.example"}), "127.0.0.1:80") == 0);
  CHECK(doubts(flow({"shop.example"}), "shop.example") == 0);
  CHECK(doubts(flow({"shop.example"}), "other.example") == 1);
  CHECK(doubts(flow({""}), "payments:8080") == 0);
  CHECK(doubts(flow({""}), "shop.example") == 1);
  CHECK(doubts(flow({"a.example", "b.example"}), "b.example") == 0);
  CHECK(doubts(flow({"a.example", "b.example"}), "localhost") == 1);
}

TEST_CASE("what varies by itself, over all its uses, is no part of a request") {
  struct Use {
    std::string name;
    std::vector<std::string> values;
    bool varies;
  };
  const std::string uuid = "0d7f4c1e-91b2-4c3d-8e5f-60718293a4b5",
                    other = "1e8a5d2f-a2c3-4d4e-9f60-718293a4b5c6",
                    third = "2f9b6e30-b3d4-4e5f-8a71-8293a4b5c6d7";
  for (const Use& use :
       std::vector<Use>{{"x-nonce", {uuid}, true},
                        {"idempotency-key", {uuid, uuid, other}, true},
                        {"x-call-id", {"1", "2"}, true},
                        {"x-call-id", {"1"}, false},
                        {"x-sent-time", {"2026-11-25T10:00:00Z"}, true},
                        {"x-anything", {uuid, other, third}, true},
                        {"x-anything", {uuid, other}, false},
                        {"x-anything", {uuid, other, third, uuid}, false},
                        {"x-anything", {"a", "b", "c"}, false},
                        {"x-tenant-id", {uuid, other, third}, false},
                        {"x-account", {"1234567890", "2234567890", "3234567890"}, false},
                        {"authorization", {"Bearer a", "Bearer b", "Bearer c"}, false},
                        {"x-hub-signature", {"redacted:00000001", "redacted:00000002"}, true},
                        {"accept", {"text/a1", "text/a2", "text/a3"}, false}}) {
    CAPTURE(use.name);
    CAPTURE(use.values.size());
    std::vector<Exchange> exchanges;
    for (const std::string& value : use.values)
      exchanges.push_back(exchange(2 * exchanges.size() + 1, asked("GET /a", {{use.name, value}}),
                                   {{"status", 200}}));
    const Mock mock(exchanges);
    const auto shape = mock.shape(irrelevant_key);
    const Irrelevant found = shape ? decode_irrelevant(as_text(*shape)) : Irrelevant{};
    CHECK(found.fields ==
          (use.varies ? std::vector<std::string>{use.name} : std::vector<std::string>{}));
  }
}

TEST_CASE("a POST is a question where its operation is called so") {
  const auto effect = [](const std::string& line, Document headers = Document::object()) {
    std::vector<Problem> problems;
    Document request = asked(line);
    for (const auto& [name, value] : headers.items()) request["headers"][name] = value;
    const Asked read = asked_of(request, Secrets(), problems);
    return only_asks(read, operation_of(read)) ? Effect::read : Effect::write;
  };
  for (const char* question :
       {"POST / {\"op\":\"get\",\"k\":1}", "POST /rpc {\"method\":\"tools/list\",\"id\":1}",
        "POST / Action=DescribeInstances&Version=1", "POST /shop.Orders/GetOrder {\"id\":1}",
        "POST / {\"method\":\"user.findAll\"}", "POST /a/search {}"})
    CHECK_MESSAGE(effect(question) == Effect::read, question);
  for (const char* write :
       {"POST / {\"op\":\"put\"}", "POST / {\"op\":\"getAndDelete\"}",
        "POST / {\"op\":\"get_or_create\"}", "POST / Action=RunInstances",
        "POST /shop.Orders/NextOrder {}", "POST /lists {\"name\":\"get\"}",
        "POST / {\"method\":\"tools/call\"}", "POST /get {}", "POST / {\"op\":\"batchWrite\"}"})
    CHECK_MESSAGE(effect(write) == Effect::write, write);
  CHECK(effect("POST / {}", {{"x-amz-target", "Tables_2012.BatchGetItem"}}) == Effect::read);
  CHECK(effect("POST / {}", {{"x-amz-target", "Tables_2012.DeleteItem"}}) == Effect::write);
  CHECK(effect("POST / hi", {{"soapaction", "\"urn:shop#ListOrders\""}}) == Effect::read);
}

namespace {

/// Whether what comes first in `lines` depends on the write `writer`, as they were recorded.
/// "GET /a = 1": answered with 1.
class Recorded {
 public:
  explicit Recorded(const std::vector<std::string>& lines) {
    for (const std::string& line : lines) {
      const std::size_t equals = line.rfind(" = ");
      const std::string body = line.substr(equals + 3);
      Document answer{{"status", 200}};
      answer["body"] = body.starts_with('{') ? parse_json(body) : Document(body);
      std::string request = line.substr(0, equals);
      Document headers = Document::object();
      if (const std::size_t by = request.find(" by "); by != std::string::npos) {
        headers["authorization"] = "Bearer " + request.substr(by + 4);
        request.resize(by);
      }
      Document document = asked(request);
      for (const auto& [name, value] : headers.items()) document["headers"][name] = value;
      exchanges_.push_back(exchange(2 * exchanges_.size() + 1, document, answer));
    }
    mock_ = std::make_unique<Mock>(exchanges_);
  }
  [[nodiscard]] bool depends(std::size_t reader, std::size_t writer) const {
    return meets(reader, mock_->analyses[writer].writes);
  }
  /// Where the write comes in a state that was not recorded.
  [[nodiscard]] bool may_depend(std::size_t reader, std::size_t writer) const {
    return depends(reader, writer) || meets(reader, mock_->analyses[writer].writes_otherwise);
  }

 private:
  [[nodiscard]] bool meets(std::size_t reader, const std::vector<KeyPath>& writes) const {
    for (const KeyPath& read : mock_->analyses[reader].reads)
      for (const KeyPath& written : writes)
        if (overlaps(read, written)) return true;
    return false;
  }

  std::vector<Exchange> exchanges_;
  std::unique_ptr<Mock> mock_;
};

}  // namespace

TEST_CASE("an answer depends on every write that was not seen to leave it alone") {
  CHECK(Recorded({"GET /stock = 5", "POST /orders {\"a\":1} = ok"}).depends(0, 1));
  CHECK(
      Recorded({"GET /stock = 5", "POST /orders {\"a\":1} = ok", "GET /stock = 4"}).depends(0, 1));
  CHECK(
      !Recorded({"GET /stock = 5", "POST /orders {\"a\":1} = ok", "GET /stock = 5"}).depends(0, 1));
  // Another order of the same kind.
  CHECK(!Recorded({"GET /stock = 5", "POST /orders {\"a\":1} = ok", "GET /stock = 5",
                   "POST /orders {\"a\":2} = ok"})
             .depends(0, 3));
  // One undoes what the other did.
  CHECK(Recorded({"GET /stock = 5", "POST /orders {\"a\":1} = ok", "DELETE /orders/1 = ok",
                  "GET /stock = 5"})
            .depends(0, 1));
  // It had been done already.
  CHECK(Recorded({"PUT /users/7 {\"role\":\"a\"} = ok", "GET /stock = 5",
                  "PUT /users/7 {\"role\":\"a\"} = ok", "GET /stock = 5"})
            .depends(1, 0));
  // The second time it does something.
  CHECK(Recorded({"GET /stock = 5", "POST /orders {\"a\":1} = ok", "GET /stock = 5",
                  "POST /orders {\"a\":2} = ok", "GET /stock = 4"})
            .depends(0, 1));
}

TEST_CASE("what says what is to be there shows something only where it was not there before") {
  const std::string admin = "PUT /users/7 {\"role\":\"a\"} = ok";
  const std::string reader = "PUT /users/7 {\"role\":\"b\"} = ok";
  CHECK(Recorded({"GET /stock = 5", admin, "GET /stock = 5"}).depends(0, 1));
  CHECK(
      Recorded({"GET /users/7 = b", "GET /stock = 5", reader, "GET /stock = 5", "GET /users/7 = b"})
          .depends(1, 2));
  CHECK(
      !Recorded({"GET /users/7 = b", "GET /stock = 5", admin, "GET /stock = 5", "GET /users/7 = a"})
           .depends(1, 2));
  CHECK(!Recorded({reader, "GET /stock = 5", admin, "GET /stock = 5"}).depends(1, 2));
}

TEST_CASE("what was shown of one content of a write is not shown of another") {
  const auto depends = [](const std::string& shown, const std::string& other) {
    return Recorded({"GET /permissions = user", shown + " = ok", "GET /permissions = user",
                     other + " = ok"})
        .depends(0, 3);
  };
  CHECK(depends("POST /users {\"name\":\"x\"}", "POST /users {\"role\":\"admin\"}"));
  CHECK(depends("POST /users {\"on\":false}", "POST /users {\"on\":true}"));
  CHECK(depends("POST /users {\"role\":null}", "POST /users {\"role\":1}"));
  CHECK(depends("POST /users {\"role\":\"user\"}", "POST /users {\"role\":\"admin\"}"));
  CHECK(depends("POST /users role=user", "POST /users role=admin"));
  CHECK(depends("POST /cache?all=1", "POST /cache?key=1"));
  CHECK(depends("POST /users {\"a\":{\"b\":1}}", "POST /users {\"a\":{\"c\":1}}"));
  CHECK(!depends("POST /users {\"name\":\"ann 1\"}", "POST /users {\"name\":\"bob 2\"}"));
  // Of two roles for all of them.
  CHECK(!Recorded({"GET /stock = 5", "POST /users {\"role\":\"a\"} = ok", "GET /stock = 5",
                   "POST /users {\"role\":\"b\"} = ok", "GET /stock = 5",
                   "POST /users {\"role\":\"c\"} = ok"})
             .depends(0, 5));
}

TEST_CASE("what was shown of one question is not shown of another") {
  const std::string item = "POST /items {\"name\":\"new pot\"} = ok";
  CHECK(Recorded({"GET /search?q=tea = 1", "GET /search?q=pot = 2", item, "GET /search?q=tea = 1"})
            .depends(1, 2));
  CHECK(Recorded({"POST /search {\"q\":\"tea\"} = 1", "POST /search {\"q\":\"pot\"} = 2", item,
                  "POST /search {\"q\":\"tea\"} = 1"})
            .depends(1, 2));
  CHECK(!Recorded({"GET /search?q=tea = 1", "GET /search?q=cup = 3", "GET /search?q=pot = 2", item,
                   "GET /search?q=tea = 1", "GET /search?q=cup = 3"})
             .depends(2, 3));
}

TEST_CASE("to delete what may not have been there shows nothing") {
  CHECK(Recorded({"GET /cart = 10", "DELETE /coupon = ok", "GET /cart = 10"}).depends(0, 1));
  CHECK(!Recorded({"PUT /coupon {\"a\":1} = ok", "GET /cart = 10", "DELETE /coupon = ok",
                   "GET /cart = 10"})
             .depends(1, 2));
  CHECK(!Recorded({"POST /orders {\"a\":1} = {\"id\":7}", "GET /cart = 10", "DELETE /orders/7 = ok",
                   "GET /cart = 10"})
             .depends(1, 2));
  CHECK(Recorded({"PUT /coupon {\"a\":1} = ok", "DELETE /coupon = ok", "GET /cart = 10",
                  "DELETE /coupon = ok", "GET /cart = 10"})
            .depends(2, 3));
}

TEST_CASE("of a change each write is suspected that was not shown itself to make none") {
  const std::string order = "POST /orders {\"a\":1} = ok", note = "POST /notes {\"t\":1} = ok";
  const std::string another = "POST /orders {\"a\":2} = ok";
  CHECK(Recorded({"GET /stock = 5", order, "GET /stock = 5", note, another, "GET /stock = 4"})
            .depends(0, 4));
  // Another one is known to make such a change.
  CHECK(!Recorded({"GET /stock = 5", order, "GET /stock = 5", note, "GET /stock = 4", note, another,
                   "GET /stock = 3"})
             .depends(0, 6));
  // This very one was shown to make none.
  CHECK(!Recorded({"GET /stock = 5", "POST /orders/1 {} = ok", "GET /stock = 5", note,
                   "POST /orders/1 {} = ok", "GET /stock = 4"})
             .depends(0, 4));
  // Nor does anything follow from what turned out to be none.
  CHECK(Recorded({"GET /stock = 5", order, "GET /stock = 5", another, "POST /carts {} = ok",
                  "GET /stock = 5", "POST /orders {\"a\":3} = ok", "GET /stock = 4"})
            .depends(0, 4));
}

TEST_CASE("in a state that was not recorded a write may change what it changes the like of") {
  const Recorded recorded({"GET /stock/tea = 5", "GET /stock/pot = 3", "GET /prices/tea = 1",
                           "POST /orders by bob = ok", "GET /stock/tea = 5", "GET /stock/pot = 2",
                           "GET /prices/tea = 1"});
  CHECK(recorded.depends(1, 3));
  CHECK(!recorded.depends(0, 3));
  CHECK(recorded.may_depend(0, 3));
  CHECK(!recorded.may_depend(2, 3));
}

TEST_CASE("what was shown of one resource holds for that one, of two for all of their kind") {
  CHECK(Recorded({"GET /users/1 = a", "POST /items/1 {} = ok", "GET /users/1 = a",
                  "POST /items/2 {} = ok"})
            .depends(0, 3));
  CHECK(Recorded({"GET /users/8 = a", "POST /items/1 {} = ok", "GET /users/8 = a",
                  "POST /items/2 {} = ok", "GET /users/8 = a", "POST /items/3 {} = ok"})
            .depends(0, 5) == false);
  // What it names in so many words may be about it.
  CHECK(Recorded({"GET /stock/7 = 5", "POST /orders {\"product\":3} = ok", "GET /stock/7 = 5",
                  "POST /orders {\"product\":7} = ok"})
            .depends(0, 3));
}

TEST_CASE("what was shown of one who asks is not shown of another") {
  const Recorded recorded({"GET /total by ann = 5", "POST /cart {\"a\":1} by bob = ok",
                           "GET /total by ann = 5", "GET /total by bob = 0",
                           "POST /cart {\"a\":2} by ann = ok"});
  CHECK(!recorded.depends(0, 1));
  CHECK(recorded.depends(3, 1));
  CHECK(recorded.depends(0, 4));
}

TEST_CASE("a write depends on others until its answer is seen to be explained without them") {
  CHECK(Recorded({"POST /orders {\"a\":1} = {\"id\":1,\"a\":1}", "PUT /stock {} = ok"})
            .depends(0, 1));
  CHECK(!Recorded({"POST /orders {\"a\":1} = {\"id\":1,\"a\":1}", "POST /stock {} = ok",
                   "POST /orders {\"a\":2} = {\"id\":2,\"a\":2}"})
             .depends(0, 1));
  CHECK(Recorded({"POST /orders {\"a\":1} = {\"id\":1,\"left\":7}", "PUT /stock {} = ok",
                  "POST /orders {\"a\":2} = {\"id\":2,\"left\":6}"})
            .depends(0, 1));
  // The order took what the first one had put there.
  CHECK(Recorded({"POST /cart {\"a\":1} = {\"count\":1}", "POST /orders {} = ok",
                  "POST /cart {\"a\":1} = {\"count\":1}"})
            .depends(0, 1));
}

TEST_CASE("who signs in changes what is asked with what he was given") {
  const Recorded recorded({"POST /login {\"user\":\"ann\"} = {\"token\":\"redacted:00000001\"}",
                           "POST /login {\"user\":\"bob\"} = {\"token\":\"redacted:00000002\"}",
                           "GET /me by redacted:00000001 = ann", "GET /me = nobody"});
  CHECK(recorded.depends(2, 0));
  CHECK(!recorded.depends(2, 1));
  CHECK(!recorded.depends(3, 0));
}

TEST_CASE("answers that differ in volatile fields only have one image") {
  const auto answer = [](const std::string& id, const std::string& body) {
    return Document{
        {"status", 200}, {"headers", {{"X-Served", id}, {"ETag", body}}}, {"body", body}};
  };
  const std::vector<Exchange> exchanges = {exchange(1, asked("GET /a"), answer("i1d", "x")),
                                           exchange(3, asked("GET /a"), answer("i2d", "x")),
                                           exchange(5, asked("PUT /a 1"), {{"status", 204}}),
                                           exchange(7, asked("GET /a"), answer("i3d", "y")),
                                           exchange(9, asked("GET /a"), answer("i4d", "y"))};
  const Mock mock(exchanges);
  CHECK(mock.analyses[0].image == mock.analyses[1].image);
  CHECK(mock.analyses[3].image == mock.analyses[4].image);
  CHECK(mock.analyses[0].image != mock.analyses[3].image);
}

TEST_CASE("what is new in each answer and tells nothing of it is one") {
  for (const auto& [name, first, second] :
       std::vector<std::array<std::string, 3>>{{"X-Cache", "MISS", "HIT"},
                                               {"X-Backend-Server", "a", "b"},
                                               {"X-Op", "0f3a55d2c0de9a71", "1f3a55d2c0de9a72"},
                                               {"X-Message-Id", "m-a", "m-b"}}) {
    CAPTURE(name);
    const Mock mock(
        {exchange(1, asked("GET /a"), {{"status", 200}, {"headers", {{name, first}}}}),
         exchange(3, asked("GET /a"), {{"status", 200}, {"headers", {{name, second}}}})});
    CHECK(mock.analyses[0].image == mock.analyses[1].image);
  }
}

TEST_CASE("fields that count or tell something anew are sent as they were") {
  for (const auto& [name, first, second] : std::vector<std::array<std::string, 3>>{
           {"X-RateLimit-Remaining", "9", "8"},
           {"Set-Cookie", "sid=redacted:00000001", "sid=redacted:00000002"},
           {"ETag", "\"a\"", "\"b\""},
           {"Link", "</a?page=1>", "</a?page=2>"},
           {"X-Cursor", "c1", "c2"},
           {"X-Next-Page", "0f3a55d2c0de9a71", "1f3a55d2c0de9a72"},
           {"X-State", "pending", "done"}}) {
    CAPTURE(name);
    const Mock mock(
        {exchange(1, asked("GET /a"), {{"status", 200}, {"headers", {{name, first}}}}),
         exchange(3, asked("GET /a"), {{"status", 200}, {"headers", {{name, second}}}})});
    CHECK(mock.analyses[0].image != mock.analyses[1].image);
  }
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
  mock.images[analyser->identify(request, problems).canonical] = {analyser->encode(
      request, {{"status", 200}, {"headers", {{"Content-Length", "7"}}}, {"body", {{"a", 1}}}},
      problems)};
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
