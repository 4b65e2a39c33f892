// Of SqlGenerator: what is asked of the catalogue about tables that come and go, and comments.
#include <fmt/format.h>

#include "sql_statements.hpp"

namespace differential {
namespace {

using Words = std::vector<std::string>;

/// `{}` is a table's name. None shows an OID.
const std::vector<std::pair<std::string, std::string>>& questions() {
  static const std::vector<std::pair<std::string, std::string>> all = {
      {"keys of information_schema",
       "SELECT tc.constraint_name, tc.constraint_type, kc.column_name, kc.ordinal_position, "
       "tc.is_deferrable FROM information_schema.table_constraints tc JOIN "
       "information_schema.key_column_usage kc ON (tc.table_name = kc.table_name AND "
       "tc.table_schema = kc.table_schema AND tc.constraint_name = kc.constraint_name) WHERE "
       "tc.table_name = '{}' AND tc.table_schema = 'public' AND tc.constraint_type IN ('PRIMARY "
       "KEY', 'UNIQUE', 'FOREIGN KEY') ORDER BY tc.constraint_name, kc.ordinal_position"},
      {"columns of information_schema",
       "SELECT column_name, column_default, is_nullable, data_type, is_identity FROM "
       "information_schema.columns WHERE table_schema = 'public' AND table_name = '{}' ORDER BY "
       "ordinal_position"},
      {"pg_constraint",
       "SELECT c.conname, c.contype, c.conkey, c.confkey, c.confdeltype, c.condeferrable, "
       "c.condeferred FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid WHERE t.relname = "
       "'{}' AND t.relkind = 'r' AND t.relnamespace = 2200 ORDER BY c.conname"},
      {"pg_get_constraintdef",
       "SELECT c.conname, pg_get_constraintdef(c.oid) FROM pg_constraint c JOIN pg_class t ON "
       "t.oid = "
       "c.conrelid WHERE t.relname = '{}' AND t.relkind = 'r' AND t.relnamespace = 2200 AND "
       "c.contype IN ('p', 'u', 'f') ORDER BY c.conname"},
      {"columns of a constraint",
       "SELECT c.conname, ARRAY(SELECT a.attname::text FROM unnest(c.conkey) WITH ORDINALITY k(n, "
       "o) "
       "JOIN pg_attribute a ON k.n = a.attnum WHERE a.attrelid = c.conrelid ORDER BY k.o) FROM "
       "pg_constraint c JOIN pg_class t ON t.oid = c.conrelid WHERE t.relname = '{}' AND t.relkind "
       "= "
       "'r' AND t.relnamespace = 2200 AND c.contype <> 'c' ORDER BY c.conname"},
      {"pg_index",
       "SELECT i.relname, x.indisunique, x.indisprimary, x.indnatts, "
       "pg_get_indexdef(x.indexrelid), "
       "ARRAY(SELECT pg_get_indexdef(x.indexrelid, k + 1, true) FROM generate_subscripts(x.indkey, "
       "1) "
       "AS k ORDER BY k) FROM pg_class t JOIN pg_index x ON t.oid = x.indrelid JOIN pg_class i ON "
       "x.indexrelid = i.oid WHERE t.relname = '{}' AND t.relkind = 'r' AND t.relnamespace = 2200 "
       "ORDER BY i.relname"},
      {"pg_indexes",
       "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename = "
       "'{}' "
       "ORDER BY indexname"},
      {"pg_attrdef",
       "SELECT a.attname, pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef d JOIN pg_class t ON "
       "t.oid = "
       "d.adrelid JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum WHERE "
       "t.relname "
       "= '{}' AND t.relkind = 'r' AND t.relnamespace = 2200 ORDER BY d.adnum"},
      {"comments",
       "SELECT obj_description(t.oid, 'pg_class') FROM pg_class t WHERE t.relname = '{}' AND "
       "t.relkind = 'r' AND t.relnamespace = 2200"},
      {"comments of columns",
       "SELECT a.attname, col_description(a.attrelid, a.attnum) FROM pg_attribute a JOIN pg_class "
       "t ON "
       "t.oid = a.attrelid WHERE t.relname = '{}' AND t.relkind = 'r' AND t.relnamespace = 2200 "
       "AND "
       "a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum"}};
  return all;
}

}  // namespace

SqlStatement SqlGenerator::catalogue() {
  static const Words tables = {"d0", "d0", "d1", "d2", "t0", "t1"};
  static const Words comments = {"TABLE d0 IS 'of nought'",      "TABLE d0 IS NULL",
                                 "COLUMN d0.a IS 'it''s \"a\"'", "COLUMN d0.a IS ''",
                                 "COLUMN public.d1.p IS 'p'",    "TABLE d2 IS 'renamed'"};
  static const Words indexes = {"d0 (a DESC)",        "d0 (a, b DESC)",
                                "d1 (p, id)",         "d0 (b) INCLUDE (a)",
                                "d0 (a) WHERE a > 3", "d0 (b text_pattern_ops)"};
  const int choice = random_.below(10);
  if (choice == 0) return {"comment", "COMMENT ON " + random_.of(comments), true};
  if (choice == 1)
    return {"index of a kind",
            fmt::format("CREATE INDEX {} ON {}", random_.percent(50) ? "di0" : "di1",
                        random_.of(indexes)),
            true};
  const auto& [kind, text] = random_.of(questions());
  std::string sql = text;
  return {kind, sql.replace(sql.find("{}"), 2, random_.of(tables)), true};
}

}  // namespace differential
