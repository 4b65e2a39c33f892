// Definitions that no recording holds: what they are answered with, and sequences.
#include <doctest/doctest.h>

#include "emulator_support.hpp"

using namespace postgres_test;

namespace {

EmulatedSql with_tables() {
  Document knowledge = EmulatedSql::in_utc();
  knowledge["errors"] = true;
  EmulatedSql sql(knowledge);
  sql.hear("DROP TABLE IF EXISTS p, c, other CASCADE", "DROP TABLE");
  sql.hear("DROP SEQUENCE IF EXISTS s, p_id_seq", "DROP SEQUENCE");
  sql.hear("DROP INDEX IF EXISTS i", "DROP INDEX");
  sql.hear("CREATE TABLE p (id serial PRIMARY KEY, n int)", "CREATE TABLE");
  sql.hear("CREATE TABLE c (p int CONSTRAINT c_p REFERENCES p (id))", "CREATE TABLE");
  return sql;
}

}  // namespace

TEST_CASE("what is there already, or is not, is said or skipped") {
  EmulatedSql sql = with_tables();
  CHECK(sql.say("CREATE TABLE IF NOT EXISTS p (id int)") == "CREATE TABLE");
  CHECK(sql.say("CREATE TABLE p (id int)") == "error");
  CHECK(field(sql.error, 'M') == "relation \"p\" already exists");
  CHECK(sql.say("DROP TABLE IF EXISTS other") == "DROP TABLE");
  CHECK(sql.say("DROP TABLE other") == "error");
  CHECK(field(sql.error, 'C') == "42P01");
  CHECK(sql.say("DROP TABLE unheard") == "-");
  CHECK(sql.say("CREATE INDEX i ON p (n)") == "CREATE INDEX");
  CHECK(sql.say("CREATE INDEX IF NOT EXISTS i ON p (n)") == "CREATE INDEX");
  CHECK(sql.say("DROP INDEX i") == "DROP INDEX");
  CHECK(sql.say("DROP INDEX i") == "error");
}

TEST_CASE("an index goes with each column that it names") {
  for (const char* index : {"CREATE INDEX i ON p (id, n)", "CREATE INDEX i ON p (abs(n))",
                            "CREATE UNIQUE INDEX i ON p (id) WHERE n > 1"}) {
    CAPTURE(index);
    EmulatedSql sql = with_tables();
    sql.hear(index, "CREATE INDEX");
    sql.hear("ALTER TABLE p DROP COLUMN n", "ALTER TABLE");
    CHECK(sql.say("DROP INDEX i") != "DROP INDEX");
  }
  EmulatedSql sql = with_tables();
  sql.hear("CREATE INDEX i ON p (id)", "CREATE INDEX");
  sql.hear("ALTER TABLE p DROP COLUMN n", "ALTER TABLE");
  CHECK(sql.say("DROP INDEX i") == "DROP INDEX");
}

TEST_CASE("a table to which another one refers is not dropped alone") {
  EmulatedSql sql = with_tables();
  CHECK(sql.say("DROP TABLE p") == "error");
  CHECK(field(sql.error, 'D') == "constraint c_p on table c depends on table p");
  CHECK(sql.say("DROP TABLE p CASCADE") == "DROP TABLE");
  CHECK(sql.say("INSERT INTO c VALUES (5)") == "INSERT 0 1");
}

TEST_CASE("a table of which nothing is known any more may refer to others") {
  EmulatedSql sql = with_tables();
  sql.hear("DROP TABLE c", "DROP TABLE");
  sql.hear("CREATE TABLE c (p int) PARTITION BY RANGE (p)", "CREATE TABLE");
  CHECK(sql.say("TRUNCATE p") == "TRUNCATE TABLE");
  sql.hear("ALTER TABLE c ADD FOREIGN KEY (p) REFERENCES p (id)", "ALTER TABLE");
  CHECK(sql.say("DROP TABLE p") == "-");
  CHECK(sql.say("TRUNCATE p") == "-");
  sql.hear("DROP TABLE c", "DROP TABLE");
  CHECK(sql.say("DROP TABLE p") == "DROP TABLE");
}

TEST_CASE("TRUNCATE takes along what refers to it") {
  EmulatedSql sql = with_tables();
  sql.hear("INSERT INTO p (n) VALUES (1)", "INSERT 0 1");
  sql.hear("INSERT INTO c VALUES (1)", "INSERT 0 1");
  CHECK(sql.say("TRUNCATE p") == "-");
  CHECK(sql.say("TRUNCATE p RESTART IDENTITY CASCADE") == "TRUNCATE TABLE");
  CHECK(sql.say("SELECT count(*) FROM c") == "0;SELECT 1");
  CHECK(sql.say("INSERT INTO p (n) VALUES (1) RETURNING id") == "1;INSERT 0 1");
}

TEST_CASE("sequences") {
  EmulatedSql sql = with_tables();
  CHECK(sql.say("CREATE SEQUENCE s START WITH 10 INCREMENT BY 5") == "CREATE SEQUENCE");
  CHECK(sql.say("SELECT nextval('s')") == "10;SELECT 1");
  CHECK(sql.say("SELECT nextval('s')") == "15;SELECT 1");
  CHECK(sql.say("SELECT setval('s', 40, false)") == "40;SELECT 1");
  CHECK(sql.say("SELECT nextval('s')") == "40;SELECT 1");
  CHECK(sql.say("SELECT pg_get_serial_sequence('p', 'id')") == "public.p_id_seq;SELECT 1");
  CHECK(sql.say("SELECT setval(pg_get_serial_sequence('\"p\"','id'), coalesce(max(\"id\"), 1), "
                "max(\"id\") IS NOT null) FROM \"p\"") == "1;SELECT 1");
  CHECK(sql.say("INSERT INTO p (n) VALUES (1) RETURNING id") == "1;INSERT 0 1");
  CHECK(sql.say("SELECT nextval('p_id_seq')") == "2;SELECT 1");
  CHECK(sql.say("SELECT nextval('unheard')") == "-");
}

