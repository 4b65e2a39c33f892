// Tables that are altered, with rows in them or without.
#include <doctest/doctest.h>

#include "emulator_support.hpp"

using namespace postgres_test;

namespace {

EmulatedSql with_rows() {
  EmulatedSql sql;
  sql.hear(
      "CREATE TABLE t (id serial PRIMARY KEY, name varchar NOT NULL, n int, CONSTRAINT t_n "
      "UNIQUE (n), CONSTRAINT positive CHECK (n > 0))",
      "CREATE TABLE");
  sql.hear("INSERT INTO t (name, n) VALUES ('a', 1), ('b', 2)", "INSERT 0 2");
  return sql;
}

std::string error_text(const EmulatedSql& sql) {
  return std::string(field(sql.error, 'C')) + " " + std::string(field(sql.error, 'n'));
}

}  // namespace

TEST_CASE("columns that are renamed, dropped and of another length keep their rows") {
  EmulatedSql sql = with_rows();
  sql.hear("ALTER TABLE t ALTER COLUMN name TYPE varchar(255)", "ALTER TABLE");
  sql.hear("ALTER TABLE t ADD COLUMN more int NOT NULL DEFAULT 7", "ALTER TABLE");
  sql.hear("ALTER TABLE t RENAME name TO title", "ALTER TABLE");
  sql.hear("ALTER TABLE t DROP COLUMN n", "ALTER TABLE");
  CHECK(sql.say("SELECT * FROM t ORDER BY id") == "1|a|7;2|b|7;SELECT 2");
  REQUIRE(sql.columns.size() == 3);
  CHECK(sql.columns[1].name == "title");
  CHECK(sql.columns[2].attribute == 4);
  CHECK(sql.columns[1].modifier == 259);
  CHECK(sql.say("INSERT INTO t (title) VALUES ('c') RETURNING id, more") == "3|7;INSERT 0 1");
  CHECK(sql.say("SELECT n FROM t") == "-");
  sql.hear("ALTER TABLE t ADD COLUMN n int", "ALTER TABLE");
  CHECK(sql.say("SELECT n FROM t WHERE id = 1") == "NULL;SELECT 1");
  CHECK(sql.columns[0].attribute == 5);
}

TEST_CASE("what a change of type makes of values is known where it makes nothing of them") {
  EmulatedSql sql = with_rows();
  sql.hear("ALTER TABLE t ALTER COLUMN n TYPE bigint USING n::bigint", "ALTER TABLE");
  CHECK(sql.say("SELECT n FROM t WHERE id = 1") == "1;SELECT 1");
  CHECK(sql.columns[0].type == oid::int8);
  sql.hear("ALTER TABLE t ALTER COLUMN name TYPE text USING upper(name)", "ALTER TABLE");
  CHECK(sql.say("SELECT n FROM t WHERE id = 1") == "1;SELECT 1");
  CHECK(sql.say("SELECT name FROM t WHERE id = 1") == "-");
  sql.hear("ALTER TABLE t ALTER COLUMN n TYPE text", "ALTER TABLE");
  CHECK(sql.say("SELECT count(*) FROM t") == "-");  // a unique key of what is not known
  sql.hear("TRUNCATE t", "TRUNCATE TABLE");
  CHECK(sql.say("SELECT name, n FROM t") == "SELECT 0");
}

TEST_CASE("a type that may have cut values is sure only where none was longer") {
  EmulatedSql sql = with_rows();
  sql.hear("INSERT INTO t (name) VALUES ('abc   ')", "INSERT 0 1");
  sql.hear("ALTER TABLE t ALTER COLUMN name TYPE varchar(6)", "ALTER TABLE");
  CHECK(sql.say("SELECT name FROM t WHERE id = 3") == "abc   ;SELECT 1");
  sql.hear("ALTER TABLE t ALTER COLUMN name TYPE varchar(4)", "ALTER TABLE");
  CHECK(sql.say("SELECT name FROM t WHERE id = 3") == "-");
}

