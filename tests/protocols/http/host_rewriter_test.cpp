#include "protocols/http/host_rewriter.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace understudy;
using http::HostRewriter;

namespace {

std::string rewritten(std::string_view requests, std::size_t piece = SIZE_MAX,
                      std::string_view authority = "api.test:443") {
  HostRewriter rewriter(authority, {});
  Output out;
  for (std::size_t i = 0; i < requests.size(); i += std::min(piece, requests.size() - i))
    rewriter.feed(as_bytes(requests.substr(i, std::min(piece, requests.size() - i))), out);
  std::string text;
  out.for_each_slice([&](Bytes slice) { text += as_text(slice); });
  return text;
}

}  // namespace

TEST_CASE("each request names the service, its body stays, in whatever pieces it comes") {
  const std::string requests =
      "GET /a HTTP/1.1\r\nHOST:127.0.0.1:18443\r\nX: Host: no\r\n\r\n"
      "POST /b HTTP/1.1\r\nX: y\r\nContent-Length: 25\r\nHost: localhost\r\n\r\n"
      "\r\nHost: left as it is\r\n\r\n"
      "POST /c HTTP/1.1\r\nhost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
      "11;x=y\r\nA\r\nHost: 1\r\n\r\n\r\nB\r\n0\r\nHost: trailer\r\n\r\n"
      "\r\nGET /d HTTP/1.1\r\nHost: localhost\r\n\r\n";
  std::string expected = requests;
  for (const char* const host : {"HOST:127.0.0.1:18443", "Host: localhost", "host: localhost"}) {
    const std::size_t at = expected.find(host);
    REQUIRE(at != std::string::npos);
    expected.replace(at, std::string_view(host).size(), "Host: api.test");
  }
  expected.replace(expected.rfind("Host: localhost"), 15, "Host: api.test");
  for (const std::size_t piece : {std::size_t{1}, std::size_t{3}, std::size_t{50}, SIZE_MAX})
    CHECK(rewritten(requests, piece) == expected);
  CHECK(rewritten("GET / HTTP/1.1\r\nHost: x\r\n\r\n", SIZE_MAX, "api.test:8443") ==
        "GET / HTTP/1.1\r\nHost: api.test:8443\r\n\r\n");
}

TEST_CASE("behind what two readers may frame differently nothing is changed") {
  const std::string next = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
  for (const std::string head :
       {"Content-Length: 1\r\nTransfer-Encoding: chunked", "Content-Length: 1\r\nContent-Length: 2",
        "Content-Length: -1", "Content-Length: ", "Transfer-Encoding: gzip, chunked",
        "Upgrade: websocket"}) {
    const std::string request = "POST / HTTP/1.1\r\nHost: y\r\n" + head + "\r\n\r\n";
    const std::string seen = rewritten(request + next);
    CHECK(seen.find("Host: api.test\r\n") != std::string::npos);
    CHECK(seen.ends_with(next));
  }
  const std::string odd = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n" + next;
  CHECK(rewritten(odd) == odd);
  CHECK(rewritten(std::string(400'000, 'x') + next) == std::string(400'000, 'x') + next);
}
