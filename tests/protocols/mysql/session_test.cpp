// What statements mean to their connection.
#include "protocols/mysql/session.hpp"

#include <chrono>

#include "protocols/mysql/identity.hpp"
#include "protocols/mysql/introspection.hpp"
#include "support.hpp"
#include "support/json.hpp"

namespace understudy::mysql::test {
namespace {

struct Followed {
  Followed() { session.open("u", "shop", 45, false); }
  TransactionPlan run(std::string_view sql) {
    const StatementInfo info = session.inspect(sql);
    const TransactionPlan plan = session.plan(info);
    if (plan.commit_before) session.end_transaction();
    if (plan.begin_before) session.begin();
    session.apply(info);
    return plan;
  }
  Document profile = {{"version", "5.5.5-10.11.19-MariaDB"}};
  Session session{&profile};
};

TEST_CASE("a new password and a statement that is executed at once are looked up") {
  const sql::Mode mode{sql::Dialect::mysql, true, false};
  const auto kind = [&](std::string_view sql) {
    return inspect_statement(sql, mode, [](std::string_view) { return std::nullopt; }).kind;
  };
  CHECK_EQ(kind("SET PASSWORD FOR a = 'x'"), sql::Kind::ddl);
  CHECK_EQ(kind("SET sql_mode = ''"), sql::Kind::set);
  CHECK_EQ(kind("EXECUTE IMMEDIATE 'SELECT 1'"), sql::Kind::unknown);
  CHECK_EQ(kind("EXECUTE immediate"), sql::Kind::execute);
  CHECK_EQ(immediate_text("EXECUTE IMMEDIATE 'SELECT ''a'''", mode), "SELECT 'a'");
  CHECK_FALSE(immediate_text("EXECUTE IMMEDIATE @s", mode));
}

TEST_CASE("a client that ignores spaces has it in its sql_mode until the session begins anew") {
  const Document profile = {{"version", "5.5.5-10.11.6-MariaDB"},
                            {"variables", {{"sql_mode", "ANSI_QUOTES,STRICT_TRANS_TABLES"}}}};
  Session session(&profile);
  session.open("u", "shop", 45, true);
  CHECK_EQ(*session.variable("sql_mode"), "ANSI_QUOTES,IGNORE_SPACE,STRICT_TRANS_TABLES");
  CHECK(session.has_login_mode());
  session.apply(session.inspect("SET sql_mode = ''"));
  CHECK_EQ(*session.variable("sql_mode"), "");
  CHECK_FALSE(session.has_login_mode());
  session.apply(session.inspect("SET sql_mode = DEFAULT"));
  CHECK_EQ(*session.variable("sql_mode"), "ANSI_QUOTES,STRICT_TRANS_TABLES");
  session.open("u", "shop", 45, true);
  session.reset();
  CHECK_EQ(*session.variable("sql_mode"), "ANSI_QUOTES,STRICT_TRANS_TABLES");
  CHECK_FALSE(session.has_login_mode());
}

TEST_CASE("a transaction is begun and ended") {
  Followed f;
  CHECK_EQ(f.session.status(), status::autocommit);
  CHECK_EQ(f.run("BEGIN").control, Control::begin);
  CHECK_EQ(f.session.status(), status::autocommit | status::in_transaction);
  CHECK_EQ(f.run("COMMIT").control, Control::commit);
  CHECK_EQ(f.session.status(), status::autocommit);
  CHECK_EQ(f.run("ROLLBACK").control, Control::none);
}

TEST_CASE("what a transaction sees of others follows its isolation and what the statement is") {
  Followed f;
  const auto sight = [&](std::string_view sql) {
    sql::Statement statement;
    statement.assign(sql, f.session.mode());
    return f.session.sight(f.session.inspect(sql), statement.pattern());
  };
  CHECK(sight("SELECT v FROM t") == Sight::newest);
  CHECK(sight("BEGIN") == Sight::newest);
  CHECK(sight("START TRANSACTION WITH CONSISTENT SNAPSHOT") == Sight::snapshot);
  f.run("BEGIN");
  CHECK(sight("SELECT v FROM t WHERE id IN (1, 2) AND (g = 1 OR count(*) > 1)") == Sight::snapshot);
  CHECK(sight("(SELECT v FROM t) UNION (SELECT v FROM u)") == Sight::snapshot);
  CHECK(sight("SELECT v FROM t FOR UPDATE") == Sight::newest);
  CHECK(sight("SELECT v FROM t LOCK IN SHARE MODE") == Sight::newest);
  CHECK(sight("SELECT v FROM t WHERE id = (SELECT max(id) FROM u FOR UPDATE)") == Sight::unknown);
  CHECK(sight("SELECT 1 FROM dual") == Sight::newest);
  CHECK(sight("SELECT now()") == Sight::newest);
  CHECK(sight("SELECT bump(1)") == Sight::unknown);
  CHECK(sight("SELECT table_name FROM information_schema.tables") == Sight::unknown);
  CHECK(sight("CALL p()") == Sight::unknown);
  CHECK(sight("UPDATE t SET v = 1") == Sight::newest);
  CHECK(sight("INSERT INTO t SELECT * FROM u") == Sight::newest);
  f.run("COMMIT");
  f.run("SET TRANSACTION ISOLATION LEVEL READ COMMITTED");
  f.run("BEGIN");
  CHECK(sight("SELECT v FROM t") == Sight::newest);
  f.run("COMMIT");
  f.run("SET autocommit = 0");
  f.run("SELECT v FROM t");
  CHECK(sight("SELECT v FROM t") == Sight::snapshot);
  f.run("COMMIT");
  f.run("SET SESSION tx_isolation = 'serializable'");
  f.run("BEGIN");
  CHECK(sight("SELECT v FROM t") == Sight::newest);
}

TEST_CASE("which tables are locked is part of the question") {
  Followed f;
  const auto locks = [&] {
    for (const Setting& each : f.session.unusual_settings())
      if (each.name == locks_setting) return each.value;
    return std::string();
  };
  f.run("LOCK TABLES `t` READ, u AS x WRITE");
  CHECK_EQ(locks(), "lock tables t read , u as x write");
  f.run("UNLOCK TABLES");
  CHECK_EQ(locks(), "");
  f.run("LOCK TABLES t WRITE");
  f.run("BEGIN");
  CHECK_EQ(locks(), "");
}

TEST_CASE("UNLOCK TABLES ends a transaction only where tables were locked") {
  Followed f;
  f.run("START TRANSACTION WITH CONSISTENT SNAPSHOT");
  CHECK_FALSE(f.run("UNLOCK TABLES").commit_before);
  CHECK(f.run("FLUSH TABLES WITH READ LOCK").commit_before);
  f.run("BEGIN");
  CHECK_FALSE(f.run("UNLOCK TABLES").commit_before);
  CHECK(f.run("LOCK TABLES t WRITE").commit_before);
  f.run("SET autocommit = 0");
  f.run("INSERT INTO t VALUES (1)");
  CHECK(f.run("UNLOCK TABLES").commit_before);
  f.run("FLUSH TABLES t FOR EXPORT");
  f.run("INSERT INTO t VALUES (1)");
  CHECK(f.run("UNLOCK TABLES").commit_before);
}

TEST_CASE("the status flags tell of quotes, backslashes and read-only transactions") {
  Followed f;
  f.run("SET sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'");
  CHECK_EQ(f.session.status(),
           status::autocommit | status::ansi_quotes | status::no_backslash_escapes);
  f.run("SET sql_mode = ''");
  f.run("START TRANSACTION READ ONLY");
  CHECK_EQ(f.session.status(),
           status::autocommit | status::in_transaction | status::in_read_only_transaction);
  f.run("COMMIT");
  f.run("SET TRANSACTION READ ONLY");
  f.run("BEGIN");
  CHECK_NE(f.session.status() & status::in_read_only_transaction, 0);
}

TEST_CASE("without autocommit the first statement begins a transaction") {
  Followed f;
  f.run("SET autocommit = 0");
  CHECK_FALSE(f.session.autocommit());
  CHECK(f.run("SELECT * FROM t").begin_before);
  CHECK_FALSE(f.run("SELECT * FROM t").begin_before);
  CHECK_EQ(f.run("rollback").control, Control::rollback);
  CHECK(f.run("INSERT INTO t VALUES (1)").begin_before);
  CHECK(f.run("SET @@session.autocommit = ON").commit_before);
  CHECK(f.session.autocommit());
  CHECK_FALSE(f.session.in_transaction());
}

TEST_CASE("DDL and BEGIN commit an open transaction, DDL of temporary tables does not") {
  Followed f;
  f.run("START TRANSACTION");
  CHECK_FALSE(f.run("CREATE TEMPORARY TABLE x (a INT)").commit_before);
  CHECK(f.run("CREATE TABLE x (a INT)").commit_before);
  CHECK_FALSE(f.run("CREATE TABLE y (a INT)").commit_before);
  f.run("BEGIN");
  CHECK(f.run("BEGIN").commit_before);
}

TEST_CASE("savepoints are known by name") {
  Followed f;
  CHECK_EQ(f.run("ROLLBACK TO SAVEPOINT a").control, Control::none);
  f.run("BEGIN");
  CHECK_EQ(f.run("SAVEPOINT a").control, Control::savepoint);
  f.run("SAVEPOINT b");
  CHECK_EQ(f.run("ROLLBACK TO a").control, Control::rollback_to);
  CHECK_FALSE(f.session.has_savepoint("b"));
  CHECK_EQ(f.run("RELEASE SAVEPOINT a").control, Control::release);
  CHECK_FALSE(f.session.has_savepoint("a"));
}

TEST_CASE("a savepoint whose name was there before is the latest") {
  Followed f;
  for (const char* sql : {"BEGIN", "SAVEPOINT a", "SAVEPOINT b", "SAVEPOINT a"}) f.run(sql);
  f.run("ROLLBACK TO b");
  CHECK(f.session.has_savepoint("b"));
  CHECK_FALSE(f.session.has_savepoint("a"));
  f.run("ROLLBACK");
  CHECK_FALSE(f.session.has_savepoint("b"));
}

TEST_CASE("any number of savepoints costs time in proportion") {
  const auto began = std::chrono::steady_clock::now();
  Savepoints savepoints;
  constexpr int count = 100'000;
  for (int i = 0; i < count; ++i) savepoints.add("s" + std::to_string(i));
  for (int i = count - 1; i >= 0; --i)
    savepoints.drop("s" + std::to_string(i), Savepoints::Of::later);
  CHECK(savepoints.has("s0"));
  CHECK_FALSE(savepoints.has("s1"));
  CHECK_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(10));
}

TEST_CASE("COMMIT AND CHAIN begins anew") {
  Followed f;
  f.run("BEGIN");
  CHECK(f.run("COMMIT AND CHAIN").begin_after);
  CHECK(f.session.in_transaction());
  CHECK_FALSE(f.run("COMMIT AND NO CHAIN").begin_after);
  CHECK_FALSE(f.session.in_transaction());
}

TEST_CASE("SET changes what is asked for afterwards") {
  Followed f;
  f.run("SET NAMES latin1");
  CHECK_EQ(f.session.client_collation(), 8);
  CHECK_EQ(f.session.variable("character_set_results"), "latin1");
  f.run("SET character_set_results = NULL, sql_mode = CONCAT(@@sql_mode, ',ANSI_QUOTES')");
  CHECK_EQ(f.session.result_collation(), 0);
  CHECK(f.session.mode().ansi_quotes);
  CHECK(f.session.variable("sql_mode")->ends_with(",ANSI_QUOTES"));
  f.run("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED");
  CHECK_EQ(f.session.variable("tx_isolation"), "READ-COMMITTED");
  CHECK_FALSE(f.session.variable("transaction_isolation"));
  CHECK_FALSE(f.session.variable("no_such_variable"));
  f.session.reset();
  CHECK_EQ(f.session.variable("tx_isolation"), "REPEATABLE-READ");
  CHECK_EQ(f.session.client_collation(), 45);
}

TEST_CASE("user variables are known by what they were made of") {
  Followed f;
  const auto made_of = [&](std::string_view sql) {
    return f.session.made_of(sql, f.session.inspect(sql));
  };
  const auto run = [&](std::string_view sql) { f.session.remember(sql, f.session.inspect(sql)); };
  run("SET @a = 5, @B := (SELECT COUNT(*) FROM t)");
  CHECK_EQ(made_of("SELECT @a, @b, @c"),
           json_document(R"json({"@a": "5", "@b": "(SELECT COUNT(*) FROM t)", "@c": "NULL"})json"));
  CHECK(made_of("SELECT 1").empty());
  CHECK(made_of("SELECT 'x@y', @@autocommit").empty());
  run("CALL p(@a)");
  CHECK_EQ(made_of("SELECT @a"), json_document(R"json({"@a": "CALL p((5))"})json"));
  run("PREPARE s FROM 'SELECT 1'");
  CHECK_EQ(made_of("EXECUTE s"),
           json_document(R"json({"prepare s": "PREPARE s FROM 'SELECT 1'"})json"));
  f.session.reset();
  CHECK_EQ(made_of("SELECT @a"), json_document(R"json({"@a": "NULL"})json"));
}

TEST_CASE("questions about the connection are told from other statements") {
  const sql::Mode mode{sql::Dialect::mysql, true, false};
  for (const char* sql : {"SELECT @@version_comment LIMIT 1", "select DATABASE(), USER() limit 1",
                          "SELECT 1", "SELECT version() as version",
                          "SELECT @@session.auto_increment_increment AS auto_increment_increment, "
                          "@@max_allowed_packet AS m",
                          "SHOW VARIABLES LIKE 'sql_mode'", "SHOW WARNINGS", "SELECT 1 FROM DUAL"})
    CHECK_MESSAGE(parse_introspection(sql, mode), sql);
  for (const char* sql : {"SELECT a FROM t", "SELECT NOW()", "SELECT @x", "SELECT 1 UNION SELECT 2",
                          "INSERT INTO t VALUES (1)", "SELECT", "SHOW TABLES"})
    CHECK_MESSAGE(!parse_introspection(sql, mode), sql);
}

TEST_CASE("asking how many warnings there are leaves them") {
  const sql::Mode mode{sql::Dialect::mysql, true, false};
  const auto left_by = [&](const char* sql) {
    Aftermath after;
    after.note(ErrorPacket{.code = 1054, .state = "42S22", .message = "Unknown column"});
    const auto asked = parse_introspection(sql, mode);
    REQUIRE(asked);
    after.note_question(*asked, 1);
    return after;
  };
  for (const char* sql : {"SELECT @@warning_count", "select @@session.error_count, @@warning_count",
                          "SHOW WARNINGS", "SHOW COUNT(*) ERRORS"}) {
    CAPTURE(std::string(sql));
    CHECK(left_by(sql).error.has_value());
    CHECK_EQ(left_by(sql).warnings, 1);
  }
  CHECK_EQ(left_by("SELECT @@warning_count").found_rows, 1);
  CHECK_FALSE(left_by("SELECT @@warning_count, @@autocommit").error.has_value());
  CHECK_EQ(left_by("SELECT DATABASE()").warnings, 0);
}

TEST_CASE("LAST_INSERT_ID() is known where the answer tells the number that the server gave") {
  const auto left_by = [](const char* sql, std::uint64_t id, const char* before = "") {
    sql::Statement statement;
    statement.assign(sql, {sql::Dialect::mysql, true, false});
    std::string canonical = before, qualifier;
    append_statement(statement, sql, {}, canonical, qualifier);
    Aftermath after;
    after.last_insert_id = 3;
    after.note_done(statement.pattern());
    after.note({.affected = 1, .insert_id = id}, canonical);
    return after.last_insert_id;
  };
  CHECK_EQ(left_by("INSERT INTO t (n) VALUES (1), (NULL), (DEFAULT)", 7), 7);
  CHECK_EQ(left_by("INSERT INTO t (n) VALUES (@a)", 7, "(with {\"@a\": \"5\"}) "), 7);
  CHECK_EQ(left_by("UPDATE t SET n = 1", 0), 3);
  // One of its own, of a row that was there, or of what is not told.
  CHECK_FALSE(left_by("INSERT INTO t (n) VALUES (7)", 7));
  CHECK_FALSE(left_by("INSERT INTO t (n) VALUES (@a)", 7, "(with {\"@a\": \"7\"}) "));
  CHECK_FALSE(left_by("INSERT INTO t (n) VALUES (3 + 4)", 7));
  CHECK_FALSE(left_by("INSERT INTO t SELECT n + 4 FROM u", 7));
  CHECK_FALSE(left_by("INSERT INTO t (n) VALUES (1) ON DUPLICATE KEY UPDATE n = 2", 7));
  CHECK_FALSE(left_by("CALL p()", 0));
  CHECK_FALSE(left_by("SELECT LAST_INSERT_ID(9)", 0));
  CHECK_FALSE(left_by("SET last_insert_id = 9", 0));
}

TEST_CASE("an XA transaction shows in the status until it ends") {
  Session session(nullptr);
  session.open("u", "d", 45, false);
  const auto status_after = [&](const char* sql) {
    session.apply(session.inspect(sql));
    return session.status() & status::in_transaction;
  };
  CHECK_EQ(status_after("XA START 'x'"), status::in_transaction);
  CHECK_EQ(status_after("XA END 'x'"), status::in_transaction);
  CHECK_EQ(status_after("XA PREPARE 'x'"), status::in_transaction);
  CHECK_EQ(status_after("XA COMMIT 'x'"), 0);
}

TEST_CASE("several statements stay one where their results can't be counted before") {
  const sql::Mode mode{sql::Dialect::mysql, true, false};
  CHECK(is_indivisible("CALL p(); SELECT 1", mode));
  CHECK_FALSE(is_indivisible("SELECT 1; SELECT 2", mode));
  CHECK(is_indivisible("CREATE PROCEDURE p() BEGIN SELECT 1; SELECT 2; END", mode));
}

}  // namespace
}  // namespace understudy::mysql::test
