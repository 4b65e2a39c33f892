// PostgreSQL's statements as trees.
#include <doctest/doctest.h>

#include "protocols/postgres/tree_from_pg_query.hpp"
#include "protocols/sql/tree_text.hpp"

namespace understudy::postgres {
namespace {

std::string parsed(std::string_view sql) {
  return sql::test::TreeText::of(parse_postgres(sql));
}

struct Example {
  std::string_view sql, expected;
};

void check(std::initializer_list<Example> examples) {
  for (const Example& each : examples) {
    CAPTURE(each.sql);
    CHECK(parsed(each.sql) == each.expected);
  }
}

}  // namespace

TEST_CASE("PostgreSQL: expressions") {
  check({
      {"SELECT -7, 0, - 7, 7 FROM t WHERE a = -1", "select -7, 0, -7, 7 from t where (= a -1)"},
      {"SELECT a + b * c, -d, a || 'x', NOT e, f @> g FROM t",
       "select (+ a (* b c)), (negate d), (concat a 'x'), (not e), (@> f g) from t"},
      {"SELECT a FROM t WHERE a IN (1, $2) AND b NOT IN (SELECT 1) AND c = ANY($1)",
       "select a from t where (and (in a [1, $2]) (not (in b {select 1})) (= any c $1))"},
      {"SELECT a BETWEEN 1 AND 2, b NOT LIKE 'x' ESCAPE '!', c ILIKE 'y', d SIMILAR TO 'z'",
       "select (between a 1 2), (not_like b 'x' escape '!'), (ilike c 'y'), (similar d 'z')"},
      {"SELECT a IS NOT NULL, b IS TRUE, c IS DISTINCT FROM 1, EXISTS (SELECT 1)",
       "select (is_not_null a), (is_true b), (distinct c 1), exists {select 1}"},
      {"SELECT count(*) FILTER (WHERE a) OVER (PARTITION BY b ORDER BY c DESC), sum(DISTINCT a)",
       "select count(*) filter a over ( partition b order c desc), sum(distinct a)"},
      {"SELECT CASE a WHEN 1 THEN 2 ELSE 3 END, coalesce(a, b), nullif(a, b), greatest(a, b)",
       "select (case a 1:2 else 3), coalesce(a, b), nullif(a, b), greatest(a, b)"},
      {"SELECT a::int, b::varchar(10)[], ROW(1, 2), ARRAY[1], ARRAY(SELECT 1), (r).f, x[1], "
       "current_date",
       "select (cast a int4), (cast b varchar(10)[]), row(1, 2), array(1), array {select 1}, (get "
       "r f), "
       "(get x [1]), current_date"},
      {"SELECT true, null, 1.5, 0, 'it''s', B'01', a COLLATE \"C\"",
       "select true, null, 1.5, 0, 'it's', bits'01', (collate a C)"},
  });
}

TEST_CASE("PostgreSQL: queries") {
  check({
      {"SELECT DISTINCT x.*, * FROM ONLY s.t AS x (a, b) LEFT JOIN u USING (a), LATERAL (SELECT 1) "
       "y",
       "select distinct x.*, * from (left only s.t as x(a, b) u using a), lateral {select 1} as y"},
      {"SELECT * FROM a CROSS JOIN b, unnest($1::int[]) WITH ORDINALITY n (v, i)",
       "select * from (cross a b), function unnest((cast $1 int4[])) as n(v, i)"},
      {"SELECT a FROM t UNION ALL SELECT b FROM u UNION ALL VALUES (1) ORDER BY 1 LIMIT 2 OFFSET 3",
       "union_all {select a from t} {select b from u} {values (1)} order by 1 limit 2 offset 3"},
      {"WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x FOR UPDATE SKIP LOCKED",
       "with x {delete t returning *} select * from x for update"},
      {"SELECT a, count(*) FROM t GROUP BY a HAVING count(*) > 1",
       "select a, count(*) from t group by a having (> count(*) 1)"},
  });
}

TEST_CASE("PostgreSQL: changes") {
  check({
      {"INSERT INTO t (a, b) VALUES (1, DEFAULT), ($1, 2) ON CONFLICT (a) DO UPDATE SET b = "
       "excluded.b RETURNING id",
       "insert t(a, b) values (1, default), ($1, 2) or update set b = excluded.b returning id"},
      {"INSERT INTO t DEFAULT VALUES", "insert t default values"},
      {"INSERT INTO t SELECT 1 ON CONFLICT DO NOTHING", "insert t select 1 or nothing"},
      {"UPDATE t SET a = 1, (b, c) = (SELECT 2, 3) FROM s WHERE t.x = s.x",
       "update t set a = 1, b+c = {select 2, 3} from s where (= t.x s.x)"},
      {"DELETE FROM t AS x USING s WHERE x.a = s.a RETURNING *",
       "delete t as x from s where (= x.a s.a) returning *"},
      {"MERGE INTO t USING s ON t.a = s.a WHEN MATCHED THEN DELETE",
       "merge t using s on (= t.a s.a)"},
      {"COPY t (a, b) FROM STDIN", "transfer into t(a, b)"},
      {"COPY (SELECT 1) TO STDOUT", "transfer from {select 1}"},
  });
}

TEST_CASE("PostgreSQL: definitions") {
  check({
      {"CREATE TABLE IF NOT EXISTS s.t (id bigserial PRIMARY KEY, a varchar(10) NOT NULL DEFAULT "
       "'x' COLLATE \"C\", "
       "b int REFERENCES p (x) ON DELETE CASCADE ON UPDATE SET NULL, c int GENERATED ALWAYS AS (a "
       "+ 1) STORED, "
       "CONSTRAINT u UNIQUE (a, b), CHECK (a > 0)) PARTITION BY RANGE (a)",
       "create table if not exists s.t (id bigserial not null identity primary (id), a varchar(10) "
       "not null "
       "default 'x' collate C, b int4 foreign (b) to p(x) cascade / null, c int4 generated (+ a "
       "1), "
       "unique u (a, b), check (> a 0)) partitioned"},
      {"CREATE TABLE p PARTITION OF t FOR VALUES IN (1)", "create table p partition of t"},
      {"CREATE TABLE p (LIKE t) INHERITS (a, b)", "create table p (like t) inherits a inherits b"},
      {"CREATE TEMP TABLE x AS SELECT 1", "create temporary table x as select 1"},
      {"CREATE MATERIALIZED VIEW m AS SELECT 1", "create materialized view m as select 1"},
      {"CREATE VIEW v (a) AS SELECT 1", "create view v(a) as select 1"},
      {"CREATE UNIQUE INDEX i ON t (lower(a), b) WHERE c",
       "create unique index i on t (lower(a), b) where c"},
      {"ALTER TABLE t ADD a int, DROP b CASCADE, ALTER c SET DEFAULT 1, ALTER c TYPE text, ADD "
       "CONSTRAINT f FOREIGN "
       "KEY (a) REFERENCES b, DROP CONSTRAINT g, ENABLE ROW LEVEL SECURITY, INHERIT z, OWNER TO x",
       "alter table t add a int4, drop b cascade, default c 1, type c text, constrain foreign f "
       "(a) to b(), "
       "drop constraint g, security, add parent z, inert"},
      {"ALTER TABLE t ATTACH PARTITION p DEFAULT", "alter table t attach p"},
      {"ALTER TABLE t RENAME COLUMN a TO b", "alter table t rename column a to b"},
      {"ALTER TABLE s.t RENAME TO u", "alter table s.t rename s.u"},
      {"ALTER TABLE t SET SCHEMA s", "alter table t set schema s"},
      {"DROP TABLE IF EXISTS a, s.b CASCADE", "drop table if exists a s.b cascade"},
      {"DROP TRIGGER x ON s.t", "drop trigger x on s.t"},
      {"DROP FUNCTION s.f(int)", "drop function s.f"},
      {"TRUNCATE a, b CASCADE", "truncate a b cascade"},
      {"CREATE FUNCTION f(a int) RETURNS int LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN a; END $$",
       "create function f(a) stable < BEGIN RETURN a; END >"},
      {"CREATE TRIGGER tr BEFORE INSERT OR DELETE ON t FOR EACH ROW EXECUTE FUNCTION f()",
       "create trigger tr before insert, delete on t execute f"},
      {"CREATE RULE r AS ON INSERT TO t DO INSTEAD DELETE FROM u",
       "create rule r on insert to t instead do delete u"},
      {"CREATE POLICY p ON t USING (a = current_user)",
       "create policy p on t using (= a current_user)"},
      {"CREATE TYPE e AS ENUM ('a', 'b')", "create type e enum(a, b)"},
      {"CREATE DOMAIN d AS int NOT NULL", "create domain d as int4"},
      {"CREATE SEQUENCE s.q", "create sequence s.q"},
      {"CREATE SCHEMA s", "create schema s"},
  });
}

TEST_CASE("PostgreSQL: settings and utilities") {
  check({
      {"SET LOCAL search_path TO a, b", "set local search_path = 'a', 'b'"},
      {"SET TIME ZONE 'utc'", "set timezone = 'utc'"},
      {"EXPLAIN ANALYZE SELECT 1",
       "utility " + std::to_string(static_cast<int>(sql::Kind::explain)) + " executed {select 1}"},
      {"CALL p(1)", "utility " + std::to_string(static_cast<int>(sql::Kind::call)) + " (p(1))"},
  });
}

TEST_CASE("PostgreSQL: a body in SQL is its statements") {
  const auto statement =
      parse_postgres("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'DELETE FROM t; SELECT 1'");
  const auto* routine = statement.as<sql::tree::CreateRoutine>();
  REQUIRE(routine != nullptr);
  CHECK(routine->body.empty());
  CHECK(routine->statements.size() == 2);
}

TEST_CASE("PostgreSQL: what its grammar does not accept is unknown") {
  CHECK_FALSE(parse_postgres("SELEC 1").understood());
  CHECK_FALSE(parse_postgres("SELECT 1; SELECT 2").understood());
  CHECK_FALSE(parse_postgres("").understood());
  std::string deep = "SELECT 1";
  for (int i = 0; i < 300; ++i) deep = "SELECT (" + deep + ")";
  CHECK_FALSE(parse_postgres(deep).understood());
}

}  // namespace understudy::postgres
