// What an observer changes, hides and refuses to guess.
#include "protocols/mysql/capabilities.hpp"
#include "protocols/mysql/handshake.hpp"
#include "support.hpp"
#include "support/json.hpp"

namespace understudy::mysql::test {
namespace {

Octets greeting_packet(std::uint32_t capabilities) {
  Greeting greeting;
  greeting.version = "8.0.36";
  greeting.nonce.fill('n');
  greeting.offered.capabilities = capabilities;
  greeting.plugin = "caching_sha2_password";
  Octets payload;
  ByteWriter writer(payload);
  encode_greeting(greeting, writer);
  return packet(payload);
}

constexpr std::uint32_t modern = capability::protocol_41 | capability::secure_connection |
                                 capability::plugin_auth | capability::connect_with_db |
                                 capability::multi_statements | capability::long_password;

Octets login_packet(std::uint32_t capabilities = modern) {
  Octets payload;
  ByteWriter writer(payload);
  writer.le(capabilities, 4);
  writer.le(1 << 24, 4);
  writer.byte(45);
  for (int i = 0; i < 23; ++i) writer.byte(0);
  writer.c_string("app");
  writer.byte(4);
  writer.text("KEY!");
  writer.c_string("shop");
  writer.c_string("caching_sha2_password");
  return packet(payload, 1);
}

std::vector<Captured> logged_in(std::uint32_t offered = modern) {
  Octets settled = packet(from_hex("0103"), 2);
  settled += packet(from_hex("00000002000000"), 3);
  return {{Direction::from_server, greeting_packet(offered)},
          {Direction::from_client, login_packet()},
          {Direction::from_server, settled}};
}

TEST_CASE("TLS and compression are taken out of the greeting, and the person is told") {
  const auto runs =
      logged_in(modern | capability::ssl | capability::compress | capability::zstd_compress);
  const Learned learned = observe(runs, 5);
  FrameReader reader(1024);
  reader.feed(learned.to_client);
  Packet read;
  REQUIRE_EQ(reader.next(read), FrameStatus::packet);
  CHECK_EQ(decode_greeting(read.payload)->offered.capabilities, modern);
  CHECK_EQ(read.payload.size() + 4, runs[0].octets.size());
  REQUIRE_EQ(learned.warnings.size(), 1);
  CHECK_NE(learned.warnings[0].find("TLS"), std::string::npos);
}

TEST_CASE("nothing of the authentication is kept") {
  const Learned learned = observe(logged_in());
  CHECK_EQ(learned.sync, Sync::in_sync);
  CHECK_EQ(learned.session.facts["user"], "app");
  CHECK_EQ(learned.session.facts["database"], "shop");
  CHECK_EQ(learned.session.facts["server"]["version"], "8.0.36");
  CHECK_EQ(json_text(learned.session.facts).find("KEY!"), std::string::npos);
  CHECK_EQ(json_text(learned.session.facts).find("nnnn"), std::string::npos);
}

TEST_CASE("a password in a statement is not kept") {
  auto runs = logged_in();
  runs.push_back({Direction::from_client, command(3, "SET PASSWORD = PASSWORD('hunter2')")});
  runs.push_back({Direction::from_server, packet(from_hex("00000002000000"), 1)});
  const Learned learned = observe(runs);
  REQUIRE_EQ(learned.exchanges.size(), 1);
  CHECK_EQ(learned.exchanges[0].request["sql"],
           "SET PASSWORD = PASSWORD('" + Secrets().placeholder("hunter2") + "')");
}

TEST_CASE("a client that begins TLS anyway makes the connection opaque") {
  auto runs = logged_in();
  Octets request = from_hex("000a0000");
  ByteWriter writer(request);
  writer.patch_le(0, capability::ssl | capability::protocol_41, 4);
  request.resize(32);
  runs.resize(1);
  runs.push_back({Direction::from_client, packet(request, 1)});
  runs.push_back({Direction::from_client, from_hex("16030100")});
  const Learned learned = observe(runs);
  CHECK_EQ(learned.sync, Sync::opaque);
  CHECK(learned.exchanges.empty());
  CHECK_EQ(learned.to_server.size(), 36 + 4);
}

TEST_CASE("a login that keeps the flag of TLS is relayed without it, in whatever pieces it comes") {
  auto runs = logged_in();
  runs[1].octets = login_packet(modern | capability::ssl);
  for (const std::size_t chunk : {std::size_t{1}, std::size_t{7}, SIZE_MAX}) {
    const Learned learned = observe(runs, chunk);
    CHECK_EQ(learned.to_server, login_packet(modern));
    CHECK_EQ(learned.sync, Sync::in_sync);
  }
}

TEST_CASE("an execution of the statement prepared last is not that of an earlier one") {
  auto runs = logged_in();
  const auto both = [&](const Octets& client, const Octets& server) {
    runs.push_back({Direction::from_client, client});
    runs.push_back({Direction::from_server, server});
  };
  const Octets execute = packet(from_hex("17ffffffff0001000000"));
  Octets asked = command(0x16, "DO 1");
  Octets answered = packet(from_hex("000900000000000000000000"), 1);
  both(asked += execute, answered += packet(from_hex("00000002000000"), 1));
  asked = command(0x16, "DO no");
  answered = packet(from_hex("ff1e042334325332326e6f"), 1);
  both(asked += execute, answered += packet(from_hex("ffdb042348593030306e6f"), 1));
  both(command(3, "DO 2"), packet(from_hex("00000002000000"), 1));
  const Learned learned = observe(runs);
  CHECK_EQ(learned.sync, Sync::in_sync);
  std::string told;
  for (const Exchange& exchange : learned.exchanges)
    told += exchange.request["sql"].get<std::string>() + "; ";
  CHECK_EQ(told, "DO 1; DO no; DO 2; ");
}

TEST_CASE("commands without a statement are told by name, but for what must not be kept") {
  auto runs = logged_in();
  const auto both = [&](const Octets& client, const Octets& server) {
    runs.push_back({Direction::from_client, client});
    runs.push_back({Direction::from_server, server});
  };
  const Octets ok = packet(from_hex("00000002000000"), 1);
  both(command(0x15, "user and password"), ok);
  both(command(0x07, "\x01"), ok);
  both(command(0x0C, "\x63"), ok);
  both(command(0x3E), packet(from_hex("ff17042330385330316e6f"), 1));
  const Learned learned = observe(runs);
  REQUIRE_EQ(learned.exchanges.size(), 4);
  CHECK_EQ(learned.exchanges[0].request, Document{{"command", "COM_REGISTER_SLAVE"}});
  CHECK_EQ(learned.exchanges[1].request, Document({{"command", "COM_REFRESH"}, {"octets", "01"}}));
  CHECK_EQ(learned.exchanges[2].request, Document{{"command", "COM_PROCESS_KILL"}});
  CHECK_EQ(learned.exchanges[3].request, Document{{"command", "0x3e"}});
}

TEST_CASE("commands that are pipelined are answered in order") {
  auto runs = logged_in();
  Octets both = command(3, "DO 1");
  both += command(0x0E);
  both += command(3, "DO 2");
  Octets answers = packet(from_hex("00010002000000"), 1);
  answers += packet(from_hex("00000002000000"), 1);
  answers += packet(from_hex("00020002000000"), 1);
  runs.push_back({Direction::from_client, both});
  runs.push_back({Direction::from_server, answers});
  const Learned learned = observe(runs);
  REQUIRE_EQ(learned.exchanges.size(), 2);
  CHECK_EQ(learned.exchanges[1].request["sql"], "DO 2");
  CHECK_EQ(learned.exchanges[1].answer["affected"], 2);
}

TEST_CASE("several statements of one packet are exchanges of their own") {
  auto runs = logged_in();
  runs.push_back({Direction::from_client, command(3, "DO 1; DO 2; DO 3")});
  Octets answers = packet(from_hex("0000000a000000"), 1);
  answers += packet(from_hex("ff2804233432303030626164"), 2);
  runs.push_back({Direction::from_server, answers});
  const Learned learned = observe(runs);
  REQUIRE_EQ(learned.exchanges.size(), 2);
  CHECK_EQ(learned.exchanges[0].request["sql"], "DO 1");
  CHECK_EQ(learned.exchanges[1].request["sql"], "DO 2");
  CHECK_EQ(learned.exchanges[1].answer["error"]["message"], "bad");
}

TEST_CASE("long data and what a statement remembers are part of the execution") {
  auto runs = logged_in();
  const auto both = [&](const Octets& client, const Octets& server) {
    runs.push_back({Direction::from_client, client});
    runs.push_back({Direction::from_server, server});
  };
  Octets prepared = packet(from_hex("000900000000000200000000"), 1);
  for (std::uint8_t i = 2; i < 4; ++i)
    prepared += packet(from_hex("03646566000000013f000c3f0000000000068000000000"), i);
  prepared += packet(from_hex("fe00000200"), 4);
  both(command(0x16, "INSERT INTO t VALUES (?, ?)"), prepared);
  runs.push_back({Direction::from_client, packet(from_hex("18090000000000616263"))});
  runs.push_back({Direction::from_client, packet(from_hex("18090000000000646566"))});
  both(packet(from_hex("170900000000010000000001fc00030007000000")),
       packet(from_hex("00010002000000"), 1));
  // The second execution sends no types, and the value itself.
  both(packet(from_hex("17090000000001000000000003786f7a08000000")),
       packet(from_hex("00010002000000"), 1));
  const Learned learned = observe(runs);
  CHECK_EQ(learned.sync, Sync::in_sync);
  REQUIRE_EQ(learned.exchanges.size(), 2);
  CHECK_EQ(learned.exchanges[0].request["params"], json_document(R"(["abcdef", 7])"));
  CHECK_EQ(learned.exchanges[1].request["params"], json_document(R"(["xoz", 8])"));
}

TEST_CASE("statements that nothing was bound to, and empty ones, are compiled as they were sent") {
  auto runs = logged_in();
  const Octets refused = packet(from_hex("ff280423343230303073796e746178"), 1);
  for (const char* text : {"SELECT ?", "", "SELECT '?'"}) {
    runs.push_back({Direction::from_client, command(3, text)});
    runs.push_back({Direction::from_server, refused});
  }
  const Learned learned = observe(runs);
  REQUIRE_EQ(learned.exchanges.size(), 3);
  CHECK_EQ(learned.exchanges[0].request, json_document(R"({"sql": "SELECT ?", "params": []})"));
  CHECK_EQ(learned.exchanges[2].request, json_document(R"({"sql": "SELECT '?'"})"));
  const Recorded table(learned);  // which allows no problem
  CHECK_EQ(table.answers().size(), 3);
}

TEST_CASE("a statement that is prepared and never executed is told when it is closed") {
  auto runs = logged_in();
  runs.push_back({Direction::from_client, command(0x16, "SELECT id FROM t")});
  Octets prepared = packet(from_hex("000900000001000000000000"), 1);
  prepared +=
      packet(from_hex("03646566026d780274310274310269640269640c3f000b000000030342000000"), 2);
  prepared += packet(from_hex("fe00000200"), 3);
  runs.push_back({Direction::from_server, prepared});
  runs.push_back({Direction::from_client, packet(from_hex("1909000000"))});
  const Learned learned = observe(runs);
  REQUIRE_EQ(learned.exchanges.size(), 1);
  CHECK_EQ(learned.exchanges[0].request["prepare"], "SELECT id FROM t");
  CHECK_EQ(learned.exchanges[0].answer["columns"][0]["name"], "id");
}

TEST_CASE("what makes no sense loses the connection from view and is relayed") {
  auto runs = logged_in();
  runs.push_back({Direction::from_client, command(3, "SELECT 1")});
  runs.push_back({Direction::from_server, packet(from_hex("fd"), 1)});
  runs.push_back({Direction::from_server, from_hex("0102030405")});
  const Learned learned = observe(runs);
  CHECK_EQ(learned.sync, Sync::lost);
  CHECK(learned.exchanges.empty());
  CHECK_EQ(learned.warnings.size(), 1);
  CHECK(std::ranges::equal(Bytes(learned.to_client).last(5), from_hex("0102030405")));
}

TEST_CASE("a server that refuses the connection is relayed") {
  const std::vector<Captured> runs = {
      {Direction::from_server, packet(as_bytes("\xFF\x10\x04Too many connections"))}};
  const Learned learned = observe(runs);
  CHECK_EQ(learned.sync, Sync::lost);
  CHECK(learned.to_client == runs[0].octets);
}

TEST_CASE("text in latin1 is kept as what it says") {
  auto runs = logged_in();
  runs[1].octets[4 + 8] = 8;  // latin1_swedish_ci
  runs.push_back({Direction::from_client, command(3, "SELECT 'na\xEFve'")});
  Octets answer = packet(from_hex("01"), 1);
  answer += packet(from_hex("0364656600000001610"
                            "00c080005000000fd0100270000"),
                   2);
  answer += packet(from_hex("fe00000200"), 3);
  answer += packet(from_hex("056e61ef7665"), 4);
  answer += packet(from_hex("fe00000200"), 5);
  runs.push_back({Direction::from_server, answer});
  const Learned learned = observe(runs);
  REQUIRE_EQ(learned.exchanges.size(), 1);
  CHECK_EQ(learned.exchanges[0].request["sql"], "SELECT 'naïve'");
  CHECK_EQ(learned.exchanges[0].answer["rows"], json_document(R"([["naïve"]])"));
  CHECK_EQ(learned.exchanges[0].answer["columns"][0]["type"], "varchar(5)");
}

}  // namespace
}  // namespace understudy::mysql::test
