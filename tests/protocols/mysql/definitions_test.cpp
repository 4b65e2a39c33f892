// What definitions touch, and what they tell of views, triggers, routines and cascades.
#include "protocols/mysql/definitions.hpp"

#include "support.hpp"

namespace understudy::mysql::test {
namespace {

constexpr sql::Mode mode{sql::Dialect::mysql, true, false};
const NameKey as_it_is = [](const std::string& name) { return name; };

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

std::string written_by(std::string_view sql, const Relations& relations = {}) {
  const auto definition = definition_of(sql, mode);
  return definition ? list(relations.of(*definition, mode, as_it_is).writes) : "?";
}

// Reads, then writes, of a statement that is no definition.
std::string touched_by(std::string_view sql, const Relations& relations) {
  sql::Dependencies found = sql::dependencies_of(sql, mode);
  relations.expand(found);
  return list(found.reads) + " | " + list(found.writes);
}

TEST_CASE("a definition touches what it names and its entry in the catalogue") {
  CHECK_EQ(written_by("CREATE TABLE t (id int primary key)"), "@catalog/t t");
  CHECK_EQ(written_by("create temporary table if not exists `a b`.`T` (id int)"),
           "@catalog/a b.t a b.t");
  CHECK_EQ(written_by("DROP TABLE IF EXISTS a, b"), "@catalog/a @catalog/b a b");
  CHECK_EQ(written_by("ALTER TABLE t ADD COLUMN `rename` int"), "@catalog/t t");
  CHECK_EQ(written_by("ALTER TABLE t RENAME TO u"), "@catalog/t @catalog/u t u");
  CHECK_EQ(written_by("ALTER TABLE t RENAME COLUMN a TO b"), "@catalog/t t");
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
  CHECK_FALSE(definition_of("SET sql_mode = ''", mode));
  CHECK_EQ(written_by("ANALYZE TABLE t"), "");
  CHECK_EQ(written_by("FLUSH TABLES"), "");
  CHECK_EQ(written_by("CREATE OR REPLACE DEFINER=root@localhost VIEW v AS SELECT 1"),
           "@catalog/v v");
}

TEST_CASE("IF NOT EXISTS with a note for each name changed nothing") {
  const auto nothing = [](std::string_view sql, std::uint64_t warnings) {
    return did_nothing(*definition_of(sql, mode), warnings);
  };
  CHECK(nothing("CREATE TABLE IF NOT EXISTS t (id int)", 1));
  CHECK_FALSE(nothing("CREATE TABLE IF NOT EXISTS t (id int)", 0));
  CHECK(nothing("DROP TABLE IF EXISTS a, b", 2));
  CHECK_FALSE(nothing("DROP TABLE IF EXISTS a, b", 1));
  CHECK_FALSE(nothing("CREATE TABLE t (id int)", 1));
}

TEST_CASE("a view is read with the tables behind it") {
  Relations relations;
  relations.learn("CREATE VIEW v AS SELECT p.id FROM p JOIN c ON c.pid = p.id", mode, as_it_is);
  relations.learn("CREATE VIEW w AS SELECT * FROM v", mode, as_it_is);
  CHECK_EQ(touched_by("SELECT * FROM w", relations), "c p v w | ");
  relations.learn_view("x", "p");
  CHECK_EQ(touched_by("SELECT * FROM x", relations), "p x | ");
}

TEST_CASE("a write touches what triggers and cascades touch") {
  Relations relations;
  relations.learn(
      "CREATE TRIGGER g AFTER INSERT ON goods FOR EACH ROW INSERT INTO log VALUES (new.id)", mode,
      as_it_is);
  relations.learn(
      "CREATE TRIGGER l BEFORE INSERT ON log FOR EACH ROW BEGIN IF new.id > 1 THEN UPDATE "
      "sums SET n = n + 1; END IF; END",
      mode, as_it_is);
  relations.learn(
      "CREATE TABLE child (id int, pid int, FOREIGN KEY (pid) REFERENCES parent(id) ON "
      "DELETE CASCADE)",
      mode, as_it_is);
  relations.learn("CREATE TABLE kept (id int, pid int REFERENCES parent(id) ON DELETE RESTRICT)",
                  mode, as_it_is);
  const std::string insert = touched_by("INSERT INTO goods(name) VALUES ('a')", relations);
  CHECK_NE(insert.find(" log"), std::string::npos);
  CHECK_NE(insert.find(" sums"), std::string::npos);
  CHECK_EQ(touched_by("DELETE FROM parent WHERE id = 1", relations), "parent | child parent");
  CHECK_EQ(written_by("DROP TRIGGER g", relations), "@catalog/goods @sequence/log goods log sums");
}

TEST_CASE("what a routine does is known where it was defined, else it may do anything") {
  Relations relations;
  relations.learn(
      "CREATE PROCEDURE bump(k int) BEGIN UPDATE t SET v = v + 1 WHERE id = k; SELECT v "
      "FROM t WHERE id = k; END",
      mode, as_it_is);
  relations.learn("CREATE FUNCTION total() RETURNS int RETURN (SELECT sum(v) FROM t)", mode,
                  as_it_is);
  relations.learn("CREATE PROCEDURE any(s text) BEGIN PREPARE x FROM s; EXECUTE x; END", mode,
                  as_it_is);
  CHECK_EQ(touched_by("CALL bump(1)", relations), "@routine/bump t | t");
  CHECK_EQ(touched_by("SELECT total()", relations), "@routine/total t | ");
  CHECK_EQ(touched_by("SELECT unknown_one(v) FROM u", relations), "everything u | everything");
  CHECK_EQ(touched_by("CALL any('x')", relations), "everything | everything");
  CHECK_EQ(touched_by("DO SLEEP(0)", relations), " | ");
  CHECK_EQ(touched_by("DO total()", relations), "@routine/total t | ");
}

TEST_CASE("SHOW and DESCRIBE depend on definitions, KILL on nothing") {
  const auto shown = [](std::string_view sql) {
    const auto found = shown_by(sql, mode);
    return found ? list(found->reads) : "?";
  };
  CHECK_EQ(shown("SHOW FULL COLUMNS FROM `t` FROM `d`"), "@catalog/d.t");
  CHECK_EQ(shown("DESCRIBE t"), "@catalog/t");
  CHECK_EQ(shown("SHOW TABLES LIKE 'a%'"), "@catalog");
  CHECK_EQ(shown("SHOW CREATE TABLE t"), "@catalog/t t");
  CHECK_EQ(shown("SHOW KEYS FROM t"), "@catalog/t t");
  CHECK_EQ(shown("SHOW TABLE STATUS"), "?");
  CHECK_EQ(shown("SHOW PROCESSLIST"), "?");
  CHECK_EQ(shown("EXPLAIN SELECT 1"), "?");
  CHECK(is_harmless("KILL QUERY 7", mode));
  CHECK(is_harmless("SET ROLE NONE", mode));
  CHECK_FALSE(is_harmless("SELECT 1", mode));
}

}  // namespace
}  // namespace understudy::mysql::test
