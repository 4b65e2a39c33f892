// What MySQL's statements read and write, by their trees.
#include <doctest/doctest.h>

#include <algorithm>

#include "protocols/sql/facts/dependencies.hpp"
#include "protocols/sql/facts/function_use.hpp"
#include "protocols/sql/facts/routine_body.hpp"
#include "protocols/sql/lower.hpp"
#include "protocols/sql/tree/parse_mysql.hpp"
#include "support.hpp"

using namespace understudy;
using namespace understudy::sql;
using namespace understudy::sql::test;

namespace {

Catalog catalog_of(std::initializer_list<const char*> definitions) {
  Catalog catalog(Dialect::mysql);
  for (const char* sql : definitions) catalog.apply(tree::parse_mysql(sql, mysql));
  return catalog;
}

std::string joined(const std::vector<KeyPath>& keys) {
  std::string text;
  for (const KeyPath& key : keys)
    if (!(key.size() == 2 && key.front() == outside_transactions)) {
      std::string one = key.empty() ? "{}" : join(key);
      std::ranges::replace(one, '\x1f', '/');
      text += (text.empty() ? "" : " ") + one;
    }
  return text;
}

StatementFacts mysql_facts_of(std::string_view sql, const Catalog& catalog) {
  static const KeyNames names{
      [](const tree::Name& name) {
        return KeyPath{lower(name.schema.empty() ? name.name : name.schema + "." + name.name)};
      },
      {"@lock"},
      {"@catalog"},
      [](const tree::Name& name) {
        return KeyPath{"@catalog", lower(name.name)};
      },
      [](const tree::Name& name) {
        return KeyPath{"@routine", lower(name.name)};
      }};
  StatementFacts facts = facts_of(tree::parse_mysql(sql, mysql), catalog, Dialect::mysql, names);
  for (auto* paths : {&facts.dependencies.reads, &facts.dependencies.writes})
    std::ranges::sort(*paths);
  return facts;
}

/// `reads a b`, `writes t reads t`, `none`; with ` ?` where it was not understood.
std::string keys(std::string_view sql, const Catalog& catalog = Catalog(Dialect::mysql)) {
  const Dependencies found = mysql_facts_of(sql, catalog).dependencies;
  if (found.effect == Effect::none) return "none";
  std::string text = found.effect == Effect::write ? "writes " + joined(found.writes) + " " : "";
  return text + "reads " + joined(found.reads) + (found.understood ? "" : " ?");
}

}  // namespace

TEST_CASE("what MySQL's statements read and write, by their trees") {
  for (const Example& each : std::initializer_list<Example>{
           {"select * from orders o, customers as c where o.id = c.id", "reads customers orders"},
           {"select * from app.orders, `Shop`.items, tags", "reads app.orders shop.items tags"},
           {"select * from a where id in (select x from b where exists (select 1 from c))",
            "reads a b c"},
           {"with x as (select * from a) select * from x, b", "reads a b"},
           {"with recursive r as (select id from t union all select r.id from r join u on true) "
            "select * from r",
            "reads t u"},
           {"select * from (with x as (select * from a) select * from x) s, x", "reads a x"},
           {"insert into t with x as (select * from a) select * from x", "writes t reads a t"},
           {"insert into t (a) values ((select max(b) from u))", "writes t reads t u"},
           {"update t set a = 1 where b in (select c from u)", "writes t reads t u"},
           {"update a join b on a.id = b.id set a.x = 1, b.y = 2", "writes a b reads a b"},
           {"delete a from a join b on a.id = b.id", "writes a reads a b"},
           {"delete from x using orders as x join b", "writes orders reads b orders"},
           {"replace into t select * from s", "writes t reads s t"},
           {"load data local infile 'x' into table t", "writes t reads t"},
           {"select get_lock('x', 5)", "writes @lock reads @lock"},
           {"select @a := @a + 1 from t", "writes @a reads @a t"},
           {"select a into @b from t", "writes @b reads @b t"},
           {"set @a = 5", "writes @a reads @a"},
           {"set @a = (select max(x) from t)", "writes @a reads @a t"},
           {"set autocommit = 0", "none"},
           {"set statement max_statement_time = 1 for update t set a = 1", "writes t reads t"},
           {"do sleep(1)", "reads "},
           {"explain delete from t", "reads t"},
           {"create table t (a int)", "writes @catalog/t t reads @catalog/t t"},
           {"kill 5", "reads "},
           {"select last_insert_id()", "reads "},
           {"select bump(1)", "writes {} reads {} ?"},
           {"call p(1)", "writes {} reads {} ?"},
           {"call p(@x)", "writes {} @x reads {} @x ?"}}) {
    CAPTURE(each.sql);
    CHECK(keys(each.sql) == each.expected);
  }
}

