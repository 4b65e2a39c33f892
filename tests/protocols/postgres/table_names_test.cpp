// What names mean: which tables a statement touches that it does not name, or names otherwise.
#include "protocols/postgres/table_names.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace understudy::postgres {
namespace {

TableNames names_of(std::initializer_list<const char*> statements) {
  TableNames names;
  for (const char* sql : statements) names.learn(sql, sql);
  return names;
}

std::string list(std::vector<KeyPath> paths) {
  std::ranges::sort(paths);
  std::string text;
  for (const KeyPath& path : paths) {
    if (path.size() == 2 && path.front() == outside_transactions) continue;
    text += (text.empty() ? "" : " ") + (path.empty() ? std::string("*") : join(path));
  }
  std::ranges::replace(text, '\x1f', '.');
  return text;
}

/// `reads | writes`, with ` !` where rows can't be planned by the text alone.
std::string keys(const TableNames& names, const char* sql) {
  const sql::StatementFacts facts = names.facts_of(sql);
  return list(facts.dependencies.reads) + " | " + list(facts.dependencies.writes) +
         (facts.indirect ? " !" : "") + (facts.dependencies.understood ? "" : " ?");
}

}  // namespace

TEST_CASE("a table has one key, whichever schema its name is said with") {
  const TableNames shared =
      names_of({"SELECT count(*) FROM samples", "INSERT INTO lab.samples DEFAULT VALUES"});
  CHECK(keys(shared, "SELECT count(*) FROM samples") == "samples | ");
  CHECK(keys(shared, "INSERT INTO lab.samples DEFAULT VALUES") == "samples | samples");
  CHECK(keys(shared, "DELETE FROM public.samples") == "samples | samples");
}

TEST_CASE("tables that are always said with their schema are told apart by it") {
  const TableNames names = names_of({"SELECT * FROM a.orders", "DELETE FROM b.orders"});
  CHECK(keys(names, "SELECT * FROM a.orders") == "a.orders | ");
  CHECK(keys(names, "DELETE FROM b.orders") == "b.orders | b.orders");
}

TEST_CASE("row plans call tables as keys do") {
  const TableNames names = names_of({"SELECT * FROM samples", "DELETE FROM lab.samples"});
  const sql::RowPlan plan = names.named(row_plan_of("delete from lab.samples where id = \x01"));
  REQUIRE(plan.changes.size() == 1);
  CHECK(plan.changes[0].table == "samples");
}

