// Queries of information_schema.
#include <algorithm>
#include <utility>

#include "protocols/mysql/emulator/information_schema.hpp"
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

/// Whether it is called so in a table of the catalogue, of which the name of no other column ends
/// so.
bool is_called(const Typed& value, std::initializer_list<std::string_view> names) {
  return std::ranges::any_of(
      names, [&](std::string_view name) { return value.sql.ends_with("." + std::string(name)); });
}

/// The cells of a column that not all are known.
bool may_hide(const CatalogueTable& table, std::size_t column) {
  return std::ranges::any_of(
      table.rows, [&](const std::vector<std::string>& row) { return row[column] == unknown_cell; });
}

std::string source_of(const CatalogueTable& table, const std::string& alias) {
  std::vector<std::string> names, rows;
  for (std::size_t i = 0; i < table.columns.size(); ++i)
    names.push_back((table.rows.empty() ? "NULL" : "column" + std::to_string(i + 1)) + " AS " +
                    std::string(table.columns[i].name));
  for (const std::vector<std::string>& row : table.rows)
    rows.push_back("(" + joined(row, ", ") + ")");
  return "(SELECT " + joined(names, ", ") +
         (rows.empty() ? " WHERE 0" : " FROM (VALUES " + joined(rows, ", ") + ")") + ") AS " +
         alias;
}

}  // namespace

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
  const auto table = information_schema(folded(name.name), book_, mysql_);
  if (!table) throw Unsure{"the table " + folded(name.name)};
  ScopeRelation relation{shown, {}, false, true};
  for (std::size_t i = 0; i < table->columns.size(); ++i) {
    ScopeColumn& column = relation.columns.emplace_back();
    column.name = table->columns[i].name;
    column.sql = alias + "." + column.name;
    if (may_hide(*table, i))
      column.sql = "(CASE WHEN typeof(" + column.sql + ") = 'blob' THEN within(0, 1, 1) ELSE " +
                   column.sql + " END)";
    column.type = table->columns[i].number
                      ? ColumnType{.kind = TypeKind::int8, .length = 8, .is_unsigned = true}
                      : name_type(mysql_.reading);
    column.derived = true;
  }
  scope.relations.push_back(std::move(relation));
  return source_of(*table, alias);
}

/// As the server gives names.
Typed Translator::text_in_names(const std::string& text) const {
  return typed("(" + sql_text(text) + " COLLATE folded)", name_type(mysql_.reading));
}

/// Of other databases than the main one nothing is known; and the server looks names up as they are
/// spelled, whatever their collation.
std::optional<Typed> Translator::compare_names(tree::Operator op, const Typed& left,
                                               const Typed& right) const {
  for (const auto& [name, value] : {std::pair(&left, &right), std::pair(&right, &left)}) {
    const bool schema = is_called(
        *name, {"table_schema", "constraint_schema", "index_schema", "referenced_table_schema"});
    if (!schema && !is_called(*name, {"table_name"})) continue;
    if (op != tree::Operator::equal) throw Unsure{"names that are compared so"};
    const std::string same = "(" + name->sql + " COLLATE BINARY = " + value->sql + ")";
    if (schema) return truth("within(" + same + ", 1, 1)");
    const std::string alike = "(lower(" + name->sql + ") = lower(" + value->sql + "))";
    return truth("(" + same + " + within(" + alike + " - " + same + ", 0, 0))");
  }
  return std::nullopt;
}

}  // namespace understudy::mysql::emulation
