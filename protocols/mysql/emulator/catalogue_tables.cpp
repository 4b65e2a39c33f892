// Tables of information_schema, as far as the catalogue that is known tells them.
#include <utility>

#include "protocols/mysql/emulator/translator.hpp"
#include "protocols/mysql/names.hpp"
#include "protocols/sql/emulator/typed.hpp"

namespace understudy::mysql::emulation {
namespace {

using sql::emulator::joined;
using sql::emulator::typed;

constexpr const char* names_collation = "utf8mb3_general_ci";

ColumnType name_type(const Reading& reading) {
  tree::Type name;
  name.name.name = "varchar";
  name.arguments = {"64"};
  return column_type(name, names_collation, reading);
}

std::string sql_text(std::string_view text) {
  std::string literal = "'";
  for (const char c : text) {
    if (c == '\'') literal += c;
    literal += c;
  }
  return literal + "'";
}

/// Names as SQLite has them of the columns of such a table.
constexpr const char* schema_column = "table_schema";
constexpr const char* name_column = "table_name";

}  // namespace

/// `('db', 'name', 'BASE TABLE'), …` of all tables and views of the main database.
std::string Translator::listed_tables() const {
  const auto names = book_.names_in_use();
  if (!names || !book_.complete) throw Unsure{"which tables there are"};
  std::vector<std::string> rows;
  for (const std::string& key : *names) {
    const auto table = book_.tables.find(key);
    const auto view = mysql_.view_names.find(key);
    const bool is_table = table != book_.tables.end();
    if (is_table == (view != mysql_.view_names.end())) throw Unsure{"which tables there are"};
    const std::string& name = is_table ? table->second.definition->spelled.name : view->second;
    rows.push_back("(" + sql_text(mysql_.main_database) + ", " + sql_text(name) + ", '" +
                   (is_table ? "BASE TABLE" : "VIEW") + "')");
  }
  return joined(rows, ", ");
}

void Translator::require_table(const tree::Name& name) const {
  const std::string key = mysql_.key_of(name);
  const bool main = key.find('.') == std::string::npos;
  const bool absent = main ? book_.is_absent(key)
                           : mysql_.collations.contains(name.schema) && book_.is_no_table(key);
  if (absent && !mysql_.view_names.contains(key)) throw NoSuchTable{name};
}

const Definition* Translator::target_otherwise(const tree::Name& name, const std::string&, Scope&,
                                               Plan&) {
  require_table(name);
  return nullptr;
}

std::optional<std::string> Translator::source_otherwise(const tree::Name& name,
                                                        const std::string& shown,
                                                        const std::string& alias, Scope& scope) {
  if (folded(name.schema) != "information_schema") return require_table(name), std::nullopt;
  if (folded(name.name) != "tables") throw Unsure{"the table " + folded(name.name)};
  const std::string rows = listed_tables();
  ScopeRelation relation{shown, {}, false, true};
  for (const char* const each : {schema_column, name_column, "table_type"}) {
    ScopeColumn& column = relation.columns.emplace_back();
    column.name = each;
    column.sql = alias + "." + each;
    column.type = name_type(mysql_.reading);
    column.derived = true;
  }
  scope.relations.push_back(std::move(relation));
  const std::string columns = std::string("column1 AS ") + schema_column + ", column2 AS " +
                              name_column + ", column3 AS table_type";
  return rows.empty() ? "(SELECT NULL AS table_schema, NULL AS table_name, NULL AS table_type "
                        "WHERE 0) AS " +
                            alias
                      : "(SELECT " + columns + " FROM (VALUES " + rows + ")) AS " + alias;
}

Typed Translator::database_in_use() const {
  return typed("(" + sql_text(mysql_.main_database) + " COLLATE folded)",
               name_type(mysql_.reading));
}

/// Of other databases than the main one nothing is known; and the server looks names up as they are
/// spelled, whatever their collation.
std::optional<Typed> Translator::compare_names(tree::Operator op, const Typed& left,
                                               const Typed& right) const {
  const auto is = [](const Typed& value, std::string_view column) {
    return value.sql.ends_with("." + std::string(column));
  };
  for (const auto& [name, value] : {std::pair(&left, &right), std::pair(&right, &left)}) {
    const bool schema = is(*name, schema_column);
    if (!schema && !is(*name, name_column)) continue;
    if (op != tree::Operator::equal) throw Unsure{"names that are compared so"};
    const std::string same = "(" + name->sql + " COLLATE BINARY = " + value->sql + ")";
    if (schema) return truth("within(" + same + ", 1, 1)");
    const std::string alike = "(lower(" + name->sql + ") = lower(" + value->sql + "))";
    return truth("(" + same + " + within(" + alike + " - " + same + ", 0, 0))");
  }
  return std::nullopt;
}

}  // namespace understudy::mysql::emulation
