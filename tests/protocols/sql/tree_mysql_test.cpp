#include <doctest/doctest.h>

#include "protocols/sql/tree/parse_mysql.hpp"
#include "protocols/sql/tree/visitor.hpp"
#include "support.hpp"
#include "tree_text.hpp"

using namespace understudy::sql;
using namespace understudy::sql::test;

namespace {

std::string parsed(std::string_view sql, Mode mode = mysql) {
  return TreeText::of(tree::parse_mysql(sql, mode));
}

void check(std::initializer_list<Example> examples) {
  for (const Example& each : examples) {
    CAPTURE(each.sql);
    CHECK(parsed(each.sql) == each.expected);
  }
}

std::string expression(std::string_view sql, Mode mode = mysql) {
  const std::string text = parsed("select " + std::string(sql), mode);
  return text.starts_with("select ") ? text.substr(7) : text;
}

void check_expressions(std::initializer_list<Example> examples) {
  for (const Example& each : examples) {
    CAPTURE(each.sql);
    CHECK(expression(each.sql) == each.expected);
  }
}

}  // namespace

TEST_CASE("MySQL: operators bind as in the manual") {
  check_expressions({
      {"a + b * c - d", "(- (+ a (* b c)) d)"},
      {"a = 1 OR b = 2 AND NOT c = 3 XOR d", "(or (= a 1) (xor (and (= b 2) (not (= c 3))) d))"},
      {"a AND b && c AND d", "(and a b c d)"},
      {"a || b", "(pipes a b)"},
      {"NOT a IN (1)", "(not (in a [1]))"},
      {"! a = b", "(= (not a) b)"},
      {"-a ^ b", "(bit_xor (negate a) b)"},
      {"a | b & c << 1 + 2", "(bit_or a (bit_and b (shl c (+ 1 2))))"},
      {"a BETWEEN 1 AND 2 AND b", "(and (between a 1 2) b)"},
      {"a NOT BETWEEN 1 AND 2 + 3", "(not_between a 1 (+ 2 3))"},
      {"a = b <=> c", "(same (= a b) c)"},
      {"a DIV 2 MOD 3 % 4", "(mod (mod (div a 2) 3) 4)"},
      {"a IS NOT NULL = b", "(= (is_not_null a) b)"},
      {"a IS TRUE OR b IS NOT UNKNOWN", "(or (is_true a) (is_not_unknown b))"},
      {"BINARY a = 'x' COLLATE utf8mb4_bin", "(= (cast a binary) (collate 'x' utf8mb4_bin))"},
      {"a <> ALL (SELECT 1)", "(<> all a {select 1})"},
      {"a = ANY (SELECT b FROM t)", "(= any a {select b from t})"},
      {"(a, b) IN ((1, 2), (3, 4))", "(in row(a, b) [row(1, 2), row(3, 4)])"},
      {"a NOT IN (SELECT b FROM t)", "(not_in a {select b from t})"},
      {"a LIKE 'x|%' ESCAPE '|'", "(like a 'x|%' escape '|')"},
      {"a NOT REGEXP '^b' AND c RLIKE d", "(and (not_regexp a '^b') (regexp c d))"},
      {"a SOUNDS LIKE b", "(sounds_like a b)"},
      {"17 MEMBER OF (doc->'$.ids')", "(member_of 17 (-> doc '$.ids'))"},
      {"doc->>'$.a' = 1", "(= (->> doc '$.a') 1)"},
      {"NOT EXISTS (SELECT 1 FROM t)", "(not exists {select 1 from t})"},
  });
}

TEST_CASE("MySQL: literals and values that are none of a table") {
  check_expressions({
      {"'a' 'b'", "'ab'"},
      {"'it''s' + \"x\\ty\"", "(+ 'it's' 'x\ty')"},
      {"_utf8mb4'x' COLLATE utf8mb4_bin", "(collate _utf8mb4'x' utf8mb4_bin)"},
      {"N'x'", "_n'x'"},
      {"X'4142', 0x4142, b'01000001'", "bits'AB', bits'AB', bits'A'"},
      {"TRUE, false, NULL", "true, false, null"},
      {"DATE '2020-01-02', {ts '2020-01-02 03:04:05'}",
       "(cast '2020-01-02' date), (cast '2020-01-02 03:04:05' timestamp)"},
      {"1.5e3, .5, 10", "1.5e3, .5, 10"},
      {"?, ? + 1", "$1, (+ $2 1)"},
      {"@a, @`b c`, @@sql_mode, @@global.max_connections, @@session.time_zone",
       "@a, @b c, @@sql_mode, @@global.max_connections, @@session.time_zone"},
      {"@n := @n + 1", "(:= @n (+ @n 1))"},
      {"d + INTERVAL 1 DAY", "(+ d (interval 1 day))"},
      {"INTERVAL '1:2' MINUTE_SECOND + d", "(+ (interval '1:2' minute_second) d)"},
      {"INTERVAL(3, 1, 2)", "interval(3, 1, 2)"},
      {"CURRENT_TIMESTAMP, CURRENT_TIMESTAMP(6), current_user",
       "current_timestamp, "
       "current_timestamp(6), "
       "current_user"},
      {"DEFAULT(a)", "(default a)"},
      {"ROW(1, 2)", "row(1, 2)"},
      {"NEXT VALUE FOR s", "nextval(s)"},
  });
}