TEST_CASE("a definition touches what it names, where nothing else follows from it") {
  const TableNames names =
      names_of({"CREATE TABLE a (id int PRIMARY KEY)", "CREATE TABLE b (id int REFERENCES a)",
                "DROP TABLE IF EXISTS nosuch", "CREATE VIEW v AS SELECT * FROM a"});
  const std::string of_a = "@catalog.a a | @catalog.a a";
  for (const char* sql :
       {"CREATE TABLE a (id int PRIMARY KEY)", "DROP TABLE a", "ALTER TABLE a ADD COLUMN x int",
        "ALTER TABLE a ALTER COLUMN x SET DEFAULT 1, DROP COLUMN y",
        "ALTER TABLE a ALTER COLUMN id TYPE text"}) {
    CAPTURE(std::string(sql));
    CHECK(keys(names, sql) == of_a);
  }
  CHECK(keys(names, "CREATE TABLE b (id int REFERENCES a)") ==
        "@catalog.a @catalog.b a b | @catalog.b b");
  CHECK(keys(names, "DROP TABLE IF EXISTS nosuch") ==
        "@catalog.nosuch nosuch | @catalog.nosuch nosuch");
  CHECK(keys(names, "CREATE INDEX i ON a (id)") == "@catalog.a @catalog.i a | @catalog.i");
  CHECK(keys(names, "CREATE UNIQUE INDEX i ON a (id)") ==
        "@catalog.a @catalog.i a | @catalog.a @catalog.i a");
  CHECK(keys(names, "CREATE VIEW v AS SELECT * FROM a") ==
        "@catalog.a @catalog.v v | @catalog.v v");
  CHECK(keys(names, "DROP VIEW v") == "@catalog.v v | @catalog.v v");
  CHECK(keys(names, "COMMENT ON TABLE a IS 'x'") == "@catalog.a | @catalog.a");
  CHECK(keys(names, "COMMENT ON COLUMN a.id IS 'x'") == "@catalog.a | @catalog.a");
  CHECK(keys(names, "COMMENT ON FUNCTION f() IS 'x'") == "@catalog | @catalog");
  CHECK(keys(names, "CREATE SCHEMA IF NOT EXISTS s") == "@catalog | @catalog");
  CHECK(keys(names, "SELECT * FROM information_schema.tables") == "@catalog @places | ");
  for (const char* sql :
       {"DROP TABLE a CASCADE", "ALTER TABLE a RENAME TO c",
        "ALTER TABLE a ENABLE ROW LEVEL SECURITY", "CREATE TABLE c (LIKE a)",
        "CREATE TABLE c () INHERITS (a)", "CREATE TABLE c AS SELECT 1",
        "CREATE TABLE c PARTITION OF a DEFAULT", "DROP VIEW v CASCADE", "DROP INDEX i",
        "CREATE OR REPLACE VIEW v AS SELECT * FROM a", "ALTER TABLE a DROP COLUMN id CASCADE",
        "ALTER TABLE a ALTER COLUMN id TYPE text USING f(id)", "DROP SCHEMA s CASCADE"}) {
    CAPTURE(std::string(sql));
    CHECK(keys(names, sql) == "* | *");
  }
}

TEST_CASE("where there is an event trigger a definition may write anything") {
  const TableNames names =
      names_of({"CREATE TABLE a (id int)",
                "CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION f()"});
  CHECK(keys(names, "CREATE TABLE a (id int)") == "* | *");
  CHECK(keys(names, "SELECT * FROM a") == "a | ");
}

TEST_CASE("a view is the tables that it shows, at any depth") {
  const TableNames names =
      names_of({"CREATE TABLE samples (id int, state text)", "CREATE TABLE labs (id int)",
                "CREATE VIEW open_samples AS SELECT id FROM samples WHERE state = 'open'",
                "CREATE VIEW overview AS SELECT * FROM open_samples JOIN labs USING (id)",
                "CREATE MATERIALIZED VIEW counts AS SELECT count(*) FROM overview"});
  CHECK(keys(names, "SELECT id FROM open_samples") == "open_samples samples |  !");
  CHECK(keys(names, "SELECT id FROM overview") == "labs open_samples overview samples |  !");
  // A materialised view is refreshed with what they show, and shows what it was refreshed with.
  CHECK(keys(names, "SELECT * FROM counts") == "counts |  !");
  CHECK(keys(names, "REFRESH MATERIALIZED VIEW counts") ==
        "counts labs open_samples overview samples | counts !");
  CHECK(keys(names, "UPDATE open_samples SET state = 'x'") ==
        "open_samples samples | open_samples samples !");
  CHECK(keys(names, "UPDATE samples SET state = 'x'") == "samples | samples");
}

TEST_CASE("partitions and tables that inherit share one key with their parent") {
  const TableNames names = names_of(
      {"CREATE TABLE logs (id int, day date) PARTITION BY RANGE (day)",
       "CREATE TABLE logs_1 PARTITION OF logs FOR VALUES FROM ('2020-01-01') TO ('2021-01-01')",
       "CREATE TABLE logs_2 (id int, day date)", "ALTER TABLE logs ATTACH PARTITION logs_2 DEFAULT",
       "CREATE TABLE special (note text) INHERITS (logs_2)"});
  for (const char* table : {"logs", "logs_1", "logs_2", "special"}) {
    CAPTURE(table);
    CHECK(keys(names, ("SELECT * FROM " + std::string(table)).c_str()) == "logs | ");
    CHECK(keys(names, ("DELETE FROM " + std::string(table)).c_str()) == "logs | logs");
  }
}

