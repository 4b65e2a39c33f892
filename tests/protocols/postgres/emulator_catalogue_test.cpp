// What the catalogue shows of the tables that are known.
#include <doctest/doctest.h>

#include "emulator_support.hpp"
#include "protocols/postgres/held_rows.hpp"

using namespace postgres_test;

namespace {

constexpr std::string_view catalogue = R"(-- What was defined in the database.
-- database: shop
-- server: 15.14 (Debian 15.14-1)
-- collation: C
-- search_path: "$user", public
-- lc_messages: C
-- comments: 0

CREATE TABLE public.goods (
    id integer NOT NULL,
    name character varying(40) DEFAULT 'none'::character varying,
    CONSTRAINT goods_pkey PRIMARY KEY (id)
);
)";

constexpr const char* has_table =
    "SELECT c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n "
    "ON n.oid = c.relnamespace WHERE c.relname = '{}' AND c.relkind IN ('r', 'p', 'v') "
    "AND pg_catalog.pg_table_is_visible(c.oid) AND n.nspname <> 'pg_catalog'";
constexpr const char* all_tables =
    "SELECT c.relname FROM pg_class c LEFT JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT IN ('pg_catalog', 'pg_toast') "
    "AND pg_table_is_visible(c.oid) ORDER BY c.relname";

std::string asked(std::string_view name) {
  std::string text = has_table;
  return text.replace(text.find("{}"), 2, name);
}

/// A database of which all is known. `uses`: the application used its table.
EmulatedSql of_shop(bool uses = true) {
  Held held;
  held.catalogue = catalogue;
  held.user = "app";
  held.rows.facts = {{"tables", Document::array()},
                     {"not_read", Document::object()},
                     {"sequences", Document::object()}};
  Document knowledge = EmulatedSql::in_utc();
  knowledge["profile"]["session"]["server_version"] = "15.14 (Debian 15.14-1)";
  if (uses) knowledge["used"] = {"goods", "seen"};
  const auto maker = new_postgres_emulator(knowledge);
  static_cast<void>(maker->hold(held));
  return EmulatedSql(maker->knowledge(), maker->contents());
}

}  // namespace

TEST_CASE("a table is there from its definition on, and absent when it was dropped") {
  EmulatedSql sql;
  CHECK(sql.say(asked("t")) == "-");  // it may be there
  sql.hear("CREATE TABLE t (id int)", "CREATE TABLE");
  CHECK(sql.say(asked("u")) == "-");
  sql.hear("DROP TABLE t", "DROP TABLE");
  CHECK(sql.say(asked("t")) == "SELECT 0");
}

TEST_CASE("all tables are shown where all are known") {
  EmulatedSql sql = of_shop();
  CHECK(sql.say(all_tables) == "goods;SELECT 1");
  CHECK(sql.say(asked("other")) == "SELECT 0");
  sql.hear("CREATE TABLE parts (id serial PRIMARY KEY)", "CREATE TABLE");
  sql.hear("CREATE INDEX parts_x ON parts (id)", "CREATE INDEX");
  CHECK(sql.say(all_tables) == "goods;parts;SELECT 2");
  sql.hear("CREATE TABLE odd (LIKE parts)", "CREATE TABLE");  // it is not followed
  CHECK(sql.say(all_tables) == "-");
  CHECK(sql.say(asked("odd")) == "-");
}

TEST_CASE("what the system has is not known") {
  EmulatedSql sql = of_shop();
  sql.hear("CREATE VIEW seen AS SELECT id FROM goods", "CREATE VIEW");
  CHECK(sql.say("SELECT attname FROM pg_attribute WHERE attrelid = 'seen'::regclass "
                "AND attnum > 0 AND NOT attisdropped") == "-");
  CHECK(sql.say("SELECT relname FROM pg_class") == "-");
  CHECK(sql.say("SELECT relname FROM pg_class WHERE relname = 'pg_class'") == "-");
  CHECK(sql.say("SELECT relname FROM pg_class WHERE relkind = 'r'") == "-");
  CHECK(sql.say("SELECT count(*) FROM pg_class WHERE relname IS NULL") == "-");
  CHECK(sql.say("SELECT table_name FROM information_schema.tables") == "-");
  CHECK(sql.say("SELECT table_name FROM information_schema.tables WHERE table_name = 'tables'") ==
        "-");
  CHECK(sql.say("SELECT nspname FROM pg_namespace") == "-");
  CHECK(sql.say("SELECT nspname FROM pg_namespace WHERE nspname = 'public'") == "public;SELECT 1");
  CHECK(sql.say("SELECT nspname FROM pg_namespace WHERE nspname = 'own'") == "-");
}