TEST_CASE("MySQL: calls, aggregates and windows") {
  check_expressions({
      {"COUNT(*), COUNT(DISTINCT a, b), app.f(1)", "count(*), count(distinct a, b), app.f(1)"},
      {"CAST(a AS UNSIGNED), CONVERT(b, DECIMAL(10, 2)), CONVERT(c USING utf8mb4)",
       "(cast a unsigned), (cast b decimal(10, 2)), convert(c; utf8mb4)"},
      {"GROUP_CONCAT(DISTINCT a ORDER BY b DESC SEPARATOR ';')",
       "group_concat(distinct a; separator ';' order by b desc)"},
      {"EXTRACT(YEAR FROM d), TRIM(BOTH 'x' FROM a), TRIM(a), POSITION('a' IN b)",
       "extract(d; year), trim('x', a; both), trim(a), position('a', b)"},
      {"SUBSTRING(a FROM 2 FOR 3), substr(a, 2)", "substring(a, 2, 3), substr(a, 2)"},
      {"TIMESTAMPDIFF(SQL_TSI_DAY, a, b), DATE_ADD(a, INTERVAL ? HOUR)",
       "timestampdiff(a, b; day), date_add(a, (interval $1 hour))"},
      {"MATCH (a, b) AGAINST ('+x' IN BOOLEAN MODE)", "(match [a, b] '+x' in boolean mode)"},
      {"CASE a WHEN 1 THEN 'x' ELSE 'y' END, CASE WHEN a THEN b END",
       "(case a 1:'x' else 'y'), (case a:b)"},
      {"ROW_NUMBER() OVER (PARTITION BY a ORDER BY b DESC)",
       "row_number() over ( partition a order b desc)"},
      {"SUM(a) OVER (ORDER BY b ROWS BETWEEN 1 PRECEDING AND CURRENT ROW), MAX(a) OVER w",
       "sum(a) over ( order b rows between 1 preceding and current row), max(a) over w"},
      {"JSON_VALUE(a, '$.b' RETURNING DECIMAL(4, 2)), IF(a, 1, 2), LEFT(a, 1), REPLACE(a, b, c)",
       "json_value(a, '$.b'; returning decimal), if(a, 1, 2), left(a, 1), replace(a, b, c)"},
  });
}

