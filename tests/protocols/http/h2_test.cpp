// HTTP/2 in terms of HTTP/1.1: what is recorded of it, and how it is answered.
#include "protocols/http/h2/frames.hpp"
#include "protocols/http/h2/header_block.hpp"
#include "protocols/http/support.hpp"
#include "understudy/document_text.hpp"

using namespace understudy;
using namespace understudy::http;
using namespace understudy::http::testing;
using namespace understudy::http::h2;

namespace {

std::string frame(FrameType type, unsigned flags, std::uint32_t stream, std::string_view payload) {
  std::vector<std::uint8_t> octets;
  append_frame_head(octets, payload.size(), type, static_cast<std::uint8_t>(flags), stream);
  return std::string(octets.begin(), octets.end()) + std::string(payload);
}

/// One side of a connection, which writes header blocks with a table of its own.
class Writer {
 public:
  std::string headers(std::uint32_t stream, unsigned flags, const HeaderFields& fields) {
    return frame(FrameType::headers, flags | flag_end_headers, stream, encoder_.encode(fields));
  }
  /// In frames of so many octets.
  std::string in_pieces(std::uint32_t stream, unsigned flags, const HeaderFields& fields,
                        std::size_t size) {
    const std::string block = encoder_.encode(fields);
    std::string frames;
    for (std::size_t at = 0; at < block.size(); at += size) {
      const bool last = at + size >= block.size();
      frames += frame(at == 0 ? FrameType::headers : FrameType::continuation,
                      (at == 0 ? flags : 0U) | (last ? flag_end_headers : 0U), stream,
                      std::string_view(block).substr(at, size));
    }
    return frames;
  }

 private:
  HeaderEncoder encoder_;
};

HeaderFields asks(std::string method, std::string path, HeaderFields more = {}) {
  HeaderFields fields = {{":method", std::move(method)},
                         {":scheme", "https"},
                         {":authority", "api.test"},
                         {":path", std::move(path)}};
  fields.insert(fields.end(), more.begin(), more.end());
  return fields;
}

const std::string begin = std::string(preface) + frame(FrameType::settings, 0, 0, "");
const std::string settings = frame(FrameType::settings, 0, 0, "");

/// A flow of two requests that overlap, the second answered first.
struct Flow {
  Flow() {
    Writer asking, answering;
    client = begin +
             asking.in_pieces(1, 0,
                              asks("POST", "/a?x=1",
                                   {{"content-type", "application/json"},
                                    {"cookie", "a=1"},
                                    {"cookie", "b=2"},
                                    {"te", "trailers"}}),
                              20) +
             asking.headers(3, flag_end_stream, asks("GET", "/b")) +
             frame(FrameType::data, flag_end_stream | flag_padded, 1,
                   std::string("\2{\"n\":1}\0\0", 10));
    server = settings +
             answering.headers(3, 0, {{":status", "200"}, {"content-type", "text/plain"}}) +
             frame(FrameType::data, 0, 3, "b") +
             answering.headers(3, flag_end_stream, {{"x-sum", "1"}}) +
             answering.headers(1, flag_end_headers, {{":status", "103"}, {"link", "</x>"}}) +
             answering.headers(1, flag_end_stream, {{":status", "204"}, {"server", "s"}});
  }
  std::string client, server;
};

void check_flow(const Relayed& relayed) {
  CHECK(relayed.warnings == std::vector<std::string>{});
  REQUIRE(relayed.exchanges.size() == 2);
  CHECK(relayed.exchanges[0].request["path"] == "/b");
  CHECK(relayed.exchanges[0].answer["body"] == "b");
  CHECK(relayed.exchanges[0].answer["trailers"]["x-sum"] == "1");
  const Document& post = relayed.exchanges[1].request;
  CHECK(post["body"] == Document{{"n", 1}});
  CHECK(octets_of(post["headers"]["cookie"]).find("; b=") != std::string::npos);
  CHECK_FALSE(post["headers"].contains("te"));
  CHECK(relayed.exchanges[1].answer["status"] == 204);
  CHECK(relayed.facts == std::vector<Document>{{{"host", "api.test"}}});
}

/// The status and the body of each stream of what a mock sent.
std::map<std::uint32_t, std::string> answers_in(const std::string& sent) {
  FrameReader reader;
  reader.feed(as_bytes(sent));
  HeaderDecoder decoder(1 << 16);
  std::map<std::uint32_t, std::string> answers;
  while (const auto one = reader.next()) {
    if (one->type == FrameType::headers)
      answers[one->stream] += decoder.decode(*content_of(*one))->fields[0].value + ' ';
    if (one->type == FrameType::data) answers[one->stream] += as_text(*content_of(*one));
    if (one->type == FrameType::rst_stream) answers[one->stream] += "reset";
  }
  return answers;
}

}  // namespace

TEST_CASE("streams that overlap are recorded as the requests that HTTP/1.1 would have had") {
  const Flow flow;
  Relayed whole;
  check_flow(whole.client(flow.client).server(flow.server));
  Relayed pieces;
  check_flow(pieces.client_bytewise(flow.client).server_bytewise(flow.server));
  Relayed early;  // a server may send its settings before the client has begun
  check_flow(
      early.server(settings).client(flow.client).server(flow.server.substr(settings.size())));
}

