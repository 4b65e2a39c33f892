// What the observer makes of exchanges that end late, of logins that fail and of statements that
// can't be prepared.
#include "support.hpp"

namespace understudy::postgres {
namespace {

using namespace test;

Chunk client(const Buffer& octets) {
  return {Direction::from_client, octets};
}
Chunk server(const Buffer& octets) {
  return {Direction::from_server, octets};
}

Buffer ready(char status = 'I') {
  return message('Z', std::string(1, status));
}
Buffer tag(std::string_view text) {
  return message('C', std::string(text) + '\0');
}
Buffer error(const std::vector<std::string>& fields) {
  std::string body;
  for (const std::string& each : fields) body += each + '\0';
  return message('E', body + '\0');
}
Buffer one_column(Oid type = oid::int4, std::int16_t length = 4, Format format = Format::text) {
  Buffer out;
  encode_row_description({{"g", 0, 0, type, length, -1, format}}, out);
  return out;
}
Buffer row(std::string_view cell) {
  Buffer out;
  FrameWriter writer(out, 'D');
  writer.be(std::uint16_t{1});
  encode_cell(cell, writer);
  writer.finish();
  return out;
}

std::vector<Chunk> begun(std::vector<Chunk> rest) {
  std::vector<Chunk> chunks = {client(startup_message({{"user", "ann"}, {"database", "shop"}})),
                               server(ready())};
  chunks.insert(chunks.end(), rest.begin(), rest.end());
  return chunks;
}

std::vector<std::string> statements(const Seen& seen) {
  std::vector<std::string> all;
  for (const Exchange& each : seen.exchanges) {
    CHECK(each.began.tick <= each.ended.tick);
    all.push_back(each.request.value("sql", ""));
  }
  return all;
}

using Statements = std::vector<std::string>;

TEST_CASE("a statement that was only described keeps its time, whatever came after it") {
  const Seen seen = observe(begun(
      {client(parse("st", "SELECT 41") + describe('S', "st") + sync()),
       server(message('1', "") + message('t', std::string(2, '\0')) + one_column() + ready()),
       client(query("SELECT 1")), server(one_column() + row("1") + tag("SELECT 1") + ready()),
       client(query("SELECT 2")), server(one_column() + row("2") + tag("SELECT 1") + ready())}));
  CHECK(statements(seen) == Statements{"SELECT 1", "SELECT 2", "SELECT 41"});
  CHECK(seen.exchanges[2].ended.tick < seen.exchanges[0].began.tick);
}

TEST_CASE("a portal that is closed half fetched was read when it was executed") {
  const Seen seen =
      observe(begun({client(query("BEGIN")), server(tag("BEGIN") + ready('T')),
                     client(parse("", "SELECT g FROM t") + bind("p", "") + describe('P', "p") +
                            execute("p", 1) + sync()),
                     server(message('1', "") + message('2', "") + one_column() + row("1") +
                            message('s', "") + ready('T')),
                     client(query("DELETE FROM t")), server(tag("DELETE 3") + ready('T')),
                     client(close('P', "p") + sync()), server(message('3', "") + ready('T')),
                     client(query("COMMIT")), server(tag("COMMIT") + ready())}));
  CHECK(statements(seen) == Statements{"BEGIN", "DELETE FROM t", "SELECT g FROM t", "COMMIT"});
  CHECK(seen.exchanges[2].request["partial"] == true);
  CHECK(seen.exchanges[2].ended.tick <= seen.exchanges[1].began.tick);
}

TEST_CASE("in one pipeline a portal that is closed late stays before what came after it") {
  const Seen seen = observe(begun(
      {client(parse("", "SELECT g FROM t") + bind("p", "") + describe('P', "p") + execute("p", 1) +
              parse("", "DELETE FROM t") + bind("", "") + execute("") + close('P', "p") + sync()),
       server(message('1', "") + message('2', "") + one_column() + row("1") + message('s', "") +
              message('1', "") + message('2', "") + tag("DELETE 3") + message('3', "") +
              ready())}));
  CHECK(statements(seen) == Statements{"SELECT g FROM t", "DELETE FROM t"});
}

TEST_CASE("a cursor's query has the time of its DECLARE") {
  const Seen seen =
      observe(begun({client(query("BEGIN")), server(tag("BEGIN") + ready('T')),
                     client(query("DECLARE c CURSOR FOR SELECT g FROM t")),
                     server(tag("DECLARE CURSOR") + ready('T')), client(query("DELETE FROM t")),
                     server(tag("DELETE 3") + ready('T')), client(query("FETCH ALL c")),
                     server(one_column() + row("1") + tag("FETCH 1") + ready('T')),
                     client(query("COMMIT")), server(tag("COMMIT") + ready())}));
  CHECK(statements(seen) == Statements{"BEGIN", "DELETE FROM t", "SELECT g FROM t", "COMMIT"});
  CHECK(seen.exchanges[2].ended.tick < seen.exchanges[1].began.tick);
}

Buffer rows(const std::vector<std::string>& cells, std::string_view word) {
  Buffer out = one_column();
  for (const std::string& cell : cells) out = out + row(cell);
  return out + tag(std::string(word) + " " + std::to_string(cells.size()));
}

/// A transaction with a cursor: what is done with it, and what the server says to that.
std::vector<Exchange> cursor(const std::vector<std::pair<std::string, Buffer>>& done) {
  std::vector<Chunk> chunks = {client(query("BEGIN; DECLARE c CURSOR FOR SELECT g FROM t")),
                               server(tag("BEGIN") + tag("DECLARE CURSOR") + ready('T'))};
  for (const auto& [sql, said] : done) {
    chunks.push_back(client(query(sql)));
    chunks.push_back(server(said + ready('T')));
  }
  chunks.push_back(client(query("COMMIT")));
  chunks.push_back(server(tag("COMMIT") + ready()));
  return observe(begun(chunks)).exchanges;
}

/// The mock says the same to the same; what it missed.
std::size_t missed_in_replay(const std::vector<Exchange>& recorded,
                             const std::vector<std::pair<std::string, Buffer>>& done) {
  FakeTable table(recorded);
  CHECK(table.problems.empty());
  Live live(table);
  live.talk(startup_message({{"user", "ann"}, {"database", "shop"}}));
  live.talk(query("BEGIN; DECLARE c CURSOR FOR SELECT g FROM t"));
  for (const auto& [sql, said] : done) {
    CAPTURE(sql);
    const Buffer answer = live.talk(query(sql));
    if (live.missed.empty()) CHECK(text_of(answer).starts_with(text_of(said)));
  }
  return live.missed.size();
}

TEST_CASE("a cursor that is moved about is answered as it was while it is moved so") {
  const std::vector<std::pair<std::string, Buffer>> about = {
      {"FETCH LAST FROM c", rows({"4"}, "FETCH")},
      {"FETCH FIRST FROM c", rows({"1"}, "FETCH")},
      {"FETCH PRIOR FROM c", rows({}, "FETCH")},
      {"MOVE 2 FROM c", tag("MOVE 2")},
      {"FETCH NEXT FROM c", rows({"3"}, "FETCH")}};
  const auto exchanges = cursor(about);
  CHECK(missed_in_replay(exchanges, about) == 0);
  CHECK(missed_in_replay(exchanges, {about[0], about[1]}) == 0);
  CHECK(missed_in_replay(exchanges, {about[1]}) == 1);
  CHECK(missed_in_replay(exchanges, {about[0], about[4]}) == 1);

  // The other way round, and after rows that were fetched forward.
  const std::vector<std::pair<std::string, Buffer>> forward = {
      {"FETCH 2 FROM c", rows({"1", "2"}, "FETCH")},
      {"MOVE BACKWARD 1 FROM c", tag("MOVE 1")},
      {"FETCH FORWARD ALL FROM c", rows({"2", "3", "4"}, "FETCH")}};
  CHECK(missed_in_replay(cursor(forward), forward) == 0);
  CHECK(missed_in_replay(cursor(forward), {{"FETCH NEXT FROM c", rows({"1"}, "FETCH")}}) == 0);
}

/// The first rows of a query, or all of it; `at` is when.
Exchange first_rows(const std::vector<int>& ids, bool partial, std::uint64_t at) {
  Document all = Document::array();
  for (const int id : ids) all.push_back(Document::array({id}));
  Exchange exchange{{{"sql", "SELECT g FROM t"}},
                    {{"columns", {{{"name", "g"}, {"type", "int4"}}}},
                     {"rows", std::move(all)},
                     {"tag", "SELECT " + std::to_string(ids.size())}},
                    {at, {}},
                    {at, {}}};
  if (partial) exchange.request["partial"] = exchange.answer["partial"] = true;
  return exchange;
}

Exchange statement(const char* sql, const char* tag, std::uint64_t at) {
  return {{{"sql", sql}}, {{"tag", tag}}, {at, {}}, {at, {}}};
}

/// The image of each of them.
std::vector<std::string> images(const std::vector<Exchange>& exchanges) {
  const SessionHeader header{.service = "db", .protocol = "postgres", .recording = "r1"};
  const auto analyser = protocol().new_analyser();
  for (const Exchange& exchange : exchanges) analyser->learn(header, exchange);
  std::vector<std::string> made;
  std::vector<Problem> problems;
  for (const Exchange& exchange : exchanges)
    made.push_back(analyser->analyse(header, exchange, problems).image);
  CHECK(problems.empty());
  return made;
}

TEST_CASE("a query that is read to two depths has one answer while nobody writes") {
  const auto two = images({first_rows({1, 2}, true, 1), first_rows({1, 2, 3, 4}, true, 2)});
  CHECK(two[0] == two[1]);
  const auto whole = images({first_rows({1, 2, 3}, false, 1), statement("COMMIT", "COMMIT", 2),
                             first_rows({}, true, 3), first_rows({1}, true, 4)});
  CHECK(whole[2] == whole[0]);
  CHECK(whole[3] == whole[0]);
  // The rows may be others behind a write, in another transaction, under another setting.
  for (const auto& [sql, tag] :
       std::vector<std::pair<const char*, const char*>>{{"DELETE FROM t", "DELETE 1"},
                                                        {"SET search_path = b", "SET"},
                                                        {"SELECT nextval('s')", "SELECT 1"}}) {
    const auto apart = images(
        {first_rows({1, 2}, true, 1), statement(sql, tag, 2), first_rows({1, 2, 3, 4}, true, 3)});
    CHECK(apart[0] != apart[2]);
  }
  const auto undone =
      images({statement("BEGIN", "BEGIN", 1), statement("DELETE FROM t", "DELETE 1", 2),
              first_rows({1, 2}, true, 3), statement("ROLLBACK", "ROLLBACK", 4),
              first_rows({1, 2, 3, 4}, true, 5)});
  CHECK(undone[2] != undone[4]);
  const auto other = images({first_rows({1, 3}, true, 1), first_rows({1, 2, 3, 4}, true, 2)});
  CHECK(other[0] != other[1]);
}

TEST_CASE("what a server says against a movement is said again") {
  const std::vector<std::pair<std::string, Buffer>> refused = {
      {"FETCH 2 FROM c", rows({"1", "2"}, "FETCH")},
      {"FETCH PRIOR FROM c",
       error({"SERROR", "VERROR", "C55000", "Mcursor can only scan forward"})}};
  const auto exchanges = cursor(refused);
  CHECK(missed_in_replay(exchanges, refused) == 0);
}

TEST_CASE("a cursor of which nothing is fetched is opened again") {
  CHECK(missed_in_replay(cursor({}), {}) == 0);
  CHECK(missed_in_replay(cursor({{"MOVE 1 FROM c", tag("MOVE 1")}}),
                         {{"MOVE 1 FROM c", tag("MOVE 1")}}) == 0);
  CHECK(missed_in_replay(cursor({}), {{"FETCH c", rows({"1"}, "FETCH")}}) == 1);
}

TEST_CASE("a login that is refused is recorded with the error, and refused again") {
  const Buffer login =
      startup_message({{"user", "ann"}, {"database", "gone"}, {"application_name", "a"}});
  const Seen seen =
      observe({client(login),
               server(message('R', std::string(4, '\0')) +
                      error({"SFATAL", "VFATAL", "C3D000", "Mdatabase \"gone\" is missing"}))});
  REQUIRE(seen.exchanges.size() == 1);
  CHECK(seen.exchanges[0].request ==
        Document::parse(R"({"login":{"database":"gone","user":"ann"}})"));
  CHECK(seen.exchanges[0].answer["error"]["code"] == "3D000");
  CHECK(seen.facts["database"] == "gone");
  CHECK(seen.warnings.size() == 1);

  FakeTable table(seen.exchanges);
  CHECK(table.problems.empty());
  Live refused(table), other(table);
  const Buffer answer = refused.talk(startup_message({{"user", "ann"}, {"database", "gone"}}));
  CHECK(types_of(answer) == "E");
  CHECK(field(error_of(answer), 'C') == "3D000");
  CHECK(refused.closed);
  CHECK(types_of(other.talk(startup_message({{"user", "ann"}, {"database", "shop"}})))
            .ends_with("Z"));
}

TEST_CASE("who was let in as well is not refused") {
  const Exchange refusal = test::exchange(
      Document::parse(R"({"login":{"database":"shop","user":"ann"}})"),
      Document::parse(
          R"({"error":{"severity":"FATAL","code":"28P01","message":"wrong password"}})"));
  const auto analyser = protocol().new_analyser();
  SessionHeader header;
  header.facts = {{"user", "ann"}, {"database", "shop"}};
  analyser->learn(header, refusal);
  CHECK(analyser->shapes().size() == 1);
  analyser->learn(header, test::exchange({{"sql", "SELECT 1"}}, {{"tag", "SELECT 0"}}));
  for (const auto& [key, content] : analyser->shapes()) CHECK_FALSE(key.starts_with("login:"));
}

TEST_CASE("PREPARE of what does not parse is a Parse that failed") {
  const Seen seen =
      observe(begun({client(query("PREPARE p AS SELECT nope")),
                     server(error({"SERROR", "C42703", "Mno such column", "P21"}) + ready())}));
  REQUIRE(seen.exchanges.size() == 1);
  CHECK(seen.exchanges[0].request == Document::parse(R"({"sql":"SELECT nope","describe":true})"));
  CHECK(seen.exchanges[0].answer["error"]["position"] == 8);
}

TEST_CASE("what a FATAL error undid is recorded as undone") {
  const Seen seen = observe(
      begun({client(query("DELETE FROM t; SELECT quit()")),
             server(tag("DELETE 1") + error({"SFATAL", "VFATAL", "C57P01", "Mterminating"}))}));
  CHECK(statements(seen) == Statements{"BEGIN", "DELETE FROM t", "SELECT quit()", "ROLLBACK"});
}

/// How one cell that came in binary is kept.
Document kept(Oid type, std::int16_t length, const std::string& octets) {
  const Seen seen = observe(
      begun({client(parse("", "SELECT v") + bind("", "", {}, 0, 1) + describe('P', "") +
                    execute("") + sync()),
             server(message('1', "") + message('2', "") + one_column(type, length, Format::binary) +
                    row(octets) + tag("SELECT 1") + ready())}));
  REQUIRE(seen.exchanges.size() == 1);
  return seen.exchanges[0].answer["rows"][0][0];
}

TEST_CASE("binary values are kept as text only where the same octets can be made of it again") {
  const std::string record("\0\0\0\1\0\0\0\x17\0\0\0\4\0\0\0\7", 16);
  CHECK(kept(oid::int4, 4, std::string("\0\0\0\7", 4)) == 7);
  CHECK(kept(20001, 4, "teal") == "teal");              // an enum
  CHECK(kept(20001, 4, "1234").is_binary());            // a number of some extension, perhaps
  CHECK(kept(20002, -1, "\1Top.Science").is_binary());  // ltree: text behind a version
  CHECK(kept(oid::record, -1, record).is_binary());
  CHECK(kept(4451, -1, "abcd").is_binary());  // a multirange is built in, and no text
}

}  // namespace
}  // namespace understudy::postgres
