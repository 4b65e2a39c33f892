// Nothing secret reaches the disk, and what stands in its place compares alike.
#include "protocols/http/redact.hpp"

#include "protocols/http/body.hpp"
#include "protocols/http/support.hpp"
#include "understudy/document_text.hpp"

using namespace understudy;
using namespace understudy::http;
using namespace understudy::http::testing;

namespace {

std::string placeholder(std::string_view secret) {
  return secrets.placeholder(secret);
}

}  // namespace

TEST_CASE("fields keep what is no secret") {
  const std::string hidden = placeholder("s3cret");
  CHECK(redacted_field("Authorization", "Bearer s3cret", secrets) == "Bearer " + hidden);
  CHECK(redacted_field("authorization", "s3cret", secrets) == hidden);
  CHECK(redacted_field("Authorization", "s3+cret tail", secrets) == placeholder("s3+cret tail"));
  CHECK(redacted_field("X-Api-Key", "s3cret", secrets) == hidden);
  CHECK(redacted_field("X-API-KEY", "a b", secrets) == placeholder("a b"));
  CHECK(redacted_field("Cookie", "sid=s3cret; theme=", secrets) == "sid=" + hidden + "; theme=");
  CHECK(redacted_field("Set-Cookie", "sid=s3cret; Path=/; HttpOnly", secrets) ==
        "sid=" + hidden + "; Path=/; HttpOnly");
  CHECK(redacted_field("Location", "/cb?access_token=s3cret&a=1", secrets) ==
        "/cb?access_token=" + hidden + "&a=1");
  CHECK(redacted_field("Location", "/cb?a=%20b", secrets) == "/cb?a=%20b");
  CHECK(redacted_field("X-Page", "2", secrets) == "2");
  CHECK(redacted_field("Etag", "\"x\"", secrets) == "\"x\"");
}

TEST_CASE("a URL and a form have names of secrets of their own") {
  CHECK(redacted_query(parse_query("key=s3cret&q=s3cret&code=4/0AbCdEf&code=DE"), secrets) ==
        Query{{"key", placeholder("s3cret")},
              {"q", "s3cret"},
              {"code", placeholder("4/0AbCdEf")},
              {"code", "DE"}});
}

TEST_CASE("members of JSON are secrets by their own name or that of what holds them") {
  const auto json = [](std::string_view text) {
    return redacted_json(text, secrets, JsonOf::request);
  };
  const std::string s = '"' + placeholder("s") + '"', n = '"' + placeholder("12") + '"';
  CHECK(json(R"({ "dbPassword" : "s" , "x":["password","s"] })") ==
        R"({ "dbPassword" : )" + s + R"( , "x":["password","s"] })");
  CHECK(json(R"({"tokens":["s","s"],"pin":12,"max_tokens":12})") ==
        R"({"tokens":[)" + s + "," + s + R"(],"pin":)" + n + R"(,"max_tokens":12})");
  CHECK(json(R"({"credentials":{"user":"ann","x":{"y":"s"}},"user":"s"})") ==
        R"({"credentials":{"user":"ann","x":{"y":)" + s + R"(}},"user":"s"})");
  CHECK(json(R"({"password":{"value":"s","type":"text"}})") ==
        R"({"password":{"value":)" + s + R"(,"type":"text"}})");
  CHECK(json(R"({"query":"mutation{login(password:\"s\"){t}}"})") ==
        R"({"query":"mutation{login(password:\")" + placeholder("s") + R"(\"){t}}"})");
  CHECK(json("{\"password\":\"s\"}\n{\"password\":\"s\"}") ==
        "{\"password\":" + s + "}\n{\"password\":" + s + "}");
  for (const std::string text :
       {"", "{", "\"", "{\"pin\":\"", "{\"pin\":\"a\\", "\"pin\":", ":\"a\""})
    CHECK(json(text) == text);
}

TEST_CASE("bodies of any kind are looked into") {
  const auto stored = [](std::string_view type, std::string_view body) {
    return octets_of(body_document(type, body, secrets));
  };
  const std::string hidden = placeholder("s3cret");
  CHECK(stored("application/x-www-form-urlencoded", R"({"password":"s3cret"})") ==
        R"({"password":")" + hidden + R"("})");
  CHECK(stored("text/xml", "<L><a:Password>s3cret</a:Password></L>") ==
        "<L><a:Password>" + hidden + "</a:Password></L>");
  CHECK(stored("application/graphql", "{login(password: \"s3cret\")}") ==
        "{login(password: \"" + hidden + "\")}");
  CHECK(stored("", "password=s3cret") == "password=" + hidden);
  CHECK(redacted_path("/bot12:s3cret/send", secrets) == "/bot12:" + hidden + "/send");
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