TEST_CASE("what one version recorded is answered to the other") {
  const Flow flow;
  Relayed relayed;
  relayed.client(flow.client).server(flow.server);
  const Mock mock(relayed.exchanges);
  CHECK(mock.problems.empty());
  Client old(mock);
  CHECK(old.send("GET /b HTTP/1.1\r\nHost: api.test\r\n\r\n").starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(old.misses == 0);
  for (const bool bytewise : {false, true}) {
    Client client(mock);
    const std::string sent =
        bytewise ? client.send_bytewise(flow.client) : client.send(flow.client);
    CHECK(client.misses == 0);
    CHECK(client.unproven.empty());
    for (const std::string& note : client.notes) FAIL_CHECK(note);
    const auto answers = answers_in(sent);
    CHECK(answers.at(3).starts_with("200 b"));
    CHECK(answers.at(1) == "204 ");
  }
}

TEST_CASE("a miss, a tunnel and a request without a path harm no other stream") {
  const Mock mock;
  Client client(mock);
  Writer asking;
  const auto answers = answers_in(client.send(
      begin + asking.headers(1, flag_end_stream, asks("GET", "/x")) +
      asking.headers(3, flag_end_stream, {{":method", "CONNECT"}, {":authority", "a:1"}}) +
      asking.headers(5, flag_end_stream, asks("GET", "/y"))));
  CHECK(answers.at(1).find("no recording answers this") != std::string::npos);
  CHECK(answers.at(3) == "reset");
  CHECK(answers.at(5).starts_with("501 "));
  CHECK(client.misses == 2);
  CHECK_FALSE(client.closed);
}

TEST_CASE("the service behind TLS is called by its name, and all else is as it came") {
  const auto observer = protocol().new_observer({});
  observer->set_upstream("real.test:443");
  observer->use(TlsRelay{.server_has_it = true});
  const Flow flow;
  std::string relayed;
  for (const char octet : flow.client) {
    Relay relay;
    observer->feed(Direction::from_client, as_bytes(std::string_view(&octet, 1)), {}, relay);
    relayed += text_of(relay.to_server);
  }
  REQUIRE(relayed.starts_with(begin));
  FrameReader reader;
  reader.feed(as_bytes(std::string_view(relayed).substr(preface.size())));
  HeaderDecoder decoder(1 << 16);
  std::vector<std::string> authorities;
  std::string data;
  while (const auto one = reader.next()) {
    if (one->type == FrameType::headers)
      authorities.push_back(decoder.decode(*content_of(*one))->fields[2].value);
    if (one->type == FrameType::data) data += as_text(one->whole);
  }
  CHECK(authorities == std::vector<std::string>{"real.test", "real.test"});
  CHECK(flow.client.ends_with(data));
}

TEST_CASE("streams that were broken off, calls and tunnels are not recorded, and told") {
  Writer asking, answering;
  Relayed relayed;
  relayed
      .client(begin + asking.headers(1, flag_end_stream, asks("GET", "/a")) +
              asking.headers(3, 0, asks("POST", "/p.Q/r", {{"content-type", "application/grpc"}})) +
              asking.headers(5, 0, {{":method", "CONNECT"}, {":authority", "a:1"}}) +
              asking.headers(7, flag_end_stream, asks("DELETE", "/b")))
      .server(settings + answering.headers(1, 0, {{":status", "200"}, {"content-length", "5"}}))
      .client(frame(FrameType::rst_stream, 0, 1, std::string_view("\0\0\0\10", 4)))
      .server_eof();
  CHECK(relayed.exchanges.empty());
  REQUIRE(relayed.warnings.size() == 4);
  CHECK(relayed.warnings[0].find("gRPC") != std::string::npos);
  CHECK(relayed.warnings[1].find("tunnel") != std::string::npos);
  CHECK(relayed.warnings[2].find("GET /a") != std::string::npos);
  CHECK(relayed.warnings[3].find("DELETE /b") != std::string::npos);
  CHECK(relayed.lost_changes == 3);
}

TEST_CASE("what is no HTTP/2 behind its preface is relayed and not looked at again") {
  const Flow flow;
  for (const std::string& broken :
       {frame(FrameType::continuation, 0, 1, "x"), frame(FrameType::headers, 0, 0, "x"),
        frame(FrameType::data, flag_padded, 1, "\7x"),
        frame(FrameType::headers, flag_end_headers, 1, "\xFF\xFF\xFF\xFF\xFF\xFF"),
        frame(FrameType::headers, 0, 1, "\x82") + frame(FrameType::ping, 0, 0, "12345678")}) {
    Relayed relayed;
    relayed.client(begin + broken).client(flow.client);
    CHECK(relayed.sync() == Sync::lost);
    CHECK(relayed.exchanges.empty());
  }
  for (std::size_t size = 0; size < flow.client.size(); ++size) {
    Relayed cut;
    cut.client(flow.client.substr(0, size)).server(flow.server).client_eof().server_eof();
    CHECK(cut.exchanges.size() <= 2);
    const Mock mock;
    Client client(mock);
    client.send(flow.client.substr(0, size));
    client.eof();
    CHECK(client.closed);
  }
}
