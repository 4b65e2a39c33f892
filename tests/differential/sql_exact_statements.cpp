// Of SqlGenerator: values that are kept in another form than their text, and what sorts and groups
// them.
#include <fmt/format.h>

#include <map>

#include "sql_statements.hpp"

namespace differential {
namespace {

using Words = std::vector<std::string>;

/// Of types that are kept in another form than their text.
const std::map<std::string, Words>& exact_literals() {
  static const Words numbers = {"0",    "1",      "2.5",   "-1.25", "10.005", "0.335",
                                "3.00", "100.10", "-0.01", "7",     "99.999", "12.5"};
  static const std::map<std::string, Words> all = {
      {"numeric(8,2)", numbers},
      {"numeric(5,0)", numbers},
      {"numeric(6,3)", numbers},
      {"numeric", numbers},
      {"double precision",
       {"0", "1", "2.5", "-1.25", "0.1", "0.2", "1e10", "'3.5'", "123456789.125", "1e-7", "4"}},
      {"real",
       {"0", "1", "2.5", "-1.25", "0.1", "0.3", "1e10", "'3.5'", "123456789.125", "1e-7",
        "16777217", "1e6", "'999999.5'", "0.0001"}},
      {"time", {"'10:00:00'", "'10:00'", "'23:59:59.25'", "'00:00:00'"}},
      {"bytea", {"'\\x'", "'\\x00fF'", "'\\x0A'", "'\\xab'"}},
      {"jsonb",
       {"'{\"b\": 1, \"a\": [1,2,  null]}'", "'{\"aa\":1.50,\"b\":true,\"b\":false}'", "'[]'",
        "'\"a\\u00e9\\n\"'", "'{}'", "'1'", "'1.0'", "'[{\"x\": {\"y\": \"z\"}}]'", "'null'"}},
      {"int[]", {"'{1,2}'", "'{}'", "'{3,NULL,1}'", "'{2}'", "ARRAY[4,5]", "'{ 1, 2 }'"}},
      {"text[]",
       {"'{a,b}'", "'{}'", "'{\"b c\",NULL,\"\"}'", "ARRAY['a','x\"y']", "'{NULL}'", "'{b}'"}},
      {"tsvector",
       {"to_tsvector('a b')", "to_tsvector('ä')", "setweight(to_tsvector('x'), 'B')",
        "setweight(to_tsvector('x'), 'A') || to_tsvector('y z')"}},
      {"mood", {"'low'", "'mid'", "'high'", "'a b'", "'none'", "'high'"}},
      {"interval",
       {"'1 day'", "'1 days 2.500000 seconds'", "'02:00:00'", "'1 mon 3 days'", "'00:00:00'",
        "'0 days 90061.000000 seconds'", "'-1 days +02:03:04'"}}};
  return all;
}

}  // namespace

bool is_moment(const std::string& type) {
  return type == "date" || type == "timestamp" || type == "timestamptz";
}

std::optional<std::string> SqlGenerator::exact_literal(const std::string& type) {
  const auto found = exact_literals().find(type);
  return found == exact_literals().end() ? std::nullopt : std::optional(random_.of(found->second));
}

std::string SqlGenerator::decimal(const Table& table, const std::string& prefix, int depth) {
  const auto columns = columns_of(table, "numeric");
  const int choice = random_.below(depth > 0 ? 8 : 3);
  if (columns.empty() || choice == 0) return number(table, prefix, 0);
  if (choice < 3) return prefix + random_.of(columns).name;
  const std::string a = decimal(table, prefix, depth - 1);
  static const Words operators = {"+", "-", "*"};
  if (choice < 6)
    return fmt::format("({} {} {})", a, random_.of(operators), decimal(table, prefix, depth - 1));
  if (choice == 6) return fmt::format("({} {} 1.50)", a, random_.of(operators));
  return fmt::format("coalesce({}, {})", a, random_.percent(50) ? "0.00" : "1");
}

std::string SqlGenerator::moment(const Table& table, const std::string& prefix) {
  static const Words fields = {"year", "quarter", "month",  "week",   "day",   "dow",    "isodow",
                               "doy",  "hour",    "minute", "second", "epoch", "isoyear"};
  static const Words starts = {"year", "quarter", "month",  "week",
                               "day",  "hour",    "minute", "second"};
  static const Words types = {"date", "timestamp", "timestamptz"};
  const auto columns = columns_of(table, "moment");
  const std::string name =
      columns.empty() ? "timestamp '2024-02-29 13:14:15.5'" : prefix + random_.of(columns).name;
  switch (random_.below(3)) {
    case 0:
      return fmt::format("extract({} from {})", random_.of(fields), name);
    case 1:
      return fmt::format("date_trunc('{}', {})", random_.of(starts), name);
    default:
      return fmt::format("({})::{}", name, random_.of(types));
  }
}

std::string SqlGenerator::summable(const Table& table) {
  std::vector<Column> found = columns_of(table, "numeric");
  for (const Column& each : table.columns)
    if (each.type == "double precision" || each.type == "int" || each.type == "bigint" ||
        each.type == "smallint")
      found.push_back(each);
  return random_.of(found).name;
}

SqlStatement SqlGenerator::calculated(const Table& table) {
  return {"select exact",
          fmt::format("SELECT id, {}, {} AS d, {} AS m, replace({}, 'a', 'bc') FROM "
                      "{} x{} ORDER BY 1",
                      decimal(table, "x.", 2), decimal(table, "", 1), moment(table, "x."),
                      text(table, "", 0), table.name, where(table, "x.")),
          true};
}

SqlStatement SqlGenerator::window(const Table& table) {
  static const Words ranks = {"rank()", "dense_rank()", "count(*)", "row_number()"};
  static const Words of_values = {"min", "max", "count", "lag", "lead", "first_value"};
  const std::string partition =
      random_.percent(60) ? "PARTITION BY " + column(table).name + " " : std::string();
  const std::string order = random_.percent(40) ? "ORDER BY id" : "ORDER BY " + column(table).name;
  const std::string last = random_.percent(30)   ? " DESC"
                           : random_.percent(20) ? " NULLS FIRST"
                                                 : "";
  return {"window",
          fmt::format("SELECT id, {0} OVER ({3}{4}{5}) AS r, {1}({6}) OVER ({3}ORDER BY id{5}), "
                      "sum({2}) OVER ({3}{4}) AS s FROM {7}{8} ORDER BY id",
                      random_.of(ranks), random_.of(of_values),
                      random_.of(columns_of(table, "number")).name, partition, order, last,
                      column(table).name, table.name, where(table, "")),
          true};
}

SqlStatement SqlGenerator::first_of(const Table& table) {
  const Table& other = random_.of(tables_);
  return {"first of a query",
          fmt::format(
              "SELECT a.id, (SELECT b.{} FROM {} b WHERE {} = {}{} {}) AS f FROM {} a "
              "ORDER BY a.id",
              column(other).name, other.name, number(other, "b.", 0), number(table, "a.", 0),
              random_.percent(80)
                  ? " ORDER BY b." + column(other).name + (random_.percent(40) ? " DESC, b.id" : "")
                  : "",
              random_.percent(85) ? "LIMIT 1" : "", table.name),
          true};
}

SqlStatement SqlGenerator::group_by_key(const Table& table) {
  const Table& other = random_.of(tables_);
  return {"group by key",
          fmt::format("SELECT a.*, count(b.id) AS n, max(b.id) FROM {} a LEFT JOIN {} b ON {} = {}"
                      " GROUP BY a.id{} ORDER BY a.id",
                      table.name, other.name, number(other, "b.", 0), number(table, "a.", 0),
                      random_.percent(50) ? ", a." + column(table).name : ""),
          true};
}

SqlStatement SqlGenerator::group_by_value(const Table& table) {
  const std::string value = random_.percent(50) ? moment(table, "") : text(table, "", 1);
  return {
      "group by value",
      fmt::format("SELECT {0} AS k, count(*) FROM {1} GROUP BY {0} ORDER BY 1", value, table.name),
      true};
}

}  // namespace differential
