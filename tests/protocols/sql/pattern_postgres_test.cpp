#include <doctest/doctest.h>

#include "support.hpp"

using namespace understudy::sql;
using namespace understudy::sql::test;

namespace {
void check(std::initializer_list<Example> examples, Mode mode = postgres) {
  for (const Example& example : examples) {
    CAPTURE(example.sql);
    CHECK(shown(example.sql, mode) == example.expected);
  }
}
}  // namespace

TEST_CASE(
    "white space, inert comments and trailing semicolons are no part of a PostgreSQL pattern") {
  check({
      {"", ""},
      {" \t\r\n\f", ""},
      {";", ""},
      {" ; ;; ", ""},
      {"-- nothing", ""},
      {"select\n\ta,b\f from  t ;", "select a, b from t"},
      {"select a from t;;", "select a from t"},
      {"/* a /* nested */ comment */ select a /**/ from t -- end", "select a from t"},
      {"select a from t -- note\n where b is null", "select a from t where b is null"},
      {"select a from t /*traceparent='00-x',db_driver='y'*/", "select a from t"},
      {"select a from t /*+ no hint here */", "select a from t"},
      {"select a/*x*/from t", "select a from t"},
      {"select ( a ) , b [ 1 ] , c . d from t", "select (a), b[1], c.d from t"},
      {"select a::int, a :: text from t", "select a::int, a::text from t"},
      {"select 1;select 2", "select 1; select 2"},
  });
}

TEST_CASE(
    "PostgreSQL keywords and unquoted identifiers are folded, quoted ones where quotes mean "
    "nothing") {
  check({
      {"SELECT Id FROM Orders", "select id from orders"},
      {"select \"id\" from \"orders\"", "select id from orders"},
      {"select \"Id\" from \"Orders\"", "select \"Id\" from \"Orders\""},
      {"select \"order\", \"name\", \"user\" from t", "select \"order\", name, \"user\" from t"},
      {"select \"a b\", \"a\"\"b\", \"1a\", \"\xC3\xA4\" from t",
       "select \"a b\", \"a\"\"b\", \"1a\", \"\xC3\xA4\" from t"},
      {"select U&\"d\\0061t\" from t", "select U&\"d\\0061t\" from t"},
      {"select \"current_date\", \"interval\" from t",
       "select \"current_date\", \"interval\" from t"},
      {"select o.\"total\" from public.\"orders\" o", "select o.total from public.orders o"},
      {"set \"role\" to x", "set \"role\" to x"},
      {"select interval '1' \"year\"", "select interval '1' \"year\""},
  });
}

TEST_CASE("PostgreSQL literals become values where a parameter could stand") {
  check({
      {"select a from t where b = 5", "select a from t where b = ? | 5"},
      {"select a from t where b = $1", "select a from t where b = ? | NULL"},
      {"select a from t where b = 'x' and c = E'\\n' and d = $$y$$ and e = $q$'z'$q$",
       "select a from t where b = ? and c = ? and d = ? and e = ? | x, \n, y, 'z'"},
      {"select a from t where b = 'it''s'", "select a from t where b = ? | it's"},
      {"select a from t where b = 'one'\n  'two'", "select a from t where b = ? | onetwo"},
      {"select a from t where b = 'one' -- c\n 'two'", "select a from t where b = ? | onetwo"},
      {"select a from t where b in (1, 2, 3)", "select a from t where b in (?, ?, ?) | 1, 2, 3"},
      {"select a from t where b = any('{1,2}')", "select a from t where b = any(?) | {1,2}"},
      {"select a from t where b = any(array[1,2])",
       "select a from t where b = any(array[?, ?]) | 1, 2"},
      {"select a from t limit 10 offset 20", "select a from t limit ? offset ? | 10, 20"},
      {"select a from t fetch first 5 rows only", "select a from t fetch first ? rows only | 5"},
      {"select a from t having count(*) > 2", "select a from t having count(*) > ? | 2"},
      {"select a from t join u on u.x = 1", "select a from t join u on u.x = ? | 1"},
      {"select a from t where b between 1 and 2", "select a from t where b between ? and ? | 1, 2"},
      {"select a from t where b = '5'::int", "select a from t where b = ?::int | 5"},
      {"select a from t where b = cast('5' as int)",
       "select a from t where b = cast(? as int) | 5"},
      {"select a from generate_series(1, 3) a", "select a from generate_series(?, ?) a | 1, 3"},
      {"select a from t where b = B'101' and c = x'1F'",
       "select a from t where b = ? and c = ? | 101, 00011111"},
      {"insert into t (a, b) values (1, 'x'), (2, null)",
       "insert into t(a, b) values (?, ?), (?, ?) | 1, x, 2, NULL"},
      {"insert into t values (default, now())", "insert into t values (default, now())"},
      {"update t set a = 5, b = 'x' where c = 7",
       "update t set a = ?, b = ? where c = ? | 5, x, 7"},
      {"delete from t where a = 5 returning b, 'gone'",
       "delete from t where a = ? returning b, 'gone' | 5"},
      {"call p(1, 'x')", "call p(?, ?) | 1, x"},
      {"select a from t where d at time zone 'UTC' > now()",
       "select a from t where d at time zone ? > now() | UTC"},
      {"explain select a from t where b = 5", "explain select a from t where b = ? | 5"},
      {"declare c cursor for select a from t where b = 5",
       "declare c cursor for select a from t where b = ? | 5"},
      {"with x as (select a from t where b = 1) select a from x where c = 2",
       "with x as (select a from t where b = ?) select a from x where c = ? | 1, 2"},
      {"(select a from t where b = 1) union (select a from u where b = 2)",
       "(select a from t where b = ?) union (select a from u where b = ?) | 1, 2"},
      {"select a from t where b is distinct from 6",
       "select a from t where b is distinct from ? | 6"},
      {"merge into t using s on s.id = t.id when not matched then insert (a) values (5)",
       "merge into t using s on s.id = t.id when not matched then insert(a) values (?) | 5"},
  });
}