TEST_CASE("tables with rows are altered where all rows allow it") {
  EmulatedSql sql = with_tables();
  sql.hear("INSERT INTO p (n) VALUES (1), (1)", "INSERT 0 2");
  CHECK(sql.say("ALTER TABLE p ADD COLUMN more text DEFAULT 'x'") == "ALTER TABLE");
  CHECK(sql.say("SELECT more FROM p WHERE id = 2") == "x;SELECT 1");
  CHECK(sql.say("ALTER TABLE p ADD COLUMN IF NOT EXISTS more text") == "ALTER TABLE");
  CHECK(sql.say("ALTER TABLE p ALTER COLUMN n SET NOT NULL") == "ALTER TABLE");
  CHECK(sql.say("ALTER TABLE p ADD CONSTRAINT u UNIQUE (n)") == "-");
  CHECK(sql.say("ALTER TABLE p RENAME COLUMN n TO m") == "ALTER TABLE");
  CHECK(sql.say("SELECT m FROM p WHERE id = 1") == "1;SELECT 1");
  CHECK(sql.say("ALTER TABLE p DROP COLUMN nope") == "error");
  CHECK(field(sql.error, 'C') == "42703");
}

TEST_CASE("a schema that is dropped leaves nothing, and a type no table unknown") {
  EmulatedSql sql = with_tables();
  sql.hear("CREATE TYPE mood AS ENUM ('low', 'high')", "CREATE TYPE");
  sql.hear("ALTER TYPE mood ADD VALUE 'mid'", "ALTER TYPE");
  sql.hear("DROP TYPE mood", "DROP TYPE");
  CHECK(sql.say("SELECT count(*) FROM p") == "0;SELECT 1");
  sql.hear("DROP SCHEMA public CASCADE", "DROP SCHEMA");
  CHECK(sql.say("SELECT count(*) FROM p") == "-");
  CHECK(sql.say("CREATE TABLE anything (id serial PRIMARY KEY)") == "CREATE TABLE");
}

TEST_CASE("a table is made with columns of which nothing is computed, and indexed otherwise") {
  EmulatedSql sql;
  sql.hear("DROP TABLE IF EXISTS t", "DROP TABLE");
  CHECK(sql.say("CREATE TABLE t (id int, at point, words tsvector, data jsonb)") == "CREATE TABLE");
  CHECK(sql.say("CREATE INDEX i ON t USING gin (data)") == "-");  // the name may be in use
  sql.hear("DROP INDEX IF EXISTS i, j", "DROP INDEX");
  CHECK(sql.say("CREATE INDEX i ON t USING gin (data)") == "CREATE INDEX");
  CHECK(sql.say("CREATE INDEX j ON t USING gin (at)") == "-");
  CHECK(sql.say("CREATE INDEX j ON t USING hash (id)") == "-");
  sql.hear("DROP TABLE IF EXISTS u", "DROP TABLE");
  CHECK(sql.say("CREATE TABLE u (id int PRIMARY KEY, at nothing)") == "-");
  CHECK(sql.say("CREATE TABLE u (id int, at point PRIMARY KEY)") == "-");
}

TEST_CASE("a table is dropped again when no view needs it any more") {
  EmulatedSql sql;
  sql.hear("DROP TABLE IF EXISTS t, u", "DROP TABLE");
  sql.hear("DROP VIEW IF EXISTS v, w", "DROP VIEW");
  sql.hear("CREATE TABLE t (id int PRIMARY KEY)", "CREATE TABLE");
  CHECK(sql.say("CREATE VIEW v AS SELECT id FROM t") == "CREATE VIEW");
  CHECK(sql.say("DROP TABLE t") == "-");
  sql.control(Control::begin);
  CHECK(sql.say("DROP VIEW v") == "DROP VIEW");
  sql.control(Control::rollback);
  CHECK(sql.say("DROP TABLE t") == "-");
  sql.hear("ALTER TABLE t RENAME TO u", "ALTER TABLE");
  CHECK(sql.say("DROP TABLE u") == "-");
  sql.hear("ALTER TABLE u RENAME TO t", "ALTER TABLE");
  sql.hear("DROP VIEW v", "DROP VIEW");
  CHECK(sql.say("DROP TABLE t") == "-");  // what it was called in between counts
}

TEST_CASE("a view that is renamed needs its table all the same") {
  EmulatedSql sql;
  sql.hear("DROP TABLE IF EXISTS t", "DROP TABLE");
  sql.hear("DROP VIEW IF EXISTS v, w", "DROP VIEW");
  sql.hear("CREATE TABLE t (id int PRIMARY KEY)", "CREATE TABLE");
  CHECK(sql.say("CREATE VIEW v AS SELECT id FROM t") == "CREATE VIEW");
  CHECK(sql.say("DROP VIEW v") == "DROP VIEW");
  CHECK(sql.say("DROP TABLE t") == "DROP TABLE");
  sql.hear("CREATE TABLE t (id int PRIMARY KEY)", "CREATE TABLE");
  sql.hear("CREATE VIEW v AS SELECT id FROM t", "CREATE VIEW");
  sql.hear("ALTER VIEW v RENAME TO w", "ALTER VIEW");
  CHECK(sql.say("DROP TABLE t") == "-");
}