TEST_CASE("columns are told by their definitions") {
  EmulatedSql sql = of_shop();
  const std::string columns =
      " FROM information_schema.columns WHERE table_schema = 'public' AND table_name = 'goods' "
      "ORDER BY ordinal_position";
  CHECK(sql.say("SELECT column_name, data_type, character_maximum_length" + columns) ==
        "id|integer|NULL;name|character varying|40;SELECT 2");
  CHECK(sql.say("SELECT attname FROM pg_attribute WHERE attrelid = 'goods'::regclass") == "-");
  CHECK(sql.say("SELECT column_name, column_default" + columns) == "-");  // as it prints it
  CHECK(sql.say("SELECT *" + columns) == "-");
  CHECK(sql.say("SELECT column_name FROM information_schema.columns WHERE table_name = 'goods'") ==
        "id;name;SELECT 2");
}

TEST_CASE("the standard's views show what the application may use") {
  const std::string query =
      "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'";
  CHECK(of_shop().say(query) == "goods;SELECT 1");
  EmulatedSql sql = of_shop(false);
  CHECK(sql.say(query) == "-");
  sql.hear("CREATE TABLE own (id int)", "CREATE TABLE");
  CHECK(sql.say(query + " AND table_name = 'own'") == "own;SELECT 1");
}

TEST_CASE("a LIMIT may be cast") {
  EmulatedSql sql;
  sql.hear("CREATE TABLE t (id int PRIMARY KEY)", "CREATE TABLE");
  sql.hear("INSERT INTO t VALUES (1), (2), (3)", "INSERT 0 3");
  CHECK(sql.say("SELECT id FROM t ORDER BY id LIMIT 1::integer OFFSET 1::bigint") == "2;SELECT 1");
  CHECK(sql.say("SELECT public.t.id FROM public.t WHERE public.t.id = ANY (ARRAY[1, 3])") ==
        "1;3;SELECT 2");
}

TEST_CASE("comments are told where all of them are known") {
  constexpr const char* of_table =
      "SELECT obj_description(c.oid, 'pg_class') FROM pg_class c WHERE c.relname = 'goods' AND "
      "c.relkind = 'r' AND c.relnamespace = 2200";
  constexpr const char* of_columns =
      "SELECT a.attname, col_description(a.attrelid, a.attnum) FROM pg_attribute a WHERE "
      "a.attrelid = 'goods'::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum";
  EmulatedSql sql = of_shop();
  CHECK(sql.say(of_table) == "NULL;SELECT 1");
  CHECK(sql.say("COMMENT ON TABLE goods IS 'what is sold'") == "COMMENT");
  CHECK(sql.writes == std::vector<std::string>{join({"@catalog", "goods"})});
  CHECK(sql.say(of_table) == "what is sold;SELECT 1");
  sql.hear("COMMENT ON COLUMN public.goods.name IS '''it'''", "COMMENT");
  CHECK(sql.say(of_columns) == "id|NULL;name|'it';SELECT 2");
  CHECK(sql.say("COMMENT ON COLUMN goods.name IS NULL") == "COMMENT");
  CHECK(sql.say(of_columns) == "id|NULL;name|NULL;SELECT 2");
  CHECK(sql.say("COMMENT ON FUNCTION f() IS 'x'") == "-");
  sql.hear("COMMENT ON VIEW v IS 'of what is not known'", "COMMENT");
  CHECK(sql.say(of_table) == "-");
}

