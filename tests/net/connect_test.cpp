#include "net/connect.hpp"

#include <doctest/doctest.h>

using namespace understudy;

namespace {

std::string target(std::string_view head) {
  const auto found = net::proxy_target(head);
  if (!found) return "none";
  return std::string(found->is_tunnel ? "tunnel "
                     : found->has_tls ? "tls "
                                      : "") +
         store::to_string(found->host);
}

}  // namespace

TEST_CASE("a CONNECT names host and port") {
  CHECK(target("CONNECT api.test:443 HTTP/1.1\r\nHost: other\r\n\r\n") == "tunnel api.test:443");
  CHECK(target("CONNECT [::1]:8443 HTTP/1.1\r\n\r\n") == "tunnel [::1]:8443");
  CHECK(target("CONNECT api.test HTTP/1.1\r\n\r\n") == "none");
  CHECK(target("CONNECT a/b:1 HTTP/1.1\r\n\r\n") == "none");
}

TEST_CASE("a request to another server names it in its target") {
  CHECK(target("GET http://api.test/a HTTP/1.1\r\n\r\n") == "api.test:80");
  CHECK(target("GET HTTP://ann:x@api.test:8080?a=/b HTTP/1.1\r\n\r\n") == "api.test:8080");
  CHECK(target("GET https://[::1] HTTP/1.1\r\n\r\n") == "tls [::1]:443");
  CHECK(target("GET /a HTTP/1.1\r\nHost: api.test\r\n\r\n") == "none");
  CHECK(target("GET http:// HTTP/1.1\r\n\r\n") == "none");
  CHECK(target("\r\n\r\n") == "none");
}

TEST_CASE("a server is sent its path, and that nothing follows") {
  CHECK(net::head_for_server(
            "GET http://a.test/p?q=1 HTTP/1.1\r\nHost: a.test\r\n"
            "Proxy-Connection: Keep-Alive\r\nconnection: keep-alive\r\nX: 1\r\n\r\n") ==
        "GET /p?q=1 HTTP/1.1\r\nHost: a.test\r\nX: 1\r\nConnection: close\r\n\r\n");
  CHECK(net::head_for_server("GET http://a.test?q=1 HTTP/1.1\r\n\r\n") ==
        "GET /?q=1 HTTP/1.1\r\nConnection: close\r\n\r\n");
}

TEST_CASE("hosts are the same in any case, on the same port") {
  CHECK(net::is_same_host({"API.test", 443}, {"api.TEST", 443}));
  CHECK_FALSE(net::is_same_host({"api.test", 443}, {"api.test", 80}));
  CHECK_FALSE(net::is_same_host({"api.test", 443}, {"api.tes", 443}));
}

TEST_CASE("a refusal says what would help") {
  const net::ProxyTarget tunnel{{"a.test", 443}, true, true};
  CHECK(net::proxy_refused(tunnel).find("=https://a.test:443") != std::string::npos);
  CHECK(net::proxy_refused(std::nullopt).starts_with("HTTP/1.1 405 "));
}
