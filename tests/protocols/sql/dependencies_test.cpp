#include <doctest/doctest.h>

#include <algorithm>

#include "support.hpp"

using namespace understudy;
using namespace understudy::sql;
using namespace understudy::sql::test;

namespace {

/// The numbers that a table's inserts take, which have a test of their own.
bool is_sequence_of_table(const KeyPath& key) {
  return key.size() == 2 && key.front() == outside_transactions;
}

std::string joined(const std::vector<KeyPath>& keys) {
  std::string text;
  for (const KeyPath& key : keys)
    if (!is_sequence_of_table(key))
      text += (text.empty() ? "" : " ") + (key.empty() ? "{}" : join(key));
  return text;
}

/// `reads a b`, `writes t reads t`, `none`; with ` ?` where it was not understood.
std::string keys(std::string_view sql, Mode mode) {
  const Dependencies found = dependencies_of(sql, mode);
  if (found.effect == Effect::none) return "none";
  std::string text = found.effect == Effect::write ? "writes " + joined(found.writes) + " " : "";
  text += "reads " + joined(found.reads) + (found.understood ? "" : " ?");
  for (const std::string& function : found.functions) text += " calls " + function;
  return text;
}

void check(std::initializer_list<Example> examples, Mode mode) {
  for (const Example& example : examples) {
    CAPTURE(example.sql);
    CHECK(keys(example.sql, mode) == example.expected);
  }
}

}  // namespace

TEST_CASE("a query reads the tables that it names, in both dialects") {
  for (const Mode mode : {postgres, mysql})
    check({{"select 1", "reads "},
           {"select * from orders", "reads orders"},
           {"select * from orders o, customers as c where o.id = c.id", "reads customers orders"},
           {"select * from a join b on a.x = b.x left join c using (y), d where f = 1",
            "reads a b c d"},
           {"select * from (a cross join b)", "reads a b"},
           {"select * from a where id in (select x from b where exists (select 1 from c))",
            "reads a b c"},
           {"select (select max(x) from b) from a", "reads a b"},
           {"select * from (select * from a) s join lateral (select * from b) t on true",
            "reads a b"},
           {"select a from x union all select b from y", "reads x y"},
           {"select extract(year from d), trim(both 'x' from e), substring(f from 2) from t",
            "reads t"},
           {"select a from t where b is distinct from c", "reads t"},
           {"select * from t order by a, b limit 5", "reads t"},
           {"select * from t where a in (1, 2), u", "reads t"},
           {"select count(*), coalesce(max(a), 0) from t for update", "reads t"},
           {"table t", "reads t"},
           {"(select * from a) union (select * from b)", "reads a b"},
           {"explain select * from t", "reads t"}},
          mode);
}

TEST_CASE("common table expressions are no tables where they are visible, and only there") {
  for (const Mode mode : {postgres, mysql})
    check({{"with x as (select * from a) select * from x, b", "reads a b"},
           {"with x as (select * from a), y(c, d) as (select * from x) select * from y", "reads a"},
           {"with orders as (select * from orders) select * from orders", "reads orders"},
           {"with recursive r as (select id from t union all select r.id from r join u on true) "
            "select * from r",
            "reads t u"},
           {"select * from (with x as (select * from a) select * from x) s, x", "reads a x"},
           {"insert into t with x as (select * from a) select * from x", "writes t reads a t"}},
          mode);
}

TEST_CASE("a schema is part of a table's key in MySQL, where no search path decides it") {
  check({{"select * from app.orders, public.items", "reads items orders"},
         {"with x as (select 1) select * from s.x", "reads x"}},
        postgres);
  check({{"select * from app.orders, `Shop`.items, tags", "reads app.orders shop.items tags"},
         {"with x as (select 1) select * from s.x", "reads s.x"},
         {"delete a from a join b using (id)", "writes a b reads a b"},
         {"insert into app.orders (a) values (1)", "writes app.orders reads app.orders"}},
        mysql);
}

TEST_CASE("a write changes its table, and its answer depends on what it reads") {
  for (const Mode mode : {postgres, mysql})
    check({{"insert into t (a, b) values (1, lower('X'))", "writes t reads t"},
           {"insert into t select * from s", "writes t reads s t"},
           {"insert into t (a) values ((select max(b) from u))", "writes t reads t u"},
           {"update t set a = 1 where b in (select c from u)", "writes t reads t u"},
           {"update t set a = (select max(b) from u), c = 2", "writes t reads t u"},
           {"delete from t where a = 1", "writes t reads t"},
           {"delete from t as x where exists (select 1 from u)", "writes t reads t u"},
           {"with x as (select * from a) delete from t where id in (select id from x)",
            "writes t reads a t"},
           {"truncate table t", "writes t reads t"},
           {"create table t (a int)", "writes {} reads {}"},
           {"what is this", "writes {} reads {} ?"}},
          mode);
}