TEST_CASE("constraints that are dropped or renamed, and indexes") {
  Document knowledge = EmulatedSql::in_utc();
  knowledge["errors"] = true;
  EmulatedSql known(knowledge);
  known.hear("CREATE TABLE t (id int CONSTRAINT t_id UNIQUE, n int CONSTRAINT t_n UNIQUE)",
             "CREATE TABLE");
  known.hear("CREATE UNIQUE INDEX t_both ON t (id, n)", "CREATE INDEX");
  known.hear("INSERT INTO t VALUES (1, 1)", "INSERT 0 1");
  CHECK(known.say("INSERT INTO t VALUES (2, 1)") == "error");
  CHECK(error_text(known) == "23505 t_n");
  known.hear("ALTER TABLE t RENAME CONSTRAINT t_n TO one", "ALTER TABLE");
  CHECK(known.say("INSERT INTO t VALUES (2, 1)") == "error");
  CHECK(error_text(known) == "23505 one");
  known.hear("ALTER INDEX one RENAME TO two", "ALTER INDEX");
  CHECK(known.say("INSERT INTO t VALUES (2, 1)") == "error");
  CHECK(error_text(known) == "23505 two");
  known.hear("ALTER TABLE t DROP CONSTRAINT two", "ALTER TABLE");
  CHECK(known.say("INSERT INTO t VALUES (2, 1)") == "INSERT 0 1");
  CHECK(known.say("INSERT INTO t VALUES (1, 5)") == "error");
  CHECK(error_text(known) == "23505 t_id");
  known.hear("ALTER TABLE t DROP CONSTRAINT t_id", "ALTER TABLE");
  CHECK(known.say("INSERT INTO t VALUES (1, 1)") == "error");
  CHECK(error_text(known) == "23505 t_both");
  known.hear("DROP INDEX t_both", "DROP INDEX");
  CHECK(known.say("INSERT INTO t VALUES (1, 1)") == "INSERT 0 1");
  CHECK(known.say("SELECT count(*) FROM t") == "3;SELECT 1");
}

TEST_CASE("a table that is renamed is referred to by its new name") {
  Document knowledge = EmulatedSql::in_utc();
  knowledge["errors"] = true;
  EmulatedSql sql(knowledge);
  sql.hear("CREATE TABLE p (id int PRIMARY KEY)", "CREATE TABLE");
  sql.hear("CREATE TABLE c (p int CONSTRAINT c_p REFERENCES p (id))", "CREATE TABLE");
  sql.hear("INSERT INTO p VALUES (1)", "INSERT 0 1");
  sql.hear("ALTER TABLE p RENAME id TO key", "ALTER TABLE");
  sql.hear("ALTER TABLE p RENAME TO q", "ALTER TABLE");
  CHECK(sql.say("SELECT key FROM q") == "1;SELECT 1");
  CHECK(sql.say("SELECT 1 FROM p") == "-");
  CHECK(sql.say("INSERT INTO c VALUES (1)") == "INSERT 0 1");
  CHECK(sql.say("INSERT INTO c VALUES (2)") == "error");
  CHECK(error_text(sql) == "23503 c_p");
  sql.hear("ALTER TABLE q DROP COLUMN key CASCADE, ADD COLUMN k int", "ALTER TABLE");
  CHECK(sql.say("INSERT INTO c VALUES (2)") == "INSERT 0 1");
}

TEST_CASE("numbers taken since a table was altered are unknown after a rollback") {
  EmulatedSql sql = with_rows();
  sql.control(Control::begin);
  sql.hear("ALTER TABLE t DROP COLUMN n", "ALTER TABLE");
  CHECK(sql.say("INSERT INTO t (name) VALUES ('c') RETURNING id") == "3;INSERT 0 1");
  sql.control(Control::rollback);
  CHECK(sql.say("SELECT n FROM t WHERE id = 2") == "2;SELECT 1");
  CHECK(sql.say("INSERT INTO t (name) VALUES ('c') RETURNING id") == "-");
}

