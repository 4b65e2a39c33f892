// What a live client sees.
#include "protocols/http/support.hpp"

#include <regex>

#include "protocols/http/coding.hpp"
#include "support/json.hpp"

using namespace understudy;
using namespace understudy::http;
using namespace understudy::http::testing;

namespace {

std::string get(const std::string& target, const std::string& fields = "") {
  return "GET " + target + " HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n";
}

std::string ok(const std::string& body, const std::string& fields = "") {
  return "HTTP/1.1 200 OK\r\n" + fields + "Content-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

const Mock& small_mock() {
  static const Mock mock([] {
    Relayed relayed;
    relayed.client(get("/a")).server(ok("alpha")).client(get("/b")).server(ok("beta"));
    relayed.client("POST /c HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi")
        .server(ok("gamma"));
    return relayed.exchanges;
  }());
  return mock;
}

}  // namespace

TEST_CASE("pipelined requests are answered in their order") {
  Client client(small_mock());
  const std::string post =
      "POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n";
  CHECK(client.send(get("/a") + get("/b") + post + get("/a")) ==
        ok("alpha") + ok("beta") + ok("gamma") + ok("alpha"));
  CHECK(client.asked.size() == 4);
  CHECK(!client.closed);
}

TEST_CASE("a request that was seen before is answered from its octets alone, and alike") {
  Client client(small_mock());
  for (int i = 0; i < 3; ++i) CHECK(client.send(get("/a")) == ok("alpha"));
  for (int i = 0; i < 500; ++i) {
    client.send(get("/miss" + std::to_string(i)));
    CHECK(client.send(get("/b")) == ok("beta"));
  }
  CHECK(client.misses == 500);
}

TEST_CASE("the connection outlives an answer as the client's version and wish say") {
  struct Wish {
    const char* request;
    const char* connection;
    bool closes;
  };
  for (const Wish& wish :
       std::vector<Wish>{{"GET /a HTTP/1.1\r\nHost: x\r\n\r\n", "", false},
                         {"GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
                          "Connection: close\r\n", true},
                         {"GET /a HTTP/1.0\r\n\r\n", "Connection: close\r\n", true},
                         {"GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
                          "Connection: keep-alive\r\n", false}}) {
    CAPTURE(std::string(wish.request));
    Client client(small_mock());
    for (int round = 0; round < 2 && !client.closed; ++round)
      CHECK(client.send(wish.request) ==
            ok("alpha").insert(ok("alpha").find("\r\n\r\n") + 2, wish.connection));
    CHECK(client.closed == wish.closes);
  }
}

TEST_CASE("where the recorded server always ended the connection, so does the mock") {
  const std::string old_get = "GET /a HTTP/1.0\r\n\r\n";
  const std::string to_the_end = "HTTP/1.1 200 OK\r\n\r\nalpha";
  const std::string http_10 = "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nalpha";
  const std::string asked_for =
      "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nalpha";
  for (const auto& [request, answer, closes] :
       {std::tuple(get("/a"), to_the_end, true), std::tuple(get("/a"), http_10, true),
        std::tuple(get("/a"), asked_for, false), std::tuple(old_get, http_10, false)}) {
    CAPTURE(answer);
    const Mock mock(recorded(request, answer));
    Client client(mock);
    const std::string closing = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nalpha";
    CHECK(client.send(get("/a")) == (closes ? closing : ok("alpha")));
    CHECK(client.closed == closes);
  }
}

TEST_CASE("nothing behind a request that closes is looked at") {
  Client client(small_mock());
  client.send("GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" + get("/b"));
  CHECK(client.asked.size() == 1);
}

TEST_CASE("100 Continue is sent before the body, once, and only to a client that waits") {
  const std::string head =
      "POST /c HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n";
  Client waiting(small_mock());
  CHECK(waiting.send(head) == "HTTP/1.1 100 Continue\r\n\r\n");
  CHECK(waiting.send("h").empty());
  CHECK(waiting.send("i") == ok("gamma"));
  Client eager(small_mock());
  CHECK(eager.send(head + "hi") == ok("gamma"));
  Client old(small_mock());
  CHECK(old.send("POST /c HTTP/1.0\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n").empty());
}

TEST_CASE("HEAD is answered from a recorded GET, without the body") {
  Client client(small_mock());
  CHECK(client.send("HEAD /a HTTP/1.1\r\nHost: x\r\n\r\n") ==
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
  CHECK(client.misses == 0);
  CHECK(client.send(get("/a")) == ok("alpha"));
  client.send("HEAD /nothing HTTP/1.1\r\nHost: x\r\n\r\n" + get("/a"));
  CHECK(client.misses == 1);
}

TEST_CASE(
    "a condition that was not recorded is answered with the whole, a recorded one as recorded") {
  Relayed relayed;
  relayed.client(get("/a")).server(ok("alpha", "ETag: \"1\"\r\n"));
  relayed.client(get("/a", "If-None-Match: \"1\"\r\n"))
      .server("HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\n\r\n");
  const Mock mock(relayed.exchanges);
  Client client(mock);
  CHECK(client.send(get("/a", "If-None-Match: \"1\"\r\n")) ==
        "HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\n\r\n");
  CHECK(client.send(get("/a", "If-None-Match: \"0\"\r\n")) == ok("alpha", "ETag: \"1\"\r\n"));
  CHECK(client.send(get("/a", "Range: bytes=0-1\r\n")) == ok("alpha", "ETag: \"1\"\r\n"));
  client.send(get("/a", "If-Match: \"0\"\r\n"));
  CHECK(client.misses == 1);
}

TEST_CASE("a Date is the current one, where the recorded answer had one") {
  const Mock mock(
      recorded(get("/a"), ok("x", "A: 1\r\nDate: Mon, 01 Jan 2024 00:00:00 GMT\r\nB: 2\r\n")));
  const std::string answer = Client(mock).send(get("/a"));
  const std::regex date(
      "HTTP/1.1 200 OK\r\nA: 1\r\nDate: [A-Z][a-z]{2}, \\d\\d [A-Z][a-z]{2} \\d{4} "
      "\\d\\d:\\d\\d:\\d\\d GMT\r\nB: 2\r\nContent-Length: 1\r\n\r\nx");
  CHECK(std::regex_match(answer, date));
  CHECK(answer.find("2024") == std::string::npos);
}

TEST_CASE("a compressed answer is sent compressed to those who take it and plain to others") {
  const std::string plain(2000, 'p');
  for (const auto& [name, coding] :
       {std::pair("gzip", Coding::gzip), std::pair("deflate", Coding::deflate),
        std::pair("br", Coding::br), std::pair("zstd", Coding::zstd)}) {
    const std::string encoded = encode(coding, plain);
    const auto exchanges = recorded(
        get("/a"),
        ok(encoded, std::string("Vary: Accept-Encoding\r\nContent-Encoding: ") + name + "\r\n"));
    REQUIRE(exchanges.size() == 1);
    CHECK(exchanges[0].answer["body"] == plain);
    const Mock mock(exchanges);
    Client client(mock);
    CHECK(client.send(get("/a")) == ok(plain, "Vary: Accept-Encoding\r\n"));
    const std::string zipped =
        client.send(get("/a", std::string("Accept-Encoding: ") + name + "\r\n"));
    CHECK(zipped.find(std::string("Content-Encoding: ") + name) != std::string::npos);
    CHECK(decode(coding, zipped.substr(zipped.find("\r\n\r\n") + 4), 10'000) == plain);
  }
}

TEST_CASE("a coding that can't be undone is sent as it was, to those who take it") {
  Relayed relayed;
  relayed.client(get("/a")).server(ok("\x1b\x02", "Content-Encoding: x-other\r\n"));
  relayed.client(get("/b")).server(ok("damaged", "Content-Encoding: gzip\r\n"));
  CHECK(relayed.warnings.size() == 2);
  const Mock mock(relayed.exchanges);
  CHECK(Client(mock).send(get("/a", "Accept-Encoding: x-other\r\n")) ==
        ok("\x1b\x02", "Content-Encoding: x-other\r\n"));
  CHECK(Client(mock).send(get("/b", "Accept-Encoding: gzip, br\r\n")) ==
        ok("damaged", "Content-Encoding: gzip\r\n"));
  for (const std::string& accepted : {std::string(), std::string("Accept-Encoding: br\r\n")})
    for (const char* path : {"/a", "/b"}) {
      Client client(mock);
      CHECK(client.send(get(path, accepted)).starts_with("HTTP/1.1 501"));
      CHECK(client.notes.size() == 1);
      CHECK(client.misses == 1);
    }
}

TEST_CASE("trailers are sent to HTTP/1.1 and left out for HTTP/1.0") {
  const std::string chunked =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 6\r\n\r\n";
  const Mock mock(recorded(get("/t"), chunked));
  CHECK(Client(mock).send(get("/t")) == chunked);
  CHECK(Client(mock).send("GET /t HTTP/1.0\r\n\r\n") ==
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc");
}

TEST_CASE("a large body is sent whole and in its place") {
  const std::string large(100'000, 'L');
  const Mock mock([&] {
    Relayed relayed;
    relayed.client(get("/l")).server(ok(large)).client(get("/s")).server(ok("small"));
    return relayed.exchanges;
  }());
  CHECK(Client(mock).send(get("/s") + get("/l") + get("/s")) ==
        ok("small") + ok(large) + ok("small"));
}

TEST_CASE("a miss is a JSON answer of its own status and leaves the connection usable") {
  Client client(small_mock());
  const std::string answer = client.send(get("/nowhere?x=1"));
  CHECK(answer.starts_with(
      "HTTP/1.1 501 Not Implemented\r\nUnderstudy-Miss: 1\r\nContent-Type: application/json\r\n"));
  const Document body = json_document(answer.substr(answer.find("\r\n\r\n") + 4));
  CHECK(body["error"] == "no recording answers this");
  CHECK(body["request"] == "GET /nowhere?x=1");
  CHECK(body["nearest"] == "the nearest is another");
  CHECK(body["hint"] == "record it");
  CHECK(client.send(get("/a")) == ok("alpha"));
  const std::string head = client.send("HEAD /nowhere HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(head.ends_with("\r\n\r\n"));
  CHECK(client.send(get("/a")) == ok("alpha"));
}

TEST_CASE("a malformed request is refused and the connection closed") {
  struct Malformed {
    std::string octets;
    std::string status_line;
  };
  Limits limits;
  limits.head_octets = 500;
  limits.message_octets = 1000;
  for (const auto& [octets, status_line] : std::vector<Malformed>{
           {"GET /a HTTP/1.1\r\nHost : x\r\n\r\n", "HTTP/1.1 400 Bad Request"},
           {"GET /a HTTP/1.1\r\n\r\n", "HTTP/1.1 400 Bad Request"},
           {"GET /a HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", "HTTP/1.1 400 Bad Request"},
           {"nonsense\n", "HTTP/1.1 400 Bad Request"},
           {"GET /a HTTP/3.0\r\n\r\n", "HTTP/1.1 505 "},
           {get("/a", "X: " + std::string(600, 'x') + "\r\n"), "HTTP/1.1 431 "},
           {"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n", "HTTP/1.1 413 "},
           {"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: "
            "chunked\r\n\r\n",
            "HTTP/1.1 400 "}}) {
    CAPTURE(octets);
    Client client(small_mock(), limits);
    const std::string answer = client.send(octets + get("/b"));
    CHECK(answer.starts_with(status_line));
    CHECK(answer.find("Connection: close\r\n") != std::string::npos);
    CHECK(client.asked.empty());
    CHECK(client.closed);
    CHECK(client.notes.size() == 1);
  }
}

TEST_CASE("another protocol on the port is named and gets no answer") {
  for (const std::string& octets :
       {std::string("\x16\x03\x01\x02"), std::string("\0\0\0\x08\x04\xd2\x16\x2f", 8),
        std::string("*1\r\n$4\r\nPING\r\n")}) {
    Client client(small_mock());
    CHECK(client.send(octets).empty());
    CHECK(client.closed);
    CHECK(client.notes.size() == 1);
  }
}

TEST_CASE("empty lines before a request are passed over") {
  Client client(small_mock());
  CHECK(client.send("\r\n\r\n" + get("/a") + "\r\n" + get("/b")) == ok("alpha") + ok("beta"));
}

TEST_CASE("a client that has said all gets its answers, then the end") {
  Client client(small_mock());
  CHECK(client.send(get("/a")) == ok("alpha"));
  CHECK(client.eof().empty());
  CHECK(client.closed);
  CHECK(client.notes.empty());
  Client torn(small_mock());
  torn.send("GET /a HT");
  torn.eof();
  CHECK(torn.closed);
  CHECK(torn.notes.size() == 1);
}

TEST_CASE("an image that is none is a miss, not a crash") {
  const Mock whole(recorded(get("/a"), ok("alpha", "Date: x\r\n")));
  const auto& [canonical, images] = *whole.images.begin();
  for (std::size_t cut = 0; cut < images.front().size(); ++cut) {
    Mock damaged;
    damaged.images[canonical] = {images.front().substr(0, cut)};
    Client client(damaged);
    CHECK(client.send(get("/a")).starts_with("HTTP/1.1 501"));
  }
}