TEST_CASE("dependencies of PostgreSQL statements") {
  check({{"call p(1)", "writes {} reads {} ?"},
         {"update t set a = s.a from s, u where t.id = s.id", "writes t reads s t u"},
         {"delete from t using s join u on true where t.id = s.id", "writes t reads s t u"},
         {"insert into t values (1) on conflict (a) do update set b = excluded.b returning id",
          "writes t reads t"},
         {"with x as (insert into t select * from s returning *) select * from x, u",
          "writes t reads s t u"},
         {"merge into t using s on s.id = t.id when matched then update set a = 1 when not matched "
          "then insert (b) "
          "values (2)",
          "writes t reads s t"},
         {"merge into t using (select * from s) q on true when matched then delete",
          "writes t reads s t"},
         {"truncate a, only b cascade", "writes {} reads a b"},
         {"copy t from stdin", "writes t reads t"},
         {"copy t (a, b) from stdin", "writes t reads t"},
         {"copy t to stdout", "reads t"},
         {"copy (select * from a join b on true) to stdout", "reads a b"},
         {"select a into b from c", "writes {} reads b c"},
         {"select * from only t", "reads t"},
         {"select * from \"Orders\"", "reads Orders"},
         {"select * from Orders", "reads orders"},
         {"select * from generate_series(1, 3) g, unnest(array[1]) with ordinality u", "reads "},
         {"select nextval('s')", "writes @sequence reads {}"},
         {"insert into t values (nextval('s'))", "writes @sequence t reads {}"},
         {"select pg_advisory_lock(5)", "writes @lock reads @lock"},
         {"select my_function(a) from t", "reads {} ?"},
         {"select * from my_function(5)", "reads {} ?"},
         {"select app.lower(a) from t", "reads {} ?"},
         {"select pg_catalog.lower(a) from t", "reads t"},
         {"select count(*) filter (where a) over (partition by b) from t", "reads t"},
         {"select a::varchar(10), cast(b as numeric(1, 2)) from t", "reads t"},
         {"select * from pg_class", "reads {}"},
         {"select * from information_schema.tables", "reads {}"},
         {"explain delete from t", "reads t"},
         {"explain analyze delete from t", "writes t reads t"},
         {"explain (analyze, verbose) delete from t", "writes t reads t"},
         {"declare c cursor for select * from t", "reads t"},
         {"fetch 5 from c", "reads {} ?"},
         {"begin", "none"},
         {"set x = 1", "none"},
         {"prepare p as select * from t", "none"},
         {"execute p", "writes {} reads {} ?"},
         {"select * from t where 'open", "reads {} ?"}},
        postgres);
}

TEST_CASE("an insert takes a number of its table's sequence, which no rollback gives back") {
  for (const Mode& mode : {Mode{Dialect::postgres}, Mode{Dialect::mysql}}) {
    const KeyPath sequence = {"@sequence", "t"};
    const Dependencies insert = dependencies_of("insert into t (a) select a from u", mode);
    CHECK(std::ranges::count(insert.reads, sequence) == 1);
    CHECK(std::ranges::count(insert.writes, sequence) == 1);
    CHECK(
        std::ranges::none_of(insert.writes, [](const KeyPath& key) { return key.back() == "u"; }));
    const Dependencies update = dependencies_of("update t set a = 1", mode);
    CHECK(std::ranges::none_of(update.writes, is_sequence_of_table));
  }
}

TEST_CASE("dependencies of MySQL statements") {
  check({{"select * from `Orders` use index (x) where a = 1", "reads orders"},
         {"insert t values (1)", "writes t reads t"},
         {"insert ignore into t set a = 1, b = 2", "writes t reads t"},
         {"insert into t (a) values (1) on duplicate key update a = values(a)", "writes t reads t"},
         {"replace into t select * from s", "writes t reads s t"},
         {"update a join b on a.id = b.id set a.x = 1, b.y = 2", "writes a b reads a b"},
         {"update a, b set a.x = (select max(c) from d)", "writes a b reads a b d"},
         {"update low_priority t set a = 1", "writes t reads t"},
         {"delete a from a join b on a.id = b.id", "writes a b reads a b"},
         {"delete from x using orders as x join b", "writes b orders x reads b orders x"},
         {"load data local infile 'x' into table t", "writes t reads t"},
         {"select straight_join * from a straight_join b", "reads a b"},
         {"select * from t partition (p0)", "reads t"},
         {"select last_insert_id()", "reads "},
         {"call p(1)", "writes  reads  calls p"},
         {"select f(v) from t", "reads t calls f"},
         {"do sleep(1)", "reads "},
         {"select column_name from information_schema.columns", "reads information_schema.columns"},
         {"select table_rows from information_schema.tables", "reads {}"},
         {"select get_lock('x', 5)", "writes @lock reads @lock"},
         {"select @a", "reads @a"},
         {"select @@version", "reads "},
         {"set @a = 5", "writes @a reads @a"},
         {"set autocommit = 0", "none"},
         {"show tables", "reads {}"},
         {"desc t", "reads {}"},
         {"select /*!80000 a */ b from t", "writes {} reads {} ?"},
         {"select a into @b from t", "writes @b reads @b t"},
         {"select @a := @a + 1 from t", "writes @a reads @a t"},
         {"/*!40000 alter table t disable keys */", "writes {} reads {}"},
         {"use db", "none"}},
        mysql);
}
