#include "protocols/postgres/tree_from_pg_query.hpp"

#include <utility>

#include "protocols/postgres/tree_reading.hpp"

namespace understudy::postgres {
namespace trees {

long long number_at(const ParseTree& node, const char* key) {
  const ParseTree& number = at(node, key);
  return number.is_number_integer() ? number.get<long long>() : 0;
}

std::vector<std::string> strings_of(const ParseTree& list) {
  std::vector<std::string> names;
  for (const ParseTree& each : list) names.push_back(text_at(at(each, "String"), "sval"));
  return names;
}

tree::Name name_of_list(const ParseTree& list) {
  std::vector<std::string> names = strings_of(list);
  if (names.empty()) return {};
  if (names.size() == 1) return {"", std::move(names[0])};
  return {std::move(names[names.size() - 2]), std::move(names.back())};
}

tree::Name name_of_table(const ParseTree& range_var) {
  return {text_at(range_var, "schemaname"), text_at(range_var, "relname")};
}

std::pair<std::string, const ParseTree*> kind_of(const ParseTree& node) {
  static const ParseTree nothing;
  if (!node.is_object() || node.empty()) return {"nothing", &nothing};
  return {node.begin().key(), &node.begin().value()};
}

tree::Statement statement_of(const ParseTree& wrapped, TreeReading& reading) {
  const TreeReading::Level level(reading);
  tree::Statement statement;
  if (!level.sound()) return statement;
  const auto [kind, node] = kind_of(wrapped);
  if (kind == "SelectStmt")
    statement.node = query_of(*node, reading);
  else if (kind == "InsertStmt")
    statement = insert_of(*node, reading);
  else if (kind == "UpdateStmt")
    statement = update_of(*node, reading);
  else if (kind == "DeleteStmt")
    statement = delete_of(*node, reading);
  else if (kind == "MergeStmt")
    statement = merge_of(*node, reading);
  else if (!read_definition(kind, *node, reading, statement))
    statement = utility_of(kind, *node, reading);
  return statement;
}

}  // namespace trees

sql::tree::Statement parse_postgres(std::string_view sql) {
  sql::tree::Statement statement;
  statement.node = sql::tree::Unknown{"PostgreSQL's grammar does not accept it", 0};
  const auto parsed = parse_tree_of(sql);
  if (!parsed || !parsed->is_object() || parsed->empty()) return statement;
  trees::TreeReading reading;
  reading.text = sql;
  statement = trees::statement_of(*parsed, reading);
  if (!reading.failure.empty()) statement.node = sql::tree::Unknown{reading.failure, 0};
  return statement;
}

}  // namespace understudy::postgres
