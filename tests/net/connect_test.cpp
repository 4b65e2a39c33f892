#include "net/connect.hpp"

#include <doctest/doctest.h>

using namespace understudy;

TEST_CASE("a CONNECT names host and port") {
  const auto target = [](std::string_view head) {
    const auto found = net::connect_target(head);
    return found ? store::to_string(*found) : "none";
  };
  CHECK(target("CONNECT api.test:443 HTTP/1.1\r\nHost: other\r\n\r\n") == "api.test:443");
  CHECK(target("CONNECT [::1]:8443 HTTP/1.1\r\n\r\n") == "[::1]:8443");
  CHECK(target("CONNECT api.test HTTP/1.1\r\n\r\n") == "none");
  CHECK(target("CONNECT a/b:1 HTTP/1.1\r\n\r\n") == "none");
  CHECK(target("GET http://api.test:443/ HTTP/1.1\r\n\r\n") == "none");
}

TEST_CASE("hosts are the same in any case, on the same port") {
  CHECK(net::is_same_host({"API.test", 443}, {"api.TEST", 443}));
  CHECK_FALSE(net::is_same_host({"api.test", 443}, {"api.test", 80}));
  CHECK_FALSE(net::is_same_host({"api.test", 443}, {"api.tes", 443}));
}

TEST_CASE("a refusal says what would help") {
  CHECK(net::connect_refused(store::Endpoint{"a.test", 443}).find("=https://a.test:443\n") !=
        std::string::npos);
  CHECK(net::connect_refused(std::nullopt).starts_with("HTTP/1.1 405 "));
}