TEST_CASE("MySQL: queries") {
  check({
      {"SELECT DISTINCT a x, b AS 'y z', t.*, * FROM db.t AS t",
       "select distinct a as x, b as y z, t.*, * from db.t as t"},
      {"select sql_calc_found_rows a from t limit 10, 5", "select a from t limit 5 offset 10"},
      {"SELECT a FROM t LIMIT 5 OFFSET ?", "select a from t limit 5 offset $1"},
      {"SELECT 1 FROM DUAL WHERE 1", "select 1 where 1"},
      {"SELECT a, COUNT(*) FROM t GROUP BY a WITH ROLLUP HAVING COUNT(*) > 1 ORDER BY a DESC, 2",
       "select a, count(*) from t group by a rollup having (> count(*) 1) order by a desc, 2"},
      {"SELECT * FROM a, b LEFT JOIN c ON b.x = c.x", "select * from a, (left b c on (= b.x c.x))"},
      {"SELECT * FROM a JOIN b JOIN c ON b.x = c.x ON a.x = b.x",
       "select * from (join a (join b c on (= b.x c.x)) on (= a.x b.x))"},
      {"SELECT * FROM a INNER JOIN b USING (x, y) CROSS JOIN c NATURAL LEFT OUTER JOIN d",
       "select * from (natural left (cross (join a b using x, y) c) d)"},
      {"SELECT * FROM (a, b) STRAIGHT_JOIN c ON a.x = c.x",
       "select * from (join (cross a b) c on (= a.x c.x))"},
      {"SELECT * FROM t PARTITION (p0, p1) USE INDEX (i) IGNORE INDEX FOR ORDER BY (j) WHERE a = 1",
       "select * from t partition(p0, p1) where (= a 1)"},
      {"SELECT * FROM (SELECT a FROM t) AS d (x), LATERAL (SELECT d.x) e",
       "select * from {select a from t} as d(x), lateral {select d.x} as e"},
      {"SELECT * FROM (VALUES (1, 2), (3, 4)) v (a, b)",
       "select * from {values (1, 2), (3, 4)} as v(a, b)"},
      {"SELECT * FROM JSON_TABLE(doc, '$[*]' COLUMNS (a INT PATH '$.a')) j",
       "select * from function json_table(doc, '$[*]') as j"},
      {"SELECT * FROM t FOR SYSTEM_TIME AS OF '2020-01-01' x",
       "select * from t as of '2020-01-01' as x"},
      {"SELECT a FROM t UNION SELECT b FROM s UNION SELECT c FROM r ORDER BY 1 LIMIT 3",
       "union {select a from t} {select b from s} {select c from r} order by 1 limit 3"},
      {"(SELECT 1 LIMIT 1) UNION ALL (SELECT 2)", "union_all {select 1 limit 1} {select 2}"},
      {"SELECT 1 EXCEPT SELECT 2 INTERSECT SELECT 3",
       "except {select 1} {intersect {select 2} {select 3}}"},
      {"WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c), d AS (SELECT 2) "
       "SELECT * FROM c, d",
       "with recursive c(n) {union_all {select 1} {select (+ n 1) from c}}, d {select 2} "
       "select * from c, d"},
      {"SELECT a FROM t FOR UPDATE SKIP LOCKED", "select a from t for update"},
      {"SELECT a FROM t LOCK IN SHARE MODE", "select a from t for share"},
      {"SELECT a INTO @x FROM t", "select a from t into"},
      {"VALUES (1, 2), (3, 4)", "values (1, 2), (3, 4)"},
      {"TABLE t", "select * from t"},
      {"SELECT /*+ MAX_EXECUTION_TIME(1) */ a /*!40001 SQL_NO_CACHE */ FROM t;",
       "select a as SQL_NO_CACHE from t"},
      {"SELECT SUM(a) OVER w FROM t WINDOW w AS (PARTITION BY b)",
       "select sum(a) over w from t window w( partition b)"},
  });
}

TEST_CASE("MySQL: changes") {
  check({
      {"INSERT INTO t (a, b) VALUES (1, DEFAULT), (?, NOW())",
       "insert t(a, b) values (1, default), ($1, now())"},
      {"INSERT IGNORE INTO db.t SET a = 1, b = ?", "insert ignore db.t(a, b) values (1, $1)"},
      {"INSERT INTO t () VALUES ()", "insert t() values ()"},
      {"INSERT t VALUE (1) ON DUPLICATE KEY UPDATE a = VALUES(a), b = b + 1",
       "insert t values (1) or update set a = values(a), b = (+ b 1)"},
      {"INSERT INTO t (a) VALUES (1) AS new ON DUPLICATE KEY UPDATE a = new.a",
       "insert t(a) values (1) as new or update set a = new.a"},
      {"INSERT INTO t (a) SELECT b FROM s WHERE c = 1",
       "insert t(a) select b from s where (= c 1)"},
      {"INSERT INTO t (SELECT 1)", "insert t select 1"},
      {"REPLACE INTO t VALUES (1) RETURNING id, a",
       "insert t values (1) or replace returning id, a"},
      {"UPDATE t SET a = 1, b = DEFAULT WHERE id = ? ORDER BY a LIMIT 1",
       "update t set a = 1, b = default where (= id $1) order by a limit 1"},
      {"UPDATE LOW_PRIORITY a JOIN b ON a.id = b.id SET a.x = b.x, y = 1",
       "update (join a b on (= a.id b.id)) set a.x = b.x, y = 1"},
      {"WITH c AS (SELECT 1) UPDATE t, c SET t.a = 1", "with c {select 1} update t, c set t.a = 1"},
      {"DELETE FROM t WHERE a = 1 LIMIT 1", "delete t where (= a 1) limit 1"},
      {"DELETE FROM t AS x WHERE x.a = 1 RETURNING id",
       "delete t as x where (= x.a 1) returning id"},
      {"DELETE a.*, b FROM a JOIN db.b ON a.x = b.x WHERE a.y = 1",
       "delete a, b from (join a db.b on (= a.x b.x)) where (= a.y 1)"},
      {"DELETE HISTORY FROM t BEFORE SYSTEM_TIME '2020-01-01'", "delete t as of '2020-01-01'"},
      {"UPDATE t FOR PORTION OF p FROM '2000' TO '2018' SET a = 1",
       "update t as of (between <period> '2000' '2018') set a = 1"},
      {"DELETE FROM a, b USING a INNER JOIN b", "delete a, b from (join a b)"},
      {"LOAD DATA LOCAL INFILE 'f' REPLACE INTO TABLE t FIELDS TERMINATED BY ',' (a, @b) SET c = "
       "@b",
       "transfer into t(a)"},
  });
}

