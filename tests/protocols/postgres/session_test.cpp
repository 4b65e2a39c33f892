// What of a session is part of a question.
#include "protocols/postgres/session.hpp"

#include "protocols/postgres/keys.hpp"
#include "support.hpp"

namespace understudy::postgres {
namespace {

using namespace test;

SessionHeader header(const std::string& database, const std::string& user = "ann",
                     std::uint32_t connection = 1) {
  SessionHeader made;
  made.recording = "r1";
  made.connection = connection;
  made.facts = {{"user", user},
                {"database", database},
                {"parameters", {{"TimeZone", "UTC"}, {"DateStyle", "ISO, MDY"}}}};
  return made;
}

Exchange said(const char* sql, const char* answer = R"({"tag":"SET"})") {
  return test::exchange({{"sql", sql}}, Document::parse(answer));
}

constexpr const char* a_row =
    R"({"columns":[{"name":"v","type":"text"}],"rows":[["a"]],"tag":"SELECT 1"})";
constexpr const char* a_time =
    R"({"columns":[{"name":"v","type":"timestamptz"}],"rows":[["2024-05-06 07:08:09+00"]],"tag":"SELECT 1"})";

/// The canonical request of the last of these exchanges, behind the others.
std::string last_identity(const std::vector<Exchange>& exchanges, const SessionHeader& session) {
  const auto analyser = protocol().new_analyser();
  const SessionHeader first = header("shop");
  analyser->learn(first, said("SELECT 1"));
  for (const Exchange& each : exchanges) analyser->learn(session, each);
  std::vector<Problem> problems;
  (void)analyser->analyse(first, said("SELECT 1"), problems);
  std::string identity;
  for (const Exchange& each : exchanges)
    identity = analyser->analyse(session, each, problems).identity.canonical;
  CHECK(problems.empty());
  return identity;
}

std::string behind(const char* set, const char* sql, const char* answer) {
  std::vector<Exchange> exchanges;
  if (*set != '\0') exchanges.push_back(said(set));
  exchanges.push_back(said(sql, answer));
  return last_identity(exchanges, header("shop", "ann", 2));
}

TEST_CASE("a setting of the application that had a value is empty, and not NULL, from then on") {
  const Exchange question =
      said("SELECT current_setting('app.tenant', true)",
           R"({"columns":[{"name":"v","type":"text"}],"rows":[[null]],"tag":"SELECT 1"})");
  const auto behind_all = [&](std::vector<Exchange> exchanges) {
    exchanges.push_back(question);
    return last_identity(exchanges, header("shop", "ann", 2));
  };
  const std::string never = behind_all({});
  const std::string taken_back =
      behind_all({said("BEGIN"), said("SET LOCAL app.tenant = 'b'"), said("ROLLBACK")});
  CHECK(never != taken_back);
  CHECK(taken_back == behind_all({said("SET app.tenant = 'b'"), said("RESET app.tenant")}));
  CHECK(taken_back == behind_all({said("SET app.tenant = ''")}));
  CHECK(never == behind_all({said("SET app.other = 'b'"), said("RESET app.other")}));
}

TEST_CASE("a setting is part of a question that it can matter to, and of no other") {
  struct Case {
    const char *set, *sql, *answer;
    bool matters;
  };
  for (const Case& each : {
           Case{"SET search_path = b", "SELECT v FROM t", a_row, true},
           {"SET search_path = b", "SELECT 1 + 1", a_row, false},
           {"SET search_path = \"$user\",public", "SELECT v FROM t", a_row, false},
           {"SET TimeZone = 'Asia/Tokyo'", "SELECT v FROM t", a_time, true},
           {"SET TimeZone = 'Asia/Tokyo'", "SELECT v FROM t", a_row, false},
           {"SET TimeZone = 'Asia/Tokyo'", "SELECT v FROM t WHERE made::date = '2024-05-06'", a_row,
            true},
           {"SET TimeZone = 'UTC'", "SELECT v FROM t", a_time, false},
           {"SET TimeZone = 'Asia/Tokyo'", "CREATE TABLE u (a timestamptz, b varchar(3))",
            R"({"tag":"CREATE TABLE"})", false},
           {"SET TimeZone = 'Asia/Tokyo'",
            "CREATE TABLE u (a timestamptz DEFAULT '2024-05-06 07:00')",
            R"({"tag":"CREATE TABLE"})", true},
           {"SET TimeZone = 'Asia/Tokyo'", "CREATE TABLE u AS SELECT made::text FROM t",
            R"({"tag":"SELECT 1"})", true},
           {"SET DateStyle = German", "SELECT v FROM t", a_time, true},
           {"SET bytea_output = escape", "SELECT v FROM t",
            R"({"columns":[{"name":"v","type":"bytea"}],"rows":[["\\x00"]],"tag":"SELECT 1"})",
            true},
           {"SET IntervalStyle = iso_8601", "SELECT v FROM t",
            R"({"columns":[{"name":"v","type":"interval"}],"rows":[["1 day"]],"tag":"SELECT 1"})",
            true},
           {"SET extra_float_digits = 0", "SELECT v FROM t",
            R"({"columns":[{"name":"v","type":"float8"}],"rows":[["0.1"]],"tag":"SELECT 1"})",
            true},
           {"SET extra_float_digits = 3", "SELECT v FROM t",
            R"({"columns":[{"name":"v","type":"float8"}],"rows":[["0.1"]],"tag":"SELECT 1"})",
            false},
           {"SET app.tenant = 'b'", "SELECT v FROM t WHERE w = current_setting('app.tenant')",
            a_row, true},
           {"SET app.tenant = 'b'", "SELECT v FROM t", a_row, true},
           {"SET app.tenant = 'b'", "SELECT 1 + 1", a_row, false},
           {"SELECT set_config('app.tenant', 'b', false)", "SELECT current_setting('app.tenant')",
            a_row, true},
           {"SET ROLE clerk", "SELECT v FROM t", a_row, true},
           {"SET ROLE clerk", "SELECT current_user", a_row, true},
           {"SET ROLE clerk", "SELECT 1 + 1", a_row, false},
           {"SET SESSION AUTHORIZATION clerk", "SET ROLE ann",
            R"({"error":{"severity":"ERROR","code":"42501","message":"denied"}})", true},
           {"SET ROLE clerk", "SET work_mem = 64", R"({"tag":"SET"})", false},
           {"SET SESSION AUTHORIZATION clerk", "SELECT v FROM t", a_row, true},
           {"BEGIN", "VACUUM t", R"({"tag":"VACUUM"})", true},
           {"BEGIN", "CREATE INDEX CONCURRENTLY i ON t (v)", R"({"tag":"CREATE INDEX"})", true},
           {"BEGIN", "SELECT v FROM t", a_row, false},
           {"BEGIN READ ONLY", "INSERT INTO t VALUES (1)", R"({"tag":"INSERT 0 1"})", true},
           {"BEGIN READ ONLY", "SELECT v FROM t", a_row, false},
           {"SET default_transaction_read_only = on", "UPDATE t SET v = 1", R"({"tag":"UPDATE 1"})",
            true},
           {"SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY", "DELETE FROM t",
            R"({"tag":"DELETE 1"})", true},
           {"SET statement_timeout = 5", "SELECT v FROM t", a_row, false},
           {"SET statement_timeout = 5", "SELECT v FROM t",
            R"({"error":{"severity":"ERROR","code":"57014","message":"timeout"}})", true},
           {"SET statement_timeout = 5", "SELECT current_setting('statement_timeout')", a_row,
            true},
       }) {
    CAPTURE(std::string(each.set));
    CAPTURE(std::string(each.sql));
    const bool other = behind(each.set, each.sql, each.answer) != behind("", each.sql, each.answer);
    CHECK(other == each.matters);
  }
}

TEST_CASE("what the first session sets before it asks for a table is nothing that differs") {
  const auto identity = [](const char* sql_of_first, const char* set) {
    const auto analyser = protocol().new_analyser();
    const std::vector<Exchange> first = {said(sql_of_first),
                                         said("SET TimeZone = 'America/Chicago'"),
                                         said("SELECT v FROM t", a_time)};
    const std::vector<Exchange> second = {said(set), said("SELECT v FROM t", a_time)};
    for (const Exchange& each : first) analyser->learn(header("shop"), each);
    for (const Exchange& each : second) analyser->learn(header("shop", "ann", 2), each);
    std::vector<Problem> problems;
    std::string canonical;
    for (const Exchange& each : second)
      canonical = analyser->analyse(header("shop", "ann", 2), each, problems).identity.canonical;
    return canonical;
  };
  const std::string plain = identity("SELECT 1", "SET TimeZone = 'America/Chicago'");
  CHECK(plain.find("TimeZone") == std::string::npos);
  CHECK(identity("SELECT 1", "SET TimeZone = 'UTC'").find("TimeZone=UTC") != std::string::npos);
  CHECK(identity("SELECT w FROM t", "SET TimeZone = 'UTC'") == plain);
}

TEST_CASE("a transaction that sees one state is another question") {
  for (const char* set : {"BEGIN ISOLATION LEVEL REPEATABLE READ",
                          "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE",
                          "SET default_transaction_isolation = 'Serializable'"}) {
    CAPTURE(set);
    CHECK(behind(set, "SELECT v FROM t", a_row).find("transaction_isolation=") !=
          std::string::npos);
    CHECK(behind(set, "SELECT 1 + 1", a_row) == behind("", "SELECT 1 + 1", a_row));
  }
  CHECK(behind("BEGIN ISOLATION LEVEL READ COMMITTED", "SELECT v FROM t", a_row) ==
        behind("", "SELECT v FROM t", a_row));
}

TEST_CASE("what a transaction set goes with it") {
  const auto after = [](std::vector<const char*> statements) {
    std::vector<Exchange> exchanges;
    for (const char* sql : statements) exchanges.push_back(said(sql, R"({"tag":"COMMIT"})"));
    exchanges.push_back(said("SELECT v FROM t", a_row));
    return last_identity(exchanges, header("shop", "ann", 2));
  };
  const std::string plain = after({});
  CHECK(after({"BEGIN", "SET search_path = b"}) != plain);
  CHECK(after({"BEGIN", "SET search_path = b", "ROLLBACK"}) == plain);
  CHECK(after({"BEGIN", "SET search_path = b", "COMMIT"}) != plain);
  CHECK(after({"BEGIN", "SET LOCAL search_path = b", "COMMIT"}) == plain);
  CHECK(after({"BEGIN", "SAVEPOINT s", "SET search_path = b", "ROLLBACK TO s"}) == plain);
  CHECK(after({"SET search_path = b", "RESET ALL"}) == plain);
  CHECK(after({"SET search_path = b", "DISCARD ALL"}) == plain);
  CHECK(after({"SET search_path = b", "SET search_path TO DEFAULT"}) == plain);
  CHECK(after({"SET ROLE clerk", "RESET ROLE"}) == plain);
  CHECK(after({"SET ROLE clerk", "RESET ALL"}) == after({"SET ROLE clerk"}));
  CHECK(after({"SET ROLE clerk", "DISCARD ALL"}) == plain);
  CHECK(after({"SET ROLE clerk", "SET SESSION AUTHORIZATION boss"}) ==
        after({"SET SESSION AUTHORIZATION boss"}));
  CHECK(after({"SET ROLE clerk", "RESET SESSION AUTHORIZATION"}) == plain);
}

TEST_CASE("where the first session asks as a role, others without one are others") {
  const auto analyser = protocol().new_analyser();
  const SessionHeader first = header("shop"), second = header("shop", "ann", 2);
  const Exchange as_clerk = said("SET ROLE clerk"), question = said("SELECT v FROM t", a_row);
  for (const Exchange& each : {as_clerk, question}) analyser->learn(first, each);
  analyser->learn(second, question);
  std::vector<Problem> problems;
  (void)analyser->analyse(first, as_clerk, problems);
  const std::string of_clerk = analyser->analyse(first, question, problems).identity.canonical;
  CHECK(of_clerk != analyser->analyse(second, question, problems).identity.canonical);
}

TEST_CASE("what a view reads of the session is none of a statement that touches no table") {
  const Exchange view =
      said("CREATE VIEW mine AS SELECT v FROM t WHERE owner = current_setting('app.owner')",
           R"({"tag":"CREATE VIEW"})");
  const Exchange refused =
      said("SET app.user = 'a'",
           R"({"error":{"severity":"ERROR","code":"42601","message":"syntax error"}})");
  const SessionHeader session = header("shop", "ann", 2);
  CHECK(last_identity({view, said("SET app.owner = 'b'"), refused}, session) ==
        last_identity({view, refused}, session));
}

TEST_CASE("a setting that never has the same value twice tells nothing of what is found") {
  const auto part = [](std::vector<const char*> sets) {
    std::vector<Exchange> exchanges;
    for (const char* sql : sets) exchanges.push_back(said(sql));
    exchanges.push_back(said("SELECT v FROM t", a_row));
    return last_identity(exchanges, header("shop", "ann", 2));
  };
  CHECK(part({"SET app.x = 'a1'", "SET app.x = 'b2'", "SET app.x = 'c3'"}) == part({}));
  CHECK(part({"SET app.x = 'a1'", "SET app.x = 'b2'", "SET app.x = 'a1'"}) != part({}));
}

TEST_CASE("another database is another question, and its tables are other tables") {
  const auto asked_in = [](const char* database, const char* sql) {
    const auto analyser = protocol().new_analyser();
    analyser->learn(header("shop"), said("SELECT v FROM t", a_row));
    const SessionHeader session = header(database, "ann", 2);
    analyser->learn(session, said(sql, a_row));
    std::vector<Problem> problems;
    return analyser->analyse(session, said(sql, a_row), problems).identity.canonical;
  };
  CHECK(asked_in("other", "SELECT v FROM t") != asked_in("shop", "SELECT v FROM t"));
  CHECK(asked_in("other", "SELECT 1 + 1") == asked_in("shop", "SELECT 1 + 1"));
  const auto analyser = protocol().new_analyser();
  const Exchange insert = said("INSERT INTO t VALUES (1)", R"({"tag":"INSERT 0 1"})");
  analyser->learn(header("shop"), insert);
  analyser->learn(header("other"), insert);
  std::vector<Problem> problems;
  const auto writes = [&](const SessionHeader& session) {
    return analyser->analyse(session, insert, problems).writes;
  };
  const auto first = writes(header("shop")), second = writes(header("other", "ann", 2));
  for (const KeyPath& path : first) CHECK(std::ranges::count(second, path) == 0);
}

struct Session {
  explicit Session(const std::vector<Exchange>& exchanges, const std::string& database = "shop")
      : table(exchanges, header("shop")), live(table) {
    REQUIRE(table.problems.empty());
    live.talk(startup_message({{"user", "ann"}, {"database", database}}));
  }
  std::string types(const Buffer& octets) { return types_of(last = live.talk(octets)); }
  FakeTable table;
  Live live;
  Buffer last;
};

TEST_CASE("in a session that was not recorded a question is that of the nearest one, unproven") {
  const std::vector<Exchange> recorded = {said("SELECT v FROM t", a_row)};
  Session same(recorded), other(recorded, "other");
  CHECK(same.types(query("SELECT v FROM t")) == "TDCZ");
  CHECK(other.types(query("SELECT v FROM t")) == "EZ");
  CHECK(same.types(query("SET search_path = b")) == "CZ");
  CHECK(same.live.unproven.empty());
  CHECK(same.types(query("SELECT v FROM t")) == "TDCZ");
  CHECK(same.live.unproven ==
        std::vector<std::string>{"the session differs: asked with search_path=b, recorded with "
                                 "the settings of the first recorded session"});
  CHECK(same.types(query("RESET search_path") + query("SELECT v FROM t")) == "CZTDCZ");
  CHECK(same.live.unproven.size() == 1);
  // Another database has other rows, and what can be answered without the recording is.
  CHECK(other.live.unproven.empty());
  same.types(query("SET search_path = b") + query("SELECT 1 + 1") + query("BEGIN READ ONLY") +
             query("SELECT current_schema()"));
  CHECK(same.live.unproven.size() == 1);
}

TEST_CASE("of several sessions in which a question was recorded each is asked for") {
  const char* sql = "SELECT v FROM t WHERE id = 2";
  Session session({said("SELECT w FROM t", a_row), said("SET search_path = b"),
                   said("SELECT v FROM t WHERE id = 1", a_row), said("SET search_path = c"),
                   said(sql, a_row)});
  CHECK(session.types(query(sql)) == "TDCZ");
  CHECK(session.live.unproven ==
        std::vector<std::string>{"the session differs: asked with the settings of the first "
                                 "recorded session, recorded with search_path=b",
                                 "the session differs: asked with the settings of the first "
                                 "recorded session, recorded with search_path=c"});
  CHECK(session.live.missed.empty());
  CHECK(session.types(query("SELECT v FROM t WHERE id = 3")) == "EZ");
  CHECK(session.live.missed.size() == 1);
}

TEST_CASE("a question in a session that was recorded is answered as there") {
  Session session(
      {said("SELECT v FROM t", a_row), said("BEGIN", R"({"tag":"BEGIN"})"),
       said("SET LOCAL search_path = b"),
       said("SELECT v FROM t",
            R"({"columns":[{"name":"v","type":"text"}],"rows":[["b"]],"tag":"SELECT 1"})"),
       said("COMMIT", R"({"tag":"COMMIT"})")});
  session.types(query("BEGIN") + query("SET LOCAL search_path TO b") + query("SELECT v FROM t"));
  CHECK(text_of(body_of(session.last, 'D')).ends_with("b"));
  session.types(query("COMMIT") + query("SELECT v FROM t"));
  CHECK(text_of(body_of(session.last, 'D')).ends_with("a"));
  CHECK(session.live.missed.empty());
}

TEST_CASE("what the mock says of the session follows SET ROLE and SET search_path") {
  Session session({said("SELECT v FROM t", a_row)});
  CHECK(session.types(parse("", "SELECT set_config('app.user', $1, false)") +
                      bind("", "", {"clerk"}) + execute("") + sync()) == "12DCZ");
  CHECK(text_of(body_of(session.last, 'D')).ends_with("clerk"));
  session.types(query("RESET ALL") + query("SET ROLE clerk") + query("SELECT current_user"));
  CHECK(text_of(body_of(session.last, 'D')).ends_with("clerk"));
  session.types(query("RESET ROLE") + query("SELECT current_user"));
  CHECK(text_of(body_of(session.last, 'D')).ends_with("ann"));
  session.types(query("SELECT current_schema()"));
  CHECK(text_of(body_of(session.last, 'D')).ends_with("public"));
  session.types(query("SET search_path = b") + query("SELECT current_schema()"));
  CHECK(session.live.missed.size() == 1);
  session.types(query("BEGIN ISOLATION LEVEL SERIALIZABLE, READ ONLY") +
                query("SHOW transaction_isolation"));
  CHECK(text_of(body_of(session.last, 'D')).ends_with("serializable"));
  session.types(query("COMMIT") + query("SHOW transaction_isolation"));
  CHECK(text_of(body_of(session.last, 'D')).ends_with("read committed"));
}

TEST_CASE("what SHOW said of one transaction is not said of the next") {
  const auto shown = [](const char* value) {
    return Document{{"columns", {{{"name", "transaction_isolation"}, {"type", "text"}}}},
                    {"rows", Document::array({Document::array({value})})},
                    {"tag", "SHOW"}}
        .dump();
  };
  const std::string inside = shown("serializable"), outside = shown("read committed");
  Session session({said("BEGIN ISOLATION LEVEL SERIALIZABLE", R"({"tag":"BEGIN"})"),
                   said("SHOW transaction_isolation", inside.c_str()),
                   said("COMMIT", R"({"tag":"COMMIT"})"),
                   said("SHOW transaction_isolation", outside.c_str())});
  session.types(query("SHOW transaction_isolation"));
  CHECK(text_of(body_of(session.last, 'D')).ends_with("read committed"));
  session.types(
      query("SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ") +
      query("SHOW transaction_isolation"));
  CHECK(text_of(body_of(session.last, 'D')).ends_with("repeatable read"));
}

TEST_CASE("an error about the block is answered only where one was open") {
  const std::vector<Exchange> recorded = {
      said("VACUUM t", R"({"tag":"VACUUM"})"), said("BEGIN", R"({"tag":"BEGIN"})"),
      said(
          "VACUUM t",
          R"({"error":{"severity":"ERROR","code":"25001","message":"VACUUM cannot run inside a transaction block"}})"),
      said("ROLLBACK", R"({"tag":"ROLLBACK"})")};
  Session session(recorded);
  CHECK(session.types(query("BEGIN") + query("VACUUM t") + query("ROLLBACK")) == "CZEZCZ");
  CHECK(field(error_of(session.last), 'C') == "25001");
  CHECK(session.types(query("VACUUM t")) == "CZ");
  CHECK(session.live.missed.empty());
}

TEST_CASE(
    "what views, functions and policies read of the session is part of what goes through them") {
  struct Case {
    const char *definition, *set, *sql;
    bool matters;
  };
  for (const Case& each : {
           Case{"CREATE VIEW w AS SELECT made::text AS v FROM t", "SET TimeZone = 'Asia/Tokyo'",
                "SELECT v FROM w", true},
           {"CREATE VIEW w AS SELECT made::text AS v FROM t", "SET TimeZone = 'Asia/Tokyo'",
            "SELECT v FROM t", false},
           {"CREATE VIEW w AS SELECT v FROM t", "SET TimeZone = 'Asia/Tokyo'", "SELECT v FROM w",
            false},
           {"CREATE FUNCTION f() RETURNS text LANGUAGE sql STABLE AS 'SELECT to_char(now(), "
            "$$X$$)'",
            "SET TimeZone = 'Asia/Tokyo'", "SELECT f()", true},
           {"CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $f$ SELECT current_user $f$",
            "SET ROLE clerk", "SELECT f() FROM generate_series(1, 2)", true},
           {"CREATE POLICY p ON t USING (made > current_date)", "SET TimeZone = 'Asia/Tokyo'",
            "SELECT v FROM t", true},
           {"CREATE POLICY p ON t USING (made > current_date)", "SET TimeZone = 'Asia/Tokyo'",
            "SELECT v FROM u", false},
       }) {
    CAPTURE(std::string(each.definition));
    CAPTURE(std::string(each.sql));
    const auto identity = [&](std::vector<Exchange> exchanges) {
      exchanges.insert(exchanges.begin(), said(each.definition, R"({"tag":"CREATE"})"));
      exchanges.push_back(said(each.sql, a_row));
      return last_identity(exchanges, header("shop", "ann", 2));
    };
    CHECK((identity({said(each.set)}) != identity({})) == each.matters);
  }
}

TEST_CASE("where several roles logged in, who asks is part of every question about tables") {
  const auto identity = [](const char* user, const char* sql) {
    return last_identity({said(sql, a_row)}, header("shop", user, 2));
  };
  CHECK(identity("bob", "SELECT v FROM t") != identity("ann", "SELECT v FROM t"));
  CHECK(identity("bob", "SELECT 1 + 1") == identity("ann", "SELECT 1 + 1"));
}

TEST_CASE("whom a policy may keep from rows is not told what another one was told") {
  for (const bool secured : {false, true}) {
    CAPTURE(secured);
    std::vector<Exchange> recorded = {said("SELECT v FROM t", a_row)};
    if (secured)
      recorded.insert(recorded.begin(), said("CREATE POLICY p ON t USING (owner = current_user)",
                                             R"({"tag":"CREATE POLICY"})"));
    FakeTable table(recorded, header("shop"));
    Live live(table);
    live.talk(startup_message({{"user", "bob"}, {"database", "shop"}}));
    CHECK(types_of(live.talk(query("SELECT v FROM t"))) == "TDCZ");
    CHECK(live.unproven.size() == (secured ? 1 : 0));
  }
}

/// What a SHOW of this name said.
Exchange showed(const char* name, const char* value) {
  const Document answer{{"columns", {{{"name", name}, {"type", "text"}}}},
                        {"rows", Document::array({Document::array({value})})},
                        {"tag", "SHOW"}};
  return said((std::string("SHOW ") + name).c_str(), answer.dump().c_str());
}

TEST_CASE("SHOW spells a value as the server does, or as it did in the recording") {
  Session session({said("SET random_page_cost = 1.10"), showed("random_page_cost", "1.1"),
                   said("SELECT v FROM t", a_row)});
  struct Case {
    const char *set, *name, *shown;
  };
  for (const Case& each :
       {Case{"SET random_page_cost = 1.10", "random_page_cost", "1.1"},
        {"SET statement_timeout = 1500", "statement_timeout", "1500ms"},
        {"SET statement_timeout = 120000", "statement_timeout", "2min"},
        {"SET lock_timeout = '90 s'", "lock_timeout", "90s"},
        {"SET statement_timeout = 0", "statement_timeout", "0"},
        {"SET work_mem = 65536", "work_mem", "64MB"},
        {"SET work_mem = '1024MB'", "work_mem", "1GB"},
        {"SET enable_seqscan = 0", "enable_seqscan", "off"},
        {"SET search_path = \"TB\", 'x y', c", "search_path", "\"TB\", \"x y\", c"},
        {"SET app.tenant = 'a, b'", "app.tenant", "a, b"}}) {
    CAPTURE(std::string(each.set));
    session.types(query(each.set) + query(std::string("SHOW ") + each.name));
    CHECK(text_of(body_of(session.last, 'D')).ends_with(each.shown));
  }
  CHECK(session.live.missed.empty());
  session.types(query("SET app.x = '1'") + query("RESET app.x") + query("SHOW app.x"));
  CHECK(session.live.missed.empty());
  session.types(query("SET random_page_cost = 1.20") + query("SHOW random_page_cost"));
  CHECK(session.live.missed.size() == 1);
}

TEST_CASE("what a transaction is can't be said behind its first query") {
  Session session({said("SELECT v FROM t", a_row)});
  constexpr const char* serializable = "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE";
  CHECK(session.types(query("BEGIN") + query("SELECT v FROM t") + query(serializable)) ==
        "CZTDCZEZ");
  CHECK(field(error_of(session.last), 'C') == "25001");
  session.types(query("ROLLBACK") + query("BEGIN") + query("SAVEPOINT s") + query(serializable));
  CHECK(field(error_of(session.last), 'C') == "25001");
  CHECK(session.types(query("ROLLBACK") + query("BEGIN READ ONLY") + query("SELECT v FROM t") +
                      query("SET TRANSACTION READ WRITE")) == "CZCZTDCZEZ");
  CHECK(session.types(query("ROLLBACK") + query("BEGIN") + query(serializable) +
                      query(serializable)) == "CZCZCZCZ");
  session.types(query("ROLLBACK"));
  CHECK(text_of(body_of(session.live.talk(query("SET CONSTRAINTS ALL DEFERRED")), 'C')) ==
        std::string("SET CONSTRAINTS\0", 16));
  CHECK(session.live.missed.empty());
}

TEST_CASE("who logged in is told apart from whose rights count") {
  const auto told = [](const char* user) {
    const Document answer{{"columns", {{{"name", "session_user"}, {"type", "name"}}}},
                          {"rows", Document::array({Document::array({user})})},
                          {"tag", "SELECT 1"}};
    return said("SELECT session_user, current_user", answer.dump().c_str());
  };
  Session session({said("SELECT v FROM t", a_row), said("SET ROLE clerk"), told("ann"),
                   said("RESET ROLE"), said("SET SESSION AUTHORIZATION clerk"), told("clerk")});
  session.types(query("SET SESSION AUTHORIZATION clerk") +
                query("SELECT session_user, current_user"));
  CHECK(text_of(body_of(session.last, 'D')).ends_with("clerk"));
  session.types(query("RESET SESSION AUTHORIZATION") + query("SET ROLE clerk") +
                query("SELECT session_user, current_user"));
  CHECK(text_of(body_of(session.last, 'D')).ends_with("ann"));
}

TEST_CASE("RESET SESSION AUTHORIZATION goes back to who logged in") {
  Session session({said("SELECT v FROM t", a_row)});
  session.types(query("SET SESSION AUTHORIZATION clerk") + query("SELECT current_user"));
  CHECK(text_of(body_of(session.last, 'D')).ends_with("clerk"));
  session.types(query("RESET SESSION AUTHORIZATION") + query("SELECT current_user"));
  CHECK(text_of(body_of(session.last, 'D')).ends_with("ann"));
}

TEST_CASE("the parameters of a PREPARE are those of its statement, however it is sent") {
  Session session({said("SELECT v FROM t WHERE id = $1", a_row)});
  CHECK(session.types(parse("", "PREPARE p (int) AS SELECT v FROM t WHERE id = $1") +
                      bind("", "", {}) + execute("") + sync()) == "12CZ");
}

}  // namespace
}  // namespace understudy::postgres
