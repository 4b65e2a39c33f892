#include "support.hpp"
#include "support/json.hpp"

namespace understudy::postgres {
namespace {

using namespace test;

Exchange statement(const char* request, const char* answer) {
  return exchange(json_document(request), json_document(answer));
}

const char* const three_rows =
    R"({"columns":[{"name":"id","type":"int4"},{"name":"price","type":"numeric"}],"rows":[[1,"1.50"],[2,null],[3,"3"]],"tag":"SELECT 3"})";

std::vector<Exchange> recorded() {
  return {
      statement(R"({"sql":"SELECT id, price FROM item ORDER BY id"})", three_rows),
      statement(R"({"sql":"SELECT id FROM item WHERE id = $1","params":[7],"types":["int4"]})",
                R"({"columns":[{"name":"id","type":"int4"}],"rows":[[7]],"tag":"SELECT 1"})"),
      statement(R"j({"sql":"INSERT INTO item VALUES (9)"})j", R"({"tag":"INSERT 0 1"})"),
      statement(
          R"({"sql":"SELECT nope"})",
          R"({"error":{"severity":"ERROR","code":"42703","message":"column \"nope\" does not exist","position":8}})"),
      statement(R"({"sql":"COPY item FROM STDIN","copy":"1\n2\n"})",
                R"({"copy":{"direction":"in","format":"text","columns":1},"tag":"COPY 2"})"),
      statement(
          R"({"sql":"COPY item TO STDOUT"})",
          R"({"copy":{"direction":"out","format":"text","columns":1,"data":"1\n2\n"},"tag":"COPY 2"})"),
      statement(
          R"j({"sql":"COPY item TO STDOUT (FORMAT binary)"})j",
          R"({"copy":{"direction":"out","format":"binary","columns":1,"data":["a\nb","c"]},"tag":"COPY 2"})"),
      statement(
          R"({"sql":"COPY item FROM STDIN","copy":"1\n","copy_fail":"enough"})",
          R"({"copy":{"direction":"in","format":"text","columns":1},"error":{"severity":"ERROR","code":"57014","message":"COPY from stdin failed: enough","where":"COPY item, line 9"}})"),
      statement(
          R"({"sql":"SELECT id FROM big","partial":true})",
          R"({"columns":[{"name":"id","type":"int4"}],"rows":[[1],[2]],"partial":true,"tag":"SELECT 2"})"),
      statement(
          R"({"sql":"SELECT * FROM gone","describe":true})",
          R"({"error":{"severity":"ERROR","code":"42P01","message":"relation \"gone\" does not exist"}})"),
  };
}

struct Session {
  Session() : table(recorded()), live(table) {
    CHECK(types_of(live.talk(startup_message({{"user", "ann"}, {"database", "shop"}})))
              .ends_with("Z"));
  }
  std::string types(const Buffer& octets) { return types_of(live.talk(octets)); }
  char status(const Buffer& octets) {
    last = live.talk(octets);
    const Bytes body = body_of(last, 'Z');
    return body.empty() ? '-' : static_cast<char>(body[0]);
  }
  FakeTable table;
  Live live;
  Buffer last;
};

TEST_CASE("a simple query is answered with description, rows and tag") {
  Session session;
  CHECK(session.table.problems.empty());
  CHECK(session.types(query("select id, price from item order by id")) == "TDDDCZ");
  CHECK(session.live.missed.empty());
}

