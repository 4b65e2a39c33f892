#include "cli/addresses.hpp"

#include <doctest/doctest.h>

using namespace understudy;
using cli::Address;

namespace {

const std::vector<Address> two = {{"orders", "postgres", {"127.0.0.1", 5433}},
                                  {"my-cart", "redis", {"0.0.0.0", 6380}}};

store::Config config_with(std::map<std::string, std::string> own,
                          std::map<std::string, std::string> common) {
  store::Config config;
  store::Service orders;
  orders.name = "orders";
  orders.environment = std::move(own);
  config.services.push_back(orders);
  config.environment = std::move(common);
  return config;
}

}  // namespace

TEST_CASE("every service has its host, port and URL in the environment") {
  std::string problem;
  const auto environment = cli::environment_of({}, two, problem);
  REQUIRE(environment);
  CHECK(environment->at("UNDERSTUDY_ORDERS_HOST") == "127.0.0.1");
  CHECK(environment->at("UNDERSTUDY_ORDERS_PORT") == "5433");
  CHECK(environment->at("UNDERSTUDY_ORDERS_URL") == "postgres://127.0.0.1:5433");
  CHECK(environment->at("UNDERSTUDY_MY_CART_URL") == "redis://127.0.0.1:6380");
  CHECK(environment->size() == 6);
}

TEST_CASE("a URL has the user and the database of the recording, as URLs spell them") {
  std::vector<Address> addresses = two;
  cli::enter_logins(addresses, {{"orders", {{"user", "ada@shop"}, {"database", "tea shop"}}}});
  CHECK(cli::url_of(addresses[0]) == "postgres://ada%40shop@127.0.0.1:5433/tea%20shop");
  CHECK(cli::url_of(addresses[1]) == "redis://127.0.0.1:6380");
}

TEST_CASE("a service that listens everywhere is reached over loopback") {
  CHECK(cli::reachable({"0.0.0.0", 1}) == store::Endpoint{"127.0.0.1", 1});
  CHECK(cli::reachable({"::", 1}) == store::Endpoint{"::1", 1});
  CHECK(cli::reachable({"10.0.0.1", 1}) == store::Endpoint{"10.0.0.1", 1});
  CHECK(cli::url_of({"a", "http", {"::", 80}}) == "http://[::1]:80");
}

TEST_CASE("an address that needs TLS is one of TLS") {
  const auto url_of = [](const char* protocol, const char* database = "") {
    return cli::url_of({.service = "a",
                        .protocol = protocol,
                        .endpoint = {"127.0.0.1", 7},
                        .database = database,
                        .needs_tls = true});
  };
  CHECK(url_of("http") == "https://127.0.0.1:7");
  CHECK(url_of("redis") == "rediss://127.0.0.1:7");
  CHECK(url_of("postgres", "shop") == "postgres://127.0.0.1:7/shop?sslmode=require");
  CHECK(url_of("mysql") == "mysql://127.0.0.1:7");
}

TEST_CASE("templates are filled in from the service itself and from others") {
  std::string problem;
  const auto config = config_with({{"DATABASE_URL", "postgres://u:p@{host}:{port}/shop"}},
                                  {{"ALL", "{orders.port},{my-cart.url}"}});
  const auto environment = cli::environment_of(config, two, problem);
  REQUIRE(environment);
  CHECK(environment->at("DATABASE_URL") == "postgres://u:p@127.0.0.1:5433/shop");
  CHECK(environment->at("ALL") == "5433,redis://127.0.0.1:6380");
}

TEST_CASE("doubled braces stand for one") {
  std::string problem;
  const auto environment =
      cli::environment_of(config_with({{"X", "{{host}} }"}}, {}), two, problem);
  REQUIRE(environment);
  CHECK(environment->at("X") == "{host} }");
}

TEST_CASE("a template that names nothing is a problem with its name") {
  for (const char* text : {"{orders.color}", "{nobody.host}", "{", "{host", "{}"}) {
    CAPTURE(text);
    std::string problem;
    CHECK_FALSE(cli::environment_of(config_with({{"BROKEN", text}}, {}), two, problem));
    CHECK(problem.find("BROKEN") != std::string::npos);
  }
  std::string problem;
  CHECK_FALSE(cli::environment_of(config_with({}, {{"COMMON", "{host}"}}), two, problem));
  CHECK(problem.find("COMMON") != std::string::npos);
}
