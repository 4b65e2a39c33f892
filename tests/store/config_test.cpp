#include <doctest/doctest.h>

#include "store/config.hpp"
#include "support.hpp"

namespace understudy::store {

namespace {

const std::vector<std::string> protocols = {"postgres", "mysql", "redis", "http"};

std::optional<Config> read(std::string_view content, std::string& problems) {
  const TemporaryFolder folder;
  folder.write("understudy.yaml", content);
  Diagnostics found;
  auto config = read_config(folder.path(), protocols, found);
  for (Diagnostic& problem : found) problem.file = "u.yaml";
  problems = all(found);
  return config;
}

std::string problems_in(std::string_view content) {
  std::string problems;
  CHECK_FALSE(read(content, problems).has_value());
  return problems;
}

}  // namespace

TEST_CASE("understudy.yaml gives the services in their order") {
  std::string problems;
  const auto config = read(R"(understudy: 1
services:
  orders:
    protocol: postgres
    listen: 127.0.0.1:15432
    upstream: postgres://127.0.0.1:5432
    auth: {user: shop, password: secret}
    env: {DATABASE_URL: "postgres://shop@{host}:{port}/shop", ALSO: "{catalogue.url}"}
  catalogue:
    upstream: mariadb://db
    tls: false
    options: {any: thing}
env: {ALL: "{orders.host}:{orders.port}"}
)",
                           problems);
  CHECK(problems.empty());
  REQUIRE(config.has_value());
  REQUIRE(config->services.size() == 2);
  const Service& orders = config->services[0];
  CHECK(orders.name == "orders");
  CHECK(orders.protocol == "postgres");
  CHECK(orders.listen == Endpoint{"127.0.0.1", 15432});
  REQUIRE(orders.upstream.has_value());
  CHECK(orders.upstream->endpoint == Endpoint{"127.0.0.1", 5432});
  CHECK(orders.environment.at("DATABASE_URL") == "postgres://shop@{host}:{port}/shop");
  CHECK(orders.settings["auth"]["user"] == "shop");
  CHECK(orders.line == 3);
  const Service& catalogue = config->services[1];
  CHECK(catalogue.protocol == "mysql");
  CHECK(catalogue.listen == Endpoint{"127.0.0.1", 0});
  CHECK(catalogue.line == 9);
  CHECK(config->environment.at("ALL") == "{orders.host}:{orders.port}");
}

TEST_CASE("every flaw of understudy.yaml is reported with its line") {
  CHECK(
      problems_in(R"(understudy: 2
servces: {}
services:
  or ders:
    protocol: postgers
    listen: nowhere
    upstream: 5432
    lisen: 1
  b: text
  c: {listen: 1}
  d:
    protocol: redis
    upstream: http://x
    tls: maybe
    auth: me
    env: {1X: a, Y: "{hots}", Z: [1], W: "{", V: "{a.host}"}
env:
  Q: "{host}"
)") ==
      "u.yaml:2: error: unknown key `servces` (did you mean `services`?)\n"
      "u.yaml:1: error: the file is of format version 2, expected 1 (read it with the release that "
      "it was written for)\n"
      "u.yaml:4: error: `or ders` is no service name, expected letters, digits, - and _ (rename "
      "the "
      "service)\n"
      "u.yaml:8: error: unknown key `lisen` (did you mean `listen`?)\n"
      "u.yaml:7: error: `upstream` is the number 5432, expected text (quote it)\n"
      "u.yaml:5: error: unknown protocol `postgers` (did you mean `postgres`?)\n"
      "u.yaml:6: error: `nowhere` is no address, expected host:port (for instance 127.0.0.1:15432; "
      "port 0 takes any free one)\n"
      "u.yaml:9: error: `b` is the text `text`, expected a map (write it as `key: value` lines, "
      "indented)\n"
      "u.yaml:10: error: the key `protocol` is missing, expected text (add `protocol: …`)\n"
      "u.yaml:13: error: `upstream` speaks http, expected redis as `protocol` says (correct one of "
      "the two)\n"
      "u.yaml:15: error: `auth` is the text `me`, expected a map (write it as `key: value` lines, "
      "indented)\n"
      "u.yaml:14: error: expected `off`, `optional`, `required`, true, false or a map (for "
      "instance "
      "`tls: optional`; docs/tls.md has all of it)\n"
      "u.yaml:16: error: `1X` names no environment variable (letters, digits and _, not beginning "
      "with a digit)\n"
      "u.yaml:16: error: `Z` is a list, expected text or a number\n"
      "u.yaml:16: error: unknown placeholder {a.host} (known are {host}, {port}, {url}, and "
      "{service.host} of any service)\n"
      "u.yaml:16: error: a { stands without its }, expected {name}; write {{ for a brace (known "
      "are "
      "{host}, {port}, {url}, and {service.host} of any service)\n"
      "u.yaml:16: error: unknown placeholder {hots} (known are {host}, {port}, {url}, and "
      "{service.host} of any service)\n"
      "u.yaml:18: error: unknown placeholder {host} (known are {service.host}, {service.port} and "
      "{service.url})\n");
}