TEST_CASE("MySQL: tables and what they consist of") {
  check({
      {"CREATE TABLE IF NOT EXISTS `t` (`id` int(11) unsigned NOT NULL AUTO_INCREMENT COMMENT 'x', "
       "n varchar(10) CHARACTER SET latin1 COLLATE latin1_bin DEFAULT 'x', PRIMARY KEY (`id`), "
       "UNIQUE KEY k (n(5)), KEY (n, id DESC)) ENGINE=InnoDB AUTO_INCREMENT=7 DEFAULT CHARSET=utf8",
       "create table if not exists t (id int(11) unsigned not null identity, n varchar(10) default "
       "'x' collate latin1_bin, primary PRIMARY (id), unique k (n(5)), index (n, id))"},
      {"CREATE TABLE c (a INT, p INT REFERENCES p (id), CONSTRAINT fk FOREIGN KEY (a) REFERENCES "
       "db.p (x) ON DELETE CASCADE ON UPDATE SET NULL, CHECK (a > 0))",
       "create table c (a int, p int foreign (p) to p(id), foreign fk (a) to db.p(x) cascade / "
       "null, "
       "check (> a 0))"},
      {"CREATE TABLE g (a INT, b INT AS (a + 1) VIRTUAL, c INT GENERATED ALWAYS AS (a * 2) STORED "
       "NOT NULL, d TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, "
       "e ENUM('x', 'y''z') DEFAULT NULL, f CHAR(36) DEFAULT (UUID()))",
       "create table g (a int, b int generated (+ a 1), c int not null generated (* a 2), d "
       "timestamp "
       "not null default current_timestamp on update current_timestamp, e enum(x, y'z) default "
       "null, "
       "f char(36) default uuid())"},
      {"CREATE TEMPORARY TABLE x AS SELECT a FROM t",
       "create temporary table x as select a from t"},
      {"CREATE TABLE x LIKE y", "create table x (like y)"},
      {"CREATE TABLE p (a INT) PARTITION BY RANGE (a) (PARTITION p0 VALUES LESS THAN (10), "
       "PARTITION "
       "p1 VALUES LESS THAN MAXVALUE)",
       "create table p (a int) partitioned"},
      {"CREATE TABLE v (a INT) WITH SYSTEM VERSIONING", "create table v (a int)"},
      {"CREATE UNIQUE INDEX i ON t (a, (lower(b))) USING BTREE",
       "create unique index i on t (a, lower(b))"},
      {"CREATE OR REPLACE ALGORITHM=MERGE DEFINER=`root`@`localhost` SQL SECURITY DEFINER VIEW v "
       "(a) "
       "AS SELECT b FROM t WITH CHECK OPTION",
       "create view v(a) as select b from t"},
      {"CREATE DATABASE IF NOT EXISTS d CHARACTER SET utf8mb4", "create database d"},
      {"CREATE SEQUENCE s START WITH 1", "create sequence s"},
      {"DROP TABLE IF EXISTS a, db.b CASCADE", "drop table if exists a db.b"},
      {"DROP INDEX i ON t", "drop index i on t"},
      {"RENAME TABLE a TO b, c TO db.d", "rename a to b c to db.d"},
      {"TRUNCATE t", "truncate t"},
  });
}

