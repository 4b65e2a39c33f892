#include "protocols/postgres/auth.hpp"

#include "support.hpp"

namespace understudy::postgres {
namespace {

using namespace test;

const std::vector<Exchange> nothing;

Buffer password(std::string_view text) {
  return message('p', std::string(text) + '\0');
}

TEST_CASE("a cleartext password is checked") {
  FakeTable table(nothing);
  table.settings = {{"auth", {{"user", "ann"}, {"password", "secret"}, {"method", "password"}}}};
  Live live(table);
  CHECK(text_of(body_of(live.talk(startup_message({{"user", "ann"}})), 'R')) ==
        std::string("\0\0\0\3", 4));
  CHECK(types_of(live.talk(password("secret"))).ends_with("KZ"));

  Live wrong(table);
  wrong.talk(startup_message({{"user", "ann"}}));
  const Buffer refusal = wrong.talk(password("guess"));
  CHECK(field(error_of(refusal), 'C') == "28P01");
  CHECK(field(error_of(refusal), 'S') == "FATAL");
  CHECK(wrong.closed);

  Live stranger(table);
  stranger.talk(startup_message({{"user", "bob"}}));
  CHECK(types_of(stranger.talk(password("secret"))) == "E");
}

TEST_CASE("an md5 password is checked against the salt that was sent") {
  FakeTable table(nothing);
  table.settings = {{"auth", {{"password", "secret"}, {"method", "md5"}}}};
  Live live(table);
  const Buffer asked = live.talk(startup_message({{"user", "ann"}}));
  const Bytes body = body_of(asked, 'R');
  REQUIRE(body.size() == 8);
  const std::string response = md5_response("ann", "secret", body.subspan(4));
  CHECK(response.size() == 35);
  CHECK(types_of(live.talk(password(response))).ends_with("KZ"));
}

TEST_CASE("md5 responses are what PostgreSQL's documentation gives") {
  // concat('md5', md5(concat(md5(concat(password, username)), random-salt))), computed with md5sum
  const Buffer salt = from_hex("01020304");
  CHECK(md5_response("postgres", "secret", salt) == "md5bb41a296aab6baccb36ff243a562abff");
}

TEST_CASE("SCRAM-SHA-256 runs as in the example of RFC 7677") {
  // The nonce and the salt are the server's own there; here the proof is checked with its own ones.
  FakeTable table(nothing);
  table.settings = {{"auth", {{"password", "pencil"}}}};
  Live live(table);
  const Buffer asked = live.talk(startup_message({{"user", "ann"}}));
  CHECK(text_of(body_of(asked, 'R')) == std::string("\0\0\0\x0aSCRAM-SHA-256\0\0", 19));
  Buffer first;
  FrameWriter writer(first, 'p');
  writer.c_string("SCRAM-SHA-256");
  const std::string_view client_first = "n,,n=,r=rOprNGfwEbeRWgbNEkqO";
  writer.be(static_cast<std::uint32_t>(client_first.size()));
  writer.text(client_first);
  writer.finish();
  const Buffer continued = live.talk(first);
  const std::string server_first = text_of(body_of(continued, 'R')).substr(4);
  CHECK(server_first.starts_with("r=rOprNGfwEbeRWgbNEkqO"));
  CHECK(server_first.find(",i=4096") != std::string::npos);
  const std::string nonce = server_first.substr(2, server_first.find(',') - 2);
  // A proof that is none is refused.
  const Buffer refused = live.talk(
      message('p', "c=biws,r=" + nonce + ",p=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="));
  CHECK(field(error_of(refused), 'C') == "28P01");
  CHECK(live.closed);
}

TEST_CASE("malformed SASL messages are refused") {
  for (const std::string_view body :
       {"", "SCRAM-SHA-256", "SCRAM-SHA-1\0\0\0\0\0", "SCRAM-SHA-256\0\0\0\0\xffn,,"}) {
    FakeTable table(nothing);
    table.settings = {{"auth", {{"password", "pencil"}}}};
    Live live(table);
    live.talk(startup_message({{"user", "ann"}}));
    CHECK(types_of(live.talk(message('p', body))) == "E");
    CHECK(live.closed);
  }
}

TEST_CASE("any user and password will do by default") {
  FakeTable table(nothing);
  Live live(table);
  CHECK(types_of(live.talk(startup_message({{"user", "whoever"}}))).ends_with("KZ"));
}

}  // namespace
}  // namespace understudy::postgres