TEST_CASE("the tables of a TRUNCATE stand in one order") {
  check({{"TRUNCATE b, a", "truncate a, b"},
         {"truncate table b, s.c, a restart identity cascade",
          "truncate table a, b, s.c restart identity cascade"},
         {"truncate \"b\", \"a\";", "truncate a, b"},
         {"truncate b", "truncate b"},
         {"truncate b cascade", "truncate b cascade"},
         {"truncate only b, a", "truncate only b, a"},
         {"truncate \"B\", a", "truncate \"B\", a"}});
}

TEST_CASE("a sign before a number belongs to it where a value may start") {
  check({
      {"select a from t where b = -5", "select a from t where b = ? | -5"},
      {"select a from t where b = - 5", "select a from t where b = ? | -5"},
      {"select a from t where b=-5", "select a from t where b = ? | -5"},
      {"select a from t where b - 5 > -1", "select a from t where b - ? > ? | 5, -1"},
      {"select a from t where b -5 > 1", "select a from t where b - ? > ? | 5, 1"},
      {"select a from t where b * -5 > 1", "select a from t where b * ? > ? | -5, 1"},
      {"select a from t where f(-5, -6)", "select a from t where f(?, ?) | -5, -6"},
      {"select a from t where b in (-1, -2)", "select a from t where b in (?, ?) | -1, -2"},
      {"select a from t where (b) -5 > 1", "select a from t where (b) - ? > ? | 5, 1"},
      {"select a from t where 3 -5 > 1", "select a from t where ? - ? > ? | 3, 5, 1"},
      {"select a from t where b = -5::int2", "select a from t where b = - ?::int2 | 5"},
      {"select a from t limit -1", "select a from t limit ? | -1"},
      {"select a from t where b between -2 and -1",
       "select a from t where b between ? and ? | -2, -1"},
      {"select a from t where case when b then -1 else -2 end = c",
       "select a from t where case when b then ? else ? end = c | -1, -2"},
      {"select -5", "select - 5"},
  });
}

TEST_CASE("TRUE, FALSE and NULL are values except where they are syntax") {
  check({
      {"select a from t where b = true and c = FALSE",
       "select a from t where b = ? and c = ? | true, false"},
      {"select a from t where b is true and c is not false",
       "select a from t where b is true and c is not false"},
      {"select a from t where b is null and c is not null",
       "select a from t where b is null and c is not null"},
      {"select a from t where b = null", "select a from t where b = ? | NULL"},
      {"select a from t order by b nulls first", "select a from t order by b nulls first"},
      {"update t set a = null, b = true", "update t set a = ?, b = ? | NULL, true"},
      {"select null, true from t", "select null, true from t"},
      {"select a from t where t.null = 1", "select a from t where t.null = ? | 1"},
      {"create table t (a int not null default null)",
       "create table t(a int not null default null)"},
  });
}

