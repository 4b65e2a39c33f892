// Recorded, compiled, served and recorded again: the same exchanges.
#include "protocols/http/support.hpp"

using namespace understudy;
using namespace understudy::http::testing;

namespace {

struct Talk {
  const char* name;
  std::string request;
  std::string answer;
};

const std::vector<Talk> talks = {
    {"a JSON resource",
     "GET /charges/ch_1?expand=card HTTP/1.1\r\nHost: pay\r\nAccept: */*\r\n\r\n",
     "HTTP/1.1 200 OK\r\nServer: pay/1\r\nDate: Mon, 01 Jan 2024 00:00:00 GMT\r\n"
     "Content-Type: application/json\r\nContent-Length: 24\r\nETag: \"x\"\r\n\r\n"
     "{\"id\":\"ch_1\",\"amount\":5}"},
    {"a body in chunks",
     "POST /charges HTTP/1.1\r\nHost: pay\r\nContent-Type: application/json\r\n"
     "Transfer-Encoding: chunked\r\n\r\n5\r\n{\"a\":\r\n2;x=y\r\n1}\r\n0\r\n\r\n",
     "HTTP/1.1 201 Created\r\nLocation: /charges/ch_2\r\nTransfer-Encoding: chunked\r\n"
     "Content-Type: application/json; charset=utf-8\r\n\r\n"
     "8\r\n{\"b\": 1}\r\n1\r\n\n\r\n0\r\n\r\n"},
    {"no content", "DELETE /charges/ch_1 HTTP/1.1\r\nHost: pay\r\n\r\n",
     "HTTP/1.1 204 No Content\r\n\r\n"},
    {"an unusual reason and repeated fields", "GET /odd HTTP/1.1\r\nHost: pay\r\n\r\n",
     "HTTP/1.1 418 I'm a teapot\r\nVary: a\r\nVary: b\r\nX-Empty:\r\nContent-Length: 2\r\n\r\nhi"},
    {"a body that ends with the connection", "GET /old HTTP/1.0\r\n\r\n",
     "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nto the end"},
    {"octets", "GET /logo HTTP/1.1\r\nHost: pay\r\n\r\n",
     "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 4\r\n\r\n" +
         std::string("\x89P\0G", 4)},
    {"HEAD", "HEAD /big HTTP/1.1\r\nHost: pay\r\n\r\n",
     "HTTP/1.1 200 OK\r\nContent-Length: 123456\r\n\r\n"},
    {"trailers", "GET /t HTTP/1.1\r\nHost: pay\r\n\r\n",
     "HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n"
     "3\r\nabc\r\n0\r\nX-Sum: 6\r\n\r\n"},
};

}  // namespace

TEST_CASE("record, compile, serve and record again gives the same exchange") {
  for (const Talk& talk : talks) {
    CAPTURE(talk.name);
    const auto first = recorded(talk.request, talk.answer);
    REQUIRE(first.size() == 1);
    CHECK(Relayed().client(talk.request).server(talk.answer).server_eof().warnings.empty());
    const Mock mock(first);
    CHECK(mock.problems.empty());
    Client client(mock);
    const std::string served = client.send(talk.request);
    CHECK(client.misses == 0);
    const auto second = recorded(talk.request, served);
    REQUIRE(second.size() == 1);
    CHECK(second[0].request == first[0].request);
    CHECK(second[0].answer == first[0].answer);
  }
}

TEST_CASE("byte by byte the recorder sees and the server answers the same") {
  for (const Talk& talk : talks) {
    CAPTURE(talk.name);
    const auto whole = recorded(talk.request, talk.answer);
    const auto split =
        Relayed().client_bytewise(talk.request).server_bytewise(talk.answer).server_eof().exchanges;
    REQUIRE(split.size() == 1);
    CHECK(split[0].request == whole[0].request);
    CHECK(split[0].answer == whole[0].answer);
    const Mock mock(whole);
    CHECK(Client(mock).send_bytewise(talk.request) == Client(mock).send(talk.request));
  }
}

TEST_CASE("a connection that ends anywhere leaves whole exchanges only") {
  for (const Talk& talk : talks) {
    for (std::size_t cut = 0; cut < talk.request.size(); ++cut) {
      Relayed relayed;
      relayed.client(talk.request.substr(0, cut)).client_eof();
      CHECK(relayed.exchanges.empty());
      const Mock mock(recorded(talk.request, talk.answer));
      Client client(mock);
      client.send(talk.request.substr(0, cut));
      client.eof();
      CHECK(client.asked.empty());
      CHECK(client.closed);
    }
    const bool ends_with_connection =
        std::string_view(talk.name).find("ends with") != std::string::npos;
    for (std::size_t cut = 0; cut < talk.answer.size() && !ends_with_connection; ++cut) {
      CAPTURE(cut);
      Relayed relayed;
      relayed.client(talk.request).server(talk.answer.substr(0, cut)).server_eof();
      CHECK(relayed.exchanges.empty());
      CHECK(relayed.warnings.size() == 1);
    }
  }
}

TEST_CASE("whatever happens to a connection, at whatever step, what was told stands") {
  for (const Talk& talk : talks) {
    CAPTURE(talk.name);
    test::Chunks chunks;
    for (const auto& [from, text] : {std::pair(Direction::from_client, &talk.request),
                                     std::pair(Direction::from_server, &talk.answer)})
      test::for_each_piece(as_bytes(*text), 20, [&, from = from](Bytes part) {
        chunks.push_back({from, {part.begin(), part.end()}});
      });
    test::check_observer_mishaps(protocol(), chunks);
  }
}

TEST_CASE("whatever happens to a served connection, at whatever step, it is told and goes on") {
  for (const Talk& talk : talks) {
    CAPTURE(talk.name);
    const Mock mock(recorded(talk.request, talk.answer));
    std::vector<test::Octets> sent;
    for (int i = 0; i < 3; ++i) sent.emplace_back(talk.request.begin(), talk.request.end());
    test::check_server_mishaps([&] { return std::make_unique<Client>(mock); }, sent);
  }
}