TEST_CASE("a definition that is computed changes what it names, and no more") {
  EmulatedSql sql = of_shop();
  CHECK(sql.say("CREATE VIEW v AS SELECT id FROM goods") == "CREATE VIEW");
  CHECK(sql.writes == std::vector<std::string>{"v", join({"@catalog", "v"})});
  CHECK(sql.say("DROP VIEW v") == "DROP VIEW");
  CHECK(sql.writes == std::vector<std::string>{"v", join({"@catalog", "v"})});
  CHECK(sql.say("CREATE TABLE t (id int)") == "CREATE TABLE");
  CHECK(sql.writes == std::vector<std::string>{"t", join({"@catalog", "t"})});
}

namespace {

/// A shop whose goods have parts: keys, references, conditions, indexes and defaults.
EmulatedSql with_parts() {
  EmulatedSql sql = of_shop();
  sql.hear(
      "CREATE TABLE parts (id serial PRIMARY KEY, good int NOT NULL REFERENCES goods(id) ON DELETE "
      "CASCADE DEFERRABLE INITIALLY DEFERRED, \"order\" int DEFAULT 7, name text DEFAULT 'x', made "
      "timestamptz DEFAULT now(), CONSTRAINT one UNIQUE (name, good), CONSTRAINT positive CHECK "
      "(\"order\" > 0))",
      "CREATE TABLE");
  CHECK(sql.say("CREATE INDEX by_order ON parts (\"order\" DESC, id)") == "CREATE INDEX");
  return sql;
}

}  // namespace

TEST_CASE("information_schema shows keys and their columns") {
  EmulatedSql sql = with_parts();
  constexpr const char* keys =
      "SELECT tc.constraint_name, kc.column_name, kc.ordinal_position FROM "
      "information_schema.table_constraints tc JOIN information_schema.key_column_usage kc ON "
      "(tc.table_name = kc.table_name AND tc.table_schema = kc.table_schema AND tc.constraint_name "
      "= kc.constraint_name) WHERE tc.constraint_type = '{}' AND tc.table_name = 'parts' AND "
      "tc.table_schema = 'public' ORDER BY kc.ordinal_position";
  const auto of = [&](std::string_view type) {
    std::string text = keys;
    return sql.say(text.replace(text.find("{}"), 2, type));
  };
  CHECK(of("PRIMARY KEY") == "parts_pkey|id|1;SELECT 1");
  CHECK(of("UNIQUE") == "one|name|1;one|good|2;SELECT 2");
  CHECK(of("FOREIGN KEY") == "parts_good_fkey|good|1;SELECT 1");
  CHECK(
      sql.say("SELECT column_name, column_default FROM information_schema.columns WHERE "
              "table_schema = 'public' AND table_name = 'parts' ORDER BY ordinal_position") ==
      "id|nextval('parts_id_seq'::regclass);good|NULL;order|7;name|'x'::text;made|now();SELECT 5");
}

TEST_CASE("pg_constraint and pg_index show what there is of a table") {
  EmulatedSql sql = with_parts();
  CHECK(sql.say(
            "SELECT c.conname, c.contype, pg_get_constraintdef(c.oid), c.conkey FROM "
            "pg_constraint c JOIN pg_class t ON t.oid = c.conrelid WHERE t.relname = 'parts' AND "
            "t.relkind = 'r' AND t.relnamespace = 2200 AND c.contype <> 'c' ORDER BY c.conname") ==
        "one|u|UNIQUE (name, good)|{4,2};parts_good_fkey|f|FOREIGN KEY (good) REFERENCES goods(id) "
        "ON "
        "DELETE CASCADE DEFERRABLE INITIALLY DEFERRED|{2};parts_pkey|p|PRIMARY KEY (id)|{1};SELECT "
        "3");
  constexpr const char* indexes =
      "SELECT i.relname, idxs.indexdef, idx.indisunique, array(SELECT pg_get_indexdef("
      "idx.indexrelid, k + 1, true) FROM generate_subscripts(idx.indkey, 1) AS k ORDER BY k) FROM "
      "pg_catalog.pg_class AS t INNER JOIN pg_catalog.pg_namespace AS n ON t.relnamespace = n.oid "
      "INNER JOIN pg_catalog.pg_index AS idx ON t.oid = idx.indrelid INNER JOIN "
      "pg_catalog.pg_class "
      "AS i ON idx.indexrelid = i.oid INNER JOIN pg_catalog.pg_indexes AS idxs ON (idxs.tablename "
      "= "
      "t.relname AND idxs.indexname = i.relname AND idxs.schemaname = n.nspname) WHERE t.relname = "
      "'parts' AND t.relkind = 'r' AND n.nspname = 'public' ORDER BY idx.indisunique DESC, "
      "i.relname";
  CHECK(sql.why(indexes) == "");
  CHECK(sql.say(indexes) ==
        "one|CREATE UNIQUE INDEX one ON public.parts USING btree (name, good)|t|{name,good};"
        "parts_pkey|CREATE UNIQUE INDEX parts_pkey ON public.parts USING btree (id)|t|{id};"
        "by_order|CREATE INDEX by_order ON public.parts USING btree (\"order\" DESC, id)|f|"
        "{\"\\\"order\\\"\",id};SELECT 3");
  CHECK(sql.say(
            "SELECT pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef d JOIN pg_class t ON t.oid = "
            "d.adrelid WHERE t.relname = 'parts' AND t.relnamespace = 2200 AND t.relkind = 'r' "
            "ORDER BY d.adnum") == "nextval('parts_id_seq'::regclass);7;'x'::text;now();SELECT 4");
}

