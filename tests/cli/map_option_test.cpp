#include "cli/map_option.hpp"

#include <doctest/doctest.h>

#include "protocols/registry.hpp"

using namespace understudy;

namespace {

std::optional<std::vector<store::Service>> parse(const std::vector<std::string>& texts) {
  std::string problem;
  return cli::parse_maps(texts, protocols(), problem);
}

}  // namespace

TEST_CASE("a map names a service, where it listens and what it relays to") {
  const auto services = parse({"cart=0.0.0.0:16379=redis://cache.local:6380"});
  REQUIRE(services);
  REQUIRE(services->size() == 1);
  const store::Service& cart = services->front();
  CHECK(cart.name == "cart");
  CHECK(cart.protocol == "redis");
  CHECK(cart.listen == store::Endpoint{"0.0.0.0", 16379});
  REQUIRE(cart.upstream);
  CHECK(cart.upstream->endpoint == store::Endpoint{"cache.local", 6380});
}

TEST_CASE("an address without host is loopback, an upstream without port has the protocol's own") {
  const auto services = parse({"16379=redis://127.0.0.1"});
  REQUIRE(services);
  CHECK(services->front().listen == store::Endpoint{"127.0.0.1", 16379});
  CHECK(services->front().upstream->endpoint.port == 6379);
}

TEST_CASE("services without a name are numbered from the second on") {
  const auto services =
      parse({"1=redis://a:1", "2=redis://b:2", "redis3=3=redis://c:3", "4=redis://d:4"});
  REQUIRE(services);
  CHECK((*services)[0].name == "redis");
  CHECK((*services)[1].name == "redis2");
  CHECK((*services)[2].name == "redis3");
  CHECK((*services)[3].name == "redis4");
}

TEST_CASE("an equals sign within the URL belongs to the URL") {
  const auto services = parse({"cart=0=redis://127.0.0.1:6379/0?client=a=b"});
  REQUIRE(services);
  CHECK(services->front().name == "cart");
}

TEST_CASE("what makes no sense is refused with the text and what was expected") {
  for (const char* text : {"", "=", "cart", "16379=", "cart=16379", "=0=redis://a",
                           "x:y:z=redis://a", "99999=redis://a", "0=unknown://a:1", "0=://a"}) {
    CAPTURE(text);
    std::string problem;
    CHECK_FALSE(cli::parse_maps({text}, protocols(), problem));
    CHECK(problem.starts_with("--map " + std::string(text)));
    CHECK(problem.find("[NAME=]LISTEN=URL") != std::string::npos);
  }
}

TEST_CASE("a password is not shown where a map makes no sense") {
  for (const char* text : {"0=unknown://ann:s3cret@a:1", "x:y:z=redis://ann:s3cret@a",
                           "ann:s3cret@a:1", "0=redis://ann:s3cret/more@a:1",
                           "0=redis://ann:s3cret?more@a:1", "0=redis://ann:s3cret@"}) {
    CAPTURE(text);
    std::string problem;
    CHECK_FALSE(cli::parse_maps({text}, protocols(), problem));
    CHECK(problem.find("s3cret") == std::string::npos);
    CHECK(problem.find("[NAME=]LISTEN=URL") != std::string::npos);
  }
}