TEST_CASE("a change does what its triggers do") {
  const TableNames names = names_of(
      {"CREATE TABLE goods (id int)", "CREATE TABLE stock_log (n int)",
       "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE n int; BEGIN "
       "SELECT count(*) INTO n FROM shelves; IF n > 0 THEN INSERT INTO stock_log VALUES (NEW.id); "
       "END IF; "
       "RETURN NEW; END $$",
       "CREATE TABLE shelves (id int)",
       "CREATE TRIGGER t AFTER INSERT ON goods FOR EACH ROW EXECUTE FUNCTION note()",
       "CREATE TABLE stamped (id int)",
       "CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.seen := now(); "
       "RETURN NEW; END $$",
       "CREATE TRIGGER t BEFORE UPDATE ON stamped FOR EACH ROW EXECUTE FUNCTION stamp()",
       "CREATE TABLE odd (id int)",
       "CREATE TRIGGER t BEFORE UPDATE ON odd FOR EACH ROW EXECUTE FUNCTION nobody_knows()"});
  CHECK(keys(names, "INSERT INTO goods VALUES (1)") == "goods shelves stock_log | goods stock_log");
  CHECK(keys(names, "DELETE FROM goods") == "goods | goods");
  CHECK(keys(names, "UPDATE stamped SET id = 1") == "stamped | stamped");
  CHECK(keys(names, "UPDATE odd SET id = 1") == "* odd | * odd ! ?");
}

TEST_CASE("a block does what its statements do") {
  const TableNames names = names_of(
      {"CREATE TABLE goods (id int)", "CREATE TABLE parts (id int)",
       "CREATE FUNCTION count_goods() RETURNS bigint STABLE LANGUAGE sql AS 'SELECT count(*) FROM "
       "goods'",
       "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_class WHERE relname = 'boxes') THEN CREATE TABLE "
       "boxes (id int); END IF; END $$"});
  CHECK(keys(names, "DO $$ BEGIN RAISE NOTICE 'hello'; END $$") == " |  !");
  CHECK(keys(names,
             "DO $$ DECLARE n int := 3; BEGIN FOR i IN 1..n LOOP INSERT INTO goods VALUES (i); END "
             "LOOP; IF (SELECT count(*) FROM parts) > 2 THEN DELETE FROM parts; END IF; EXCEPTION "
             "WHEN unique_violation THEN NULL; END $$") == "goods parts | goods parts !");
  CHECK(keys(names,
             "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_class WHERE relname = 'boxes') THEN CREATE "
             "TABLE boxes (id int); END IF; END $$") ==
        "@catalog @catalog.boxes boxes | @catalog.boxes boxes !");
  CHECK(keys(names, "DO $$ BEGIN PERFORM count_goods(); UPDATE parts SET id = 1; END $$") ==
        "goods parts | parts !");
  CHECK(keys(names, "DELETE FROM boxes") == "boxes | boxes");
  for (const char* anything :
       {"DO $$ BEGIN PERFORM nobody_knows(); END $$",
        "DO $$ DECLARE x int; BEGIN x := nobody_knows(); END $$",
        "DO $$ BEGIN EXECUTE 'DELETE FROM goods'; END $$",
        "DO $$ BEGIN CREATE TYPE mood AS ENUM ('glad'); END $$", "DO 'return 1' LANGUAGE plperl"}) {
    CAPTURE(anything);
    const auto writes = names.facts_of(anything).dependencies.writes;
    CHECK(std::ranges::count(writes, KeyPath()) == 1);
  }
}