TEST_CASE("MySQL: ALTER TABLE in its forms") {
  check({
      {"ALTER TABLE t ADD COLUMN a INT NOT NULL AFTER b, ADD (c INT, d INT), ADD INDEX i (a), "
       "ADD CONSTRAINT u UNIQUE (a)",
       "alter table t add a int not null, add c int, add d int, constrain index i (a), constrain "
       "unique u (a)"},
      {"ALTER TABLE t DROP a, DROP COLUMN b, DROP PRIMARY KEY, DROP INDEX i, DROP FOREIGN KEY f",
       "alter table t drop a, drop b, drop constraint PRIMARY, drop index i, drop constraint "
       "f"},
      {"ALTER TABLE t CHANGE a b BIGINT, MODIFY c TEXT NULL FIRST, RENAME COLUMN d TO e, RENAME "
       "INDEX "
       "i TO j, RENAME TO db.s",
       "alter table t change a b bigint, change c c text, rename column d to e, rename index i to "
       "j, "
       "rename db.s"},
      {"ALTER TABLE t ALTER COLUMN a SET DEFAULT 1, ALTER b DROP DEFAULT, AUTO_INCREMENT = 7, "
       "ENGINE=InnoDB, CONVERT TO CHARACTER SET utf8mb4",
       "alter table t default a 1, default b, inert, inert, other"},
      {"ALTER TABLE t DROP PARTITION p0", "alter table t rows"},
      {"ALTER VIEW v AS SELECT 1", "create view v as select 1"},
      {"ALTER DATABASE d CHARACTER SET utf8", "alter database d"},
  });
}

TEST_CASE("MySQL: routines keep their body as text") {
  check({
      {"CREATE TRIGGER tr AFTER INSERT ON t FOR EACH ROW BEGIN INSERT INTO log VALUES (1); END",
       "create trigger tr after insert on t <BEGIN INSERT INTO log VALUES (1); END>"},
      {"CREATE DEFINER=CURRENT_USER FUNCTION f(a INT, b VARCHAR(10)) RETURNS INT DETERMINISTIC "
       "READS "
       "SQL DATA RETURN a + 1",
       "create function f(a, b) stable reads <RETURN a + 1>"},
      {"CREATE PROCEDURE p(IN a INT, OUT b INT) MODIFIES SQL DATA BEGIN UPDATE t SET x = a; END",
       "create procedure p(a, b) <BEGIN UPDATE t SET x = a; END>"},
  });
}

TEST_CASE("MySQL: settings, and statements about statements") {
  check({
      {"SET NAMES utf8mb4 COLLATE utf8mb4_unicode_ci", "set names = utf8mb4, utf8mb4_unicode_ci"},
      {"SET @a = 1, @@session.sql_mode = 'X', GLOBAL b = ON, autocommit = DEFAULT",
       "set @a = 1, sql_mode = 'X', global b = 'on', autocommit = default"},
      {"SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
       "set transaction_isolation = 'isolation level read committed'"},
      {"SET STATEMENT max_statement_time = 1 FOR SELECT a FROM t",
       "set max_statement_time = 1 for select a from t"},
      {"EXPLAIN FORMAT=JSON SELECT a FROM t",
       "utility " + std::to_string(static_cast<int>(Kind::explain)) + " {select a from t}"},
      {"CALL db.p(1, @x)",
       "utility " + std::to_string(static_cast<int>(Kind::call)) + " (db.p(1, @x))"},
      {"PREPARE s FROM 'SELECT ?'",
       "utility " + std::to_string(static_cast<int>(Kind::prepare)) + " s"},
      {"LOCK TABLES a READ, db.b AS x WRITE",
       "utility " + std::to_string(static_cast<int>(Kind::lock)) + " lock a db.b"},
      {"START TRANSACTION READ ONLY",
       "utility " + std::to_string(static_cast<int>(Kind::begin)) + " start"},
  });
}

TEST_CASE("MySQL: the session's mode decides what quotes and backslashes are") {
  const Mode ansi{Dialect::mysql, true, true}, no_escapes{Dialect::mysql, false, false};
  CHECK(parsed("SELECT \"a\" FROM \"t\"", ansi) == "select a from t");
  CHECK(parsed("SELECT \"a\"") == "select 'a'");
  CHECK(parsed("SELECT 'a\\'", no_escapes) == "select 'a\\'");
  CHECK_FALSE(tree::parse_mysql("SELECT 'a\\'", mysql).understood());
}

TEST_CASE("MySQL: what is executed by some servers only is marked") {
  CHECK_FALSE(tree::parse_mysql("SELECT /*!40001 SQL_NO_CACHE */ 1", mysql).depends_on_version);
  CHECK(tree::parse_mysql("SELECT 1 /*!80000 + 1 */", mysql).depends_on_version);
  CHECK(tree::parse_mysql("SELECT 1 /*M! + 1 */", mysql).depends_on_version);
}

