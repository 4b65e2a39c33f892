// What the recorder understands of a relayed connection, and when it stops to.
#include "protocols/http/support.hpp"
#include "understudy/document_text.hpp"

using namespace understudy;
using namespace understudy::http::testing;

namespace {

const std::string get_a = "GET /a HTTP/1.1\r\nHost: pay.test:8080\r\n\r\n";
const std::string get_b = "GET /b HTTP/1.1\r\nHost: pay.test:8080\r\n\r\n";

std::string ok(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nServer: s/1\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

}  // namespace

TEST_CASE("the exchange is spelled by meaning") {
  Relayed relayed;
  relayed
      .client(
          "POST /charges?limit=2&a=%20 HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
          "Accept: */*\r\nUser-Agent: curl/8\r\nContent-Length: 12\r\n\r\n{\"amount\":5}")
      .server(
          "HTTP/1.1 201 Created\r\nDate: Mon, 01 Jan 2024 00:00:00 GMT\r\nContent-Type: "
          "application/json\r\n"
          "Set-Cookie: a=\r\nSet-Cookie: b=\r\nConnection: keep-alive, X-Hop\r\nX-Hop: "
          "1\r\nX-Request-Id: 77\r\n"
          "Content-Length: 18\r\n\r\n{\"id\": \"ch_1\"}    ");
  REQUIRE(relayed.exchanges.size() == 1);
  const Document expected_request{
      {"method", "POST"},
      {"path", "/charges"},
      {"query", Document::array({Document::array({"limit", "2"}), Document::array({"a", " "})})},
      {"headers", {{"content-type", "application/json"}, {"accept", "*/*"}}},
      {"body", {{"amount", 5}}}};
  CHECK(json_text(relayed.exchanges[0].request) == json_text(expected_request));
  const Document expected_answer{{"status", 201},
                                 {"headers",
                                  {{"Date", "now"},
                                   {"Content-Type", "application/json"},
                                   {"Set-Cookie", Document::array({"a=", "b="})}}},
                                 {"body", "{\"id\": \"ch_1\"}    "}};
  CHECK(json_text(relayed.exchanges[0].answer) == json_text(expected_answer));
}

TEST_CASE("a JSON answer is a tree, with a word on how it was spelled") {
  Relayed relayed;
  relayed.client(get_a).server(
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n{\"id\": "
      "\"ch_1\"}\n");
  REQUIRE(relayed.exchanges.size() == 1);
  CHECK(relayed.exchanges[0].answer["body"] == Document{{"id", "ch_1"}});
  CHECK(relayed.exchanges[0].answer["style"] == "colon_space newline");
}

TEST_CASE("the session's facts come before its first exchange") {
  Relayed relayed;
  relayed.client(get_a).server(ok("1")).client(get_b).server(ok("2"));
  REQUIRE(relayed.facts.size() == 1);
  CHECK(relayed.facts[0] == Document{{"host", "pay.test"}, {"server", "s/1"}});
}

TEST_CASE("pipelined requests are paired with their answers, and are handled one after the other") {
  Relayed relayed;
  relayed.client(get_a)
      .client(get_b.substr(0, 10))
      .client(get_b.substr(10))
      .server(ok("1") + ok("2").substr(0, 20));
  REQUIRE(relayed.exchanges.size() == 1);
  relayed.server(ok("2").substr(20));
  REQUIRE(relayed.exchanges.size() == 2);
  CHECK(relayed.exchanges[0].request["path"] == "/a");
  CHECK(relayed.exchanges[0].answer["body"] == "1");
  CHECK(relayed.exchanges[0].began.tick == 1);
  CHECK(relayed.exchanges[0].ended.tick == 4);
  CHECK(relayed.exchanges[1].answer["body"] == "2");
  CHECK(relayed.exchanges[1].began.tick == 4);
  CHECK(relayed.exchanges[1].ended.tick == 5);
}

TEST_CASE("interim answers are not the answer") {
  Relayed relayed;
  relayed.client("POST /c HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
      .server("HTTP/1.1 100 Continue\r\n\r\n")
      .client("hi")
      .server("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + ok("done"));
  REQUIRE(relayed.exchanges.size() == 1);
  CHECK(relayed.exchanges[0].answer["body"] == "done");
  CHECK(relayed.exchanges[0].request["body"] == "hi");
  CHECK(relayed.warnings.empty());
}

TEST_CASE("an answer may come before the request is complete") {
  Relayed relayed;
  relayed.client("POST /c HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nab")
      .server("HTTP/1.1 413 Payload Too Large\r\nContent-Length: 0\r\n\r\n");
  CHECK(relayed.exchanges.empty());
  relayed.client("cd");
  REQUIRE(relayed.exchanges.size() == 1);
  CHECK(relayed.exchanges[0].answer["status"] == 413);
  CHECK(relayed.exchanges[0].began.tick == 1);
  CHECK(relayed.exchanges[0].ended.tick == 2);
}

TEST_CASE("an answer to HEAD has no body, and what follows it is the next answer") {
  Relayed relayed;
  relayed.client("HEAD /a HTTP/1.1\r\nHost: x\r\n\r\n" + get_b)
      .server("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n" + ok("2"));
  REQUIRE(relayed.exchanges.size() == 2);
  CHECK(relayed.exchanges[0].answer["headers"]["Content-Length"] == "99");
  CHECK(!relayed.exchanges[0].answer.contains("body"));
  CHECK(relayed.exchanges[1].answer["body"] == "2");
}

TEST_CASE("an upgrade or a tunnel ends the recording and not the relay") {
  Relayed socket;
  socket.client("GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
      .server(
          "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: "
          "websocket\r\n\r\n\x81\x01"
          "a")
      .client(
          "\x81\x01"
          "b");
  CHECK(socket.sync() == Sync::opaque);
  REQUIRE(socket.warnings.size() == 1);
  CHECK(socket.warnings[0].find("websocket") != std::string::npos);
  Relayed tunnel;
  tunnel.client("CONNECT db:5432 HTTP/1.1\r\nHost: db\r\n\r\n")
      .server("HTTP/1.1 200 OK\r\n\r\n")
      .client("\x16\x03");
  CHECK(tunnel.sync() == Sync::opaque);
  Relayed refused;
  refused.client("CONNECT db:5432 HTTP/1.1\r\nHost: db\r\n\r\n")
      .server("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
  CHECK(refused.sync() == Sync::in_sync);
  CHECK(refused.exchanges.size() == 1);
}

TEST_CASE("bytes that make no sense are relayed and never guessed at") {
  for (const std::string& nonsense : {std::string("hello\n"), std::string("GET\r\n\r\n")}) {
    Relayed relayed;
    relayed.client(nonsense).client(get_a).server(ok("1"));
    CHECK(relayed.sync() == Sync::lost);
    CHECK(relayed.warnings.size() == 1);
    CHECK(relayed.exchanges.empty());
  }
  Relayed answer;
  answer.client(get_a).server("SSH-2.0\r\n\r\n");
  CHECK(answer.sync() == Sync::lost);
  Relayed unasked;
  unasked.server(ok("1"));
  CHECK(unasked.sync() == Sync::lost);
  Relayed tls;
  tls.client("\x16\x03\x01\x02\x03").server("\x16\x03");
  CHECK(tls.sync() == Sync::opaque);
}

TEST_CASE("a server that closes without an answer is told of") {
  Relayed relayed;
  relayed.client(get_a).server_eof();
  CHECK(relayed.exchanges.empty());
  REQUIRE(relayed.warnings.size() == 1);
  CHECK(relayed.warnings[0].find("GET /a") != std::string::npos);
  CHECK(relayed.lost_changes == 0);
  Relayed write;
  write.client("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n").server_eof();
  CHECK(write.lost_changes == 1);
  Relayed cut_off;
  cut_off.client("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
      .server("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")
      .server_eof();
  CHECK(cut_off.exchanges.empty());
  CHECK(cut_off.lost_changes == 1);
  Relayed idle;
  idle.client(get_a).server(ok("1")).server_eof().client_eof();
  CHECK(idle.warnings.empty());
}

TEST_CASE("a stream that its client left is recorded as far as it went") {
  const std::string request = "GET /events HTTP/1.1\r\nHost: x\r\n\r\n";
  const std::string chunk = "c\r\ndata: tick\n\n\r\n";
  for (const bool chunked : {true, false}) {
    CAPTURE(chunked);
    const std::string head =
        std::string("HTTP/1.1 200 OK\r\n") +
        (chunked ? "Transfer-Encoding: chunked\r\n\r\n" : "Connection: close\r\n\r\n");
    const std::string tick = chunked ? chunk : "data: tick\n\n";
    Relayed relayed;
    relayed.client(request).server(head + tick + tick).client_eof().server(tick);
    CHECK(relayed.exchanges.empty());
    relayed.abandon();
    REQUIRE(relayed.exchanges.size() == 1);
    CHECK(relayed.exchanges[0].answer["body"] == "data: tick\n\ndata: tick\n\n");
    CHECK(relayed.exchanges[0].answer["open"] == true);
    const Mock mock(relayed.exchanges);
    CHECK(mock.problems.empty());
    Client client(mock);
    const std::string served = client.send(request);
    CHECK(served.starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(served.ends_with("18\r\ndata: tick\n\ndata: tick\n\n\r\n"));
    CHECK_FALSE(client.closed);
    CHECK(client.send(request).empty());
    CHECK(client.eof().empty());
    CHECK(client.closed);
  }
}

TEST_CASE("an answer of an announced length that its client left is said, not recorded") {
  Relayed relayed;
  relayed.client("GET /a HTTP/1.1\r\nHost: x\r\n\r\n")
      .server("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc")
      .client_eof()
      .abandon();
  CHECK(relayed.exchanges.empty());
  REQUIRE(relayed.warnings.size() == 1);
  CHECK(relayed.warnings[0].find("GET /a") != std::string::npos);
}
