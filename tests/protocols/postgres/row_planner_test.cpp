#include "protocols/postgres/row_planner.hpp"

#include "protocols/postgres/request.hpp"
#include "protocols/sql/plan_text.hpp"
#include "support.hpp"

namespace understudy::postgres {
namespace {

/// The plan of a statement in one line.
std::string plan(std::string_view statement) {
  sql::Statement taken_apart;
  taken_apart.assign(statement, sql_mode());
  return sql::test::text_of(row_plan_of(taken_apart.pattern()));
}

/// What the result shows.
std::string shown(std::string_view statement) {
  sql::Statement taken_apart;
  taken_apart.assign(statement, sql_mode());
  const sql::RowPlan plan = row_plan_of(taken_apart.pattern());
  std::string text = plan.each_once ? "once" : "";
  for (const auto& output : plan.outputs)
    text += " " + (output.table.empty()
                       ? "?"
                       : output.table + "." + (output.column.empty() ? "*" : output.column));
  return text;
}

TEST_CASE("equality of a column of the only table restricts what is read") {
  CHECK(plan("SELECT * FROM t WHERE id = $1") == "t id=$1");
  CHECK(plan("SELECT * FROM t WHERE id = 7") == "t id=$1");
  CHECK(plan("SELECT * FROM t WHERE 7 = id AND (b = $1 AND c > 3)") == "t id=$1 b=$2");
  CHECK(plan("SELECT * FROM t WHERE id IN (1, $1, 3)") == "t id=$1|$2|$3");
  CHECK(plan("SELECT * FROM t WHERE id = ANY($1)") == "t id=each $1");
  CHECK(plan("SELECT * FROM t WHERE id = ANY($1::bigint[])") == "t id=each $1");
  CHECK(plan("SELECT * FROM t WHERE id = ANY(ARRAY[$1, 2])") == "t id=$1|$2");
  CHECK(plan("SELECT * FROM t WHERE id = 1 OR id = $1") == "t id=$1|$2");
  CHECK(plan("SELECT * FROM t WHERE id = $1::int AND s = 'new'::order_status") == "t id=$1 s=$2");
  CHECK(plan("SELECT * FROM s.t WHERE id = 1") == "s.t id=$1");
  CHECK(plan("SELECT * FROM t x WHERE x.id = 1") == "t id=$1");
}

TEST_CASE("what is no plain equality restricts nothing") {
  CHECK(plan("SELECT * FROM t WHERE id = 1 OR b = 2") == "t *");
  CHECK(plan("SELECT * FROM t WHERE NOT id = 1") == "t *");
  CHECK(plan("SELECT * FROM t WHERE id <> 1") == "t *");
  CHECK(plan("SELECT * FROM t WHERE id IS NULL") == "t *");
  CHECK(plan("SELECT * FROM t WHERE lower(id) = 'a'") == "t *");
  CHECK(plan("SELECT * FROM t WHERE id::text = 'a'") == "t *");
  CHECK(plan("SELECT * FROM t WHERE id = other") == "t *");
  CHECK(plan("SELECT * FROM t WHERE d = $1::date") == "t *");
  CHECK(plan("SELECT * FROM t WHERE id = $1 + 1") == "t *");
  CHECK(plan("SELECT * FROM t WHERE (a, b) = (1, 2)") == "t *");
  CHECK(plan("SELECT * FROM t WHERE id IN (1, b)") == "t *");
  CHECK(plan("SELECT * FROM t WHERE id = ALL($1)") == "t *");
  CHECK(plan("SELECT * FROM t AS x(a, b) WHERE a = 1") == "t *");
  CHECK(plan("SELECT id = 1 FROM t") == "t *");
}

TEST_CASE("a join carries values over to the tables that it restricts") {
  CHECK(plan("SELECT * FROM a JOIN o ON o.aid = a.id WHERE a.id = $1") == "a id=$1; o aid=$1");
  CHECK(plan("SELECT * FROM a, o WHERE o.aid = a.id AND o.aid = $1") == "a id=$1; o aid=$1");
  CHECK(plan("SELECT * FROM a JOIN o USING (k) WHERE o.k = 1") == "a k=$1; o k=$1");
  CHECK(plan("SELECT * FROM a LEFT JOIN o ON o.aid = a.id WHERE a.id = $1") == "a id=$1; o aid=$1");
  CHECK(plan("SELECT * FROM a LEFT JOIN o ON o.aid = a.id AND a.id = $1") == "a *; o aid=$1");
  CHECK(plan("SELECT * FROM a RIGHT JOIN o ON o.aid = a.id AND o.aid = $1") == "a id=$1; o *");
  CHECK(plan("SELECT * FROM a FULL JOIN o ON o.aid = a.id AND o.aid = $1") == "a *; o *");
  CHECK(plan("SELECT * FROM a LEFT JOIN (b JOIN c ON b.x = c.x AND c.x = 5) ON a.i = b.i") ==
        "a *; b x=$1; c x=$1");
  CHECK(plan("SELECT * FROM a JOIN o ON o.aid = a.id WHERE id = $1") == "a *; o *");
  CHECK(plan("SELECT * FROM a x JOIN a y ON x.p = y.id WHERE x.id = 1") == "a id=$1; a *");
}

TEST_CASE("sub-selects are levels of their own") {
  CHECK(plan("SELECT * FROM t WHERE id IN (SELECT tid FROM u WHERE u.k = $1)") == "t *; u k=$1");
  // `k` may be a column of t: there is no telling without the schema.
  CHECK(plan("SELECT * FROM t WHERE EXISTS (SELECT 1 FROM u WHERE k = $1)") == "t *; u *");
  CHECK(plan("SELECT * FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.k = t.id) AND id = 3") ==
        "t id=$1; u *");
  CHECK(plan("SELECT * FROM (SELECT * FROM t WHERE k = 1) x WHERE x.id = 2") == "t k=$1");
  CHECK(plan("SELECT (SELECT max(v) FROM u) FROM t WHERE id = 2") == "t id=$1; u *");
  CHECK(plan("SELECT 1 FROM t WHERE id = 1 UNION SELECT 2 FROM t WHERE id = 2") ==
        "t id=$1; t id=$2");
  CHECK(plan("SELECT * FROM t, LATERAL (SELECT * FROM u WHERE k = 1) x WHERE t.id = 1") ==
        "u *; t id=$2");
}

TEST_CASE("common table expressions are no tables, and hide them only where they may") {
  CHECK(plan("WITH x AS (SELECT * FROM t WHERE id = 1) SELECT * FROM x WHERE k = 2") == "t id=$1");
  CHECK(plan("WITH t AS (SELECT * FROM t WHERE id = 1) SELECT * FROM t WHERE k = 2") == "t id=$1");
  CHECK(
      plan("WITH RECURSIVE r AS (SELECT id FROM t WHERE id = 1 UNION SELECT t.id FROM t JOIN r ON "
           "t.p = r.id) SELECT * FROM r") == "t id=$1; t *");
}

TEST_CASE("changes tell their rows") {
  CHECK(plan("INSERT INTO t (a, b) VALUES ($1, DEFAULT), (now(), NULL)") ==
        "insert t (a=$1 b=default) (a=? b=$2)");
  CHECK(plan("INSERT INTO t VALUES (1, 2)") == "insert t rows?");
  CHECK(plan("INSERT INTO t DEFAULT VALUES") == "insert t ()");
  CHECK(plan("INSERT INTO t (a) SELECT b FROM u WHERE id = 1") == "u id=$1; insert t rows?");
  CHECK(plan("INSERT INTO t (a, b) VALUES (1, 2) ON CONFLICT (a) DO UPDATE SET b = excluded.b, c = "
             "t.c + 1") == "upsert t (a=$1 b=$2) on a set b=$2 set c=?");
  CHECK(plan("INSERT INTO t (a) VALUES (1) ON CONFLICT DO NOTHING") == "insert t (a=$1)");
  CHECK(plan("UPDATE t SET a = a + 1, b = $1 WHERE id = $2") ==
        "update t where id=$3 set a=? set b=$2");
  CHECK(plan("UPDATE t SET a = u.x FROM u WHERE t.id = u.id AND u.id = 4") ==
        "u id=$1; update t where id=$1 set a=?");
  CHECK(plan("DELETE FROM t WHERE id = ANY($1)") == "remove t where id=each $1");
  CHECK(plan("DELETE FROM t USING u WHERE t.id = u.id AND u.k = 1") == "u k=$1; remove t where *");
  CHECK(plan("WITH x AS (DELETE FROM t WHERE id = 1 RETURNING *) INSERT INTO u (a) SELECT id FROM "
             "x") == "remove t where id=$1; insert u rows?");
}

TEST_CASE("statements that are not followed make no plan") {
  CHECK(plan("TRUNCATE t") == "nothing");
  CHECK(plan("CREATE TABLE t (id int)") == "nothing");
  CHECK(plan("MERGE INTO t USING u ON t.id = u.id WHEN MATCHED THEN DELETE") == "nothing");
  CHECK(plan("SELECT * FROM t TABLESAMPLE SYSTEM (1) WHERE id = 1") == "t *");
  CHECK(plan("SELECT FROM WHERE") == "nothing");
}

TEST_CASE("what a result shows of which table") {
  CHECK(shown("SELECT * FROM t WHERE id = 1") == "once t.*");
  CHECK(shown("SELECT id, a AS b, a + 1 FROM t") == "once t.id t.a ?");
  CHECK(shown("SELECT a.id, o.* FROM a JOIN o ON true") == "");
  CHECK(shown("SELECT a.id, o.n FROM a JOIN o ON true") == " a.id o.n");
  CHECK(shown("SELECT k, count(*) FROM t GROUP BY k") == " t.k ?");
  CHECK(shown("INSERT INTO t (a) VALUES (1) RETURNING id, a") == "once t.id t.a");
  CHECK(shown("UPDATE t AS x SET a = 1 RETURNING x.*") == "once t.*");
}

}  // namespace
}  // namespace understudy::postgres