TEST_CASE("understudy.yaml says who shares live state") {
  const auto scopes_of = [](const std::string& line) {
    std::string problems;
    const auto config =
        read("understudy: 1\n" + line + "services: {a: {protocol: redis}}\n", problems);
    return config ? std::string(name_of(config->scopes)) : problems;
  };
  CHECK(scopes_of("") == "named");
  CHECK(scopes_of("scopes: named\n") == "named");
  CHECK(scopes_of("scopes: connection\n") == "connection");
  CHECK(scopes_of("scopes: one\n") == "one");
  CHECK(scopes_of("scopes: all\n") ==
        "u.yaml:2: error: `all` is no way to divide clients into scopes (expected named, "
        "connection or one)\n");
}

TEST_CASE("understudy.yaml says whether times are shifted") {
  const auto times_of = [](const std::string& line) {
    std::string problems;
    const auto config =
        read("understudy: 1\n" + line + "services: {a: {protocol: redis}}\n", problems);
    return config ? std::string(config->shifts_times ? "shifted" : "recorded") : problems;
  };
  CHECK(times_of("") == "recorded");
  CHECK(times_of("times: recorded\n") == "recorded");
  CHECK(times_of("times: shifted\n") == "shifted");
  CHECK(times_of("times: now\n") ==
        "u.yaml:2: error: `now` is no way to show times (expected recorded or shifted)\n");
}

TEST_CASE("services share a port only where their clients can be told apart") {
  const auto pair = [](std::string_view first, std::string_view second) {
    std::string problems;
    read(fmt::format("understudy: 1\nservices:\n  a: {{protocol: {}, listen: 7000}}\n"
                     "  b: {{protocol: {}, listen: '127.0.0.1:7000'}}\n",
                     first, second),
         problems);
    return problems;
  };
  CHECK(pair("postgres", "redis").empty());
  CHECK(pair("http", "redis").empty());
  CHECK(pair("postgres", "mysql") ==
        "u.yaml:4: error: b listens on 127.0.0.1:7000 like a, but a mysql server speaks first: "
        "nothing "
        "tells their clients apart (give the mysql service a port of its own)\n");
  CHECK(pair("mysql", "http").find("speaks first") != std::string::npos);
  CHECK(pair("redis", "redis").find("both speak redis") != std::string::npos);
  std::string problems;
  CHECK(read("understudy: 1\nservices:\n  a: {protocol: mysql}\n  b: {protocol: mysql}\n", problems)
            .has_value());
}

TEST_CASE("a user in the upstream is only warned about") {
  std::string problems;
  CHECK(read("understudy: 1\nservices:\n  a: {upstream: 'redis://u:secret@h'}\n", problems)
            .has_value());
  CHECK(problems.find("u.yaml:3: warning:") == 0);
  CHECK(problems.find("secret") == std::string::npos);
}

