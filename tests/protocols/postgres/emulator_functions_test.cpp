// Functions and operators by the types of their values, and queries of rarer forms.
#include <doctest/doctest.h>

#include "emulator_support.hpp"

using namespace postgres_test;

namespace {

EmulatedSql in_zone(const char* zone) {
  Document knowledge = EmulatedSql::in_utc();
  knowledge["collation"] = "C";
  knowledge["profile"]["session"]["TimeZone"] = zone;
  return EmulatedSql(knowledge);
}

EmulatedSql with_rows() {
  EmulatedSql sql = in_zone("UTC");
  sql.hear(
      "CREATE TABLE t (id int PRIMARY KEY, name text, n numeric, tags text[], doc jsonb, at "
      "timestamptz)",
      "CREATE TABLE");
  sql.hear(
      "INSERT INTO t VALUES (1, 'Ann', '1.50', '{a,\"b c\"}', '{\"k\": [1, {\"x\": \"y\"}]}', "
      "'2024-03-31 01:30:00+00'), (2, 'bob', '10', '{}', '[1, 2]', '2024-07-01 12:00:00+00'), (3, "
      "NULL, NULL, NULL, NULL, NULL)",
      "INSERT 0 3");
  return sql;
}

}  // namespace

TEST_CASE("functions of text") {
  EmulatedSql sql = with_rows();
  CHECK(sql.say("SELECT left(name, 2), right(name, -1), lpad(name, 5, 'xy') FROM t WHERE id = 1") ==
        "An|nn|xyAnn;SELECT 1");
  CHECK(
      sql.say("SELECT split_part(name, 'n', 1), md5(name), position('n' in name) FROM t WHERE id = "
              "1") == "A|82e335f7ac0e0e412b2ae15abe662110|2;SELECT 1");
  CHECK(sql.say(
            "SELECT concat(name, '-', id), concat_ws(', ', name, NULL, 'z') FROM t ORDER BY id") ==
        "Ann-1|Ann, z;bob-2|bob, z;-3|z;SELECT 3");
  CHECK(sql.say("SELECT id FROM t WHERE name ~* '^a' ") == "1;SELECT 1");
  CHECK(sql.say("SELECT id FROM t WHERE name ~ '(?i)a'") == "-");
  CHECK(sql.say("SELECT split_part(name, 'n', 0) FROM t") == "-");
}

TEST_CASE("numerics have the scale that the server gives them") {
  EmulatedSql sql = with_rows();
  CHECK(sql.say("SELECT n / 3, n * 2, round(n, 1), n % 1 FROM t WHERE id = 1") ==
        "0.50000000000000000000|3.00|1.5|0.50;SELECT 1");
  CHECK(sql.say("SELECT sum(n), avg(n), max(n) FROM t") == "11.50|5.7500000000000000|10;SELECT 1");
  CHECK(sql.say("SELECT id FROM t WHERE n > 1.5 ORDER BY id") == "2;SELECT 1");
  CHECK(sql.say("SELECT id / 2, id % 2 FROM t ORDER BY id") == "0|1;1|0;1|1;SELECT 3");
  CHECK(sql.say("SELECT 1 / (id - 2) FROM t") == "-");
  CHECK(sql.say("SELECT id FROM t WHERE id > 0 AND 1 / (id - 2) > 5") == "-");
  CHECK(sql.say("SELECT id + 2147483647 FROM t") == "-");
}