TEST_CASE("what touched no row has changed nothing, whatever it would have done") {
  EmulatedSql sql = with_rows();
  sql.hear("UPDATE t SET name = quote_literal(name) WHERE n > 5", "UPDATE 0");
  CHECK(sql.say("SELECT name FROM t WHERE id = 1") == "a;SELECT 1");
  sql.hear("UPDATE t SET name = soundex(name) WHERE n = 1", "UPDATE 1");
  CHECK(sql.say("SELECT name FROM t WHERE id = 1") == "-");
  EmulatedSql other = with_rows();
  other.hear("UPDATE t SET name = 'x' WHERE n = 1", "UPDATE 0");  // so its rows are others
  CHECK(other.say("SELECT name FROM t WHERE id = 2") == "-");
}

TEST_CASE("types and sequences take the names of tables") {
  EmulatedSql sql = with_rows();
  sql.hear("DROP TABLE t", "DROP TABLE");
  CHECK(sql.say("CREATE TABLE t (a int)") == "CREATE TABLE");
  CHECK(sql.say("DROP TABLE t") == "DROP TABLE");
  sql.hear("CREATE SEQUENCE t", "CREATE SEQUENCE");
  CHECK(sql.say("CREATE TABLE t (a int)") == "-");
}

TEST_CASE("a uuid is read in every form that the server takes") {
  EmulatedSql sql;
  sql.hear("CREATE TABLE t (id int PRIMARY KEY, u uuid)", "CREATE TABLE");
  const std::string u = "307216d2-1984-467f-83a8-fc8e5c3a6e1d";
  for (const char* form :
       {"307216d21984467f83a8fc8e5c3a6e1d", "307216D2-1984-467F-83A8-FC8E5C3A6E1D",
        "{307216d21984467f83a8fc8e5c3a6e1d}", "3072-16d2-1984467f-83a8fc8e5c3a-6e1d"}) {
    CAPTURE(form);
    CHECK(sql.say("INSERT INTO t VALUES (1, '" + std::string(form) + "')") == "INSERT 0 1");
    CHECK(sql.say("SELECT u FROM t WHERE u = '" + std::string(form) + "'") == u + ";SELECT 1");
    CHECK(sql.say("DELETE FROM t") == "DELETE 1");
  }
  for (const char* form :
       {"307216d21984467f83a8fc8e5c3a6e1", "307216d21984467f83a8fc8e5c3a6e1d0",
        "{307216d21984467f83a8fc8e5c3a6e1d", "30-7216d21984467f83a8fc8e5c3a6e1d",
        "3072--16d21984467f83a8fc8e5c3a6e1d", "307216d21984467f83a8fc8e5c3a6e1d-",
        "307216d21984467f83a8fc8e5c3a6e1g"}) {
    CAPTURE(form);
    CHECK(sql.say("INSERT INTO t VALUES (1, '" + std::string(form) + "')") != "INSERT 0 1");
  }
}

TEST_CASE("of a value that can't be read only its column is no longer known") {
  EmulatedSql sql;
  sql.hear("CREATE TABLE t (id serial PRIMARY KEY, i interval NOT NULL, n int, k date UNIQUE)",
           "CREATE TABLE");
  CHECK(sql.say("INSERT INTO t (i, n) VALUES ('1 fortnight', 5)") == "-");
  sql.hear("INSERT INTO t (i, n) VALUES ('1 fortnight', 5)", "INSERT 0 1");
  CHECK(sql.say("SELECT id, n FROM t") == "1|5;SELECT 1");
  CHECK(sql.say("SELECT i FROM t") == "-");
  CHECK(sql.say("INSERT INTO t (i, n, k) VALUES ('1 day', 6, '2024-01-02') RETURNING id") ==
        "2;INSERT 0 1");
  sql.hear("INSERT INTO t (i, k) VALUES ('1 day', 'yesterday')", "INSERT 0 1");
  CHECK(sql.say("SELECT count(*) FROM t") == "3;SELECT 1");
  CHECK(sql.say("INSERT INTO t (i, k) VALUES ('1 day', '2024-01-03')") == "-");
}
