#include <doctest/doctest.h>

#include "support.hpp"

using namespace understudy::sql;
using namespace understudy::sql::test;

namespace {
void check(std::initializer_list<Example> examples, Mode mode = mysql) {
  for (const Example& example : examples) {
    CAPTURE(example.sql);
    CHECK(shown(example.sql, mode) == example.expected);
  }
}
}  // namespace

TEST_CASE(
    "white space and inert comments are no part of a MySQL pattern, executed ones and hints are") {
  check({
      {" select a\v from t ; ", "select a from t"},
      {"select a from t -- note", "select a from t"},
      {"select a from t # note\n where b = c", "select a from t where b = c"},
      {"select a from t where b = 1--1", "select a from t where b = ? - ? | 1, -1"},
      {"select a from t --", "select a from t"},
      {"select a /* x /* not nested */ from t", "select a from t"},
      {"/*!40101 SET NAMES utf8 */", "/*!40101 set NAMES utf8 */"},
      {"/*! select */ a from t where b = 5", "/*! select */ a from t where b = ? | 5"},
      {"/*M!100100 select 1 */", "/*M!100100 select 1 */"},
      {"select /*+ BKA(t1) */ a from t", "select /*+ BKA(t1) */ a from t"},
  });
}

TEST_CASE("what stands in the body of a routine is part of what it is") {
  check({
      {"create function f() returns int begin update t set a = 1 where b = 2; insert into l values "
       "(3, 'f'); return 4; end",
       "create function f() returns int begin update t set a = 1 where b = 2; insert into l "
       "values (3, 'f'); return 4; end"},
      {"create table t (a int); insert into t values (5)",
       "create table t(a int); insert into t values (?) | 5"},
  });
}

TEST_CASE("MySQL folds what can be no name of a table or column") {
  check({
      {"SELECT Id FROM Orders WHERE Id = 5", "select Id from Orders where Id = ? | 5"},
      {"select `Id` from `Orders`", "select Id from Orders"},
      {"select `order`, `a b`, `1a`, `a``b` from t", "select `order`, `a b`, `1a`, `a``b` from t"},
      {"COMMIT", "commit"},
      {"Select a From t Limit 5 Offset 6", "select a from t limit ? offset ? | 5, 6"},
      {"INSERT INTO t (a) VALUES (1) ON DUPLICATE KEY UPDATE a = VALUES(a)",
       "insert into t(a) values (?) on duplicate key update a = values (a) | 1"},
      {"select `date` from t", "select `date` from t"},
      {"select t.From from t", "select t.From from t"},
      {"select a from t where b = t . c", "select a from t where b = t.c"},
  });
}

TEST_CASE("a quoted name is no first word of a MySQL statement") {
  check({{"`AT` 1", "`AT` 1"}, {"AT 1", "at 1"}, {"do 1; `AT` 1", "do 1; `AT` 1"}});
}

TEST_CASE("ANSI_QUOTES makes double quotes those of identifiers") {
  check({{"select \"Id\", \"a`b\", \"a\"\"b\" from \"Orders\"",
          "select Id, `a``b`, `a\"b` from Orders"}},
        Mode{Dialect::mysql, true, true});
  check({{"select a from t where b = \"x\"", "select a from t where b = ? | x"}});
}