TEST_CASE("arrays") {
  EmulatedSql sql = with_rows();
  CHECK(sql.say("SELECT tags, tags[2] AS b, array_length(tags, 1), tags || 'c'::text AS c FROM t "
                "WHERE id = 1") == "{a,\"b c\"}|b c|2|{a,\"b c\",c};SELECT 1");
  REQUIRE(sql.columns.size() == 4);
  CHECK(sql.columns[0].type == oid_of("text[]"));
  CHECK(sql.say("SELECT id FROM t WHERE 'a' = ANY(tags)") == "1;SELECT 1");
  CHECK(sql.say("SELECT id FROM t WHERE tags @> '{a}' OR tags && ARRAY['z']") == "1;SELECT 1");
  CHECK(sql.say("UPDATE t SET tags = array_append(tags, 'd') WHERE id = 2 RETURNING tags") ==
        "{d};UPDATE 1");
  CHECK(sql.say("SELECT u FROM t, unnest(tags) AS u WHERE id = 1") == "a;b c;SELECT 2");
  CHECK(
      sql.say("SELECT * FROM unnest(ARRAY['a', NULL], '{7,8,9}'::int[]) WITH ORDINALITY u(a, b)") ==
      "a|7|1;NULL|8|2;NULL|9|3;SELECT 3");
  CHECK(sql.say("SELECT * FROM unnest('{x}'::text[], NULL::int[])") == "x|NULL;SELECT 1");
  CHECK(sql.say("SELECT unnest FROM unnest('{x}'::text[], '{1}'::int[])") == "-");
  CHECK(
      sql.say("SELECT array_agg(id ORDER BY id DESC), string_agg(name, ',' ORDER BY id) FROM t") ==
      "{3,2,1}|Ann,bob;SELECT 1");
  CHECK(sql.say("SELECT array_agg(id) FROM t") == "-");
}

TEST_CASE("JSON") {
  EmulatedSql sql = with_rows();
  CHECK(sql.say("SELECT doc -> 'k', doc #>> '{k,1,x}', doc ->> 'k' FROM t WHERE id = 1") ==
        "[1, {\"x\": \"y\"}]|y|[1, {\"x\": \"y\"}];SELECT 1");
  CHECK(sql.say("SELECT id FROM t WHERE doc @> '{\"k\": [1]}'") == "1;SELECT 1");
  CHECK(sql.say("SELECT doc || '3', doc - 0 FROM t WHERE id = 2") == "[1, 2, 3]|[2];SELECT 1");
  CHECK(sql.say("SELECT jsonb_build_object('b', id, 'a', name) FROM t WHERE id = 1") ==
        "{\"a\": \"Ann\", \"b\": 1};SELECT 1");
  CHECK(sql.say("UPDATE t SET doc = jsonb_set(doc, '{k,0}', '9') WHERE id = 1 RETURNING doc") ==
        "{\"k\": [9, {\"x\": \"y\"}]};UPDATE 1");
}

TEST_CASE("moments in a zone that is not UTC") {
  EmulatedSql sql = in_zone("Europe/Berlin");
  sql.hear("CREATE TABLE t (id int PRIMARY KEY, at timestamptz, day date)", "CREATE TABLE");
  sql.hear("INSERT INTO t VALUES (1, '2024-03-31 01:30:00', '2024-03-31')", "INSERT 0 1");
  CHECK(sql.say("SELECT at, at + interval '1 hour', at + interval '1 day' FROM t") ==
        "2024-03-31 01:30:00+01|2024-03-31 03:30:00+02|2024-04-01 01:30:00+02;SELECT 1");
  CHECK(sql.say(
            "SELECT at::date, extract(hour from at), date_trunc('day', at), day::timestamptz FROM "
            "t") == "2024-03-31|1|2024-03-31 00:00:00+01|2024-03-31 00:00:00+01;SELECT 1");
  CHECK(sql.say("SELECT at AT TIME ZONE z FROM t, (VALUES ('Asia/Tokyo')) v (z)") ==
        "2024-03-31 09:30:00;SELECT 1");
  CHECK(sql.say("SELECT at AT TIME ZONE z FROM t, (VALUES ('Nowhere/Land')) v (z)") == "-");
  CHECK(sql.say("SELECT at AT TIME ZONE 'UTC', to_char(at, 'DD Mon YYYY HH24:MI') FROM t") ==
        "2024-03-31 00:30:00|31 Mar 2024 01:30;SELECT 1");
  CHECK(sql.say("SELECT age(at, at - interval '1 year 2 days'), at - at FROM t") ==
        "1 year 2 days|00:00:00;SELECT 1");
}