TEST_CASE("MySQL: what is not understood says where and why") {
  const auto unknown = [](std::string_view sql) {
    const tree::Statement statement = tree::parse_mysql(sql, mysql);
    const auto* node = statement.as<tree::Unknown>();
    return node == nullptr ? "understood" : std::to_string(node->offset) + ": " + node->reason;
  };
  CHECK(unknown("SELECT a FROM") == "13: expected a name, not the end");
  CHECK(unknown("SELECT 1; SELECT 2") == "8: expected the end, not `;`");
  CHECK(unknown("SHOW TABLES; DROP TABLE t") == "11: expected the end, not `;`");
  CHECK(unknown("SELECT (1") == "9: expected ), not the end");
  CHECK(unknown("UPDATE t a = 1") == "11: expected set, not `=`");
  CHECK(unknown("") == "0: expected a statement, not the end");
  CHECK(unknown("SELECT 'open") == "7: expected SQL, not `'open`");
}

TEST_CASE("MySQL: depth is bounded, whatever it comes from") {
  const auto repeated = [](std::string_view text, int count) {
    std::string all;
    for (int i = 0; i < count; ++i) all += text;
    return all;
  };
  const auto understood = [](const std::string& sql) {
    return tree::parse_mysql(sql, mysql).understood();
  };
  CHECK(understood("SELECT " + repeated("(", 30) + "1" + repeated(")", 30)));
  CHECK_FALSE(understood("SELECT " + repeated("(", 100'000) + "1" + repeated(")", 100'000)));
  CHECK(understood("SELECT 1" + repeated(" + 1", 20'000)));
  CHECK(understood("SELECT 1 FROM t WHERE a = 1" + repeated(" OR a = 1", 20'000)));
  CHECK_FALSE(understood("SELECT 1" + repeated(" - 1", 20'000)));
  CHECK_FALSE(understood("SELECT " + repeated("NOT ", 20'000) + "1"));
  CHECK_FALSE(understood("SELECT " + repeated("-", 20'000) + "1"));
  CHECK_FALSE(understood(repeated("SELECT (", 20'000)));
  CHECK(understood("SELECT 1" + repeated(" UNION SELECT 1", 400)));
  CHECK_FALSE(understood("SELECT 1" + repeated(" UNION SELECT 1 EXCEPT SELECT 1", 20'000)));
  CHECK_FALSE(understood("SELECT * FROM a" + repeated(" JOIN a", 20'000)));
  CHECK_FALSE(understood("SELECT * FROM a" + repeated(" LEFT JOIN a", 20'000)));
  CHECK_FALSE(understood(repeated("EXPLAIN ", 20'000) + "SELECT 1"));
  CHECK_FALSE(understood(repeated("SET STATEMENT a = 1 FOR ", 20'000) + "SELECT 1"));
}

TEST_CASE("a pattern is parsed with its values as parameters") {
  Statement statement;
  statement.assign("SELECT a FROM t WHERE b = 'x' AND c IN (1, 2) LIMIT 3", mysql);
  const std::string sql = sql_of_pattern(statement.pattern(), Dialect::mysql);
  CHECK(parsed(sql) == "select a from t where (and (= b $1) (in c [$2, $3])) limit $4");
}

TEST_CASE("a visitor sees every expression, query and table of a statement") {
  class Names : public tree::Visitor {
   public:
    using Visitor::visit;
    void visit(const tree::Relation& relation) override {
      if (const auto* table = relation.as<tree::TableName>()) names += " " + table->name.name;
      descend(relation);
    }
    void visit(const tree::Expression& expression) override {
      if (const auto* column = expression.as<tree::Column>()) names += " ." + column->name();
      descend(expression);
    }
    std::string names;
  };
  Names names;
  names.visit(tree::parse_mysql(
      "WITH c AS (SELECT a1 FROM t1) SELECT a2, (SELECT a3 FROM t3) FROM t2 JOIN t4 ON a4 = 1 "
      "WHERE a5 IN (SELECT a6 FROM t5) GROUP BY a7 HAVING a8 ORDER BY f(a9) OVER (ORDER BY a10)",
      mysql));
  CHECK(names.names == " .a1 t1 .a2 .a3 t3 t2 t4 .a4 .a5 .a6 t5 .a7 .a8 .a9 .a10");
}
