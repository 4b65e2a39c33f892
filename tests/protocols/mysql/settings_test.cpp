// Which settings of a connection are part of the question.
#include "protocols/mysql/settings.hpp"

#include "protocols/mysql/definitions.hpp"
#include "protocols/mysql/session.hpp"
#include "support.hpp"

namespace understudy::mysql::test {
namespace {

constexpr sql::Mode mode{sql::Dialect::mysql, true, false};

// Which of those settings matter to a statement, one letter each.
std::string matter(std::string_view text, bool in_transaction = false) {
  sql::Statement statement;
  statement.assign(text, mode);
  const Relevance relevance(statement, {}, sql::verb_of(text, mode).kind, in_transaction);
  std::string found;
  for (const char* name : {"time_zone", "sql_select_limit", "collation_connection",
                           "foreign_key_checks", "group_concat_max_len", "transaction_isolation"})
    if (relevance.matters(name) && (std::string(name) != "transaction_isolation" || in_transaction))
      found += name[0] == 's' ? 'l' : name[0];
  return found;
}

std::string mark(std::string_view text, const std::string& value, const std::string& usual) {
  sql::Statement statement;
  statement.assign(text, mode);
  const std::vector<Setting> settings = {{"sql_mode", value, usual}};
  std::string canonical;
  append_settings(
      settings_mark(settings, Relevance(statement, {}, sql::verb_of(text, mode).kind, false)),
      canonical);
  return canonical;
}

/// The state behind these statements.
std::string temporary_state(std::initializer_list<const char*> statements) {
  TemporaryTables tables;
  for (const char* sql : statements)
    tables.follow(
        sql, mode,
        inspect_statement(sql, mode, [](std::string_view) { return std::optional<std::string>(); }),
        {});
  return tables.state();
}

TEST_CASE("a temporary table is what its connection did with it since it made it") {
  const char* const create = "CREATE TEMPORARY TABLE IF NOT EXISTS `T` (n int)";
  const char* const insert = "INSERT INTO t VALUES (1)";
  const std::string filled = temporary_state({create, insert});
  CHECK_EQ(temporary_state({insert, "SELECT 1"}), "");
  CHECK(filled.starts_with("t#"));
  CHECK_NE(temporary_state({create}), filled);
  CHECK_NE(temporary_state({create, "INSERT INTO t VALUES (2)"}), filled);
  CHECK_NE(temporary_state({create, insert, "CALL p()"}), filled);
  CHECK_NE(temporary_state({create, insert, "ROLLBACK"}), filled);
  CHECK_EQ(temporary_state({create, insert, create, "SELECT * FROM t", "DELETE FROM u"}), filled);
  CHECK_EQ(temporary_state({create, "DELETE FROM t", "DROP TABLE u, t", create, insert}), filled);
  const std::vector<std::string> words = {"select", "t"};
  CHECK_EQ(temporary_part(filled + " u#1", words), filled);
  CHECK_EQ(temporary_part("u#1", words), "");
}

TEST_CASE("a setting matters where the text of a statement shows that it can") {
  CHECK_EQ(matter("SELECT id FROM t WHERE id = 1"), "l");
  CHECK_EQ(matter("SELECT id FROM t WHERE at > '2024-05-01'"), "tl");
  CHECK_EQ(matter("SELECT id FROM t WHERE at > 20240501101112"), "tl");
  CHECK_EQ(matter("SELECT FROM_UNIXTIME(0)"), "tl");
  CHECK_EQ(matter("SELECT 'a' = 'A'"), "lc");
  CHECK_EQ(matter("SELECT 'a' AS shown"), "l");
  CHECK_EQ(matter("SELECT id FROM t WHERE 'a' = 'A' AND id = 1"), "lc");
  CHECK_EQ(matter("SELECT id FROM t WHERE 'a' NOT IN ('A', name)"), "lc");
  CHECK_EQ(matter("SELECT id FROM t WHERE name = 'a' AND 'A' = name"), "l");
  CHECK_EQ(matter("SELECT name FROM t WHERE name = 'A'"), "l");
  CHECK_EQ(matter("SELECT CAST('x' AS CHAR) s FROM t ORDER BY j"), "l");
  CHECK_EQ(matter("SELECT id FROM t WHERE CAST(name AS CHAR) = 'A'"), "lc");
  CHECK_EQ(matter("SELECT DATE_FORMAT(d, '%M') = 'may' FROM t"), "lc");
  CHECK_EQ(matter("SELECT LENGTH('é') FROM t"), "lc");
  CHECK_EQ(matter("SELECT GROUP_CONCAT(name) FROM t"), "lg");
  CHECK_EQ(matter("INSERT INTO t(v) VALUES (1)"), "f");
  CHECK_EQ(matter("INSERT INTO t(at) VALUES ('2024-05-01 10:00:00')"), "tf");
  CHECK_EQ(matter("SELECT v FROM t", true), "lt");
  CHECK_EQ(matter("SELECT my_function(1)"), "tlfg");
  CHECK_EQ(matter("CALL p(1)"), "tlfg");
  CHECK_EQ(matter("SET @a = 1"), "");
}

TEST_CASE("what may end a transaction is another question within one") {
  const auto marked = [](std::string_view text, bool in_transaction) {
    sql::Statement statement;
    statement.assign(text, mode);
    return settings_mark({}, Relevance(statement, {}, sql::verb_of(text, mode).kind, in_transaction));
  };
  CHECK_EQ(marked("CALL p(1)", true), "transaction=open");
  CHECK_EQ(marked("CALL p(1)", false), "");
  CHECK_EQ(marked("SELECT v FROM t", true), "");
}

TEST_CASE("columns of type TIMESTAMP make the time zone matter") {
  sql::Statement statement;
  statement.assign("SELECT HOUR(made) FROM t", mode);
  Relevance relevance(statement, {}, sql::Kind::select, false);
  CHECK_FALSE(relevance.matters("time_zone"));
  relevance.know_timestamps(Document::array({"other"}));
  CHECK_FALSE(relevance.matters("time_zone"));
  relevance.know_timestamps(Document::array({"made"}));
  CHECK(relevance.matters("time_zone"));
  CHECK_EQ(timestamps_declared("CREATE TABLE t (id int, `Made` timestamp(3) NULL, d date)", mode),
           std::vector<std::string>{"made"});
}

TEST_CASE("of sql_mode only those parts count that can matter") {
  CHECK_EQ(mark("SELECT v FROM t", "STRICT_TRANS_TABLES", ""), "");
  CHECK_EQ(mark("UPDATE t SET v = 1", "STRICT_TRANS_TABLES", ""),
           "(set sql_mode=STRICT_TRANS_TABLES\x1f) ");
  CHECK_EQ(mark("UPDATE t SET v = 1", "ANSI_QUOTES", ""), "");
  CHECK_EQ(mark("SELECT a || b FROM t", "PIPES_AS_CONCAT", "ANSI_QUOTES"),
           "(set sql_mode=PIPES_AS_CONCAT\x1f) ");
  CHECK_EQ(mark("SELECT count(*) FROM t", "", std::string(default_value)), "(set sql_mode=\x1f) ");
  CHECK_EQ(mark("SELECT v FROM t", "", std::string(default_value)), "");
}

TEST_CASE("an unknown variable matters, a buffer or a time-out does not") {
  CHECK(is_setting("new_switch"));
  CHECK_FALSE(is_setting("wait_timeout"));
  CHECK_FALSE(is_setting("join_buffer_size"));
  CHECK_FALSE(is_setting("autocommit"));
}

TEST_CASE("the nearest settings are those that differ in the fewest") {
  const auto nearest = [](std::string_view asked, std::vector<std::string_view> recorded) {
    const auto found = nearest_settings(asked, recorded);
    return found ? std::string(found->mark) + "|" + found->difference : "none";
  };
  CHECK_EQ(nearest("a=1", {"", "a=1"}), "none");
  CHECK_EQ(nearest("a=2", {"", "a=1; b=1"}),
           "|a is '2' here and was recorded with what most of the recording has");
  CHECK_EQ(nearest("a=2; b=1", {"", "a=1; b=1"}),
           "a=1; b=1|a is '2' here and was recorded with '1'");
  CHECK_EQ(nearest("", {"a=1"}),
           "a=1|a is what most of the recording has here and was recorded with '1'");
  // What was inserted before is no setting.
  CHECK_EQ(nearest("last_insert_id()=7", {""}), "none");
  CHECK_EQ(split_marks(join_marks({"", "a=1"})), std::vector<std::string_view>{"", "a=1"});
}

// A session's unusual settings, `name=value` one after the other.
std::string unusual(const Session& session) {
  std::string text;
  for (const Setting& setting : session.unusual_settings())
    text += setting.name + "=" + setting.value + " ";
  return text;
}

TEST_CASE("a session tells what differs from what most of the recording has") {
  const Document profile = {
      {"version", "5.5.5-10.11.6-MariaDB"},
      {"settings",
       {{"collation_connection", "utf8mb4_general_ci"}, {"user", "u"}, {"time_zone", "+00:00"}}}};
  Session session(&profile);
  session.open("u", "shop", 45, false);
  const auto run = [&](std::string_view sql, std::vector<sql::Value> values = {}) {
    const StatementInfo info = session.inspect(sql, values);
    session.apply(info);
    session.remember(sql, info, values);
  };
  CHECK_EQ(unusual(session), "time_zone=(default) ");
  run("SET time_zone = '+00:00'");
  CHECK_EQ(unusual(session), "");
  run("SET time_zone = ?, sql_select_limit = ?",
      {{sql::ValueClass::string, "+03:00", false}, {sql::ValueClass::number, "5", false}});
  CHECK_EQ(*session.variable("time_zone"), "+03:00");
  CHECK_EQ(unusual(session), "sql_select_limit=5 time_zone=+03:00 ");
  run("SET NAMES utf8mb4 COLLATE utf8mb4_bin, time_zone = '+00:00', sql_select_limit = DEFAULT");
  CHECK_EQ(unusual(session), "collation_connection=utf8mb4_bin ");
  run("SET SESSION group_concat_max_len = 1 + 2, NAMES utf8mb4");
  CHECK_EQ(unusual(session), "group_concat_max_len== 1 + 2 ");
  session.reset();
  CHECK_EQ(unusual(session), "time_zone=(default) ");
}

TEST_CASE("SET TRANSACTION is for the next transaction only") {
  const Document profile = {
      {"version", "8.0.30"},
      {"settings", {{"collation_connection", "utf8mb4_general_ci"}, {"user", "u"}}}};
  Session session(&profile);
  session.open("u", "shop", 45, false);
  session.apply(session.inspect("SET TRANSACTION ISOLATION LEVEL READ COMMITTED"));
  CHECK_EQ(unusual(session), "transaction_isolation=READ-COMMITTED ");
  session.apply(session.inspect("BEGIN"));
  CHECK_EQ(unusual(session), "transaction_isolation=READ-COMMITTED ");
  session.apply(session.inspect("COMMIT"));
  CHECK_EQ(unusual(session), "");
}

TEST_CASE("what a user variable was made of is what it stood for then") {
  Session session(nullptr);
  session.open("u", "shop", 45, false);
  const auto run = [&](std::string_view sql, std::vector<sql::Value> values = {}) {
    session.remember(sql, session.inspect(sql, values), values);
  };
  const auto made_of = [&](std::string_view sql) {
    return session.made_of(sql, session.inspect(sql)).dump();
  };
  run("SET @a = ?", {{sql::ValueClass::string, "it's", false}});
  CHECK_EQ(made_of("SELECT @a"), R"({"@a":"'it''s'"})");
  run("SET @a = 1");
  run("SET @b = @a + 1");
  run("SET @a = 2");
  CHECK_EQ(made_of("SELECT @b"), R"({"@b":"(1) + 1"})");
  session.note_insert_id(7);
  run("SET @id = LAST_INSERT_ID()");
  session.note_insert_id(8);
  CHECK_EQ(made_of("SELECT @id"), R"({"@id":"7"})");
}

}  // namespace
}  // namespace understudy::mysql::test