TEST_CASE("MySQL literals become values where a parameter could stand") {
  check({
      {"select a from t where b = 'it''s' and c = \"say \"\"hi\"\"\" and d = 'a\\'b'",
       "select a from t where b = ? and c = ? and d = ? | it's, say \"hi\", a'b"},
      {"select a from t where b = 'x\\n\\t\\Z\\%\\_\\q'",
       "select a from t where b = ? | x\n\t\x1A\\%\\_q"},
      {"select a from t where b = x'4D79' and c = 0x4d and d = b'01000001' and e = 0b1000001",
       "select a from t where b = ? and c = ? and d = ? and e = ? | My, M, A, A"},
      {"select a from t where b = 0xF4D", "select a from t where b = ? | \x0FM"},
      {"select a from t where b = x'4'", "select a from t where b = x'4'"},
      {"select a from t where b = _utf8mb4'x' and c = _binary 'y' and d = N'z'",
       "select a from t where b = _utf8mb4 ? and c = ? and d = N ? | x, y, z"},
      {"select a from t where b = _binary x'4D'", "select a from t where b = ? | M"},
      {"insert into t values (_binary'x', _binary 'y')", "insert into t values (?, ?) | x, y"},
      {"select a from t where b in (_binary x'4D')", "select a from t where b in (?) | M"},
      {"select a from t where b = ? and c in (?, 5)",
       "select a from t where b = ? and c in (?, ?) | NULL, NULL, 5"},
      {"select a from t where b = true and c is not null and d is true",
       "select a from t where b = ? and c is not null and d is true | 1"},
      {"select a from t limit 5, 10", "select a from t limit ?, ? | 5, 10"},
      {"update t set a = -1.50, b = null where c = 1e3",
       "update t set a = ?, b = ? where c = ? | -1.5, NULL, 1000"},
      {"replace into t values (1, 'x')", "replace into t values (?, ?) | 1, x"},
      {"select a from t where d > now() - interval 7 day",
       "select a from t where d > now() - interval ? day | 7"},
      {"select a from t where b = 1and", "select a from t where b = 1and"},
      {"select a from t where t.1b = 1", "select a from t where t.1b = ? | 1"},
      {"select a from t where match(b) against ('x' in boolean mode)",
       "select a from t where match(b) against(? in boolean mode) | x"},
  });
}

TEST_CASE(
    "an unaliased expression of a MySQL output list stays as it is written, for it names its "
    "column") {
  check({
      {"SELECT COUNT(*) FROM t", "select COUNT(*) from t"},
      {"SELECT count( * ), A, `b`, T.c, t.* FROM t", "select count( * ), A, b, T.c, t.* from t"},
      {"SELECT 1+1, 1 + 1", "select 1+1, 1 + 1"},
      {"SELECT 1 /* x */ + 1 -- end", "select 1 /* x */ + 1"},
      {"SELECT COUNT( * )  AS  n, SUM( a ) total FROM t",
       "select COUNT(*) as n, SUM(a) total from t"},
      {"SELECT DISTINCT SQL_NO_CACHE a , b FROM t", "select distinct SQL_NO_CACHE a, b from t"},
      {"SELECT (SELECT  MAX(a) FROM u WHERE b = 5), c FROM t WHERE d = 6",
       "select (SELECT  MAX(a) FROM u WHERE b = 5), c from t where d = ? | 6"},
      {"SELECT ? + 1 FROM t", "select ? + 1 from t | NULL"},
      {"SELECT CURRENT_DATE, @@Version, @a", "select CURRENT_DATE, @@Version, @a"},
      {"SELECT 'a'  'b', NULL, TRUE", "select 'a'  'b', NULL, TRUE"},
      {"SELECT CASE  WHEN a THEN 1 END FROM t", "select CASE  WHEN a THEN 1 END from t"},
      {"DELETE FROM t WHERE a = 5 RETURNING b, LOWER( c )",
       "delete from t where a = ? returning b, LOWER( c ) | 5"},
  });
}

TEST_CASE("MySQL tells count (*) from count(*)") {
  CHECK(shown("select a from t having count (*) > 1", mysql) ==
        "select a from t having count (*) > ? | 1");
  CHECK(shown("select a from t having count(*) > 1", mysql) ==
        "select a from t having count(*) > ? | 1");
  CHECK(shown("select a from t where f (b)", mysql) == shown("select a from t where f(b)", mysql));
}

TEST_CASE("NO_BACKSLASH_ESCAPES makes backslashes plain") {
  check({{"select a from t where b = 'a\\' and c = 'd'",
          "select a from t where b = ? and c = ? | a\\, d"}},
        Mode{Dialect::mysql, false, false});
}

TEST_CASE("text that is no MySQL becomes a pattern of its own") {
  check({
      {"select 'open", "select 'open"},
      {"select `open", "select `open"},
      {"select /* open", "select /* open"},
      {"select /*! open", "select /*! open"},
      {"select /*M open", "select /*M open"},
      {"select a \\ b", "select a \\ b"},
  });
}