TEST_CASE("MySQL: names mean what is declared") {
  const Catalog catalog = catalog_of(
      {"CREATE TABLE Goods (id int primary key)", "CREATE TABLE stock_log (n int)",
       "CREATE VIEW goods_view AS SELECT id FROM goods",
       "CREATE TRIGGER t AFTER INSERT ON goods FOR EACH ROW BEGIN IF NEW.id > 0 THEN INSERT INTO "
       "stock_log VALUES (NEW.id); END IF; END",
       "CREATE TABLE child (p int, FOREIGN KEY (p) REFERENCES goods (id) ON DELETE CASCADE)",
       "CREATE FUNCTION bump(n int) RETURNS int BEGIN UPDATE counters SET v = v + n; RETURN n; END",
       "CREATE FUNCTION rate() RETURNS int READS SQL DATA RETURN (SELECT max(v) FROM rates)",
       "CREATE PROCEDURE settle() BEGIN DECLARE x int; DELETE FROM counters; END",
       "RENAME TABLE old_name TO new_name"});
  CHECK(keys("select * from goods_view", catalog) == "reads goods goods_view");
  CHECK(keys("insert into goods values (1)", catalog) ==
        "writes goods stock_log reads goods stock_log");
  CHECK(keys("select bump(1)", catalog) == "writes counters reads @routine/bump counters");
  CHECK(keys("select rate()", catalog) == "reads @routine/rate rates");
  CHECK(keys("call settle()", catalog) == "writes counters reads @routine/settle counters");
  CHECK(keys("select * from new_name", catalog) == "reads old_name");
  const StatementFacts removed = mysql_facts_of("delete from goods where id = 1", catalog);
  CHECK(joined(removed.cascades) == "child");
  CHECK_FALSE(removed.indirect);
}

TEST_CASE("an insert takes numbers, and does what the defaults of its table do") {
  const Catalog catalog = catalog_of(
      {"CREATE FUNCTION bump(n int) RETURNS int BEGIN UPDATE counters SET v = v + n; RETURN n; END",
       "CREATE TABLE noted (id int auto_increment primary key, v int DEFAULT (bump(1)))"});
  const Dependencies found =
      mysql_facts_of("insert into noted (id) values (1)", catalog).dependencies;
  const auto writes = [&](const KeyPath& path) {
    return std::ranges::find(found.writes, path) != found.writes.end();
  };
  CHECK(writes({std::string(outside_transactions), "noted"}));
  CHECK(writes({"counters"}));
}

TEST_CASE("a body that calls what nothing declares may change anything") {
  const Catalog catalog =
      catalog_of({"CREATE PROCEDURE odd() BEGIN DELETE FROM t; DO mystery(1); END"});
  CHECK(keys("call odd()", catalog).starts_with("writes {}"));
  const Dependencies found =
      dependencies_of_body("BEGIN DELETE FROM t; DO mystery(1); END", Dialect::mysql);
  CHECK(std::ranges::find(found.writes, KeyPath()) != found.writes.end());
}

TEST_CASE("built-in functions by what they do besides giving a value") {
  for (const char* name : {"lower", "now", "jsonb_path_query", "uuid_generate_v4", "pg_sleep",
                           "st_distance", "json_schema_valid", "percentile_cont", "crypt"})
    CHECK(use_of_function(name, Dialect::postgres) == FunctionUse::pure);
  CHECK(use_of_function("nextval", Dialect::postgres) == FunctionUse::sequence);
  CHECK(use_of_function("to_regclass", Dialect::postgres) == FunctionUse::reads_catalogue);
  CHECK(use_of_function("pg_total_relation_size", Dialect::postgres) ==
        FunctionUse::reads_anything);
  CHECK(use_of_function("lo_unlink", Dialect::postgres) == FunctionUse::unknown);
  CHECK(use_of_function("dblink_exec", Dialect::postgres) == FunctionUse::unknown);
  CHECK(use_of_function("pg_notify", Dialect::postgres) == FunctionUse::pure);
  CHECK(use_of_function("pg_encoding_to_char", Dialect::postgres) == FunctionUse::reads_catalogue);
  CHECK(use_of_function("bump", Dialect::mysql) == FunctionUse::unknown);
}