TEST_CASE("a missing, empty, doubled or broken understudy.yaml is an error") {
  Diagnostics found;
  const TemporaryFolder folder;
  CHECK_FALSE(read_config(folder.path(), protocols, found).has_value());
  REQUIRE(found.size() == 1);
  CHECK(found[0].what == "can't be read: No such file or directory");
  CHECK(found[0].file == (folder.path() / "understudy.yaml").string());
  CHECK(problems_in("# nothing\n").find("the file is empty") != std::string::npos);
  CHECK(problems_in("- a\n").find("`the file` is a list, expected a map") != std::string::npos);
  CHECK(problems_in("understudy: 1\nservices: {a: {protocol: redis}}\n---\nb: 1\n") ==
        "u.yaml:3: error: a second document begins here, expected one (remove the line `---`)\n");
  CHECK(problems_in("understudy: 1\nservices: [\n").find("u.yaml:") == 0);
}

TEST_CASE("a written understudy.yaml is read back and holds no upstream password") {
  const TemporaryFolder folder;
  Config config;
  Service service;
  service.name = "cache";
  service.protocol = "redis";
  service.listen = {"127.0.0.1", 16379};
  std::string problem;
  service.upstream = parse_upstream("rediss://u:secret@cache:6380/0?insecure", problem);
  service.environment["REDIS_URL"] = "{url}";
  service.settings = {{"upstream", "rediss://u:secret@cache:6380/0?insecure"},
                      {"options", {{"x", 1}}}};
  config.services.push_back(service);
  config.scopes = Scoping::connection;
  config.shifts_times = true;
  config.environment["BOTH"] = "{cache.host} {cache.port}";
  REQUIRE(write_config(folder.path() / "new", config, problem));
  CHECK(content_of(folder.path() / "new" / "understudy.yaml") == R"(understudy: 1
services:
  cache:
    protocol: redis
    listen: '127.0.0.1:16379'
    upstream: rediss://cache:6380/?insecure
    options: {x: 1}
    env: {REDIS_URL: '{url}'}
scopes: connection
times: shifted
env: {BOTH: '{cache.host} {cache.port}'}
)");
  Diagnostics found;
  const auto again = read_config(folder.path() / "new", protocols, found);
  REQUIRE(again.has_value());
  CHECK(found.empty());
  CHECK(again->services[0].upstream->tls.wanted);
  CHECK(again->services[0].listen == service.listen);
  CHECK(again->services[0].environment == service.environment);
  CHECK(again->environment == config.environment);
  CHECK(again->scopes == config.scopes);
  REQUIRE(write_config(folder.path() / "new", *again, problem));
  CHECK_FALSE(write_config("/proc/none", config, problem));
  CHECK(problem.find("/proc/none/understudy.yaml") == 0);
  config.services[0].name = "../cache";
  CHECK_FALSE(write_config(folder.path() / "other", config, problem));
  CHECK_FALSE(std::filesystem::exists(folder.path() / "other"));
}

TEST_CASE("a service may name schema files, one or several") {
  std::string problems;
  const auto config = read(R"(understudy: 1
services:
  a: {protocol: postgres, schema: schema/all.sql}
  b: {protocol: mysql, schema: [1.sql, 2.sql]}
)",
                           problems);
  CHECK(problems.empty());
  REQUIRE(config.has_value());
  CHECK(config->services[0].schema == std::vector<std::string>{"schema/all.sql"});
  CHECK(config->services[1].schema == std::vector<std::string>{"1.sql", "2.sql"});
}

TEST_CASE("a schema that is no file's name is reported with its line") {
  CHECK(problems_in(R"(understudy: 1
services:
  a:
    protocol: postgres
    schema: 7
)")
            .starts_with("u.yaml:5: error: `schema` has "));
}

}  // namespace understudy::store