TEST_CASE("literals that shape a PostgreSQL answer stay in the pattern") {
  check({
      {"select 1, 'a', 1.50 as x from t where b = 2",
       "select 1, 'a', 1.50 as x from t where b = ? | 2"},
      {"select f(1, 'a') from t", "select f(1, 'a') from t"},
      {"select (select b from u where c = 5) from t where d = 6",
       "select (select b from u where c = 5) from t where d = ? | 6"},
      {"select a from (select 1 as a, b from u where c = 5) s",
       "select a from (select 1 as a, b from u where c = ?) s | 5"},
      {"select extract(year from d), 5 from t where a = 1",
       "select extract(year from d), 5 from t where a = ? | 1"},
      {"select a is distinct from 5, 7 from t", "select a is distinct from 5, 7 from t"},
      {"select a as from, 7 from t", "select a as from, 7 from t"},
      {"select 'a' union select 'b'", "select 'a' union select 'b'"},
      {"select a from t group by 1, 2 order by 3 desc limit 4",
       "select a from t group by 1, 2 order by 3 desc limit ? | 4"},
      {"select a from t group by rollup(1, 2) order by (1)",
       "select a from t group by rollup(1, 2) order by (1)"},
      {"select a from t order by f(b, 5), 2", "select a from t order by f(b, ?), 2 | 5"},
      {"select a from t where b > interval '1 day'", "select a from t where b > interval '1 day'"},
      {"select a from t where b > date '2020-01-01'",
       "select a from t where b > date '2020-01-01'"},
      {"select a from t where b > timestamp with time zone '2020-01-01'",
       "select a from t where b > timestamp with time zone '2020-01-01'"},
      {"select a from t where b = jsonb '{}'", "select a from t where b = jsonb '{}'"},
      {"select a from t where b = c::varchar(10)", "select a from t where b = c::varchar(10)"},
      {"select a from t where b = cast(c as numeric(10, 2))",
       "select a from t where b = cast(c as numeric(10, 2))"},
      {"select a from t where b like 'x%' escape '!'",
       "select a from t where b like ? escape '!' | x%"},
      {"select a from t where b = U&'\\0041' uescape '\\'",
       "select a from t where b = U&'\\0041' uescape '\\'"},
      {"values (1, 'a')", "values (1, 'a')"},
      {"select a from (values (1, 'x')) v(a, b) where a = 2",
       "select a from (values (1, 'x')) v(a, b) where a = ? | 2"},
      {"create table t (a varchar(10) default 'x')", "create table t(a varchar(10) default 'x')"},
      {"set statement_timeout = 5", "set statement_timeout = 5"},
      {"show x", "show x"},
      {"notify c, 'payload'", "notify c, 'payload'"},
      {"do $$begin perform 1; end$$", "do $$begin perform 1; end$$"},
      {"prepare p as select $1", "prepare p as select $1? | NULL"},
      {"insert into t select 1, 'a' from u where b = 2",
       "insert into t select 1, 'a' from u where b = ? | 2"},
  });
}

TEST_CASE("PostgreSQL operators keep their tokens apart") {
  check({
      {"a : ::b", "a : ::b"},
      {"a ::::b", "a::::b"},
      {"select a from t where b->>'x' = 'y'", "select a from t where b ->> ? = ? | x, y"},
      {"select a from t where b ?| array['x']", "select a from t where b ?| array[?] | x"},
      {"select a from t where b ? 'x'", "select a from t where b ? ? | x"},
      {"select a from t where b @> '{}' and c <@ d",
       "select a from t where b @> ? and c <@ d | {}"},
      {"select a from t where b !~~* 'x'", "select a from t where b !~~* ? | x"},
      {"select a from t where b <> - c", "select a from t where b <> - c"},
      {"select a from t where b<>-c", "select a from t where b <> - c"},
      {"select a from t where b @- c", "select a from t where b @- c"},
      {"select a from t where b *-- comment\n c", "select a from t where b * c"},
      {"select a from t where b operator(pg_catalog.+) c",
       "select a from t where b operator(pg_catalog.+) c"},
      {"select f(a => 1), g(b := 2)", "select f(a => 1), g(b := 2)"},
      {"select a[1:2] from t", "select a[1 : 2] from t"},
  });
  CHECK(identity_of("select a from t where b ? 'x'", postgres).canonical !=
        identity_of("select a from t where b $1 'x'", postgres).canonical);
}

TEST_CASE("standard_conforming_strings off makes backslashes escape") {
  check({{"select a from t where b = 'a\\'b'", "select a from t where b = ? | a'b"}},
        Mode{Dialect::postgres, true, false});
  check({{"select a from t where b = 'a\\'", "select a from t where b = ? | a\\"}});
}

TEST_CASE("text that is no PostgreSQL becomes a pattern of its own") {
  check({
      {"select 'open", "select 'open"},
      {"select \"open", "select \"open"},
      {"select /* open", "select /* open"},
      {"select $q$ open", "select $q$ open"},
      {"select a from t where b = 1a", "select a from t where b = 1a"},
      {"select a from t where b = E'\\u12'", "select a from t where b = E'\\u12'"},
      {"what is this?", "what is this ?"},
      {")(", ") ("},
      {std::string_view("select '\0\1\2'", 12), std::string_view("select '\0\1\2'", 12)},
  });
}
