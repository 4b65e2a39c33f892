// What statements touch by what definitions tell of views, triggers, routines and cascades.
#include "protocols/mysql/definitions.hpp"

#include <initializer_list>

#include "protocols/mysql/table_keys.hpp"
#include "support.hpp"

namespace understudy::mysql::test {
namespace {

constexpr sql::Mode mode{sql::Dialect::mysql, true, false};

TableKeys keys_of(std::initializer_list<const char*> definitions) {
  TableKeys keys;
  for (const char* sql : definitions) keys.define(sql, mode, "main");
  for (const char* table : {"t", "u", "p", "c", "log", "sums", "goods", "parent"})
    keys.know({"main", table});
  keys.settle("main");
  return keys;
}

std::string list(std::vector<KeyPath> paths) {
  std::ranges::sort(paths);
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  std::string text;
  for (const KeyPath& path : paths) {
    std::string one = path.empty() ? "everything" : join(path);
    std::ranges::replace(one, '\x1f', '/');
    text += (text.empty() ? "" : " ") + one;
  }
  return text;
}

std::string written_by(std::string_view sql, const TableKeys& keys = keys_of({})) {
  return list(keys.facts_of(sql, mode, "main").dependencies.writes);
}

std::string read_by(std::string_view sql, const TableKeys& keys = keys_of({})) {
  return list(keys.facts_of(sql, mode, "main").dependencies.reads);
}

// Reads, then writes.
std::string touched_by(std::string_view sql, const TableKeys& keys, std::string_view database) {
  const sql::Dependencies found = keys.facts_of(sql, mode, database).dependencies;
  return list(found.reads) + " | " + list(found.writes);
}
std::string touched_by(std::string_view sql, const TableKeys& keys) {
  return touched_by(sql, keys, "main");
}

TEST_CASE("a definition touches what it names and its entry in the catalogue") {
  CHECK_EQ(written_by("CREATE TABLE t (id int primary key)"), "@catalog/t t");
  CHECK_EQ(written_by("create temporary table if not exists `a b`.`T` (id int)"),
           "@catalog/a b.t a b.t");
  CHECK_EQ(written_by("DROP TABLE IF EXISTS a, b"), "@catalog/a @catalog/b a b");
  CHECK_EQ(written_by("ALTER TABLE t ADD COLUMN `rename` int"), "@catalog/t t");
  CHECK_EQ(written_by("ALTER TABLE t RENAME TO u"), "@catalog/t @catalog/u t u");
  CHECK_EQ(written_by("ALTER TABLE t RENAME COLUMN a TO b"), "@catalog/t t");
  CHECK_EQ(written_by("ALTER TABLE t EXCHANGE PARTITION p WITH TABLE u"),
           "@catalog/t @catalog/u t u");
  CHECK_EQ(written_by("RENAME TABLE a TO b, c TO d"),
           "@catalog/a @catalog/b @catalog/c @catalog/d a b c d");
  CHECK_EQ(written_by("CREATE UNIQUE INDEX i ON t (a)"), "@catalog/t t");
  CHECK_EQ(written_by("DROP INDEX i ON t"), "@catalog/t t");
  CHECK_EQ(written_by("CREATE DATABASE d"), "@catalog");
  CHECK_EQ(written_by("DROP DATABASE d"), "everything @catalog");
  CHECK_EQ(written_by("CREATE USER u IDENTIFIED BY '***'"), "@catalog");
  CHECK_EQ(written_by("GRANT ALL ON *.* TO u"), "@catalog");
  CHECK_EQ(written_by("SET PASSWORD FOR u = PASSWORD('***')"), "@catalog");
  CHECK_EQ(written_by("CHANGE MASTER TO MASTER_HOST = 'h'"), "@catalog");
  CHECK_EQ(written_by("SET sql_mode = ''"), "");
  CHECK_EQ(written_by("ANALYZE TABLE t"), "");
  CHECK_EQ(written_by("FLUSH TABLES"), "");
  CHECK_EQ(written_by("CREATE OR REPLACE DEFINER=root@localhost VIEW v AS SELECT 1"),
           "@catalog/v v");
}

TEST_CASE("what no grammar here accepts touches the tables that it names, or everything") {
  CHECK_EQ(written_by("ALTER TABLE t ?? u"), "@catalog/t @catalog/u t u");
  CHECK_EQ(written_by("ALTER TABLE unknown ??"), "everything");
  CHECK_EQ(written_by("UPDATE t SET"), "everything");
  CHECK_EQ(touched_by("SELECT * FROM t WHERE", keys_of({})), "everything | ");
  CHECK_EQ(touched_by("SELECT bump(1) FROM t WHERE", keys_of({})), "everything | everything");
}

TEST_CASE("IF NOT EXISTS with a note for each name changed nothing") {
  const auto nothing = [](std::string_view sql, std::uint64_t warnings) {
    return did_nothing(sql, mode, warnings);
  };
  CHECK(nothing("CREATE TABLE IF NOT EXISTS t (id int)", 1));
  CHECK_FALSE(nothing("CREATE TABLE IF NOT EXISTS t (id int)", 0));
  CHECK(nothing("DROP TABLE IF EXISTS a, b", 2));
  CHECK_FALSE(nothing("DROP TABLE IF EXISTS a, b", 1));
  CHECK_FALSE(nothing("CREATE TABLE t (id int)", 1));
  CHECK(nothing("ALTER TABLE t ADD COLUMN IF NOT EXISTS a int, DROP COLUMN IF EXISTS b", 2));
  CHECK_FALSE(nothing("ALTER TABLE t ADD COLUMN IF NOT EXISTS a int, DROP COLUMN b", 1));
}

TEST_CASE("a view is read with the tables behind it") {
  TableKeys keys = keys_of({"CREATE VIEW v AS SELECT p.id FROM p JOIN c ON c.pid = p.id",
                            "CREATE VIEW w AS SELECT * FROM v"});
  CHECK_EQ(touched_by("SELECT * FROM w", keys), "c p v w | ");
  CHECK_EQ(touched_by("UPDATE w SET id = 1", keys), "c p v w | c p v w");
  keys.define_view("main.x", "main.p");
  keys.know({"main", "x"});
  keys.settle("main");
  CHECK_EQ(touched_by("SELECT * FROM x", keys), "p x | ");
}

TEST_CASE("names of a view and of a routine are those of the database in which it was made") {
  TableKeys keys;
  keys.define("CREATE VIEW other.v AS SELECT * FROM t", mode, "main");
  keys.define("CREATE PROCEDURE other.add() INSERT INTO t VALUES (1)", mode, "main");
  for (const char* database : {"main", "other"}) keys.know({database, "t"});
  keys.settle("main");
  CHECK_EQ(touched_by("SELECT * FROM v", keys, "other"), "other.v t | ");
  CHECK_EQ(touched_by("CALL other.add()", keys),
           "@routine/other.add @sequence/other.t other.t | @sequence/other.t other.t");
}

TEST_CASE("a write touches what triggers and cascades touch") {
  const TableKeys keys = keys_of(
      {"CREATE TRIGGER g AFTER INSERT ON goods FOR EACH ROW INSERT INTO log VALUES (new.id)",
       "CREATE TRIGGER l BEFORE INSERT ON log FOR EACH ROW BEGIN IF new.id > 1 THEN UPDATE "
       "sums SET n = n + 1; END IF; END",
       "CREATE TABLE child (id int, pid int, FOREIGN KEY (pid) REFERENCES parent(id) ON "
       "DELETE CASCADE)",
       "CREATE TABLE kept (id int, pid int REFERENCES parent(id) ON DELETE RESTRICT)"});
  const std::string insert = touched_by("INSERT INTO goods(name) VALUES ('a')", keys);
  CHECK_NE(insert.find(" log"), std::string::npos);
  CHECK_NE(insert.find(" sums"), std::string::npos);
  CHECK_EQ(touched_by("DELETE FROM parent WHERE id = 1", keys), "parent | parent");
  CHECK_EQ(keys.facts_of("DELETE FROM parent WHERE id = 1", mode, "main").cascades,
           std::vector<KeyPath>{{"child"}});
  CHECK_EQ(written_by("DROP TRIGGER g", keys), "@catalog/goods @sequence/log goods log sums");
  CHECK_EQ(written_by("DROP TRIGGER nobody_knows", keys), "everything");
}

TEST_CASE("a trigger runs for rows that are found, even if none of them changes") {
  const auto changes = [](std::vector<Exchange> before, const char* info) {
    before.push_back({{{"sql", "UPDATE goods SET price = 1 WHERE id = 7"}},
                      {{"affected", 0}, {"info", info}},
                      {},
                      {}});
    return Recorded(recording(std::move(before))).answers().back().changed;
  };
  const Exchange trigger = {{{"sql",
                              "CREATE TRIGGER g AFTER UPDATE ON goods FOR EACH ROW INSERT "
                              "INTO log VALUES (new.id)"}},
                            {{"affected", 0}},
                            {},
                            {}};
  const char* const same = "Rows matched: 1  Changed: 0  Warnings: 0";
  const char* const none = "Rows matched: 0  Changed: 0  Warnings: 0";
  CHECK_FALSE(changes({}, same));
  CHECK(changes({trigger}, same));
  CHECK_FALSE(changes({trigger}, none));
}

TEST_CASE("what a routine does is known where it was defined, else it may do anything") {
  const TableKeys keys = keys_of(
      {"CREATE PROCEDURE bump(k int) BEGIN UPDATE t SET v = v + 1 WHERE id = k; SELECT v "
       "FROM t WHERE id = k; END",
       "CREATE FUNCTION total() RETURNS int RETURN (SELECT sum(v) FROM t)",
       "CREATE PROCEDURE any(s text) BEGIN PREPARE x FROM s; EXECUTE x; END",
       "CREATE FUNCTION twice() RETURNS int READS SQL DATA BEGIN DECLARE n decimal(10, 2) DEFAULT "
       "total(); CALL bump(1); RETURN n; END",
       "CREATE PROCEDURE scratch() BEGIN CREATE TEMPORARY TABLE x (a int); END",
       "CREATE PROCEDURE loops() BEGIN DECLARE c CURSOR FOR SELECT id FROM u; DECLARE EXIT HANDLER "
       "FOR NOT FOUND SET @done = 1; OPEN c; l: LOOP FETCH c INTO k; DELETE FROM p WHERE id = k; "
       "END LOOP; CLOSE c; END"});
  CHECK_EQ(touched_by("CALL bump(1)", keys), "@routine/bump t | t");
  CHECK_EQ(touched_by("SELECT total()", keys), "@routine/total t | ");
  CHECK_EQ(touched_by("SELECT unknown_one(v) FROM u", keys), "everything u | everything");
  CHECK_EQ(touched_by("CALL any('x')", keys), "everything @routine/any | everything");
  CHECK_EQ(touched_by("CALL scratch()", keys), "everything @routine/scratch | everything");
  CHECK_EQ(touched_by("DO SLEEP(0)", keys), " | ");
  CHECK_EQ(touched_by("DO total()", keys), "@routine/total t | ");
  CHECK_EQ(touched_by("SELECT twice()", keys), "@routine/bump @routine/total @routine/twice t | t");
  const std::string loops = touched_by("CALL loops()", keys);
  CHECK_NE(loops.find("p u | "), std::string::npos);
  CHECK_EQ(loops.find("everything"), std::string::npos);
}

TEST_CASE("a table that was renamed is the same one, in whatever database it is asked for") {
  TableKeys keys;
  keys.define("RENAME TABLE t TO u", mode, "main");
  keys.settle("main");
  CHECK_EQ(keys.key_of("u", "main"), keys.key_of("main.t", "other"));
  CHECK_EQ(keys.key_of("u", "main"), keys.key_of("t", "main"));
  // There may be two of them by now: their rows are not told apart.
  CHECK(keys.facts_of("SELECT * FROM u WHERE id = 1", mode, "main").indirect);
}

TEST_CASE("SHOW and DESCRIBE depend on definitions, KILL on nothing") {
  CHECK_EQ(read_by("SHOW FULL COLUMNS FROM `t` FROM `d`"), "@catalog/d.t");
  CHECK_EQ(read_by("DESCRIBE t"), "@catalog/t");
  CHECK_EQ(read_by("SHOW TABLES LIKE 'a%'"), "@catalog");
  CHECK_EQ(read_by("SHOW CREATE TABLE t"), "@catalog/t t");
  CHECK_EQ(read_by("SHOW KEYS FROM t"), "@catalog/t t");
  CHECK_EQ(read_by("SHOW TABLE STATUS"), "everything");
  CHECK_EQ(read_by("SHOW PROCESSLIST"), "everything");
  CHECK_EQ(read_by("KILL QUERY 7"), "");
  CHECK_EQ(read_by("SET ROLE NONE"), "");
}

}  // namespace
}  // namespace understudy::mysql::test
