// Nothing secret reaches the disk, and what stands in its place compares alike.
#include "protocols/http/redact.hpp"

#include "protocols/http/support.hpp"
#include "understudy/document_text.hpp"

using namespace understudy;
using namespace understudy::http;
using namespace understudy::http::testing;

TEST_CASE("equal secrets have equal placeholders, and a placeholder is its own") {
  CHECK(placeholder("s3cret") == placeholder("s3cret"));
  CHECK(placeholder("s3cret") != placeholder("s3creT"));
  CHECK(placeholder(placeholder("s3cret")) == placeholder("s3cret"));
  CHECK(placeholder("").empty());
  CHECK(placeholder("s3cret").starts_with("redacted:"));
  CHECK(placeholder("redacted:xyz") != "redacted:xyz");
}

TEST_CASE("fields keep what is no secret") {
  const std::string hidden = placeholder("s3cret");
  CHECK(redacted_field("Authorization", "Bearer s3cret") == "Bearer " + hidden);
  CHECK(redacted_field("authorization", "s3cret") == hidden);
  CHECK(redacted_field("Authorization", "s3+cret tail") == placeholder("s3+cret tail"));
  CHECK(redacted_field("X-Api-Key", "s3cret") == hidden);
  CHECK(redacted_field("X-API-KEY", "a b") == placeholder("a b"));
  CHECK(redacted_field("Cookie", "sid=s3cret; theme=") == "sid=" + hidden + "; theme=");
  CHECK(redacted_field("Set-Cookie", "sid=s3cret; Path=/; HttpOnly") ==
        "sid=" + hidden + "; Path=/; HttpOnly");
  CHECK(redacted_field("Location", "/cb?access_token=s3cret&a=1") ==
        "/cb?access_token=" + hidden + "&a=1");
  CHECK(redacted_field("Location", "/cb?a=%20b") == "/cb?a=%20b");
  CHECK(redacted_field("X-Page", "2") == "2");
  CHECK(redacted_field("Etag", "\"x\"") == "\"x\"");
}

TEST_CASE("names of secrets are known in any spelling") {
  for (const char* name : {"password", "Password", "user[password]", "access_token", "accessToken",
                           "client-secret", "api_key", "token"})
    CHECK_MESSAGE(is_secret_name(name), name);
  for (const char* name : {"key", "next_page_token", "tokens", "passenger", "secretary", ""})
    CHECK_MESSAGE(!is_secret_name(name), name);
  CHECK(redacted_query(parse_query("key=s3cret&q=s3cret")) ==
        Query{{"key", placeholder("s3cret")}, {"q", "s3cret"}});
}

TEST_CASE("no octet of a secret is in what the recorder gives on") {
  const std::string secret = "hunter2-very-secret";
  const std::string json = "{\"user\":\"ann\",\"password\":\"" + secret + "\"}";
  const std::string form = "user=ann&password=" + secret;
  const std::string parts =
      "--B\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\n" + secret + "\r\n--B--\r\n";
  const auto post = [](const std::string& type, const std::string& body) {
    return "Content-Type: " + type + "\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
  };
  const std::string head =
      "POST /login?api_key=" + secret + " HTTP/1.1\r\nHost: x\r\nAuthorization: Basic " + secret +
      "\r\nProxy-Authorization: " + secret + "\r\nCookie: a=" + secret +
      "\r\nX-Auth-Token: " + secret + "\r\nReferer: /x?token=" + secret + "\r\n";
  const std::string answer = "HTTP/1.1 200 OK\r\nSet-Cookie: sid=" + secret +
                             "; Path=/\r\nSet-Cookie: b=" + secret + "\r\nX-Csrf-Token: " + secret +
                             "\r\n";
  // The answer keeps its spelling although it can't be a tree: a number would change.
  const std::string body = "{\"n\":1.0,\"access_token\":\"" + secret +
                           "\",\"o\":[{\"refresh_token\": \"" + secret + "\"}]}";
  for (const auto& request :
       {post("application/json", json), post("application/x-www-form-urlencoded", form),
        post("multipart/form-data; boundary=B", parts)}) {
    const auto exchanges = recorded(head + request, answer + post("application/json", body));
    REQUIRE(exchanges.size() == 1);
    const std::string stored = json_text(exchanges[0].request) + json_text(exchanges[0].answer);
    CHECK(stored.find(secret) == std::string::npos);
    CHECK(stored.find(placeholder(secret)) != std::string::npos);
    const Mock mock(exchanges);
    Client live(mock);
    CHECK(live.send(head + request).find("200 OK") != std::string::npos);
    CHECK(live.misses == 0);
    CHECK(live.asked[0].find(secret) == std::string::npos);
  }
}

TEST_CASE("a token that the mock handed out comes back as the recorded one did") {
  const std::string login = "POST /login HTTP/1.1\r\nHost: x\r\n\r\n";
  const std::string me = "GET /me HTTP/1.1\r\nHost: x\r\n";
  Relayed relayed;
  relayed.client(login).server(
      "HTTP/1.1 200 OK\r\nSet-Cookie: sid=abc\r\nContent-Length: 0\r\n\r\n");
  relayed.client(me + "\r\n").server("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
  relayed.client(me + "Cookie: sid=abc\r\n\r\n")
      .server("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  relayed.client(me + "Cookie: sid=xyz\r\n\r\n")
      .server("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
  REQUIRE(relayed.exchanges.size() == 3 + 1);
  const Mock mock(relayed.exchanges);
  Client client(mock);
  const std::string served = client.send(login);
  const std::size_t begin = served.find("sid=");
  const std::string cookie = served.substr(begin, served.find("\r\n", begin) - begin);
  CHECK(client.send(me + "Cookie: " + cookie + "\r\n\r\n").starts_with("HTTP/1.1 200 OK"));
  CHECK(client.send(me + "Cookie: sid=xyz\r\n\r\n").starts_with("HTTP/1.1 403"));
  CHECK(client.send(me + "\r\n").starts_with("HTTP/1.1 401"));
}
