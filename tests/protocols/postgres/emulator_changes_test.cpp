// Changes whose rows a query gives, views, functions, triggers and sessions.
#include <doctest/doctest.h>

#include "emulator_support.hpp"

using namespace postgres_test;

namespace {

/// a: 1|10, 2|20, 3|NULL; b: 2|0, 4|0.
EmulatedSql with_two() {
  EmulatedSql sql;
  sql.hear("CREATE TABLE a (id int PRIMARY KEY, v int)", "CREATE TABLE");
  sql.hear("CREATE TABLE b (id int PRIMARY KEY, v int)", "CREATE TABLE");
  sql.hear("INSERT INTO a VALUES (1, 10), (2, 20), (3, NULL)", "INSERT 0 3");
  sql.hear("INSERT INTO b VALUES (2, 0), (4, 0)", "INSERT 0 2");
  return sql;
}

const std::string all_of_b = "SELECT id, v FROM b ORDER BY id";

}  // namespace

TEST_CASE("what a function gives is put in by the order of its elements") {
  EmulatedSql sql;
  sql.hear("CREATE TABLE kinds (id serial PRIMARY KEY, app varchar(9), model varchar(9))",
           "CREATE TABLE");
  CHECK(sql.say("INSERT INTO kinds (app, model) SELECT * FROM unnest(('{b,a}')::varchar[], "
                "('{x,y}')::varchar[]) RETURNING id") == "1;2;INSERT 0 2");
  CHECK(sql.say("SELECT id, app, model FROM kinds ORDER BY id") == "1|b|x;2|a|y;SELECT 2");
  CHECK(sql.say("INSERT INTO kinds (app) SELECT app FROM kinds RETURNING id") == "-");
  CHECK(sql.say("INSERT INTO kinds SELECT * FROM unnest('{2,7,7}'::int[], '{c,d,e}'::varchar[]) "
                "ON CONFLICT DO NOTHING") == "INSERT 0 1");
  CHECK(sql.say("SELECT app FROM kinds WHERE id = 7") == "d;SELECT 1");
}

TEST_CASE("rows are put in that a query gives") {
  EmulatedSql sql = with_two();
  CHECK(sql.say("INSERT INTO b SELECT id + 10, v FROM a WHERE id < 3") == "INSERT 0 2");
  CHECK(sql.say(all_of_b) == "2|0;4|0;11|10;12|20;SELECT 4");
  CHECK(sql.say("INSERT INTO b SELECT id, v FROM a ON CONFLICT (id) DO NOTHING RETURNING id") ==
        "1;3;INSERT 0 2");
  CHECK(sql.say("INSERT INTO b (id, v) SELECT id, v FROM a ON CONFLICT (id) DO UPDATE SET v = "
                "excluded.v") == "INSERT 0 3");
  CHECK(sql.say("SELECT v FROM b WHERE id = 2") == "20;SELECT 1");
  CHECK(sql.say("INSERT INTO b VALUES (2, 7) ON CONFLICT (id) DO UPDATE SET v = b.v + excluded.v "
                "RETURNING v") == "27;INSERT 0 1");
  CHECK(sql.say("INSERT INTO b VALUES (50, (SELECT max(v) FROM a)), (51, (SELECT min(v) FROM a)) "
                "RETURNING v") == "20;10;INSERT 0 2");
}

