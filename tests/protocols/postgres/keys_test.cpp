#include "protocols/postgres/keys.hpp"

#include "protocols/postgres/inference.hpp"
#include "protocols/postgres/parse_tree.hpp"
#include "protocols/postgres/request.hpp"
#include "protocols/postgres/table_names.hpp"
#include "support.hpp"

namespace understudy::postgres {
namespace {

/// The numbers that a table's inserts take, which have a test of their own.
bool is_sequence_of_table(const KeyPath& path) {
  return path.size() == 2 && path.front() == outside_transactions;
}

/// The same text so many times.
std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

/// "read" or "write", then what is read and what is written, joined.
std::string keys(std::string_view sql) {
  const sql::Dependencies found = keys_of(sql);
  const auto list = [](std::vector<KeyPath> paths) {
    std::ranges::sort(paths);
    std::string text;
    for (const KeyPath& path : paths)
      if (!is_sequence_of_table(path)) text += " " + (path.empty() ? std::string("*") : join(path));
    return text;
  };
  return (found.effect == Effect::write ? "write" : "read") + list(found.reads) + " |" +
         list(found.writes) + (found.understood ? "" : " ?");
}

TEST_CASE("an insert takes a number of its table's sequence, which no rollback gives back") {
  const KeyPath sequence = {"@sequence", "a"};
  const sql::Dependencies insert = keys_of("INSERT INTO a SELECT * FROM b");
  CHECK(std::ranges::count(insert.reads, sequence) == 1);
  CHECK(std::ranges::count(insert.writes, sequence) == 1);
  CHECK(std::ranges::none_of(keys_of("UPDATE a SET n = 1").writes, is_sequence_of_table));
}

TEST_CASE("queries read their tables, wherever they stand") {
  CHECK(keys("SELECT 1") == "read |");
  CHECK(keys("SELECT * FROM orders WHERE id = $1") == "read orders |");
  CHECK(keys("SELECT * FROM public.orders o JOIN sales.items USING (id)") ==
        "read orders sales.items |");
  CHECK(keys("SELECT (SELECT max(x) FROM b) FROM a WHERE EXISTS (SELECT 1 FROM c)") ==
        "read a b c |");
  CHECK(keys("SELECT a FROM t1 UNION SELECT b FROM t2 EXCEPT SELECT c FROM t3") ==
        "read t1 t2 t3 |");
  CHECK(keys("WITH x AS (SELECT * FROM t) SELECT * FROM x, y") == "read t y |");
  CHECK(keys("SELECT * FROM \"Orders\" FOR UPDATE") == "read Orders |");
  CHECK(keys("TABLE orders") == "read orders |");
}

TEST_CASE("a common table expression hides a table only in its own reach") {
  CHECK(keys("SELECT * FROM (WITH x AS (SELECT 1) SELECT * FROM x) s, x") == "read x |");
  CHECK(keys("WITH t AS (SELECT * FROM t) SELECT * FROM t") == "read t |");
  CHECK(keys("WITH a AS (SELECT 1), b AS (SELECT * FROM a) SELECT * FROM b") == "read |");
  CHECK(keys("WITH RECURSIVE t AS (SELECT 1 UNION SELECT * FROM t) SELECT * FROM t") == "read |");
}

TEST_CASE("writes write their table and read the rest") {
  CHECK(keys("INSERT INTO a SELECT * FROM b") == "write a b | a");
  CHECK(
      keys("INSERT INTO a VALUES (1) ON CONFLICT (id) DO UPDATE SET n = (SELECT max(n) FROM b)") ==
      "write a b | a");
  CHECK(keys("UPDATE a SET x = b.x FROM b WHERE a.id = b.id") == "write a b | a");
  CHECK(keys("DELETE FROM a USING b WHERE a.id = b.id RETURNING *") == "write a b | a");
  CHECK(keys("WITH gone AS (DELETE FROM a RETURNING *) INSERT INTO log SELECT * FROM gone") ==
        "write a log | a log");
  CHECK(keys("TRUNCATE a, b") == "write a b | @places a b");
  CHECK(keys("COPY a (x) FROM STDIN") == "write a | a");
  CHECK(keys("COPY (SELECT * FROM a) TO STDOUT") == "read a |");
  CHECK(keys("COPY a TO STDOUT") == "read a |");
  CHECK(keys("MERGE INTO a USING b ON a.id = b.id WHEN MATCHED THEN DELETE") == "write a b | a");
}

TEST_CASE("definitions write what they name, and everything where more follows from them") {
  for (const char* sql : {"CREATE TABLE a (id int)", "DROP TABLE a", "ALTER TABLE a ADD x int"}) {
    CAPTURE(std::string(sql));
    CHECK(keys(sql) ==
          "write @catalog\x1f"
          "a a | @catalog\x1f"
          "a a");
  }
  CHECK(keys_of("CREATE INDEX i ON a (x)").writes == std::vector<KeyPath>{{"@catalog", "i"}});
  for (const char* sql :
       {"SELECT * INTO a FROM b", "CREATE TABLE a AS SELECT 1", "GRANT ALL ON a TO b"})
    CHECK(keys_of(sql).writes == std::vector<KeyPath>{{}});
  CHECK_FALSE(keys_of("DO 'return 1' LANGUAGE plperl").understood);
}

TEST_CASE("what a materialised view is refreshed with depends on any table") {
  const sql::Dependencies refresh = keys_of("REFRESH MATERIALIZED VIEW totals");
  CHECK(refresh.writes == std::vector<KeyPath>{{"totals"}});
  CHECK(std::ranges::count(refresh.reads, KeyPath()) == 1);
}

TEST_CASE("the catalogue is a key of its own") {
  CHECK(keys("SELECT oid FROM pg_type WHERE typname = 'x'") == "read @catalog |");
  CHECK(keys("SELECT * FROM information_schema.tables") == "read @catalog @places |");
  CHECK(keys("SELECT pg_catalog.format_type(1, 2)") == "read @catalog |");
  CHECK(keys("SELECT * FROM pg_stat_user_tables") == "read * |");
}

TEST_CASE(
    "a change of type, an index that is known and the type of a sequence cost their table alone") {
  CHECK(keys("ALTER TABLE a ALTER COLUMN x TYPE bigint USING x::bigint") ==
        "write @catalog\x1f"
        "a a | @catalog\x1f"
        "a a");
  CHECK(keys_of("ALTER TABLE a ALTER COLUMN x TYPE bigint USING f(x)").writes ==
        std::vector<KeyPath>{{}});
  CHECK(keys("ALTER SEQUENCE a_id_seq AS bigint") ==
        "write @catalog\x1f"
        "a_id_seq | @catalog\x1f"
        "a_id_seq");
  CHECK(keys_of("ALTER SEQUENCE a_id_seq AS bigint RESTART").writes == std::vector<KeyPath>{{}});
  CHECK(keys_of("DROP INDEX nobody_made_it").writes == std::vector<KeyPath>{{}});
  TableNames names;
  names.learn("CREATE INDEX i ON a (x)", "CREATE INDEX i ON a (x)");
  CHECK(names.facts_of("DROP INDEX IF EXISTS i").dependencies.writes ==
        std::vector<KeyPath>{{"@catalog", "i"}, {"a"}, {"@catalog", "a"}});
}

TEST_CASE("where relations are listed in no order, a TRUNCATE may change it") {
  CHECK(keys("SELECT relname FROM pg_class WHERE relkind = 'r'") == "read @catalog @places |");
  CHECK(keys("SELECT relname FROM pg_class ORDER BY 1") == "read @catalog |");
  CHECK(keys("SELECT k.conname FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid "
             "WHERE c.relname = 'a'") == "read @catalog |");
  CHECK(keys("SELECT * FROM tables") == "read tables |");
}

TEST_CASE("functions that move or lock something are writes, unknown ones may write anything") {
  CHECK(keys("SELECT now(), lower('A')") == "read |");
  CHECK(keys("SELECT nextval('s')") == "write * @sequence | @sequence");
  CHECK(keys("SELECT pg_try_advisory_lock(1)") == "write @advisory_locks | @advisory_locks");
  CHECK(keys("SELECT my_report(1)") == "write * | * ?");
  CHECK(keys("SELECT app.lower('A')") == "write * | * ?");
  CHECK(keys("SELECT * FROM t WHERE id = my_id()") == "write * t | * ?");
  CHECK(keys("SELECT pg_relation_size('t')") == "read * | ?");
  CHECK(keys("SELECT pg_advisory_unlock_all()") == "read |");
  CHECK(keys("CALL p(1)") == "write * | * ?");
}

TEST_CASE("statements of any depth are analysed, by their words if need be") {
  const auto repeated = [](std::string_view text, std::size_t times) {
    std::string all;
    while (times-- > 0) all += text;
    return all;
  };
  constexpr std::size_t deep = 100'000;
  for (const std::string& sql :
       {"SELECT " + repeated("1+", deep) + "id FROM t", "SELECT " + repeated("(", deep) + "1",
        "SELECT id FROM t" + repeated(" UNION ALL SELECT 1", deep),
        "SELECT id, 2 FROM t" + repeated(" UNION ALL SELECT 1, 2", deep),
        "SELECT id" + repeated("||'a'", deep) + " FROM t",
        repeated("SELECT (", deep) + "SELECT id FROM t" + repeated(")", deep),
        "SELECT " + repeated("NOT ", deep) + "id FROM t",
        "SELECT id" + repeated("::int", deep) + " FROM t"}) {
    CAPTURE(sql.substr(0, 40));
    CHECK_FALSE(keys_of(sql).reads.size() > 2);
  }
  // What is long is not deep.
  const sql::Dependencies rows =
      keys_of("INSERT INTO t VALUES (0, f(0))" + repeated(", (1, f(1))", 20'000));
  CHECK(rows.effect == Effect::write);
}

TEST_CASE("what PostgreSQL does not parse goes to the light parser") {
  CHECK(keys_of("SELEC * FROM t").effect ==
        sql::dependencies_of("SELEC * FROM t", sql_mode()).effect);
}

Column column(const char* name, Oid type, Oid table) {
  Column made;
  made.name = name;
  made.type = type;
  made.table = table;
  return made;
}

std::vector<Oid> inferred(const ColumnCatalogue& catalogue, const char* sql) {
  sql::Statement statement;
  statement.assign(sql, sql_mode());
  return infer_slot_types(statement.pattern(), statement.slots().size(), catalogue);
}

TEST_CASE("types of parameters follow from casts, columns and places") {
  sql::Statement learned;
  learned.assign("SELECT id, price, tags FROM item", sql_mode());
  ColumnCatalogue catalogue;
  catalogue.learn(learned.pattern(),
                  {column("id", oid::int4, 16385), column("price", oid::numeric, 16385),
                   column("tags", oid_of("text[]"), 16385)});
  catalogue.settle();
  using Types = std::vector<Oid>;
  CHECK(inferred(catalogue, "SELECT * FROM item WHERE id = $1 AND price > $2") ==
        Types{oid::int4, oid::numeric});
  CHECK(inferred(catalogue, "SELECT * FROM item i WHERE i.id IN ($1, $2) LIMIT $3") ==
        Types{oid::int4, oid::int4, oid::int8});
  CHECK(inferred(catalogue, "SELECT * FROM item WHERE id = ANY($1)") == Types{oid_of("int4[]")});
  CHECK(inferred(catalogue, "SELECT * FROM item WHERE id BETWEEN $1 AND $2") ==
        Types{oid::int4, oid::int4});
  CHECK(inferred(catalogue, "INSERT INTO item (price, id) VALUES ($1, $2), ($3, $4)") ==
        Types{oid::numeric, oid::int4, oid::numeric, oid::int4});
  CHECK(inferred(catalogue, "UPDATE item SET price = $1, tags = $2 WHERE id = $3") ==
        Types{oid::numeric, oid_of("text[]"), oid::int4});
  CHECK(inferred(catalogue, "SELECT * FROM t WHERE x = $1::uuid AND y = $2") ==
        Types{oid::uuid, 0});
  CHECK(inferred(catalogue, "SELECT * FROM other WHERE id = $1") == Types{0});
}

TEST_CASE("comments within comments beyond reason take no time and are not understood") {
  const std::string open = repeated("/*", 300'000);
  CHECK_FALSE(parse_tree_of(open + "select 1"));
  CHECK_FALSE(parse_tree_of(open + repeated("*/", 300'000) + "select 1"));
  CHECK(parse_tree_of(repeated("/*", 100) + repeated("*/", 100) + "select 1"));
  CHECK(parse_tree_of(repeated("/* a */ ", 10'000) + "select 1 -- " + repeated("-", 5'000)));
}

}  // namespace
}  // namespace understudy::postgres
