// RFC 9112 messages: what is one, what is none, and where it ends.
#include "protocols/http/message.hpp"

#include "protocols/http/support.hpp"

using namespace understudy;
using namespace understudy::http;

namespace {

std::optional<Fault> fault_of(Role role, std::string_view octets, const Limits& limits = {}) {
  MessageParser parser(role, limits, false);
  const std::size_t taken = parser.put(as_bytes(octets));
  CHECK(taken <= octets.size());
  if (!parser.done() && !parser.fault()) parser.put_eof();
  return parser.fault();
}

struct Refused {
  const char* name;
  std::string octets;
  unsigned status;
};

}  // namespace

TEST_CASE("shapes by which two readers could disagree about a request's end are refused") {
  const std::string head = "POST /a HTTP/1.1\r\nHost: x\r\n";
  const std::vector<Refused> shapes = {
      {"both lengths", head + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc", 400},
      {"both, the other way",
       head + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n", 400},
      {"lengths that differ", head + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", 400},
      {"a list of lengths that differ", head + "Content-Length: 3, 4\r\n\r\nabcd", 400},
      {"a negative length", head + "Content-Length: -3\r\n\r\nabc", 400},
      {"a signed length", head + "Content-Length: +3\r\n\r\nabc", 400},
      {"a hexadecimal length", head + "Content-Length: 0x3\r\n\r\nabc", 400},
      {"a length that overflows", head + "Content-Length: 18446744073709551616\r\n\r\n", 400},
      {"no length", head + "Content-Length:\r\n\r\n", 400},
      {"a coding that is not chunked", head + "Transfer-Encoding: gzip\r\n\r\n", 400},
      {"codings around chunked", head + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400},
      {"chunked twice", head + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", 400},
      {"chunked in two fields",
       head + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {"chunked misspelled", head + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 400},
      {"chunked in HTTP/1.0", "POST /a HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       400},
      {"a space before the colon", head + "Content-Length : 3\r\n\r\nabc", 400},
      {"a line feed alone", "GET /a HTTP/1.1\nHost: x\n\n", 400},
      {"a NUL in a field", head + std::string("X: a\0b\r\n\r\n", 10), 400},
      {"a carriage return in a field", head + "X: a\rb\r\n\r\n", 400},
      {"a chunk size that is none", head + "Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n", 400},
      {"a chunk longer than announced",
       head + "Transfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n", 400},
      {"a chunk size that overflows",
       head + "Transfer-Encoding: chunked\r\n\r\n10000000000000000\r\nabc\r\n0\r\n\r\n", 400},
      {"HTTP/2", "GET /a HTTP/2.0\r\n\r\n", 505},
      {"HTTP/0.9", "GET /a\r\n\r\n", 400},
      {"no method", " /a HTTP/1.1\r\n\r\n", 400},
      {"a space in the target", "GET /a b HTTP/1.1\r\n\r\n", 505},
      {"an answer", "HTTP/1.1 200 OK\r\n\r\n", 400},
  };
  for (const Refused& shape : shapes) {
    CAPTURE(shape.name);
    const auto fault = fault_of(Role::request, shape.octets);
    REQUIRE(fault);
    CHECK(fault->status == shape.status);
    CHECK(!fault->text.empty());
  }
}

TEST_CASE("equal lengths said twice are one length") {
  CHECK(!fault_of(Role::request,
                  "POST /a HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc"));
}

TEST_CASE("heads, bodies and trailers are capped before they are stored") {
  Limits limits;
  limits.head_octets = 200;
  limits.message_octets = 1000;
  const std::string filler(300, 'a');
  const std::string start = "POST /a HTTP/1.1\r\nHost: x\r\n";
  CHECK(fault_of(Role::request, start + "X: " + filler + "\r\n\r\n", limits)->status == 431);
  CHECK(fault_of(Role::request, start + "X: " + filler, limits)->status == 431);
  std::string many = start;
  for (int i = 0; i < 50; ++i) many += "X: y\r\n";
  CHECK(fault_of(Role::request, many + "\r\n", limits)->status == 431);
  CHECK(fault_of(Role::request, start + "Content-Length: 1001\r\n\r\n", limits)->status == 413);
  const std::string chunked = start + "Transfer-Encoding: chunked\r\n\r\n";
  CHECK(fault_of(Role::request, chunked + "3e9\r\n", limits)->status == 413);
  CHECK(fault_of(Role::request, chunked + "1;" + filler, limits)->status == 431);
  CHECK(fault_of(Role::request, chunked + "0\r\nX: " + filler, limits)->status == 431);
}

TEST_CASE("a body of many chunks is capped as a whole") {
  Limits limits;
  limits.message_octets = 100;
  std::string octets = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 20; ++i) octets += "8\r\n12345678\r\n";
  CHECK(fault_of(Role::response, octets + "0\r\n\r\n", limits)->status == 413);
  const std::string to_the_end = "HTTP/1.1 200 OK\r\n\r\n" + std::string(101, 'x');
  CHECK(fault_of(Role::response, to_the_end, limits)->status == 413);
}

TEST_CASE("an announced length is not believed for allocation") {
  MessageParser parser(Role::request, Limits{}, false);
  static_cast<void>(
      parser.put(as_bytes("POST /a HTTP/1.1\r\nContent-Length: 1073741824\r\n\r\nabc")));
  CHECK(!parser.fault());
  CHECK(parser.message().body == "abc");
  CHECK(parser.message().body.capacity() <= (2U << 20));
}

TEST_CASE("a message is taken apart into its fields, in order and as spelled") {
  MessageParser parser(Role::response, Limits{}, false);
  const std::string_view octets =
      "HTTP/1.1 299 Quite Fine\r\nX-B:  two \r\nx-a:\r\nTransfer-Encoding: CHUNKED\r\n\r\n"
      "3;ext=\"a;b\"\r\nabc\r\n0\r\nX-Sum: 6\r\n\r\nrest";
  CHECK(parser.put(as_bytes(octets)) == octets.size() - 4);
  REQUIRE(parser.done());
  const http::Message& message = parser.message();
  CHECK(message.status == 299);
  CHECK(message.reason == "Quite Fine");
  REQUIRE(message.fields.size() == 3);
  CHECK(message.fields[0].name == "X-B");
  CHECK(message.fields[0].value == "two");
  CHECK(message.fields[1].name == "x-a");
  CHECK(message.fields[1].value.empty());
  CHECK(message.body == "abc");
  REQUIRE(message.trailers.size() == 1);
  CHECK(message.trailers[0].value == "6");
}

TEST_CASE("answers without a body end with their head") {
  for (const char* octets : {"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n",
                             "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
                             "HTTP/1.1 100 Continue\r\n\r\n"}) {
    CAPTURE(octets);
    MessageParser parser(Role::response, Limits{}, false);
    CHECK(parser.put(as_bytes(octets)) == std::string_view(octets).size());
    CHECK(parser.done());
  }
  MessageParser to_head(Role::response, Limits{}, true);
  static_cast<void>(to_head.put(as_bytes("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")));
  CHECK(to_head.done());
}

TEST_CASE("every phrase of a status is the registered one") {
  CHECK(standard_reason(201) == "Created");
  CHECK(standard_reason(413) == "Payload Too Large");
  CHECK(standard_reason(299) == "Unknown");
}

TEST_CASE("the same flaw is found whatever pieces a body comes in") {
  const std::string head = "POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const std::string& body :
       {std::string("5\r\nhe\rl\nlo4P"), std::string("5\r\nhello4"),
        std::string("5;e=\"q\"\r\nhello\r"), std::string("5\r\nhello\r\n0\r\nX"),
        std::string("0\r\nX: y\r\n"), std::string("x"), std::string("5\n"),
        std::string("5\r\nhello\r\n0\r\nX Y: z\r\n\r\n"), std::string("ffffffffffffffffff\r\n")}) {
    CAPTURE(body);
    std::vector<std::string> found;
    for (const std::size_t size : {head.size() + body.size(), std::size_t{1}, std::size_t{3}}) {
      MessageParser parser(Role::request, Limits{}, false);
      std::string pending;
      for (std::size_t at = 0; at < head.size() + body.size(); at += size) {
        pending += (head + body).substr(at, size);
        pending.erase(0, parser.put(as_bytes(pending)));
      }
      parser.put_eof();
      REQUIRE(parser.fault());
      found.push_back(parser.fault()->text);
    }
    CHECK(found[0] == found[1]);
    CHECK(found[0] == found[2]);
  }
}