TEST_CASE("unique indexes with a condition, and of what is computed") {
  EmulatedSql sql;
  sql.hear("CREATE TABLE a (id serial PRIMARY KEY, code text DEFAULT '', url text)",
           "CREATE TABLE");
  sql.hear("CREATE UNIQUE INDEX a_code ON a (code) WHERE code <> ''", "CREATE INDEX");
  sql.hear("CREATE UNIQUE INDEX a_url ON a (code, encode(sha256(url::bytea), 'hex'))",
           "CREATE INDEX");
  CHECK(sql.say("INSERT INTO a (code, url) VALUES ('x', 'u'), ('', 'u'), ('', 'v')") ==
        "INSERT 0 3");
  CHECK(sql.say("INSERT INTO a (code, url) VALUES ('x', 'w')") == "-");
  CHECK(sql.say("INSERT INTO a (code, url) VALUES ('', 'v')") == "-");
  CHECK(sql.say("UPDATE a SET code = 'x' WHERE id = 2") == "-");
  CHECK(sql.say("UPDATE a SET code = 'y' WHERE id = 2") == "UPDATE 1");
  CHECK(sql.say("INSERT INTO a (code, url) VALUES ('', 'v') ON CONFLICT (code, "
                "encode(sha256(url::bytea), 'hex')) DO NOTHING RETURNING id") == "INSERT 0 0");
  CHECK(sql.say("INSERT INTO a (code, url) VALUES ('', 'z') ON CONFLICT (code, "
                "encode(sha256(url::bytea), 'hex')) DO NOTHING RETURNING id, url") ==
        "5|z;INSERT 0 1");
  CHECK(sql.say("INSERT INTO a (code, url) VALUES ('x', 'q') ON CONFLICT (code) DO NOTHING") ==
        "-");
  CHECK(sql.say("INSERT INTO a (code, url) VALUES ('', '\\x6')") == "-");  // no octets
  CHECK(sql.say("SELECT id FROM a ORDER BY id") == "1;2;3;5;SELECT 4");
}

TEST_CASE("a query that is put in may give the time") {
  EmulatedSql sql;
  sql.recording = true;
  sql.hear("CREATE TABLE a (id serial PRIMARY KEY, v int, at timestamptz NOT NULL)",
           "CREATE TABLE");
  sql.hear("INSERT INTO a (v, at) SELECT 7, now() WHERE NOT EXISTS (SELECT 1 FROM a)",
           "INSERT 0 1");
  CHECK(sql.say("SELECT id, v FROM a") == "1|7;SELECT 1");
  CHECK(sql.say("SELECT at FROM a") == "-");
  CHECK(sql.say("INSERT INTO a (v, at) SELECT v + 1, now() FROM a RETURNING id, v, at") ==
        "2|8|2023-11-14 22:13:20.000002+00;INSERT 0 1");
}

TEST_CASE("a transaction that only reads is computed where it reads") {
  EmulatedSql sql = with_two();
  const std::string only_reads("transaction_read_only=on\0", 25);
  CHECK(sql.say(all_of_b, 1, {}, only_reads) == "2|0;4|0;SELECT 2");
  CHECK(sql.say("SELECT id FROM b WHERE id = 2 FOR UPDATE", 1, {}, only_reads) == "-");
  CHECK(sql.say("INSERT INTO b VALUES (5, 5)", 1, {}, only_reads) == "-");
  CHECK(sql.say("SELECT nextval('s')", 1, {}, only_reads) == "-");
  CHECK(sql.say(all_of_b) == "2|0;4|0;SELECT 2");
}

TEST_CASE("a value of which nothing has told yet is made when it is asked for") {
  EmulatedSql sql;
  sql.hear("CREATE TABLE u (id int PRIMARY KEY, at timestamptz DEFAULT now(), seen timestamptz)",
           "CREATE TABLE");
  sql.hear("INSERT INTO u (id) VALUES (1)", "INSERT 0 1");
  CHECK(sql.say("INSERT INTO u VALUES (2, NULL, NULL)") == "INSERT 0 1");
  sql.now += std::chrono::hours(1);
  sql.hear("UPDATE u SET seen = now() WHERE id = 1", "UPDATE 1");
  sql.now += std::chrono::hours(1);
  CHECK(sql.say("SELECT id FROM u WHERE id = 1") == "1;SELECT 1");
  CHECK(sql.writes.empty());
  CHECK(sql.say("SELECT id FROM u WHERE at < seen") == "1;SELECT 1");
  // What was recorded of it tells of another one.
  CHECK(sql.writes == std::vector<std::string>{"u"});
  const std::string shown = sql.say("SELECT at, seen FROM u WHERE id = 1");
  CHECK(shown.starts_with("2023-11-14 22:13:20"));
  CHECK(shown.find("|2023-11-14 23:13:20") != std::string::npos);
  CHECK(sql.writes.empty());
}

