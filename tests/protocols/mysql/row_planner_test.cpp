#include "protocols/mysql/row_planner.hpp"

#include <algorithm>

#include "protocols/sql/plan_text.hpp"
#include "support.hpp"

namespace understudy::mysql {
namespace {

constexpr sql::Mode mode{sql::Dialect::mysql, true, false};

StatementPlan planned(std::string_view statement) {
  sql::Statement taken_apart;
  taken_apart.assign(statement, mode);
  return statement_plan_of(taken_apart.pattern(), mode);
}

/// The plan of a statement in one line.
std::string plan(std::string_view statement) {
  return sql::test::text_of(planned(statement).rows);
}

/// The items of the result: columns, stars, others.
std::string shown(std::string_view statement) {
  const StatementPlan all = planned(statement);
  std::string text = all.rows.each_once ? "once " : "";
  for (const auto item : all.items) text += "c*?"[static_cast<int>(item)];
  return text;
}

TEST_CASE("equality of a column of the only table restricts what is read") {
  CHECK(plan("SELECT * FROM t WHERE id = ?") == "t id=$1");
  CHECK(plan("SELECT * FROM t WHERE id = 7") == "t id=$1");
  CHECK(plan("SELECT * FROM `t` WHERE `ID` = '7' FOR UPDATE") == "t id=$1");
  CHECK(plan("SELECT * FROM t WHERE 7 = id AND (b = ? AND c > 3)") == "t id=$1 b=$2");
  CHECK(plan("SELECT * FROM t WHERE ((id = 7)) && b = 8") == "t id=$1 b=$2");
  CHECK(plan("SELECT * FROM t WHERE id IN (1, ?, -3) ORDER BY id LIMIT 5") == "t id=$1|$2|$3");
  CHECK(plan("SELECT * FROM t WHERE id = 1 OR id = ? OR (id IN (3, 4))") == "t id=$1|$2|$3|$4");
  CHECK(plan("SELECT * FROM t WHERE x BETWEEN 1 AND 2 AND id = 3") == "t id=$3");
  CHECK(plan("SELECT * FROM t WHERE CASE WHEN a AND b THEN c END AND id = 3") == "t id=$1");
  CHECK(plan("SELECT * FROM s.t WHERE s.t.id = 1") == "s.t id=$1");
  CHECK(plan("SELECT * FROM t AS x WHERE x.id = 1") == "t id=$1");
  CHECK(plan("SELECT * FROM t x FORCE INDEX (a, b) WHERE x.id = 1") == "t id=$1");
  CHECK(plan("SELECT * FROM t WHERE (a, b) = (1, 2)") == "t a=$1 b=$2");
  CHECK(plan("SELECT * FROM t WHERE (a, b) IN ((1, 2), (3, 4))") == "t a=$1|$3 b=$2|$4");
  CHECK(plan("(SELECT * FROM t WHERE id = 1)") == "t id=$1");
}

TEST_CASE("what is no plain equality restricts nothing") {
  CHECK(plan("SELECT * FROM t WHERE id = 1 OR b = 2") == "t *");
  CHECK(plan("SELECT * FROM t WHERE id = 1 XOR b = 2") == "t *");
  CHECK(plan("SELECT * FROM t WHERE id = 1 || b = 2") == "t *");
  CHECK(plan("SELECT * FROM t WHERE NOT id = 1") == "t *");
  CHECK(plan("SELECT * FROM t WHERE NOT (id = 1 AND b = 2)") == "t *");
  CHECK(plan("SELECT * FROM t WHERE ! (id = 1)") == "t *");
  CHECK(plan("SELECT * FROM t WHERE id <> 1") == "t *");
  CHECK(plan("SELECT * FROM t WHERE id NOT IN (1, 2)") == "t *");
  CHECK(plan("SELECT * FROM t WHERE id <=> 1") == "t *");
  CHECK(plan("SELECT * FROM t WHERE id LIKE 'a'") == "t *");
  CHECK(plan("SELECT * FROM t WHERE lower(id) = 'a'") == "t *");
  CHECK(plan("SELECT * FROM t WHERE BINARY id = 'a'") == "t *");
  CHECK(plan("SELECT * FROM t WHERE id = 'a' COLLATE utf8mb4_bin") == "t *");
  CHECK(plan("SELECT * FROM t WHERE id = other") == "t *");
  CHECK(plan("SELECT * FROM t WHERE id = 1 IS NULL") == "t *");
  CHECK(plan("SELECT * FROM t WHERE id = 1 = 0") == "t *");
  CHECK(plan("SELECT * FROM t WHERE -id = 1") == "t *");
  CHECK(plan("SELECT * FROM t WHERE id = ? + 1") == "t *");
  CHECK(plan("SELECT * FROM t WHERE id = @x") == "t *");
  CHECK(plan("SELECT * FROM t WHERE id IN (1, b)") == "t *");
  CHECK(plan("SELECT * FROM t WHERE (id IN (1)) IS UNKNOWN") == "t *");
  CHECK(plan("SELECT * FROM t WHERE id = DATE '2024-01-01'") == "t *");
  CHECK(plan("SELECT id = 1 FROM t") == "t *");
  CHECK(plan("SELECT * FROM t HAVING id = 1") == "t *");
  CHECK(plan("SELECT * FROM t WHERE (SELECT a FROM u WHERE x AND id = 1)") == "u *; t *");
}

TEST_CASE("a join carries values over to the tables that it restricts") {
  CHECK(plan("SELECT * FROM a JOIN o ON o.aid = a.id WHERE a.id = ?") == "a id=$1; o aid=$1");
  CHECK(plan("SELECT * FROM a, o WHERE o.aid = a.id AND o.aid = ?") == "a id=$1; o aid=$1");
  CHECK(plan("SELECT * FROM a INNER JOIN o USING (k) WHERE o.k = 1") == "a k=$1; o k=$1");
  CHECK(plan("SELECT * FROM a STRAIGHT_JOIN o ON o.k = a.k AND o.k = 1") == "a k=$1; o k=$1");
  CHECK(plan("SELECT * FROM a LEFT JOIN o ON o.aid = a.id WHERE a.id = ?") == "a id=$1; o aid=$1");
  CHECK(plan("SELECT * FROM a LEFT OUTER JOIN o ON o.aid = a.id AND a.id = ?") == "a *; o aid=$1");
  CHECK(plan("SELECT * FROM a RIGHT JOIN o ON o.aid = a.id AND o.aid = ?") == "a id=$1; o *");
  CHECK(plan("SELECT * FROM a LEFT JOIN o ON LEFT(o.x, 3) = a.x AND o.y = 4 WHERE a.z = 1") ==
        "a z=$3; o y=$2");
  CHECK(plan("SELECT * FROM a LEFT JOIN (b JOIN c ON b.x = c.x AND c.x = 5) ON a.i = b.i") ==
        "a *; b x=$1; c x=$1");
  CHECK(plan("SELECT * FROM a, b LEFT JOIN c ON c.x = b.x WHERE b.x = 1 AND a.y = 2") ==
        "a y=$2; b x=$1; c x=$1");
  CHECK(plan("SELECT * FROM a JOIN o ON o.aid = a.id WHERE id = ?") == "a *; o *");
  CHECK(plan("SELECT * FROM a x JOIN a y ON x.p = y.id WHERE x.id = 1") == "a id=$1; a *");
  // Aliases that differ in case alone are two where the server says so.
  CHECK(plan("SELECT * FROM a t JOIN b T ON t.x = T.x WHERE T.x = 1") == "a *; b *");
  CHECK(plan("SELECT * FROM s.t JOIN r.t ON true WHERE t.x = 1") == "s.t *; r.t *");
}

TEST_CASE("a value that comes over a join says over which columns") {
  const auto rows = planned(
                        "SELECT * FROM a, b, c WHERE a.x = b.y AND c.z = b.y AND "
                        "a.x = 1")
                        .rows;
  REQUIRE(rows.reads.size() == 3);
  for (const auto& access : rows.reads) REQUIRE(access.where.size() == 1);
  CHECK(rows.reads[0].where[0].through.empty());
  using Through = std::vector<std::pair<std::string, std::string>>;
  CHECK(rows.reads[1].where[0].through == Through{{"a", "x"}});
  CHECK(rows.reads[2].where[0].through == Through{{"b", "y"}, {"a", "x"}});
}

TEST_CASE("sub-selects are levels of their own") {
  CHECK(plan("SELECT * FROM t WHERE id IN (SELECT tid FROM u WHERE u.k = ?)") == "u k=$1; t *");
  // `k` may be a column of t: there is no telling without the schema.
  CHECK(plan("SELECT * FROM t WHERE EXISTS (SELECT 1 FROM u WHERE k = ?)") == "u *; t *");
  CHECK(plan("SELECT * FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.k = t.id) AND id = 3") ==
        "u *; t id=$1");
  CHECK(plan("SELECT * FROM (SELECT * FROM t WHERE k = 1) x WHERE x.id = 2") == "t k=$1");
  CHECK(plan("SELECT (SELECT max(v) FROM u) FROM t WHERE id = 2") == "u *; t id=$1");
  CHECK(plan("SELECT 1 FROM t WHERE id = 1 UNION ALL SELECT 2 FROM t WHERE id = 2 LIMIT 3") ==
        "t id=$1; t id=$2");
  CHECK(plan("(SELECT 1 FROM t WHERE id = 1) UNION (SELECT 2 FROM u WHERE id = 2) ORDER BY 1") ==
        "t id=$1; u id=$2");
  CHECK(plan("SELECT * FROM t, LATERAL (SELECT * FROM u WHERE k = 1) x WHERE t.id = 1") ==
        "u *; t id=$2");
}

TEST_CASE("common table expressions are no tables, and hide them only where they may") {
  CHECK(plan("WITH x AS (SELECT * FROM t WHERE id = 1) SELECT * FROM x WHERE k = 2") == "t id=$1");
  CHECK(plan("WITH t AS (SELECT * FROM t WHERE id = 1) SELECT * FROM t WHERE k = 2") == "t id=$1");
  CHECK(
      plan("WITH RECURSIVE r (id) AS (SELECT id FROM t WHERE id = 1 UNION SELECT t.id FROM t JOIN "
           "r ON t.p = r.id) SELECT * FROM r") == "t id=$1; t *");
}

TEST_CASE("inserts tell their rows") {
  CHECK(plan("INSERT INTO t (a, B) VALUES (?, DEFAULT), (now(), NULL)") ==
        "insert t (a=$1 b=default) (a=? b=$2)");
  CHECK(plan("INSERT IGNORE t SET a = 1, t.b = a + 1") == "insert t (a=$1 b=?)");
  CHECK(plan("INSERT INTO t VALUES (1, 2)") == "insert t rows?");
  CHECK(plan("INSERT INTO t () VALUES ()") == "insert t ()");
  CHECK(plan("INSERT INTO s.t (a) SELECT b FROM u WHERE id = 1") == "u id=$1; insert s.t rows?");
  CHECK(plan("INSERT INTO t (a, b) VALUES (1, 2) ON DUPLICATE KEY UPDATE b = VALUES(b), c = c + 1, "
             "d = 5") == "upsert t (a=$1 b=$2) set b=$2 set c=? set d=$4");
  CHECK(plan("INSERT INTO t (a, b) VALUES (1, 2) AS new ON DUPLICATE KEY UPDATE b = new.b") ==
        "upsert t (a=$1 b=$2) set b=$2");
  CHECK(plan("INSERT INTO t (a) VALUES (1), (2) ON DUPLICATE KEY UPDATE a = VALUES(a)") ==
        "upsert t (a=$1) (a=$2) set a=?");
  CHECK(plan("INSERT INTO t (a) VALUES ((SELECT max(x) FROM u))") == "u *; insert t (a=?)");
  CHECK(plan("REPLACE INTO t (a, b) VALUES (1, 2)") == "upsert t (a=$1 b=$2) set a=$1 set b=$2");
  CHECK(plan("INSERT INTO t (a) VALUES (1) RETURNING id") == "insert t (a=$1)");
}

TEST_CASE("updates and deletes tell their rows") {
  CHECK(plan("UPDATE t SET a = a + 1, b = ? WHERE id = ? ORDER BY c LIMIT 1") ==
        "update t where id=$3 set a=? set b=$2");
  CHECK(plan("UPDATE t JOIN u ON t.id = u.id SET t.a = 3, b = 4 WHERE u.id = 5") ==
        "update t where id=$3 set a=$1 set b=?; update u where id=$3 set b=?");
  CHECK(plan("DELETE FROM t WHERE id IN (?, ?)") == "remove t where id=$1|$2");
  CHECK(plan("DELETE FROM t") == "remove t where *");
  CHECK(plan("DELETE t FROM t JOIN u ON t.id = u.tid WHERE u.tid = 1") ==
        "u tid=$1; remove t where id=$1");
  CHECK(plan("DELETE FROM t.*, u USING t JOIN u ON t.id = u.tid WHERE u.k = 1") ==
        "remove t where *; remove u where k=$1");
  CHECK(plan("WITH x AS (SELECT id FROM u WHERE k = 1) DELETE t FROM t JOIN x ON x.id = t.id") ==
        "u k=$1; remove t where *");
}

TEST_CASE("statements that are not followed make no plan") {
  for (const char* statement :
       {"TRUNCATE t", "CREATE TABLE t (id int)", "CALL p(1)", "SELECT FROM WHERE",
        "SELECT * FROM t FOR SYSTEM_TIME ALL WHERE id = 1", "LOAD DATA INFILE 'x' INTO TABLE t",
        "DELETE x FROM t WHERE id = 1", "UPDATE t SET a = 1 WHERE größe = 1",
        "SELECT /*!80000 1, */ a FROM t WHERE id = 1", "SELECT * FROM `a.b` WHERE id = 1"}) {
    CAPTURE(statement);
    CHECK(plan(statement) == "nothing");
  }
}

TEST_CASE("what only a grammar follows") {
  CHECK(plan("TABLE t") == "t *");
  CHECK(plan("SELECT * FROM t WHERE id IN (TABLE u)") == "u *; t *");
  CHECK(plan("SELECT * FROM a LEFT JOIN (b JOIN c ON b.x = c.x) ON a.x = b.x WHERE a.x = 1") ==
        "a x=$1; b x=$1; c x=$1");
  CHECK(plan("SELECT * FROM a JOIN b JOIN c ON b.x = c.x ON a.x = b.x WHERE a.x = 1") ==
        "a x=$1; b x=$1; c x=$1");
  CHECK(plan("SELECT * FROM { OJ a LEFT JOIN b ON a.x = b.x } WHERE a.x = 1") == "a x=$1; b x=$1");
  CHECK(plan("SELECT * FROM t USE INDEX FOR ORDER BY (i), u WHERE t.id = 1") == "t id=$1; u *");
  CHECK(plan("SELECT * FROM t WHERE b = _utf8mb4'x' AND c = 'y'") == "t c=$2");
  CHECK(plan("SELECT * FROM t WHERE a = 1 AND b = 2 || c = 3") == "t *");
  CHECK(plan("SELECT * FROM t WHERE a = 1 AND (b = 2 || c = 3)") == "t a=$1");
}

TEST_CASE("what a result shows") {
  CHECK(shown("SELECT * FROM t WHERE id = 1") == "once *");
  CHECK(shown("SELECT DISTINCT id, t.a AS b, a + 1, count(*) n FROM t") == "once cc??");
  CHECK(shown("SELECT a.id, o.* FROM a JOIN o ON true") == "c*");
  CHECK(shown("SELECT k, count(*) FROM t GROUP BY k") == "c?");
  CHECK(shown("SELECT k, v FROM t GROUP BY k WITH ROLLUP") == "");
  CHECK(shown("SELECT id FROM t UNION SELECT id FROM u") == "");
  CHECK(shown("SELECT id FROM (SELECT id FROM t) x") == "");
  CHECK(shown("SELECT id FROM t WHERE x IN (SELECT id FROM t)") == "c");
  CHECK(shown("SELECT DEFAULT(a), VALUES(b) FROM t") == "once ??");
  CHECK(shown("INSERT INTO t (a) VALUES (1) RETURNING id, a") == "once cc");
  CHECK(shown("DELETE FROM t WHERE id = 1 RETURNING *") == "once *");
}

TEST_CASE("an insert id is that of a single row of an insert") {
  CHECK(planned("INSERT INTO t (a) VALUES (1)").insert_id_is_of_row);
  CHECK(planned("INSERT INTO t SET a = 1").insert_id_is_of_row);
  CHECK_FALSE(planned("INSERT INTO t (a) VALUES (1), (2)").insert_id_is_of_row);
  CHECK_FALSE(planned("INSERT INTO t (a) SELECT 1").insert_id_is_of_row);
  CHECK_FALSE(
      planned("INSERT INTO t (a) VALUES (1) ON DUPLICATE KEY UPDATE a = 2").insert_id_is_of_row);
  CHECK_FALSE(planned("INSERT INTO t (a) VALUES (LAST_INSERT_ID(5))").insert_id_is_of_row);
}

/// Every table of a plan is one that the keys of the statement name; tables that both read and
/// write must not lose one of the two.
void check_tables(const std::string& statement) {
  const sql::Dependencies found = sql::dependencies_of(statement, mode);
  const auto among = [](const std::vector<KeyPath>& paths, const std::string& table) {
    return std::ranges::any_of(
        paths, [&](const KeyPath& path) { return path.empty() || path == KeyPath{table}; });
  };
  const sql::RowPlan rows = planned(statement).rows;
  CAPTURE(statement);
  for (const auto& access : rows.reads)
    CHECK_MESSAGE(among(found.reads, access.table), access.table);
  for (const auto& change : rows.changes) {
    CHECK_MESSAGE(among(found.reads, change.table), change.table);
    CHECK_MESSAGE(among(found.writes, change.table), change.table);
  }
  if (rows.reads.empty() && rows.changes.empty()) return;
  for (const KeyPath& path : found.reads) {
    if (path.size() != 1 || path[0].starts_with('@')) continue;
    CHECK_MESSAGE((std::ranges::count(rows.reads, path[0], &sql::PlannedAccess::table) > 0 ||
                   std::ranges::count(rows.changes, path[0], &sql::PlannedChange::table) > 0),
                  path[0]);
  }
}

TEST_CASE("a plan names the tables that the statement's keys name, in every combination") {
  const std::vector<std::string> tables = {
      "t",
      "s.t x",
      "t AS x USE INDEX (i), u",
      "t JOIN u ON t.id = u.id",
      "t LEFT JOIN u USING (id) RIGHT JOIN s.v y ON y.id = t.id",
      "(t, u) JOIN v ON v.id = 1",
      "(SELECT * FROM u WHERE id = 2) x",
      "t, LATERAL (SELECT * FROM v WHERE v.id = t.id) y",
      "((SELECT id FROM t) UNION (SELECT id FROM u)) z",
      "t NATURAL JOIN u CROSS JOIN v"};
  const std::vector<std::string> conditions = {
      "1",
      "id = 1 AND (a, b) IN ((1, 2))",
      "id IN (SELECT id FROM w WHERE w.k = 3)",
      "EXISTS (SELECT 1 FROM w, s.t WHERE w.id = 1)",
      "EXTRACT(YEAR FROM d) = 2024 OR id = (SELECT max(id) FROM w)",
      "id = ANY (SELECT id FROM w UNION SELECT id FROM z) OR TRIM(BOTH 'x' FROM a) = 'b'"};
  for (const std::string& from : tables)
    for (const std::string& where : conditions) {
      check_tables("SELECT * FROM " + from + " WHERE " + where + " GROUP BY a ORDER BY b LIMIT 3");
      check_tables("SELECT (SELECT max(a) FROM w), b FROM " + from + " WHERE " + where +
                   " FOR UPDATE");
      check_tables("WITH c AS (SELECT * FROM " + from +
                   "), t AS (SELECT * FROM c) SELECT * FROM t "
                   "WHERE " +
                   where);
      check_tables("INSERT INTO o (a) SELECT a FROM " + from + " WHERE " + where +
                   " ON DUPLICATE KEY UPDATE a = 1");
      check_tables("UPDATE " + from + " SET a = (SELECT 1 FROM w) WHERE " + where);
      check_tables("DELETE x FROM x, " + from + " WHERE " + where);
      check_tables("DELETE FROM t USING " + from + " WHERE " + where);
      check_tables("DELETE FROM t WHERE " + where);
    }
}

}  // namespace
}  // namespace understudy::mysql
