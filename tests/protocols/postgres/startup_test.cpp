#include "protocols/postgres/startup.hpp"

#include "support.hpp"

namespace understudy::postgres {
namespace {

using namespace test;

TEST_CASE("a startup message is read whole, and not before its last octet") {
  const Buffer message = startup_message(
      {{"user", "ann"}, {"database", "shop"}, {"options", "-c geqo=off --search-path=a\\ b"}});
  for (std::size_t length = 0; length < message.size(); ++length)
    CHECK(decode_startup(Bytes(message).first(length)).kind == StartupKind::need_more);
  const Startup startup = decode_startup(message);
  REQUIRE(startup.kind == StartupKind::startup);
  CHECK(startup.octets == message.size());
  CHECK(startup.major == 3);
  CHECK(startup.parameter("user") == "ann");
  CHECK(startup.parameter("nothing").empty());
  const auto settings = settings_of(startup);
  REQUIRE(settings.size() == 2);
  CHECK(settings[0] == std::pair<std::string, std::string>("geqo", "off"));
  CHECK(settings[1] == std::pair<std::string, std::string>("search_path", "a b"));
}

TEST_CASE("the requests before it are told apart by their codes") {
  CHECK(decode_startup(from_hex("0000000804d2162f")).kind == StartupKind::ssl_request);
  CHECK(decode_startup(from_hex("0000000804d21630")).kind == StartupKind::gssenc_request);
  const Startup cancel = decode_startup(from_hex("0000001004d2162e0000002a01020304"));
  REQUIRE(cancel.kind == StartupKind::cancel_request);
  CHECK(cancel.process_id == 42);
  CHECK(cancel.secret_key == "\x01\x02\x03\x04");
}

TEST_CASE("what is no startup message is refused") {
  CHECK(decode_startup(as_bytes("GET / HTTP/1.1")).kind == StartupKind::invalid);
  CHECK(decode_startup(from_hex("0000000704d216")).kind == StartupKind::invalid);
  CHECK(decode_startup(from_hex("00002711")).kind == StartupKind::invalid);  // 10001 octets
  CHECK(decode_startup(from_hex("0000000a04d2162f0000")).kind == StartupKind::invalid);
  Buffer unterminated = startup_message({{"user", "ann"}});
  unterminated.back() = 'x';
  CHECK(decode_startup(unterminated).kind == StartupKind::invalid);
}

TEST_CASE("a shared port knows the protocol by its first eight octets") {
  const Buffer message = startup_message({{"user", "ann"}});
  for (std::size_t length = 1; length < 8; ++length)
    CHECK(protocol().recognise(Bytes(message).first(length)) == Recognition::need_more);
  CHECK(protocol().recognise(message) == Recognition::yes);
  CHECK(protocol().recognise(from_hex("0000000804d2162f")) == Recognition::yes);
  CHECK(protocol().recognise(as_bytes("GET / HTTP/1.1")) == Recognition::no);
  CHECK(protocol().recognise(as_bytes("*1\r\n$4\r\nPING")) == Recognition::no);
  CHECK(protocol().recognise(from_hex("0000000800020000")) == Recognition::no);
}

std::vector<Exchange> nothing;

TEST_CASE("TLS and GSSAPI are refused in one octet each, then the session starts") {
  FakeTable table(nothing);
  Live live(table);
  CHECK(live.talk(from_hex("0000000804d21630")) == Buffer{'N'});
  CHECK(live.talk(from_hex("0000000804d2162f")) == Buffer{'N'});
  const Buffer answer = live.talk(startup_message(
      {{"user", "ann"}, {"application_name", "test"}, {"client_encoding", "'utf-8'"}}));
  CHECK(types_of(answer) == "RSSSSSSSSSSSSSKZ");
  CHECK(text_of(answer).find(std::string("client_encoding\0UTF8", 20)) != std::string::npos);
  CHECK(text_of(answer).find(std::string("application_name\0test", 21)) != std::string::npos);
}

TEST_CASE("a newer minor version and unknown options are negotiated down") {
  FakeTable table(nothing);
  Live live(table);
  const Buffer answer =
      live.talk(startup_message({{"user", "ann"}, {"_pq_.foo", "bar"}}, 3 << 16 | 99));
  CHECK(types_of(answer).starts_with("vR"));
  CHECK(text_of(body_of(answer, 'v')) == std::string("\0\3\0\2\0\0\0\1_pq_.foo\0", 17));
  CHECK(body_of(answer, 'K').size() == 4 + 32);  // 3.2 has long keys
}

TEST_CASE("protocol 3.0 has short keys and nothing to negotiate") {
  FakeTable table(nothing);
  Live live(table);
  const Buffer answer = live.talk(startup_message({{"user", "ann"}}));
  CHECK(types_of(answer).starts_with("RS"));
  CHECK(body_of(answer, 'K').size() == 4 + 4);
}

TEST_CASE("another major version and another protocol are turned away") {
  FakeTable table(nothing);
  Live newer(table);
  const Buffer answer = newer.talk(startup_message({{"user", "ann"}}, 4 << 16));
  CHECK(field(error_of(answer), 'C') == "0A000");
  CHECK(newer.closed);
  Live stranger(table);
  CHECK(stranger.talk(as_bytes("GET / HTTP/1.1\r\n\r\n")).empty());
  CHECK(stranger.closed);
  CHECK(stranger.notes.size() == 1);
}

TEST_CASE("a startup that comes octet by octet is answered alike") {
  FakeTable table(nothing);
  Live live(table);
  Buffer answer;
  for (const std::uint8_t octet : startup_message({{"user", "ann"}}))
    answer = live.talk(Bytes(&octet, 1));
  CHECK(types_of(answer) == "RSSSSSSSSSSSSSKZ");
}

}  // namespace
}  // namespace understudy::postgres