TEST_CASE("a change may write where it touched no row itself") {
  const TableNames names = names_of(
      {"CREATE TABLE logs (id int)", "CREATE TABLE logs_1 (id int)", "CREATE TABLE notes (id int)",
       "CREATE FUNCTION route() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO logs_1 "
       "VALUES (NEW.id); RETURN NULL; END $$",
       "CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.id := 2; RETURN "
       "NEW; END $$",
       "CREATE TRIGGER a BEFORE INSERT ON logs FOR EACH ROW EXECUTE FUNCTION route()",
       "CREATE TRIGGER b AFTER UPDATE ON logs FOR EACH ROW EXECUTE FUNCTION route()",
       "CREATE TRIGGER c BEFORE UPDATE ON logs FOR EACH ROW EXECUTE FUNCTION stamp()",
       "CREATE TRIGGER d AFTER DELETE ON logs FOR EACH STATEMENT EXECUTE FUNCTION route()",
       "CREATE RULE r AS ON DELETE TO notes DO INSTEAD UPDATE notes SET id = 0"});
  const auto uncounted = [&](const char* sql) { return names.facts_of(sql).writes_uncounted; };
  CHECK(uncounted("INSERT INTO logs VALUES (1)"));
  CHECK(uncounted("DELETE FROM logs"));
  CHECK(uncounted("DELETE FROM notes"));
  CHECK(
      uncounted("WITH gone AS (DELETE FROM logs_1 RETURNING id) INSERT INTO notes SELECT 1 FROM "
                "gone WHERE false"));
  CHECK_FALSE(uncounted("UPDATE logs SET id = 3"));
  CHECK_FALSE(uncounted("INSERT INTO notes VALUES (1)"));
  CHECK_FALSE(uncounted("DELETE FROM logs_1"));
}