TEST_CASE("thousands of statements in one text take a time in proportion to their number") {
  std::string sql;
  for (int i = 0; i < 20'000; ++i) sql += "set a.b = 1;";
  Session session;
  const Buffer answer = session.live.talk(query(sql + "select nothing"));
  CHECK(types_of(answer).size() == 20'002);
  CHECK(field(error_of(answer), 'P').empty());
}

TEST_CASE("a statement that sleeps takes its time, as far as the server let it") {
  const char* const slept =
      R"({"columns":[{"name":"pg_sleep","type":"void"}],"rows":[[""]],"tag":"SELECT 1"})";
  const char* const cancelled =
      R"({"error":{"severity":"ERROR","code":"57014","message":"canceling statement"}})";
  FakeTable table({statement(R"j({"sql":"SELECT pg_sleep(1.25)"})j", slept),
                   statement(R"j({"sql":"SELECT pg_sleep(8)"})j", cancelled),
                   statement(R"j({"sql":"SELECT 1 FROM pg_sleep(2)"})j", slept),
                   statement(R"j({"sql":"SELECT 'pg_sleep(9)' AS told"})j", slept)});
  Live live(table);
  live.talk(startup_message({{"user", "ann"}}));
  const auto paused_by = [&](const Buffer& octets) {
    live.paused = {};
    live.talk(octets);
    return live.paused.count();
  };
  CHECK(paused_by(query("select pg_sleep(1.25)")) == 1250);
  CHECK(paused_by(parse("", "SELECT 1 FROM pg_sleep($1)") + bind("", "", {"2"}) + execute("") +
                  sync()) == 2000);
  CHECK(paused_by(query("SELECT 1 FROM pg_sleep(2)")) == 2000);
  CHECK(paused_by(query("SELECT 'pg_sleep(9)' AS told")) == 0);
  CHECK(paused_by(query("SELECT pg_sleep(8)")) == 0);
  live.talk(query("SET statement_timeout = '200ms'"));
  CHECK(types_of(live.talk(query("SELECT pg_sleep(1.25)"))) == "TDCZ");
  CHECK(paused_by(query("SELECT pg_sleep(8)")) == 200);
}

TEST_CASE("a session whose client says nothing for longer than its settings allow is ended") {
  const auto allowed_after = [](std::initializer_list<const char*> statements) {
    Session session;
    for (const char* each : statements) (void)session.types(query(each));
    return session.live.may_be_silent.count();
  };
  CHECK(allowed_after({"BEGIN"}) == 0);
  CHECK(allowed_after({"SET idle_in_transaction_session_timeout = 700"}) == 0);
  CHECK(allowed_after({"SET idle_in_transaction_session_timeout = 700", "BEGIN"}) == 700);
  CHECK(allowed_after({"SET idle_in_transaction_session_timeout = '2s'", "BEGIN", "SELECT nope"}) ==
        2000);
  CHECK(allowed_after({"BEGIN", "SET LOCAL idle_in_transaction_session_timeout = '2s'"}) == 2000);
  CHECK(allowed_after(
            {"BEGIN", "SET LOCAL idle_in_transaction_session_timeout = '2s'", "COMMIT"}) == 0);
  CHECK(allowed_after({"SET idle_session_timeout = '1min'", "BEGIN"}) == 0);
  CHECK(allowed_after({"SET idle_session_timeout = '1min'"}) == 60000);

  Session session;
  (void)session.types(query("SET idle_session_timeout = 100"));
  (void)session.live.talk(parse("", "SELECT id FROM item WHERE id = $1"));
  CHECK(session.live.may_be_silent.count() == 0);
  (void)session.live.talk(sync());
  CHECK(session.live.may_be_silent.count() == 100);
  CHECK(field(error_of(session.live.silence()), 'C') == "57P05");
  CHECK(session.live.closed);
}

TEST_CASE("a literal finds what was recorded with a parameter, and the reverse") {
  Session session;
  CHECK(session.types(query("SELECT id FROM item WHERE id = 7")) == "TDCZ");
  CHECK(session.types(parse("", "INSERT INTO item VALUES ($1)") + bind("", "", {"9"}) +
                      execute("") + sync()) == "12CZ");
  CHECK(session.live.missed.empty());
}

TEST_CASE("the answer does not depend on how the octets are cut") {
  const Buffer octets = parse("s", "SELECT id FROM item WHERE id = $1") + bind("", "s", {"7"}) +
                        describe('P', "") + execute("") + sync() + query("BEGIN") +
                        query("SELECT nope") + query("ROLLBACK");
  Session whole, parted;
  const Buffer expected = whole.live.talk(octets);
  Buffer seen;
  for (const std::uint8_t octet : octets) seen = seen + parted.live.talk(Bytes(&octet, 1));
  CHECK(types_of(expected) == "12TDCZCZEZCZ");
  CHECK(seen == expected);
}

TEST_CASE("binary parameters and results are the same request and the same rows") {
  Session session;
  const Buffer answer = session.live.talk(
      parse("", "SELECT id FROM item WHERE id = $1", {oid::int4}) +
      bind("", "", {std::string("\0\0\0\7", 4)}, 1, 1) + describe('P', "") + execute("") + sync());
  CHECK(types_of(answer) == "12TDCZ");
  CHECK(text_of(body_of(answer, 'D')) == std::string("\0\1\0\0\0\4\0\0\0\7", 10));
  std::vector<Column> columns;
  REQUIRE(decode_row_description(body_of(answer, 'T'), columns));
  CHECK(columns[0].format == Format::binary);
  CHECK(session.live.missed.empty());
}

TEST_CASE("Describe of a statement tells types and columns before anything is executed") {
  Session session;
  const Buffer answer = session.live.talk(parse("s", "SELECT id FROM item WHERE id = $1") +
                                          describe('S', "s") + sync());
  CHECK(types_of(answer) == "1tTZ");
  CHECK(text_of(body_of(answer, 't')) == std::string("\0\1\0\0\0\x17", 6));
  CHECK(session.types(parse("i", "INSERT INTO item VALUES (9)") + describe('S', "i") + sync()) ==
        "1tnZ");
  CHECK(session.live.looked_up == 0);
}

TEST_CASE("what could not be described in the recording fails at Parse") {
  Session session;
  CHECK(session.types(parse("", "SELECT * FROM gone") + describe('S', "") + sync()) == "EZ");
  CHECK(session.live.missed.empty());
}

TEST_CASE("what the recording does not show counts as a miss, whatever the client is told") {
  Session session;
  const auto& missed = session.live.missed;
  session.live.talk(query("BEGIN"));
  CHECK(session.types(parse("", "SELECT id FROM big") + bind("p", "") + execute("p", 5) + sync()) ==
        "12DDEZ");
  CHECK(missed.size() == 1);
  session.live.talk(query("ROLLBACK; BEGIN; DECLARE c CURSOR FOR SELECT id FROM big"));
  CHECK(session.types(query("FETCH 2 FROM c")) == "TDDCZ");
  CHECK(missed.size() == 1);
  const Buffer beyond = session.live.talk(query("FETCH 1 FROM c"));
  CHECK(types_of(beyond) == "EZ");
  CHECK(field(error_of(beyond), 'C') == "UX404");
  CHECK(field(error_of(beyond), 'M').find("no more rows of this cursor") != std::string::npos);
  CHECK(missed.size() == 2);
  session.live.talk(query("ROLLBACK"));
  CHECK(session.types(query("SHOW no_such_setting")) == "EZ");
  CHECK(missed.size() == 3);
  CHECK(session.types(message('F', std::string(10, '\0'))) == "EZ");
  CHECK(missed.size() == 4);
  CHECK(session.types(query("SELECT id, price FROM item ORDER BY id")) == "TDDDCZ");
  CHECK(missed.size() == 4);
}

TEST_CASE("COPY gives a message a row, whatever the format") {
  Session session;
  CHECK(session.types(query("COPY item TO STDOUT")) == "HddcCZ");
  const Buffer binary = session.live.talk(query("COPY item TO STDOUT (FORMAT binary)"));
  CHECK(types_of(binary) == "HddcCZ");
  CHECK(text_of(body_of(binary, 'd')) == "a\nb");
}

TEST_CASE("a COPY that the client gives up is another request than one that it ends") {
  Session session;
  const auto give_up = [&](std::string_view reason) {
    CHECK(session.types(query("COPY item FROM STDIN")) == "G");
    return error_of(
        session.live.talk(message('d', "1\n") + message('f', std::string(reason) + '\0')));
  };
  CHECK(field(give_up("enough"), 'W') == "COPY item, line 9");
  CHECK(field(give_up("other"), 'W').empty());
  CHECK(field(give_up("other"), 'M') == "COPY from stdin failed: other");
  CHECK(session.live.missed.empty());
  CHECK(session.types(query("COPY item FROM STDIN") + message('d', "1\n") + message('c', "")) ==
        "GEZ");
  CHECK(session.live.missed.size() == 1);
}

TEST_CASE("a portal is fetched in pieces, and suspended even where the rows are just used up") {
  Session session;
  const char* const sql = "SELECT id, price FROM item ORDER BY id";
  session.live.talk(query("BEGIN"));
  CHECK(session.types(parse("", sql) + bind("p", "") + execute("p", 2) + sync()) == "12DDsZ");
  CHECK(session.types(execute("p", 1) + sync()) == "DsZ");
  const Buffer rest = session.live.talk(execute("p", 2) + sync());
  CHECK(types_of(rest) == "CZ");
  CHECK(text_of(body_of(rest, 'C')) == std::string("SELECT 0\0", 9));
  CHECK(session.live.looked_up == 1);
}

TEST_CASE("rows that were not fetched in the recording are not made up") {
  Session session;
  session.live.talk(query("BEGIN"));
  CHECK(session.types(parse("", "SELECT id FROM big") + bind("p", "") + execute("p", 2) + sync()) ==
        "12DDsZ");
  const Buffer beyond = session.live.talk(execute("p", 2) + sync());
  CHECK(types_of(beyond) == "EZ");
  CHECK(field(error_of(beyond), 'C') == "UX404");
}

TEST_CASE("what was fetched in portions is found whether rows were left or not") {
  FakeTable table(
      {statement(
           R"({"sql":"SELECT id FROM t WHERE id = $1","params":[1],"types":["int4"],"partial":true})",
           R"({"columns":[{"name":"id","type":"int4"}],"rows":[[1]],"partial":true,"tag":"SELECT 1"})"),
       statement(R"({"sql":"SELECT id FROM t WHERE id = $1","params":[2],"types":["int4"]})",
                 R"({"columns":[{"name":"id","type":"int4"}],"rows":[],"tag":"SELECT 0"})")});
  Live live(table);
  live.talk(startup_message({{"user", "ann"}}));
  const Buffer prepared = parse("", "SELECT id FROM t WHERE id = $1");
  CHECK(types_of(live.talk(prepared + bind("", "", {"1"}) + execute("", 1) + sync())) == "12DsZ");
  CHECK(types_of(live.talk(prepared + bind("", "", {"2"}) + execute("", 1) + sync())) == "12CZ");
  CHECK(live.missed.empty());
}

TEST_CASE("after an error of the extended protocol everything up to Sync is skipped") {
  Session session;
  CHECK(session.types(bind("", "unknown") + describe('P', "") + execute("") + query("SELECT 1") +
                      sync() + sync()) == "EZZ");
}

TEST_CASE("errors about statements and portals have the server's codes") {
  Session session;
  const auto code = [&](const Buffer& octets) {
    const Buffer answer = session.live.talk(octets + sync());
    return std::string(field(error_of(answer), 'C'));
  };
  CHECK(code(bind("", "none")) == "26000");
  CHECK(code(describe('S', "none")) == "26000");
  CHECK(code(execute("none")) == "34000");
  CHECK(code(describe('P', "none")) == "34000");
  CHECK(code(parse("s", "SELECT 1") + parse("s", "SELECT 1")) == "42P05");
  CHECK(code(parse("", "SELECT 1; SELECT 2")) == "42601");
  CHECK(code(parse("one", "SELECT id FROM item WHERE id = $1") + bind("", "one")) == "08P01");
  session.live.talk(query("BEGIN"));
  CHECK(code(parse("", "SELECT 1") + bind("p", "") + bind("p", "")) == "42P03");
  session.live.talk(query("ROLLBACK"));
  CHECK(session.types(close('S', "none") + close('P', "none") + sync()) == "33Z");
}

TEST_CASE("a miss is an error with the code, detail and hint, and the connection goes on") {
  Session session;
  const Buffer answer = session.live.talk(query("SELECT unheard_of FROM nowhere"));
  CHECK(types_of(answer) == "EZ");
  const Fields error = error_of(answer);
  CHECK(field(error, 'S') == "ERROR");
  CHECK(field(error, 'C') == "UX404");
  CHECK(field(error, 'D') == "the nearest is another");
  CHECK(field(error, 'H') == "record it");
  CHECK(session.types(query("INSERT INTO item VALUES (9)")) == "CZ");
}

TEST_CASE("the status octet follows the transaction") {
  Session session;
  CHECK(session.status(query("BEGIN")) == 'T');
  CHECK(session.status(query("SELECT nope")) == 'E');
  CHECK(session.status(query("INSERT INTO item VALUES (9)")) == 'E');
  CHECK(field(error_of(session.last), 'C') == "25P02");
  CHECK(session.status(query("COMMIT")) == 'I');
  CHECK(text_of(body_of(session.last, 'C')) == std::string("ROLLBACK\0", 9));
  CHECK(session.live.controls == std::vector<std::string>{"begin", "rollback"});
  CHECK(session.status(query("COMMIT")) == 'I');
  CHECK(types_of(session.last) == "NCZ");
}

TEST_CASE("savepoints are told to the engine and undo a failure") {
  Session session;
  session.live.talk(query("BEGIN"));
  session.live.talk(query("SAVEPOINT a"));
  CHECK(session.status(query("SELECT nope")) == 'E');
  CHECK(session.status(query("ROLLBACK TO a")) == 'T');
  CHECK(session.status(query("RELEASE SAVEPOINT a")) == 'T');
  CHECK(session.status(query("RELEASE SAVEPOINT a")) == 'E');
  CHECK(field(error_of(session.last), 'C') == "3B001");
  CHECK(session.status(query("ROLLBACK")) == 'I');
  CHECK(session.live.controls ==
        std::vector<std::string>{"begin", "savepoint", "rollback_to", "release", "rollback"});
  session.live.talk(query("SAVEPOINT a"));
  CHECK(session.status(query("SAVEPOINT a")) == 'I');
  CHECK(field(error_of(session.last), 'C') == "25P01");
}

TEST_CASE("several statements of one query are one transaction, and an error undoes it") {
  Session session;
  CHECK(session.types(query(
            "INSERT INTO item VALUES (9); SELECT nope; INSERT INTO item VALUES (9)")) == "CEZ");
  CHECK(session.live.controls == std::vector<std::string>{"begin", "rollback"});
  session.live.controls.clear();
  CHECK(session.types(query("INSERT INTO item VALUES (9); INSERT INTO item VALUES (9)")) == "CCZ");
  CHECK(session.live.controls == std::vector<std::string>{"begin", "commit"});
  session.live.controls.clear();
  CHECK(session.types(query(
            "BEGIN; INSERT INTO item VALUES (9); COMMIT; INSERT INTO item VALUES (9); BEGIN")) ==
        "CCCCCZ");
  CHECK(session.live.controls == std::vector<std::string>{"begin", "commit", "begin"});
}

TEST_CASE("a pipeline up to Sync is one transaction, a single statement none") {
  Session session;
  const Buffer insert = bind("", "s") + execute("");
  session.live.talk(parse("s", "INSERT INTO item VALUES (9)") + sync());
  CHECK(session.types(insert + sync()) == "2CZ");
  CHECK(session.live.controls.empty());
  CHECK(session.types(insert + insert + sync()) == "2C2CZ");
  CHECK(session.live.controls == std::vector<std::string>{"begin", "commit"});
}

TEST_CASE("the position of an error is counted in the whole text of the query") {
  Session session;
  const Buffer answer = session.live.talk(query("INSERT INTO item VALUES (9); SELECT nope"));
  CHECK(field(error_of(answer), 'P') == "37");
}

TEST_CASE("cursors walk in both directions over the recorded rows") {
  Session session;
  CHECK(field(error_of(session.live.talk(
                  query("DECLARE c CURSOR FOR SELECT id, price FROM item ORDER BY id"))),
              'C') == "25P01");
  session.live.talk(query("BEGIN"));
  CHECK(session.types(
            query("DECLARE c SCROLL CURSOR FOR SELECT id, price FROM item ORDER BY id")) == "CZ");
  CHECK(session.types(query("FETCH 2 FROM c")) == "TDDCZ");
  CHECK(session.types(query("FETCH ALL FROM c")) == "TDCZ");
  CHECK(session.types(query("FETCH PRIOR FROM c")) == "TDCZ");
  CHECK(session.types(query("MOVE ABSOLUTE 1 IN c")) == "CZ");
  CHECK(session.types(query("FETCH BACKWARD 1 FROM c")) == "TCZ");
  CHECK(session.types(query("CLOSE c")) == "CZ");
  CHECK(field(error_of(session.live.talk(query("FETCH c"))), 'C') == "34000");
  CHECK(session.live.missed.empty());
}

/// The types of what is sent for `octets`, where answers are computed: each is gone once it is
/// sent.
std::string types_of_computed(FakeTable& table, ServerMachine& machine, Bytes octets) {
  std::vector<std::unique_ptr<std::string>> computed;
  machine.feed(octets);
  for (bool more = true; more;) {
    ServerEvent event = machine.next();
    const auto* request = std::get_if<Request>(&event);
    more = !std::holds_alternative<NeedBytes>(event);
    if (request == nullptr) continue;
    const auto image = table.answer(request->canonical);
    if (request->control == Control::none && image) {
      computed.push_back(std::make_unique<std::string>(as_text(*image)));
      machine.reply(Answer{Grade::computed, as_bytes(*computed.back()), false});
    } else {
      machine.reply(Answer{Grade::synthesised, {}, false});
    }
  }
  Buffer sent;
  machine.output().for_each_slice(
      [&](Bytes slice) { sent.insert(sent.end(), slice.begin(), slice.end()); });
  machine.output().clear();
  for (const auto& each : computed) std::ranges::fill(*each, 'x');
  return types_of(sent);
}

TEST_CASE("a cursor keeps the rows of an answer that was computed") {
  FakeTable table(recorded());
  ServerContext context;
  context.settings = &table.settings;
  const auto machine = protocol().new_server(table, context);
  machine->start();
  const auto types = [&](const Buffer& octets) {
    return types_of_computed(table, *machine, octets);
  };
  types(startup_message({{"user", "ann"}, {"database", "shop"}}));
  types(query("BEGIN"));
  types(query("DECLARE c SCROLL CURSOR FOR SELECT id, price FROM item ORDER BY id"));
  CHECK(types(query("FETCH 2 FROM c")) == "TDDCZ");
  CHECK(types(query("FETCH ALL FROM c")) == "TDCZ");
}

TEST_CASE("whether a cursor that is not declared SCROLL can go back is the server's to know") {
  for (const char* back : {"FETCH PRIOR FROM c", "FETCH FIRST FROM c", "MOVE BACKWARD ALL IN c"}) {
    Session session;
    session.live.talk(query(
        "BEGIN; DECLARE c CURSOR FOR SELECT id, price FROM item ORDER BY id; FETCH 2 FROM c"));
    CHECK(session.types(query(back)) == "EZ");
    CHECK(session.live.missed.size() == 1);
  }
}

TEST_CASE("PREPARE and EXECUTE find what was recorded of the statement itself") {
  Session session;
  CHECK(session.types(query("PREPARE q (int) AS SELECT id FROM item WHERE id = $1")) == "CZ");
  CHECK(session.types(query("EXECUTE q (7)")) == "TDCZ");
  CHECK(field(error_of(session.live.talk(query("PREPARE q AS SELECT 1"))), 'C') == "42P05");
  CHECK(session.types(query("DEALLOCATE q")) == "CZ");
  CHECK(field(error_of(session.live.talk(query("EXECUTE q (7)"))), 'C') == "26000");
}

TEST_CASE("settings are kept, shown and told") {
  Session session;
  const Buffer set = session.live.talk(query("SET TimeZone TO 'Europe/Berlin'"));
  CHECK(types_of(set) == "CSZ");
  CHECK(text_of(body_of(set, 'S')) == std::string("TimeZone\0Europe/Berlin\0", 23));
  CHECK(session.types(query("SET TimeZone TO 'Europe/Berlin'")) == "CZ");
  const Buffer shown = session.live.talk(query("SHOW TimeZone"));
  CHECK(text_of(body_of(shown, 'D')).ends_with("Europe/Berlin"));
  CHECK(session.types(query("DISCARD ALL")) == "CSZ");
  CHECK(text_of(body_of(session.live.talk(query("SHOW TIME ZONE")), 'D')).ends_with("UTC"));
  CHECK(session.types(query("BEGIN; SET LOCAL TimeZone TO 'Asia/Tokyo'; COMMIT")) == "CCCZ");
}

TEST_CASE("start-up questions are answered though no recording has them") {
  Session session;
  CHECK(session.types(query("SELECT 1")) == "TDCZ");
  CHECK(text_of(body_of(session.live.talk(query("select version()")), 'D'))
            .ends_with("PostgreSQL 15.20 (Debian 15.20-0+deb12u1)"));
  CHECK(text_of(body_of(session.live.talk(query("SELECT current_database()")), 'D'))
            .ends_with("shop"));
  CHECK(session.types(query("SELECT pg_catalog.set_config('search_path', '', false)")) == "TDCZ");
  CHECK(session.types(query("")) == "IZ");
  CHECK(session.types(query("-- nothing")) == "IZ");
  CHECK(session.types(parse("", "") + bind("", "") + describe('P', "") + execute("") + sync()) ==
        "12nIZ");
  CHECK(session.live.missed.empty());
}

TEST_CASE("COPY takes its data before it is looked up, and gives it line by line") {
  Session session;
  CHECK(session.types(query("COPY item FROM STDIN")) == "G");
  CHECK(session.types(message('d', "1\n") + message('H', "") + message('d', "2\n\\.\n") +
                      message('c', "")) == "CZ");
  CHECK(session.types(query("COPY item FROM STDIN") + message('f', std::string("no\0", 3))) ==
        "GEZ");
  CHECK(session.types(query("COPY item TO STDOUT")) == "HddcCZ");
  CHECK(session.types(parse("", "COPY item FROM STDIN") + bind("", "") + execute("") + sync()) ==
        "12G");
  CHECK(session.types(message('d', "1\n2\n") + message('c', "") + sync()) == "CZ");
  CHECK(session.live.missed.empty());
}

TEST_CASE("a query in the middle of COPY data ends the connection") {
  Session session;
  CHECK(session.types(query("COPY item FROM STDIN") + query("SELECT 1")).starts_with("GEE"));
  CHECK(session.live.closed);
}

TEST_CASE("Terminate and unknown messages close the connection") {
  Session polite;
  CHECK(polite.types(message('X', "")).empty());
  CHECK(polite.live.closed);
  Session strange;
  CHECK(field(error_of(strange.live.talk(message('y', ""))), 'S') == "FATAL");
  CHECK(strange.live.closed);
}

TEST_CASE("a client that goes away in the middle of a message is told of, any other is not") {
  const Buffer octets = startup_message({{"user", "ann"}}) + query("SELECT 1");
  const std::size_t login = startup_message({{"user", "ann"}}).size();
  for (std::size_t length = 0; length <= octets.size(); ++length) {
    CAPTURE(length);
    FakeTable table(recorded());
    Live live(table);
    live.talk(Bytes(octets).first(length));
    live.eof();
    const bool whole = length == 0 || length == login || length == octets.size();
    CHECK(live.notes.size() == (whole ? 0 : 1));
    CHECK(live.closed != whole);
  }
}

TEST_CASE("a large object call is refused and ReadyForQuery follows") {
  Session session;
  CHECK(session.types(message('F', "whatever")) == "EZ");
  CHECK(session.types(query("SELECT 1")) == "TDCZ");
}

}  // namespace
}  // namespace understudy::postgres