TEST_CASE("a value that nobody knows costs its cell, and is known when it is shown") {
  EmulatedSql sql;
  sql.recording = true;
  sql.hear(
      "CREATE TABLE u (id int PRIMARY KEY, name text, at timestamptz DEFAULT now() NOT NULL, "
      "seen timestamptz CHECK (seen > '2020-01-01'))",
      "CREATE TABLE");
  sql.hear("INSERT INTO u (id, name) VALUES (1, 'a')", "INSERT 0 1");
  CHECK(sql.say("INSERT INTO u VALUES (2, 'b', '2024-01-01 00:00:00Z', NULL)") == "INSERT 0 1");
  sql.hear("UPDATE u SET seen = now() WHERE id = 1", "UPDATE 1");
  CHECK(sql.say("SELECT * FROM u WHERE id = 2") == "2|b|2024-01-01 00:00:00+00|NULL;SELECT 1");
  CHECK(sql.say("SELECT name FROM u ORDER BY id") == "a;b;SELECT 2");
  for (const char* each :
       {"SELECT at FROM u", "SELECT id FROM u WHERE seen IS NULL", "SELECT count(seen) FROM u",
        "SELECT name FROM u ORDER BY at", "SELECT max(at) FROM u", "UPDATE u SET at = seen",
        "SELECT id FROM u WHERE at > '2023-01-01 00:00:00Z'",
        "SELECT at, count(*) FROM u GROUP BY at", "ALTER TABLE u ALTER COLUMN seen SET NOT NULL",
        "SELECT (SELECT at FROM u x WHERE x.id = 1)"})
    CHECK_MESSAGE(sql.say(each) == "-", each);
  StatementAnswer answer;
  answer.tag = "SELECT 1";
  answer.returns_rows = true;
  answer.columns = {{.name = "at", .type = 1184}, {.name = "id", .type = 23}};
  answer.rows = {{"2023-11-14 22:00:00+00", "1"}};
  sql.hear("SELECT at, id FROM u WHERE id = 1", answer);
  CHECK(sql.say("SELECT id, at FROM u ORDER BY at") ==
        "1|2023-11-14 22:00:00+00;2|2024-01-01 00:00:00+00;SELECT 2");
  CHECK(sql.say("SELECT seen FROM u WHERE id = 1") == "-");
  CHECK(sql.say("UPDATE u SET seen = '2021-01-01 00:00:00Z' WHERE id = 1") == "UPDATE 1");
  CHECK(sql.say("SELECT seen FROM u ORDER BY id") == "2021-01-01 00:00:00+00;NULL;SELECT 2");
}