TEST_CASE("queries of rarer forms") {
  EmulatedSql sql = with_rows();
  CHECK(sql.say(
            "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 4) SELECT n "
            "FROM r ORDER BY n DESC") == "4;3;2;1;SELECT 4");
  CHECK(sql.say("SELECT DISTINCT ON (id % 2) id % 2 AS odd, id FROM t ORDER BY id % 2, id DESC") ==
        "0|2;1|3;SELECT 2");
  CHECK(sql.say("VALUES (1, 'a'), (2, NULL)") == "1|a;2|NULL;SELECT 2");
  CHECK(sql.say(
            "SELECT id, sum(id) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM t "
            "ORDER BY id") == "1|1;2|3;3|5;SELECT 3");
  CHECK(sql.say("SELECT g FROM generate_series(1, 5, 2) AS g") ==
        "-");  // of which type, is not told
  CHECK(sql.say("SELECT count(*) FROM generate_series(1, 5, 2) AS g") == "3;SELECT 1");
}

TEST_CASE("an UPDATE with what can't be read costs the cell, or the column alone") {
  EmulatedSql sql = with_rows();
  sql.hear("UPDATE t SET doc = '1e5', name = 'x' WHERE id = 1", "UPDATE 1");
  CHECK(sql.say("SELECT name FROM t WHERE id = 1") == "x;SELECT 1");
  CHECK(sql.say("SELECT doc FROM t WHERE id = 2") == "[1, 2];SELECT 1");
  CHECK(sql.say("SELECT doc FROM t WHERE id = 1") == "-");
  sql.hear("UPDATE t SET n = width_bucket(id, 1, 5, 3) WHERE id = 2", "UPDATE 1");
  CHECK(sql.say("SELECT name FROM t WHERE id = 2") == "bob;SELECT 1");
  CHECK(sql.say("SELECT n FROM t WHERE id = 1") == "-");
  sql.hear("UPDATE t SET name = 'y' WHERE to_tsvector(name) @@ 'a'", "UPDATE 1");
  CHECK(sql.say("SELECT id, tags FROM t WHERE id = 2") == "2|{};SELECT 1");
  CHECK(sql.say("SELECT name FROM t WHERE id = 2") == "-");
}

TEST_CASE("enumerations are ordered as their labels are") {
  Document knowledge = EmulatedSql::in_utc();
  EmulatedSql sql(knowledge);
  sql.hear("CREATE TYPE mood AS ENUM ('low', 'mid', 'high')", "CREATE TYPE");
  sql.hear("CREATE TABLE t (id int PRIMARY KEY, m mood NOT NULL DEFAULT 'mid')", "CREATE TABLE");
  CHECK(sql.say("INSERT INTO t VALUES (1, 'low'), (2, DEFAULT), (3, 'high')") == "INSERT 0 3");
  CHECK(sql.say("SELECT id, m FROM t ORDER BY m DESC") == "3|high;2|mid;1|low;SELECT 3");
  REQUIRE(sql.columns.size() == 2);
  CHECK(sql.columns[1].length == 4);
  CHECK(sql.say("SELECT id FROM t WHERE m > 'low' AND m <> 'high'::mood") == "2;SELECT 1");
  CHECK(sql.say("SELECT m::text || '!' FROM t WHERE id = 1") == "low!;SELECT 1");
  CHECK(sql.say("INSERT INTO t VALUES (4, 'none')") == "-");
  sql.hear("ALTER TYPE mood ADD VALUE 'none' BEFORE 'low'", "ALTER TYPE");
  CHECK(sql.say("SELECT m FROM t") == "-");
  CHECK(sql.say("SELECT count(*) FROM t") == "3;SELECT 1");
}
