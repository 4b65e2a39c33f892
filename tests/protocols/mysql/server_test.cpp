// The serving role, packet by packet.
#include "protocols/mysql/auth.hpp"
#include "protocols/mysql/capabilities.hpp"
#include "protocols/mysql/handshake.hpp"
#include "protocols/mysql/image.hpp"
#include "support.hpp"

namespace understudy::mysql::test {
namespace {

Octets login_packet(std::uint32_t capabilities, std::string_view plugin, std::string_view answer,
                    std::uint8_t collation = 45, std::uint32_t mariadb = 0) {
  Octets payload;
  ByteWriter writer(payload);
  writer.le(capabilities, 4);
  writer.le(1 << 24, 4);
  writer.byte(collation);
  for (int i = 0; i < 19; ++i) writer.byte(0);
  writer.le(mariadb, 4);
  writer.c_string("app");
  writer.byte(static_cast<std::uint8_t>(answer.size()));
  writer.text(answer);
  writer.c_string("shop");
  writer.c_string(plugin);
  return packet(payload, 1);
}

const Document profile = {{"version", "5.5.5-10.11.6-MariaDB"}, {"database", "shop"}};

// A connection past its login, and what it is answered.
struct Connected {
  explicit Connected(const Recorded& table, std::uint32_t capabilities = classic,
                     std::uint8_t collation = 45)
      : served(table) {
    served.feed(login_packet(capabilities, native_password, "x", collation));
    CHECK_EQ(payloads(served.take_output()), "2 00000002000000\n");
  }
  std::string ask(const Octets& octets) {
    served.feed(octets);
    return payloads(served.take_output());
  }
  std::string query(std::string_view sql) { return ask(command(3, sql)); }
  Served served;
};

// A file as the client sends it, in those pieces.
Octets file_of(std::initializer_list<std::string_view> pieces) {
  Octets octets;
  std::uint8_t sequence = 2;
  for (const std::string_view piece : pieces) octets += packet(as_bytes(piece), sequence++);
  return octets += packet({}, sequence);
}

TEST_CASE("the file of LOAD DATA LOCAL INFILE is part of the request") {
  const std::string sql = "LOAD DATA LOCAL INFILE 'x.csv' INTO TABLE t";
  const Document file = {
      {"name", "x.csv"},
      {"octets", 3},
      {"sha256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}};
  const Recorded table(recording({{{{"sql", sql}, {"infile", file}}, {{"affected", 1}}, {}, {}}}));
  Connected connection(table);
  const std::string wanted = "1 fb" + to_hex(as_bytes("x.csv")) + "\n";

  CHECK_EQ(connection.query(sql), wanted);
  CHECK(connection.served.missed.empty());
  CHECK(connection.ask(file_of({"abd"})).starts_with("4 ff"));
  CHECK_EQ(connection.served.missed.size(), 1);
  CHECK_EQ(connection.ask(command(14)), "1 00000002000000\n");

  CHECK_EQ(connection.query(sql), wanted);
  CHECK_EQ(connection.ask(file_of({"ab", "c"})), "5 00010002000000\n");
  CHECK_EQ(connection.served.missed.size(), 1);
}

TEST_CASE("a client that asks for formats gets no certain answer from one that did not") {
  const std::string question = "SELECT j FROM docs";
  const Document column = {{"name", "j"},
                           {"type", "longtext"},
                           {"table", "docs"},
                           {"flags", Document::array({"binary"})}};
  const Document answer = {{"columns", Document::array({column})},
                           {"rows", Document::array({Document::array({"{}"})})}};
  const Exchange asked{{{"sql", question}}, answer, {}, {}};
  const Exchange made{{{"sql", "CREATE TABLE docs (j JSON)"}}, {{"affected", 0}}, {}, {}};
  const auto doubts = [&](std::vector<Exchange> exchanges, bool told, std::uint32_t wanted) {
    Learned learned = recording(std::move(exchanges));
    learned.session.facts["server"]["capabilities"] = classic;
    learned.session.facts["server"]["mariadb_capabilities"] = mariadb_capability::extended_metadata;
    if (told) learned.session.facts["extended_metadata"] = true;
    const Recorded table(learned);
    Served served(table);
    served.feed(login_packet(classic, native_password, "x", 45, wanted));
    served.feed(command(3, question));
    CHECK(served.missed.empty());
    return served.unproven.size();
  };
  constexpr std::uint32_t wants = mariadb_capability::extended_metadata;
  CHECK_EQ(doubts({asked}, false, wants), 1);
  CHECK_EQ(doubts({asked}, false, 0), 0);
  CHECK_EQ(doubts({asked}, true, wants), 0);
  CHECK_EQ(doubts({made, asked}, false, wants), 0);
}

TEST_CASE("a setting that a statement was never recorded with makes no certain answer") {
  const std::string question = "SELECT FROM_UNIXTIME(0) AS t";
  const Document answer = {{"columns", Document::array({{{"name", "t"}, {"type", "datetime"}}})},
                           {"rows", Document::array({Document::array({"1970-01-01 00:00:00"})})}};
  const Exchange asked{{{"sql", question}}, answer, {}, {}};
  const Exchange set{{{"sql", "SET time_zone = '+05:00'"}}, {{"affected", 0}}, {}, {}};
  const Recorded table(recording({asked, asked, asked, set, asked}));
  const auto doubts = [&](std::string_view zone) {
    Connected connection(table);
    connection.query("SET time_zone = '" + std::string(zone) + "'");
    connection.query(question);
    CHECK(connection.served.missed.empty());
    return connection.served.unproven;
  };
  CHECK(doubts("+05:00").empty());
  REQUIRE_EQ(doubts("+07:00").size(), 1);
  CHECK_NE(doubts("+07:00")[0].find("time_zone is '+07:00' here"), std::string::npos);
}

TEST_CASE("COM_RESET_CONNECTION and COM_CHANGE_USER forget the last insert id") {
  const Document insert = {{"sql", "INSERT INTO t VALUES (NULL)"}};
  const Exchange exchange{insert, {{"affected", 1}, {"insert_id", 7}}, {}, {}};
  const Recorded table(recording({exchange, exchange}));
  Connected connection(table);
  const std::string row_of_7 = " 0137\n", row_of_0 = " 0130\n";
  const Octets reset = command(31);
  const Octets user =
      command(17, std::string_view("app\0\0shop\0\x2d\0mysql_native_password\0", 34));
  for (const Octets& renewal : {reset, user}) {
    connection.query("INSERT INTO t VALUES (NULL)");
    CHECK_NE(connection.query("SELECT LAST_INSERT_ID()").find(row_of_7), std::string::npos);
    CHECK_NE(connection.ask(renewal).find(" 0000000200"), std::string::npos);
    CHECK_NE(connection.query("SELECT LAST_INSERT_ID()").find(row_of_0), std::string::npos);
  }
}

TEST_CASE("the greeting offers what is spoken here") {
  const Recorded table(Document{
      {"version", "8.0.36"}, {"capabilities", 0xFFFFFFFF}, {"plugin", "caching_sha2_password"}});
  const Served served(table);
  FrameReader reader(1024);
  const Octets greeting = served.greeting();
  reader.feed(greeting);
  Packet read;
  REQUIRE_EQ(reader.next(read), FrameStatus::packet);
  const auto decoded = decode_greeting(read.payload);
  REQUIRE(decoded);
  CHECK_EQ(decoded->version, "8.0.36");
  CHECK_EQ(decoded->connection_id, 7);
  CHECK_FALSE(decoded->offered.has(capability::ssl));
  CHECK_FALSE(decoded->offered.has(capability::compress));
  CHECK(decoded->offered.has(capability::deprecate_eof));
  CHECK_EQ(decoded->plugin, caching_sha2_password);
}

TEST_CASE("every user is admitted, by the plugin that the client answers with") {
  const Recorded table(profile);
  Served sha(table);
  sha.feed(login_packet(classic, caching_sha2_password, "0123456789"));
  CHECK_EQ(payloads(sha.take_output()), "2 0103\n3 00000002000000\n");
  Served other(table);
  other.feed(login_packet(classic, "client_ed25519", "0123456789"));
  CHECK(
      payloads(other.take_output()).starts_with("2 fe" + to_hex(as_bytes(native_password)) + "00"));
  other.feed(packet(as_bytes("01234567890123456789"), 3));
  CHECK_EQ(payloads(other.take_output()), "4 00000002000000\n");
}

TEST_CASE("a configured password is required") {
  const Recorded table(profile);
  const Document settings = {{"auth", {{"user", "app"}, {"password", "secret"}}}};
  for (const std::string_view password : {"secret", "wrong"}) {
    Served served(table, settings);
    FrameReader reader(1024);
    const Octets greeting = served.greeting();
    reader.feed(greeting);
    Packet read;
    REQUIRE_EQ(reader.next(read), FrameStatus::packet);
    served.feed(login_packet(classic, native_password,
                             native_scramble(password, decode_greeting(read.payload)->nonce)));
    const std::string answer = payloads(served.take_output());
    CHECK_EQ(answer == "2 00000002000000\n", password == "secret");
    CHECK_EQ(answer.starts_with("2 ff1504233238303030"), password == "wrong");
    CHECK_EQ(served.closed, password == "wrong");
  }
}

TEST_CASE("a client that answers by another plugin than the greeting's is asked again, once") {
  const Recorded table(profile);
  const Document settings = {{"auth", {{"user", "app"}, {"password", "secret"}}}};
  for (const std::string_view password : {"secret", "wrong"}) {
    Served served(table, settings);
    served.feed(login_packet(classic, caching_sha2_password, ""));
    const Octets asked = served.take_output();
    FrameReader reader(1024);
    reader.feed(asked);
    Packet read;
    REQUIRE_EQ(reader.next(read), FrameStatus::packet);
    const std::string_view text = as_text(read.payload);
    REQUIRE(text.starts_with("\xfe" + std::string(native_password) + '\0'));
    Nonce nonce;
    std::ranges::copy(text.substr(native_password.size() + 2, nonce.size()), nonce.begin());
    served.feed(packet(as_bytes(native_scramble(password, nonce)), 3));
    const std::string answer = payloads(served.take_output());
    CHECK_EQ(answer == "4 00000002000000\n", password == "secret");
    CHECK_EQ(answer.starts_with("4 ff1504233238303030"), password == "wrong");
    CHECK_EQ(served.closed, password == "wrong");
  }
}

TEST_CASE("a miss is an error and the connection goes on") {
  const Recorded table(profile);
  Connected c(table);
  const std::string answer = c.query("SELECT * FROM t");
  CHECK(answer.starts_with("1 ff51042348593030306e6f207265636f7264696e67"));
  CHECK_EQ(c.ask(command(0x0E)), "1 00000002000000\n");
  CHECK_EQ(c.served.missed.size(), 1);
}

TEST_CASE("transaction status follows the connection") {
  const Recorded table(profile);
  Connected c(table);
  CHECK_EQ(c.query("BEGIN"), "1 00000003000000\n");
  CHECK_EQ(c.query("SAVEPOINT a"), "1 00000003000000\n");
  CHECK_EQ(c.query("ROLLBACK TO a"), "1 00000003000000\n");
  CHECK(c.query("ROLLBACK TO b").starts_with("1 ff1905"));
  CHECK_EQ(c.query("COMMIT"), "1 00000002000000\n");
  CHECK_EQ(c.query("SET autocommit=0"), "1 00000000000000\n");
  CHECK_EQ(c.served.controls, stage::Strings{"begin", "savepoint", "rollback_to", "commit"});
}

TEST_CASE("unknown commands and handles are errors") {
  const Recorded table(profile);
  Connected c(table);
  CHECK(c.ask(command(0x40, "ab")).starts_with("1 ff5104"));
  CHECK(c.ask(packet({})).starts_with("1 ff5104"));
  CHECK(c.ask(command(0x0C, "\x63\x01")).starts_with("1 ff5104"));
  CHECK_EQ(c.served.missed, std::vector<std::string>{"(command) 0x40 6162", "(command) 0x00",
                                                     "(command) COM_PROCESS_KILL"});
  CHECK(c.ask(packet(from_hex("17030000000001000000"))).starts_with("1 ffdb04"));
  CHECK(c.ask(packet(from_hex("1c0300000001000000"))).starts_with("1 ffdb04"));
  CHECK_EQ(c.ask(packet(from_hex("1903000000"))), "");
  CHECK_EQ(c.query(""), "1 ff290423343230303051756572792077617320656d707479\n");
}

TEST_CASE("a command that carries no statement is answered as it was recorded") {
  const Recorded table(
      recording({{{{"command", "COM_BINLOG_DUMP"}, {"octets", "0400"}},
                  {{"error", {{"code", 1236}, {"state", "HY000"}, {"message", "no"}}}},
                  {},
                  {}},
                 {{{"command", "COM_REFRESH"}, {"octets", "01"}}, {{"affected", 0}}, {}, {}}}));
  Connected c(table);
  CHECK_EQ(c.ask(command(0x12, std::string_view("\x04\x00", 2))), "1 ffd4042348593030306e6f\n");
  CHECK_EQ(c.ask(command(0x07, "\x01")), "1 00000002000000\n");
  CHECK(c.served.missed.empty());
}

TEST_CASE(
    "an execution of the statement prepared last is none of an earlier one where that failed") {
  const Recorded table(
      recording({{{{"sql", "INSERT INTO t VALUES (1)"}}, {{"affected", 1}}, {}, {}},
                 {{{"sql", "SELECT no FROM t"}},
                  {{"error", {{"code", 1054}, {"state", "42S22"}, {"message", "no"}}}},
                  {},
                  {}}}));
  Connected c(table);
  const Octets execute = packet(from_hex("17ffffffff0001000000"));
  CHECK_EQ(c.ask(command(0x16, "INSERT INTO t VALUES (1)")), "1 000100000000000000000000\n");
  CHECK_EQ(c.ask(execute), "1 00010002000000\n");
  CHECK(c.ask(command(0x16, "SELECT no FROM t")).starts_with("1 ff1e04"));
  CHECK(c.ask(execute).starts_with("1 ffdb04"));
  CHECK(c.ask(command(0x16, "SELECT never_recorded FROM t")).starts_with("1 ff5104"));
  CHECK(c.ask(execute).starts_with("1 ffdb04"));
}

TEST_CASE("a comment alone is answered by OK, nothing at all by an error") {
  const Recorded table(profile);
  Connected c(table);
  CHECK_EQ(c.query("-- keep alive"), "1 00000002000000\n");
  CHECK_EQ(c.query("/* ping */ ;"), "1 00000002000000\n");
  CHECK(c.query(" ; ").starts_with("1 ff2904"));
}

TEST_CASE("SQL-level handles are known by the connection, what they stand for by the recording") {
  const Recorded table(
      recording({{{{"sql", "SELECT a FROM t"}}, {{"affected", 0}}, {}, {}},
                 {{{"sql", "PREPARE s FROM 'SELEC 1'"}},
                  {{"error", {{"code", 1064}, {"state", "42000"}, {"message", "no"}}}},
                  {},
                  {}}}));
  Connected c(table);
  CHECK(c.query("PREPARE s FROM 'SELEC 1'").starts_with("1 ff2804"));
  CHECK(c.query("DEALLOCATE PREPARE s").starts_with("1 ffdb04"));
  CHECK(c.query("EXECUTE s").starts_with("1 ffdb04"));
  CHECK(c.query("PREPARE s FROM 'SELECT never_recorded'").starts_with("1 ff5104"));
  CHECK_EQ(c.query("PREPARE s FROM 'SELECT a FROM t'"), "1 00000002000000\n");
  CHECK_EQ(c.query("DEALLOCATE PREPARE s"), "1 00000002000000\n");
  CHECK(c.query("DEALLOCATE PREPARE s").starts_with("1 ffdb04"));
}

TEST_CASE("what the recording says of a connection's state wins over what would be made up") {
  const Document one = {{{"name", "n"}, {"type", "bigint"}}};
  const auto rows = [&](int n) { return Document{{"columns", one}, {"rows", {{n}}}}; };
  const Recorded table(recording(
      {{{{"sql", "SELECT SQL_CALC_FOUND_ROWS n FROM t LIMIT 1"}}, rows(5), {}, {}},
       {{{"sql", "SELECT FOUND_ROWS()"}, {"session", {"found_rows"}}}, rows(3), {}, {}},
       {{{"sql", "INSERT INTO t VALUES (9)"}}, {{"affected", 1}, {"insert_id", 9}}, {}, {}},
       {{{"sql", "SELECT LAST_INSERT_ID()"}, {"session", {"last_insert_id"}}}, rows(0), {}, {}}}));
  CHECK_EQ(table.answers().size(), 4);
  Connected c(table);
  (void)c.query("SELECT SQL_CALC_FOUND_ROWS n FROM t LIMIT 1");
  CHECK_NE(c.query("SELECT FOUND_ROWS()").find("0133\n"), std::string::npos);
  (void)c.query("INSERT INTO t VALUES (9)");
  CHECK_NE(c.query("SELECT LAST_INSERT_ID()").find("0130\n"), std::string::npos);
  CHECK(c.served.missed.empty());
  CHECK(c.query("SELECT LAST_INSERT_ID()").starts_with("1 ff5104"));
}

TEST_CASE("what follows from a statement that was not answered is not answered either") {
  const Document one = {{{"name", "n"}, {"type", "bigint"}}};
  const auto rows = [&](int n) { return Document{{"columns", one}, {"rows", {{n}}}}; };
  const Exchange select = {
      {{"sql", "SELECT SQL_CALC_FOUND_ROWS n FROM t LIMIT 1"}}, rows(5), {}, {}};
  const Exchange found = {
      {{"sql", "SELECT FOUND_ROWS()"}, {"session", {"found_rows"}}}, rows(3), {}, {}};
  const Recorded table(recording({select, found, select, found}));
  Connected c(table);
  for (int i = 0; i < 3; ++i) (void)c.query("SELECT SQL_CALC_FOUND_ROWS n FROM t LIMIT 1");
  CHECK_EQ(c.served.missed.size(), 1);
  CHECK(c.query("SELECT FOUND_ROWS()").starts_with("1 ff5104"));
  CHECK_EQ(c.served.missed.size(), 2);
}

TEST_CASE("what is in a temporary table is a matter of the connection that made it") {
  const Document one = {{{"name", "n"}, {"type", "bigint"}, {"table", "tmp"}}};
  const auto done = [](const char* sql) {
    return Exchange{{{"sql", sql}}, {{"affected", 1}}, {}, {}};
  };
  const Exchange select = {
      {{"sql", "SELECT n FROM tmp"}}, {{"columns", one}, {"rows", {{5}}}}, {}, {}};
  const auto table = [&] {
    return Recorded(recording({done("CREATE TEMPORARY TABLE `Tmp` (n int)"),
                               done("INSERT INTO tmp VALUES (5)"), select, done("DELETE FROM t")}));
  };
  const auto misses = [&](std::initializer_list<const char*> statements) {
    const Recorded recorded = table();
    Connected c(recorded);
    for (const char* sql : statements) (void)c.query(sql);
    return c.served.missed.size();
  };
  const char* const create = "CREATE TEMPORARY TABLE `Tmp` (n int)";
  const char* const insert = "INSERT INTO tmp VALUES (5)";
  const char* const read = "SELECT n FROM tmp";
  CHECK_EQ(misses({create, insert, read, "DELETE FROM t"}), 0);
  CHECK_EQ(misses({create, "DELETE FROM t", insert, read}), 0);
  CHECK_EQ(misses({read}), 1);
  CHECK_EQ(misses({create, read}), 1);
  CHECK_EQ(misses({"BEGIN", create, insert, "ROLLBACK", read}), 1);
}

TEST_CASE("a setting that can matter to a statement is part of the question") {
  const Recorded table(
      recording({{{{"sql", "SELECT FROM_UNIXTIME(0)"}}, {{"affected", 1}}, {}, {}},
                 {{{"sql", "SET time_zone = '+09:00'"}}, {{"affected", 0}}, {}, {}},
                 {{{"sql", "SELECT FROM_UNIXTIME(0)"}}, {{"affected", 2}}, {}, {}},
                 {{{"sql", "SET time_zone = DEFAULT"}}, {{"affected", 0}}, {}, {}},
                 {{{"sql", "SELECT id FROM t"}}, {{"affected", 3}}, {}, {}}}));
  Connected c(table);
  (void)c.query("SET time_zone = '+09:00'");
  CHECK_EQ(c.query("SELECT FROM_UNIXTIME(0)"), "1 00020002000000\n");
  CHECK_EQ(c.query("SELECT id FROM t"), "1 00030002000000\n");
  CHECK(c.served.unproven.empty());
  (void)c.query("SET time_zone = '+05:00'");
  CHECK_EQ(c.query("SELECT FROM_UNIXTIME(0)"), "1 00010002000000\n");
  CHECK_EQ(c.served.unproven.size(), 1);
}

TEST_CASE("a packet out of order is refused and ends the connection") {
  const Recorded table(profile);
  Connected c(table);
  CHECK(c.ask(packet(as_bytes("\x03SELECT 1"), 5)).starts_with("0 ff8404"));
  CHECK(c.served.closed);
}

TEST_CASE("questions about the connection are answered from its state") {
  const Recorded table(profile);
  Connected c(table);
  const auto last_row = [&](std::string_view sql) {
    const std::string answer = c.query(sql);
    std::vector<std::string> lines;
    std::istringstream stream(answer);
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    REQUIRE_GT(lines.size(), 2);
    const std::string& row = lines[lines.size() - 2];
    return std::string(as_text(from_hex(row.substr(row.find(' ') + 3))));
  };
  CHECK_EQ(last_row("SELECT CONNECTION_ID()"), "7");
  CHECK_EQ(last_row("SELECT DATABASE()"), "shop");
  CHECK_EQ(last_row("SELECT 1"), "1");
  CHECK_EQ(last_row("SELECT @@autocommit"), "1");
  (void)c.query("SET autocommit = 0");
  CHECK_EQ(last_row("SELECT @@session.autocommit AS a"), "0");
  CHECK_EQ(last_row("SELECT VERSION()"), "10.11.6-MariaDB");
  CHECK(c.query("SELECT @@no_such_variable").starts_with("1 ff5104"));
  CHECK(c.query("USE elsewhere").starts_with("1 ff5104"));
}

// One recorded result set of three rows.
std::string three_rows(std::size_t width = 1) {
  Results results;
  ResultSet set;
  Column column;
  column.name = "a";
  column.length = 5;
  set.columns = {column};
  for (const char* text : {"x", "é", "z"})
    set.rows.push_back(Document::array({std::string(text) + std::string(width - 1, '.')}));
  set.rows.push_back(Document::array({nullptr}));
  results.list.emplace_back(set);
  return encode_image(results, 45);
}

std::string canonical_of(std::string_view sql) {
  const auto analyser = protocol().new_analyser();
  std::vector<Problem> problems;
  return analyser->identify({{"sql", sql}}, problems).canonical;
}

Recorded table_of(std::string_view sql, std::string image, int times = 1) {
  Recorded table(profile);
  for (int i = 0; i < times; ++i) {
    std::string canonical = canonical_of(sql);
    if (canonical.starts_with("``: ")) canonical.erase(0, 4);
    table.add(canonical, image);
  }
  return table;
}

TEST_CASE("a result set is given in either form of its end") {
  const Recorded table = table_of("SELECT a FROM t", three_rows());
  const std::string head = "1 01\n2 036465660000000161000c2d0014000000fd0000000000\n";
  Connected eof(table);
  CHECK_EQ(eof.query("SELECT a FROM t"),
           head + "3 fe00000200\n4 0178\n5 02c3a9\n6 017a\n7 fb\n8 fe00000200\n");
  Connected ok(table, classic | capability::deprecate_eof);
  CHECK_EQ(ok.query("SELECT a FROM t"),
           head + "3 0178\n4 02c3a9\n5 017a\n6 fb\n7 fe000002000000\n");
}

TEST_CASE("a result set is given in the client's character set") {
  const Recorded table = table_of("SELECT a FROM t", three_rows());
  Connected latin1(table, classic, 8);
  CHECK_EQ(latin1.query("SELECT a FROM t"),
           "1 01\n2 036465660000000161000c080005000000fd0000000000\n3 fe00000200\n4 0178\n5 "
           "01e9\n6 017a\n7 fb\n8 fe00000200\n");
}

TEST_CASE("the names of columns are given in the client's character set") {
  Results results;
  ResultSet set;
  Column column;
  column.name = "é";
  set.columns = {column};
  results.list.emplace_back(set);
  const Recorded table = table_of("SELECT 1 é FROM t", encode_image(results, 45));
  Connected latin1(table, classic, 8);
  CHECK_NE(latin1.query("SELECT 1 \xe9 FROM t").find("01e9000c0800"), std::string::npos);
  Connected utf8(table);
  CHECK_NE(utf8.query("SELECT 1 é FROM t").find("02c3a9000c2d00"), std::string::npos);
}

TEST_CASE("a double is given as it is to a binary client, as it is printed to a text client") {
  Results results;
  ResultSet set;
  Column column;
  column.name = "q";
  column.type = FieldType::double_;
  column.charset = 63;
  column.decimals = 4;
  set.columns = {column};
  set.rows.push_back(Document::array({"0.9642857142857143"}));
  set.rows.push_back(Document::array({"2.5000"}));
  results.list.emplace_back(set);
  Recorded table = table_of("SELECT q FROM t", encode_image(results, 45), 2);
  table.add("(prepare) " + canonical_of("SELECT q FROM t"), encode_image({}, 45));
  Connected c(table);
  CHECK_NE(c.query("SELECT q FROM t").find(to_hex(as_bytes("0.9643"))), std::string::npos);
  (void)c.ask(command(0x16, "SELECT q FROM t"));
  const std::string binary = c.ask(packet(from_hex("17010000000001000000")));
  CHECK_NE(binary.find("0000b76ddbb66ddbee3f"), std::string::npos);
  CHECK_NE(binary.find("00000000000000000440"), std::string::npos);
}

TEST_CASE(
    "a statement of a packet beyond 16 MB is answered behind its frames, with rows beyond 16 MB") {
  const std::string sql = "SELECT a FROM t WHERE x = '" + std::string(0x1000000, 'y') + "'";
  const Recorded table = table_of(sql, three_rows(0x1000000));
  Connected c(table);
  c.served.feed(command(3, sql));
  const Octets answer = c.served.take_output();
  FrameReader reader(std::size_t{1} << 30);
  reader.feed(answer);
  Packet read;
  REQUIRE_EQ(reader.next(read), FrameStatus::packet);
  CHECK_EQ(read.first, 2);
  std::size_t packets = 1;
  std::size_t largest = 0;
  for (; reader.next(read) == FrameStatus::packet; ++packets)
    largest = std::max(largest, read.payload.size());
  CHECK_EQ(packets, 8);
  CHECK_EQ(largest, 0x1000000 + 1 + 9);
}

TEST_CASE("a cursor hands out its rows as they are fetched") {
  const Recorded table = table_of("SELECT a FROM t", three_rows());
  // Prepared without a shape: told by a table that was asked about the preparation.
  Recorded with_shape = table;
  Connected c(with_shape);
  CHECK(c.ask(command(0x16, "SELECT a FROM t")).starts_with("1 ff"));
}

TEST_CASE("pipelined commands are answered in order, each from sequence id 1") {
  const Recorded table(profile);
  Connected c(table);
  Octets both = command(0x0E);
  both += command(3, "BEGIN");
  CHECK_EQ(c.ask(both), "1 00000002000000\n1 00000003000000\n");
}

TEST_CASE("octets of a client that are no protocol at all close the connection") {
  const Recorded table(profile);
  Served served(table);
  served.feed(packet(as_bytes("GET / HTTP/1.1\r\n\r\n"), 1));
  CHECK(served.closed);
  Served truncated(table);
  const Octets login = login_packet(classic, native_password, "x");
  for (std::size_t i = 0; i + 1 < login.size(); ++i) truncated.feed(Bytes(login).subspan(i, 1));
  CHECK(truncated.take_output().empty());
  CHECK_FALSE(truncated.closed);
}

TEST_CASE("a client of another protocol is turned away by its first four octets") {
  const Recorded table(profile);
  for (const std::string_view opening : {"GET ", "*1\r\n", "\x16\x03\x01\x02", "quit"}) {
    Served served(table);
    served.feed(as_bytes(opening));
    CHECK(served.closed);
    CHECK(payloads(served.take_output()).starts_with("0 ff8404"));
    REQUIRE_EQ(served.notes.size(), 1);
    CHECK_NE(served.notes[0].find("MySQL protocol"), std::string::npos);
  }
}

TEST_CASE("a client that goes away in the middle of a packet is told of, any other is not") {
  const Recorded table(profile);
  const Octets login = login_packet(classic, native_password, "x");
  for (std::size_t length = 0; length <= login.size(); ++length) {
    CAPTURE(length);
    Served served(table);
    served.feed(Bytes(login).first(length));
    served.end();
    CHECK(served.closed);
    const bool whole = length == 0 || length == login.size();
    CHECK_EQ(served.notes.size(), whole ? 0 : 1);
  }
}

}  // namespace
}  // namespace understudy::mysql::test