TEST_CASE("a tsvector is made, and nobody knows what it is") {
  EmulatedSql sql;
  sql.hear("CREATE TABLE a (id int PRIMARY KEY, n int, body text, words tsvector)", "CREATE TABLE");
  CHECK(sql.say("INSERT INTO a SELECT 1, 7, 'x y', setweight(to_tsvector('x'), 'A') || "
                "setweight(to_tsvector('y'), 'B') WHERE NOT EXISTS (SELECT 1 FROM a) RETURNING "
                "id, body") == "1|x y;INSERT 0 1");
  CHECK(sql.say("INSERT INTO a VALUES (2, 7, 'z', to_tsvector('z'))") == "INSERT 0 1");
  CHECK(sql.say("UPDATE a SET n = 8, words = to_tsvector(body) WHERE id = 2") == "UPDATE 1");
  CHECK(sql.say("SELECT id, n, body FROM a ORDER BY id") == "1|7|x y;2|8|z;SELECT 2");
  for (const char* each :
       {"SELECT words FROM a", "SELECT id FROM a WHERE words IS NULL", "SELECT count(words) FROM a",
        "SELECT to_tsvector(body) FROM a",
        "INSERT INTO a VALUES (3, 7, 'z', to_tsvector('z')) "
        "RETURNING words",
        "UPDATE a SET words = to_tsvector(n)", "UPDATE a SET body = words",
        "INSERT INTO a SELECT id + 5, n, body, to_tsvector(body) FROM a ORDER BY 4",
        "UPDATE a SET words = setweight(to_tsvector(body), 'E')"})
    CHECK_MESSAGE(sql.say(each) == "-", each);
  const std::string long_word(3'000, 'w');
  CHECK(sql.say("UPDATE a SET words = to_tsvector('" + long_word + "')") == "-");  // a notice
}

TEST_CASE("a row that one statement would change twice is not computed") {
  EmulatedSql sql = with_two();
  CHECK(sql.say("INSERT INTO b VALUES (7, 1), (7, 2) ON CONFLICT (id) DO UPDATE SET v = "
                "excluded.v") == "-");
  CHECK(sql.say("INSERT INTO b SELECT 8, v FROM a ON CONFLICT (id) DO NOTHING") == "-");
  CHECK(sql.say("UPDATE b SET v = a.v FROM a WHERE b.id = 2") == "-");  // by which of three
  CHECK(sql.say(all_of_b) == "2|0;4|0;SELECT 2");
}

TEST_CASE("numbers are given to rows of a query only in an order that is known") {
  EmulatedSql sql = with_two();
  sql.hear("CREATE TABLE n (id serial PRIMARY KEY, v int)", "CREATE TABLE");
  CHECK(sql.say("INSERT INTO n (v) SELECT v FROM a") == "-");
  CHECK(sql.say("INSERT INTO n (v) SELECT v FROM a ORDER BY id DESC RETURNING id, v") ==
        "1|NULL;2|20;3|10;INSERT 0 3");
  CHECK(sql.say("INSERT INTO n (v) SELECT v FROM a WHERE id = 1 RETURNING id") == "4;INSERT 0 1");
}

TEST_CASE("rows are changed and removed by what they are joined with") {
  EmulatedSql sql = with_two();
  CHECK(sql.say("UPDATE b SET v = a.v + b.v FROM a WHERE a.id = b.id RETURNING b.id, a.v AS of") ==
        "2|20;UPDATE 1");
  CHECK(sql.say(all_of_b) == "2|20;4|0;SELECT 2");
  CHECK(sql.say("DELETE FROM a USING b WHERE a.id = b.id RETURNING a.id, b.v") == "2|20;DELETE 1");
  CHECK(sql.say("MERGE INTO b USING a ON a.id = b.id WHEN MATCHED THEN DELETE WHEN NOT MATCHED "
                "THEN INSERT VALUES (a.id, a.v)") == "MERGE 2");
  CHECK(sql.say(all_of_b) == "1|10;2|20;3|NULL;4|0;SELECT 4");
}

TEST_CASE("common tables may change something, and see what was there before") {
  EmulatedSql sql = with_two();
  CHECK(sql.say("WITH m AS (DELETE FROM a WHERE id = 1 RETURNING id, v) INSERT INTO b SELECT id, v "
                "FROM m") == "INSERT 0 1");
  CHECK(sql.say("WITH u AS (UPDATE b SET v = v + 1 WHERE id = 1 RETURNING v) SELECT v FROM u") ==
        "11;SELECT 1");
  CHECK(sql.say("WITH u AS (UPDATE b SET v = 0 RETURNING v) SELECT v FROM b") == "-");
  CHECK(sql.say(all_of_b) == "1|11;2|0;4|0;SELECT 3");
  CHECK(sql.say("WITH o AS (SELECT id FROM a WHERE v = 20) UPDATE b SET v = 5 WHERE id IN (SELECT "
                "id FROM o)") == "UPDATE 1");
}

TEST_CASE("a view means its query") {
  EmulatedSql sql = with_two();
  sql.hear("CREATE VIEW big AS SELECT * FROM a WHERE v > 10", "CREATE VIEW");
  sql.hear("CREATE VIEW sums (n, s) AS SELECT count(*), sum(v) FROM a", "CREATE VIEW");
  CHECK(sql.say("SELECT id FROM big") == "2;SELECT 1");
  CHECK(sql.columns[0].table != 0);
  CHECK(sql.say("SELECT s FROM sums WHERE n = 3") == "30;SELECT 1");
  CHECK(sql.say("UPDATE big SET v = v + 1 WHERE id = 1") == "UPDATE 0");
  CHECK(sql.say("UPDATE big SET v = v + 1 WHERE id = 2") == "UPDATE 1");
  CHECK(sql.say("DELETE FROM big") == "DELETE 1");
  CHECK(sql.say("SELECT id FROM a ORDER BY id") == "1;3;SELECT 2");
  CHECK(sql.say("UPDATE sums SET s = 1") == "-");
  sql.hear("DROP VIEW big", "DROP VIEW");
  CHECK(sql.say("SELECT id FROM big") == "-");
}

TEST_CASE("a view is forgotten with what its table looked like") {
  EmulatedSql sql = with_two();
  sql.hear("CREATE VIEW big AS SELECT * FROM a", "CREATE VIEW");
  sql.hear("ALTER TABLE a RENAME COLUMN v TO w", "ALTER TABLE");
  CHECK(sql.say("SELECT id FROM big") == "-");
}

TEST_CASE("what a materialised view holds, the last REFRESH tells") {
  EmulatedSql sql = with_two();
  sql.hear("CREATE MATERIALIZED VIEW m AS SELECT id, v FROM a", "SELECT 3");
  CHECK(sql.say("SELECT count(*) FROM m") == "-");
  CHECK(sql.say("REFRESH MATERIALIZED VIEW m WITH NO DATA") == "-");
  CHECK(sql.say("REFRESH MATERIALIZED VIEW m") == "REFRESH MATERIALIZED VIEW");
  CHECK(sql.say("DELETE FROM a WHERE id = 1") == "DELETE 1");
  CHECK(sql.say("SELECT count(*) FROM m") == "3;SELECT 1");
  CHECK(sql.say("REFRESH MATERIALIZED VIEW m") == "REFRESH MATERIALIZED VIEW");
  CHECK(sql.say("SELECT count(*) FROM m") == "2;SELECT 1");
}

TEST_CASE("simple functions are run") {
  EmulatedSql sql = with_two();
  sql.hear(
      "CREATE FUNCTION bump(k int, d int) RETURNS int LANGUAGE plpgsql AS $$ DECLARE x int; "
      "BEGIN UPDATE b SET v = v + d WHERE id = k RETURNING v INTO x; IF NOT FOUND THEN RETURN "
      "-1; END IF; RETURN x; END $$",
      "CREATE FUNCTION");
  sql.hear("CREATE FUNCTION total() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT sum(v) FROM b'",
           "CREATE FUNCTION");
  CHECK(sql.say("SELECT bump(2, 5)") == "5;SELECT 1");
  CHECK(sql.writes == std::vector<std::string>{"b"});
  CHECK(sql.say("SELECT bump(99, 5) AS n") == "-1;SELECT 1");
  CHECK(sql.say("SELECT total()") == "5;SELECT 1");
  CHECK(sql.say("SELECT bump(2)") == "-");
  sql.hear(
      "CREATE OR REPLACE FUNCTION total() RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN RAISE "
      "NOTICE 'x'; RETURN 1; END $$",
      "CREATE FUNCTION");
  CHECK(sql.say("SELECT total()") == "-");
}

TEST_CASE("triggers with simple bodies are fired") {
  EmulatedSql sql = with_two();
  sql.hear("CREATE TABLE audit (n serial PRIMARY KEY, id int, old int, new int)", "CREATE TABLE");
  sql.hear(
      "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO audit (id, "
      "old, new) VALUES (NEW.id, OLD.v, NEW.v); RETURN NEW; END $$",
      "CREATE FUNCTION");
  sql.hear("CREATE TRIGGER tr AFTER UPDATE ON b FOR EACH ROW EXECUTE FUNCTION f()",
           "CREATE TRIGGER");
  sql.hear(
      "CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.v := NEW.v * 2; IF "
      "TG_OP = 'INSERT' THEN NEW.v := NEW.v + 1; END IF; RETURN NEW; END $$",
      "CREATE FUNCTION");
  sql.hear("CREATE TRIGGER first BEFORE INSERT OR UPDATE ON b FOR EACH ROW EXECUTE FUNCTION g()",
           "CREATE TRIGGER");
  CHECK(sql.say("INSERT INTO b VALUES (9, 4) RETURNING v") == "9;INSERT 0 1");
  CHECK(sql.say("UPDATE b SET v = 3 WHERE id < 5") == "-");  // which row comes first
  CHECK(sql.say("UPDATE b SET v = 3 WHERE id = 4 RETURNING id, v") == "4|6;UPDATE 1");
  CHECK(sql.say("UPDATE b SET v = 3 WHERE id = 2") == "UPDATE 1");
  CHECK(sql.say("SELECT id, old, new FROM audit ORDER BY n") == "4|0|6;2|0|6;SELECT 2");
  CHECK(sql.say("DELETE FROM b WHERE id = 2") == "DELETE 1");
  sql.hear(
      "CREATE OR REPLACE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN EXECUTE "
      "'SELECT 1'; RETURN NEW; END $$",
      "CREATE FUNCTION");
  CHECK(sql.say("UPDATE b SET v = 3 WHERE id = 4") == "-");
}

TEST_CASE("what is written to a view with a trigger is not known") {
  EmulatedSql sql = with_two();
  sql.hear("CREATE VIEW w AS SELECT id, v FROM a", "CREATE VIEW");
  CHECK(sql.say("UPDATE w SET v = 1 WHERE id = 1") == "UPDATE 1");
  sql.hear("CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$",
           "CREATE FUNCTION");
  sql.hear("CREATE TRIGGER t INSTEAD OF UPDATE ON w FOR EACH ROW EXECUTE FUNCTION f()",
           "CREATE TRIGGER");
  CHECK(sql.say("UPDATE w SET v = 2 WHERE id = 1") == "-");
}

TEST_CASE("rows are changed in any order where their trigger looks at nothing else") {
  EmulatedSql sql = with_two();
  sql.hear(
      "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.v := NEW.v + 1; "
      "RETURN NEW; END $$",
      "CREATE FUNCTION");
  sql.hear("CREATE TRIGGER t BEFORE UPDATE ON b FOR EACH ROW EXECUTE FUNCTION f()",
           "CREATE TRIGGER");
  CHECK(sql.say("UPDATE b SET v = 5") == "UPDATE 2");
  CHECK(sql.say(all_of_b) == "2|6;4|6;SELECT 2");
}

TEST_CASE(
    "the time is that of the run, one in a transaction, and no two statements have the same") {
  EmulatedSql sql;
  sql.hear(
      "CREATE TABLE t (id serial PRIMARY KEY, at timestamptz DEFAULT now(), u uuid DEFAULT "
      "gen_random_uuid())",
      "CREATE TABLE");
  CHECK(sql.say("INSERT INTO t DEFAULT VALUES RETURNING at") ==
        "2023-11-14 22:13:20+00;INSERT 0 1");
  CHECK(sql.say("INSERT INTO t DEFAULT VALUES RETURNING at") ==
        "2023-11-14 22:13:20.000001+00;INSERT 0 1");
  sql.control(Control::begin);
  const std::string first = sql.say("UPDATE t SET at = now() WHERE id = 1 RETURNING at");
  CHECK(sql.say("UPDATE t SET at = now() WHERE id = 2 RETURNING at") == first);
  CHECK(sql.say("SELECT count(DISTINCT u), count(DISTINCT at) FROM t WHERE at <= now()") ==
        "2|1;SELECT 1");
}

TEST_CASE("a row of which an index can't be made is not put in") {
  EmulatedSql sql;
  sql.hear("CREATE TABLE t (id int PRIMARY KEY, name text)", "CREATE TABLE");
  sql.hear("CREATE UNIQUE INDEX i ON t (encode(sha256(name::bytea), 'hex'))", "CREATE INDEX");
  CHECK(sql.say("INSERT INTO t VALUES (1, '\\')") == "-");
  CHECK(sql.say("SELECT count(*) FROM t") == "0;SELECT 1");
  CHECK(sql.say("INSERT INTO t VALUES (1, 'a')") == "INSERT 0 1");
}