TEST_CASE("the catalogue as the server spells it says what names mean") {
  TableNames names;
  names.learn_file({"schema.sql", R"(-- What was defined
CREATE TABLE public.parts (
    id integer NOT NULL,
    CONSTRAINT parts_pkey PRIMARY KEY (id)
) PARTITION BY RANGE (id);
CREATE TABLE public.parts_1 PARTITION OF public.parts (
    id WITH OPTIONS DEFAULT 7
) FOR VALUES FROM (1) TO (10);
CREATE TABLE s1.x ();
CREATE TABLE s1.y () INHERITS (s1.x);
CREATE TABLE public.log (
    n integer DEFAULT public.next_n() NOT NULL
);
CREATE OR REPLACE FUNCTION public.next_n()
 RETURNS integer
 LANGUAGE sql
AS $function$ select count(*)::int from s1.x; $function$;
CREATE VIEW public.low WITH (security_barrier=true) AS
 SELECT parts.id
   FROM public.parts
  WHERE parts.id < 3;
CREATE OR REPLACE FUNCTION public.note()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$ begin insert into log values (new.id); return new; end; $function$;
CREATE TRIGGER noted AFTER UPDATE ON public.parts FOR EACH ROW EXECUTE FUNCTION public.note();
CREATE RULE kept AS
    ON DELETE TO public.log DO INSTEAD NOTHING;
ALTER TABLE public.log ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON public.log AS PERMISSIVE FOR ALL TO public
  USING ((EXISTS ( SELECT
   FROM s1.x)));
)"});
  CHECK(keys(names, "UPDATE low SET id = 2") == "log low parts s1.x | log low parts !");
  CHECK(keys(names, "SELECT * FROM parts_1") == "parts | ");
  CHECK(keys(names, "SELECT * FROM s1.y") == "s1.x | ");
  CHECK(keys(names, "SELECT * FROM log") == "log s1.x |  !");
}

TEST_CASE("a change does what foreign keys and rules say") {
  TableNames names =
      names_of({"CREATE TABLE parent (id int PRIMARY KEY)",
                "CREATE TABLE child (id int, p int REFERENCES parent ON DELETE CASCADE)",
                "CREATE TABLE note (id int, c int REFERENCES child (id) ON DELETE SET NULL ON "
                "UPDATE CASCADE)",
                "CREATE TABLE kept (p int REFERENCES parent)", "CREATE TABLE ruled (a int)",
                "CREATE RULE r AS ON INSERT TO ruled DO ALSO INSERT INTO kept VALUES (NEW.a)"});
  const auto cascades = [&](const char* sql) { return list(names.facts_of(sql).cascades); };
  CHECK(cascades("DELETE FROM parent WHERE id = 1") == "child note");
  CHECK(cascades("UPDATE parent SET id = 2") == "");
  CHECK(cascades("UPDATE child SET id = 2") == "note");
  CHECK(keys(names, "DELETE FROM parent") == "parent | parent");
  CHECK(keys(names, "TRUNCATE parent CASCADE") ==
        "child kept note parent | @places child kept note parent");
  CHECK(keys(names, "INSERT INTO ruled VALUES (1)") == "kept ruled | kept ruled !");
}

TEST_CASE("a function does what its declaration and its body say") {
  const TableNames names = names_of(
      {"CREATE TABLE counters (n int)", "CREATE TABLE rates (n int)",
       "CREATE FUNCTION bump(int) RETURNS int LANGUAGE sql AS 'UPDATE counters SET n = n + $1 "
       "RETURNING n'",
       "CREATE FUNCTION rate() RETURNS int LANGUAGE sql STABLE AS 'SELECT max(n) FROM rates'",
       "CREATE FUNCTION twice(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN 2 * "
       "$1; END $$",
       "CREATE FUNCTION dynamic() RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'DROP TABLE "
       "x'; END $$",
       "CREATE PROCEDURE settle() LANGUAGE plpgsql AS $$ BEGIN PERFORM rate(); DELETE FROM "
       "counters; END $$"});
  CHECK(keys(names, "SELECT bump(1)") == "counters | counters !");
  CHECK(keys(names, "SELECT rate()") == "rates |  !");
  CHECK(keys(names, "SELECT twice(1)") == " | ");
  CHECK(keys(names, "SELECT dynamic()") == "* | * ! ?");
  CHECK(keys(names, "CALL settle()").find("counters") != std::string::npos);
  CHECK(keys(names, "SELECT nobody_knows(1)") == "* | * ! ?");
}

TEST_CASE("an insert does what the defaults of its table do") {
  const TableNames names =
      names_of({"CREATE TABLE counters (n int)",
                "CREATE FUNCTION bump() RETURNS int LANGUAGE sql AS 'UPDATE counters SET n = n + 1 "
                "RETURNING "
                "n'",
                "CREATE TABLE notes (id int DEFAULT bump(), at timestamptz DEFAULT now())",
                "CREATE TABLE plain (id serial, token uuid DEFAULT gen_random_uuid())"});
  CHECK(keys(names, "INSERT INTO notes DEFAULT VALUES") == "counters notes | counters notes !");
  CHECK(keys(names, "UPDATE notes SET id = 1") == "notes | notes");
  CHECK(keys(names, "INSERT INTO plain DEFAULT VALUES") == "plain | plain");
}

TEST_CASE("row security reads what its policies read") {
  const TableNames names =
      names_of({"CREATE TABLE notes (owner text)", "CREATE TABLE members (name text)",
                "CREATE POLICY p ON notes USING (owner IN (SELECT name FROM members))"});
  CHECK(keys(names, "SELECT * FROM notes") == "members notes |  !");
}

TEST_CASE(
    "a name that nothing declares may be a view of anything, unless it is written by its name") {
  const TableNames names = names_of({"CREATE TABLE known (a int)", "INSERT INTO written VALUES (1)",
                                     "SELECT * FROM unknown_one"});
  CHECK(keys(names, "SELECT * FROM unknown_one") == "* | ");
  CHECK(keys(names, "SELECT * FROM written, known") == "known written | ");
  CHECK(names.named(row_plan_of("select * from unknown_one where a = \x01")).reads.empty());
  CHECK(keys(names_of({"SELECT * FROM t"}), "SELECT * FROM t") == "t | ");
}

}  // namespace understudy::postgres
