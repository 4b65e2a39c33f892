// The messages of one direction: the same in whatever pieces they come.
#include "protocols/http/conversation.hpp"

#include <algorithm>

#include "protocols/http/support.hpp"
#include "support/cuts.hpp"

using namespace understudy;
using namespace understudy::http;

namespace {

/// Targets, statuses, bodies and trailers of what came, and the text of the fault that ended it.
std::string decoded(Role role, std::string_view octets, std::size_t piece,
                    const Limits& limits = {}) {
  MessageStream stream(role, limits);
  std::string log;
  const auto drain = [&] {
    for (;;) {
      const auto step = stream.step();
      if (step == MessageStream::Step::need_bytes) return true;
      if (step == MessageStream::Step::fault) log += "fault: " + stream.fault().text;
      if (step == MessageStream::Step::fault) return false;
      if (step != MessageStream::Step::message) continue;
      const http::Message message = stream.take();
      log += message.target + std::to_string(message.status) + '[' + message.body + ']';
      for (const Field& trailer : message.trailers) log += trailer.name + '=' + trailer.value;
    }
  };
  for (; !octets.empty(); octets.remove_prefix(std::min(piece, octets.size()))) {
    stream.feed(as_bytes(octets.substr(0, piece)));
    if (!drain()) return log;
  }
  stream.feed_eof();
  drain();
  return log;
}

std::string decoded_alike(Role role, std::string_view octets, const Limits& limits = {}) {
  const std::string whole = decoded(role, octets, octets.size() + 1, limits);
  for (const std::size_t piece : {1, 2, 3, 5}) {
    CAPTURE(piece);
    CHECK(decoded(role, octets, piece, limits) == whole);
  }
  return whole;
}

constexpr std::string_view get = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";
constexpr std::string_view get_and_empty_line = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n\r\n";

}  // namespace

TEST_CASE("empty lines before a message are passed over in whatever pieces they come") {
  const std::string twice = "\r\n" + std::string(get) + "\r\n\r\n" + std::string(get);
  CHECK(decoded_alike(Role::request, twice) == "/a0[]/a0[]");
  CHECK(decoded_alike(Role::response, "\r\nHTTP/1.1 204 No Content\r\n\r\n") == "204[]");
  CHECK(decoded_alike(Role::request, get_and_empty_line) == "/a0[]");
}

TEST_CASE("a body without any chunk ends in whatever pieces it comes") {
  const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  CHECK(decoded_alike(Role::response, head + "0\r\n\r\n") == "200[]");
  CHECK(decoded_alike(Role::response, head + "000;x=y\r\nX-Sum: 6\r\n\r\n") == "200[]X-Sum=6");
  CHECK(decoded_alike(Role::response, head + "1\r\na\r\n0\r\n\r\n") == "200[a]");
}

TEST_CASE("a message that is cut off anywhere is no message") {
  const std::string chunked =
      "Transfer-Encoding: chunked\r\n\r\n2;x=\"y\"\r\nab\r\n1\r\nc\r\n0\r\nX-Sum: 6\r\n\r\n";
  const std::pair<Role, std::string> messages[] = {
      {Role::request, std::string(get)},
      {Role::request, "POST /a HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc"},
      {Role::request, "POST /a HTTP/1.1\r\n" + chunked},
      {Role::response, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc"},
      {Role::response, "HTTP/1.1 200 OK\r\n" + chunked},
      {Role::response, "HTTP/1.1 204 No Content\r\n\r\n"}};
  for (const auto& [role, octets] : messages) {
    CAPTURE(octets);
    CHECK(decoded_alike(role, octets).ends_with(octets.ends_with("6\r\n\r\n") ? "=6" : "]"));
    test::for_each_truncation(as_bytes(octets), [role = role](Bytes prefix) {
      const std::string told = decoded_alike(role, as_text(prefix));
      CHECK(told.find('[') == std::string::npos);
    });
  }
}

TEST_CASE("the first fault of a head is the one that is told, however much of it has come") {
  const std::string bare = "B\xFF\xFF /a HTTP/1.1\nHost: x\r\n\r\n";
  CHECK(decoded_alike(Role::request, bare).find("line ending") != std::string::npos);
  Limits limits;
  limits.head_octets = 64;
  const std::string late = "GET /" + std::string(80, 'a') + "\nHost: x\r\n\r\n";
  CHECK(decoded_alike(Role::request, late, limits).find("larger") != std::string::npos);
}

TEST_CASE("an answer has a status of three digits that do not begin with a zero") {
  CHECK(decoded_alike(Role::response, "HTTP/1.1 020 OK\r\nContent-Length: 0\r\n\r\n")
            .starts_with("fault"));
  CHECK(decoded_alike(Role::response, "HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n") == "999[]");
}

TEST_CASE("the first octets of a message are seen until its head is complete") {
  MessageStream stream(Role::request, Limits{});
  stream.feed(as_bytes("\r\nGE"));
  CHECK(as_text(stream.head_so_far()) == "GE");
  CHECK(stream.step() == MessageStream::Step::need_bytes);
  stream.feed(as_bytes("T /a"));
  CHECK(as_text(stream.head_so_far()) == "GET /a");
  stream.feed(as_bytes(" HTTP/1.1\r\nContent-Length: 1\r\n\r\n"));
  CHECK(stream.step() == MessageStream::Step::head);
  CHECK(stream.head_so_far().empty());
}

TEST_CASE("a whole head with a flaw is refused at once, whatever follows it") {
  const std::string head = "GET /charges,a: X-S\r\n\r\n";
  CHECK(decoded_alike(Role::request, head).starts_with("fault: malformed"));
  CHECK(decoded_alike(Role::request, head + std::string(get)).starts_with("fault: malformed"));
}