TEST_CASE("of an index that is not of columns alone no definition is told") {
  EmulatedSql sql = with_parts();
  sql.hear("CREATE INDEX odd ON parts (lower(name))", "CREATE INDEX");
  constexpr const char* definition =
      "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename = 'parts' AND "
      "indexname = '{}'";
  const auto of = [&](std::string_view name) {
    std::string text = definition;
    return sql.say(text.replace(text.find("{}"), 2, name));
  };
  CHECK(of("by_order") ==
        "CREATE INDEX by_order ON public.parts USING btree (\"order\" DESC, id);SELECT 1");
  CHECK(of("odd") == "-");
  sql.hear("CREATE INDEX ON parts (name)", "CREATE INDEX");  // the server chooses a name
  CHECK(of("by_order") == "-");
}

TEST_CASE("in a database that was made nothing is there") {
  Document knowledge = EmulatedSql::in_utc();
  knowledge["profile"]["session"]["database"] = "test_shop";
  EmulatedSql sql(knowledge);
  CHECK(sql.say(all_tables) == "-");
  sql.hear("CREATE TABLE old (id int)", "CREATE TABLE");
  sql.hear("CREATE DATABASE other", "CREATE DATABASE");
  CHECK(sql.say(all_tables) == "-");
  sql.hear("CREATE DATABASE test_shop WITH ENCODING 'UTF8'", "CREATE DATABASE");
  CHECK(sql.say(all_tables) == "SELECT 0");
  CHECK(sql.say("SELECT current_database()") == "test_shop;SELECT 1");
  CHECK(sql.say("CREATE TABLE t (id int)") == "CREATE TABLE");
  CHECK(sql.say(all_tables) == "t;SELECT 1");
  sql.hear("CREATE DATABASE test_shop TEMPLATE shop", "CREATE DATABASE");
  CHECK(sql.say(all_tables) == "-");
}

TEST_CASE("a table that is made of a query is there, and of others all is known") {
  EmulatedSql sql = of_shop();
  sql.hear("CREATE TABLE made AS SELECT id, name FROM goods", "SELECT 2");
  CHECK(sql.say(all_tables) == "goods;made;SELECT 2");
  CHECK(sql.say(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND "
            "table_name = 'made' ORDER BY ordinal_position") == "id;name;SELECT 2");
  CHECK(
      sql.say("SELECT data_type FROM information_schema.columns WHERE table_schema = 'public' AND "
              "table_name = 'made'") == "-");
  CHECK(sql.say("SELECT * FROM made") == "-");
  CHECK(sql.say("INSERT INTO made VALUES (1, 'a')") == "-");
  CHECK(sql.say("DROP TABLE made") == "DROP TABLE");
  CHECK(sql.say(all_tables) == "goods;SELECT 1");
}
