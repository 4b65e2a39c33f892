#include <fmt/format.h>

#include <array>

#include <doctest/doctest.h>

#include "store/config.hpp"
#include "store/placeholder.hpp"

namespace understudy::store {

TEST_CASE("addresses are read in every spelling that names a port") {
  CHECK(parse_endpoint("db:5432") == Endpoint{"db", 5432});
  CHECK(parse_endpoint("[::1]:80") == Endpoint{"::1", 80});
  CHECK(parse_endpoint(":6379") == Endpoint{"127.0.0.1", 6379});
  CHECK(parse_endpoint("6379") == Endpoint{"127.0.0.1", 6379});
  CHECK(parse_endpoint("0.0.0.0:0") == Endpoint{"0.0.0.0", 0});
  for (const char* text :
       {"", "db", "db:", ":", "db:x", "db:65536", "db:-1", "db:+1", "::1:80", "[::1]", "[::1",
        "a b:1", "[]:1", "db:1/x", "http://db:1", "1.2.3.4", "[::1]80"})
    CHECK_MESSAGE(parse_endpoint(text) == std::nullopt, text);
}

TEST_CASE("an address is spelled so that it reads back") {
  CHECK(to_string(Endpoint{"db", 5432}) == "db:5432");
  CHECK(to_string(Endpoint{"::1", 80}) == "[::1]:80");
  CHECK(parse_endpoint(to_string(Endpoint{"fe80::1", 1})) == Endpoint{"fe80::1", 1});
}

TEST_CASE("an upstream URL gives protocol, address and transport") {
  const auto upstream = [](std::string_view url) {
    std::string problem;
    const auto parsed = parse_upstream(url, problem);
    if (!parsed) return "none: " + problem;
    return parsed->protocol + " " + to_string(parsed->endpoint) +
           (parsed->tls.wanted ? " tls" : "");
  };
  CHECK(upstream("postgres://db:5433/shop") == "postgres db:5433");
  CHECK(upstream("postgresql://shop:p@ss@db/shop?sslmode=disable") == "postgres db:5432");
  CHECK(upstream("mariadb://db") == "mysql db:3306");
  CHECK(upstream("mysql://[::1]:3307") == "mysql [::1]:3307");
  CHECK(upstream("redis://cache/0") == "redis cache:6379");
  CHECK(upstream("rediss://cache") == "redis cache:6379 tls");
  CHECK(upstream("http://api/v1") == "http api:80");
  CHECK(upstream("https://api:8443") == "http api:8443 tls");
  CHECK(upstream("memcached://m:11211") == "memcached m:11211");
  CHECK(upstream("memcached://m") == "none: `m` names no port, and memcached has no usual one");
  CHECK(upstream("db:5432") == "none: `db:5432` is no URL, expected protocol://host:port");
  CHECK(upstream("redis://") == "none: `` names no host and port, expected redis://host:port");
  CHECK(upstream("redis://h:x") ==
        "none: `h:x` names no host and port, expected redis://host:port");
}

TEST_CASE("an upstream's URL asks for TLS as its own clients are asked") {
  const auto tls = [](std::string_view url) {
    std::string problem;
    const auto parsed = parse_upstream(url, problem);
    if (!parsed) return "none: " + problem;
    const TlsUpstream& asked = parsed->tls;
    if (!asked.wanted) return std::string("plain");
    constexpr std::array names = {"nothing", "chain", "name"};
    return fmt::format("{}{}{}{}{}", names[static_cast<std::size_t>(asked.check)],
                       asked.at_once ? " at once" : "",
                       asked.authorities.empty() ? "" : " ca=" + asked.authorities,
                       asked.certificate.empty() ? "" : " cert=" + asked.certificate,
                       asked.key.empty() ? "" : " key=" + asked.key);
  };
  CHECK(tls("postgres://db") == "plain");
  CHECK(tls("postgres://db?sslmode=prefer") == "plain");
  CHECK(tls("postgres://db/shop?application_name=x&sslmode=require") == "nothing");
  CHECK(tls("postgres://db?sslmode=require&sslrootcert=/a%20b.pem") == "chain ca=/a b.pem");
  CHECK(tls("postgres://db?sslmode=verify-ca&sslrootcert=system") == "chain");
  CHECK(tls("postgres://db?sslmode=verify-full&sslcert=/c&sslkey=/k&sslnegotiation=direct") ==
        "name at once cert=/c key=/k");
  CHECK(tls("postgres://db?sslmode=verify") ==
        "none: `sslmode=verify` is unknown, expected one of disable, allow, prefer, require, "
        "verify-ca, verify-full");
  CHECK(tls("mysql://db?ssl-mode=DISABLED") == "plain");
  CHECK(tls("mysql://db?ssl-mode=REQUIRED") == "nothing");
  CHECK(tls("mysql://db?ssl-mode=VERIFY_IDENTITY&ssl-ca=/a") == "name ca=/a");
  CHECK(tls("mariadb://db?ssl-ca=/a") == "chain ca=/a");
  CHECK(tls("redis://cache?cacert=/a") == "plain");
  CHECK(tls("rediss://cache") == "name at once");
  CHECK(tls("rediss://cache?insecure") == "nothing at once");
  CHECK(tls("https://api/v1?cacert=/a&cert=/c&key=/k") == "name at once ca=/a cert=/c key=/k");
}

TEST_CASE("the problem of an upstream never tells its password") {
  std::string problem;
  CHECK_FALSE(parse_upstream("postgres://shop:secret@db:x", problem).has_value());
  CHECK(problem.find("secret") == std::string::npos);
  CHECK_FALSE(parse_upstream("shop:secret@db", problem).has_value());
  CHECK(problem.find("secret") == std::string::npos);
}

TEST_CASE("placeholders are replaced, doubled braces are braces") {
  const auto expand = [](std::string_view text) {
    std::string problem;
    const auto value_of = [](std::string_view name) -> std::optional<std::string> {
      if (name == "host") return "h";
      if (name == "a.port") return "{1}";
      return std::nullopt;
    };
    return expand_template(text, value_of, problem).value_or("none: " + problem);
  };
  CHECK(expand("x://{host}:{a.port}/") == "x://h:{1}/");
  CHECK(expand("{{host}} }}{{") == "{host} }{");
  CHECK(expand("") == "");
  CHECK(expand("{}") == "none: unknown placeholder {}");
  CHECK(expand("{hots}") == "none: unknown placeholder {hots}");
  CHECK(expand("a{host").starts_with("none: a { stands without its }"));
  CHECK(expand("a}b").starts_with("none: a } stands without its {"));
}

}  // namespace understudy::store
