#include "protocols/mysql/emulator/rules.hpp"

#include <algorithm>

#include "protocols/mysql/emulator/pattern.hpp"
#include "protocols/mysql/emulator/translator.hpp"
#include "protocols/mysql/names.hpp"
#include "protocols/sql/tree/parse_mysql.hpp"
#include "protocols/sql/tree/qualify.hpp"

namespace understudy::mysql::emulation {
namespace {

using sql::contents::Default;

constexpr sql::Mode pattern_mode{sql::Dialect::mysql, true, false};

/// What MariaDB makes of JSON: LONGTEXT with the condition that it is valid.
bool holds_json(const tree::ColumnDefinition& column) {
  return std::ranges::any_of(column.constraints, [&](const tree::Constraint& each) {
    const auto* call = each.expression ? each.expression->as<tree::Call>() : nullptr;
    const auto* named = call != nullptr && call->arguments.size() == 1
                            ? call->arguments.front().as<tree::Column>()
                            : nullptr;
    return named != nullptr && call->name.name == "json_valid" && named->name() == column.name;
  });
}

/// How rows are kept is written behind a definition: those of other engines have no transactions.
bool is_of_engine(std::string_view pattern) {
  const std::string text = folded(pattern);
  for (std::size_t at = text.find("engine"); at != std::string::npos;
       at = text.find("engine", at)) {
    at += std::string_view("engine").size();
    const std::size_t value = text.find_first_not_of(" =", at);
    if (value == std::string::npos || text.compare(value, 6, "innodb") == 0) continue;
    if (text[at] == ' ' || text[at] == '=') return false;
  }
  return true;
}

void mark_options(std::string_view pattern, tree::CreateTable& create) {
  const std::string text = folded(pattern);
  // Rows are then kept in a way that is not followed.
  if (!is_of_engine(pattern)) create.partitioned = true;
  const bool told =
      text.find("charset") != std::string::npos || text.find("character set") != std::string::npos;
  if (create.collation.empty() && told) create.collation = "not told";
}

}  // namespace

tree::Statement MysqlRules::parse(std::string_view pattern) const {
  const Pattern parts = take_apart(pattern);
  tree::Statement statement =
      tree::parse_mysql(sql::sql_of_pattern(parts.statement, sql::Dialect::mysql), pattern_mode);
  if (auto* create = statement.as<tree::CreateTable>()) mark_options(parts.statement, *create);
  if (!parts.sources.empty()) put_sources_in(parts.sources, statement);
  tree::qualify(statement, parts.database ? *parts.database : main_database);
  return statement;
}

std::string MysqlRules::spelled(std::string_view pattern) const {
  return sql::sql_of_pattern(take_apart(pattern).statement, sql::Dialect::mysql);
}

std::string MysqlRules::key_of(const tree::Name& name) const {
  const bool main = name.schema.empty() || folded(name.schema) == folded(main_database);
  return folded(main ? name.name : name.schema + "." + name.name);
}

Plan MysqlRules::plan(const tree::Statement& statement, const TableBook& tables,
                      bool took_effect) const {
  try {
    return Translator(*this, tables, took_effect).plan(statement);
  } catch (const Unsure& reason) {
    Plan unsure;
    unsure.reason = reason.reason;
    return unsure;
  }
}

const tree::Query* MysqlRules::view_of(const tree::Name& name) const {
  const auto found = views.find(key_of(name));
  return found == views.end() ? nullptr : &found->second;
}

std::string MysqlRules::collation_of(const tree::ColumnDefinition& column,
                                     const Definition& table) const {
  if (!column.collation.empty()) return column.collation;
  if (!column.type.collation.empty()) return column.type.collation;
  if (!column.type.charset.empty()) return {};
  if (!table.collation.empty()) return table.collation;
  const auto found = collations.find(database_of(table));
  return found == collations.end() ? std::string() : found->second;
}

ColumnType MysqlRules::type_of(const tree::ColumnDefinition& column,
                               const Definition& table) const {
  if (holds_json(column)) return {.kind = TypeKind::json};
  return column_type(column.type, collation_of(column, table), reading);
}

Default MysqlRules::default_of(const tree::Expression& expression, ColumnType type) const {
  if (const auto* call = expression.as<tree::Call>()) {
    static constexpr std::string_view fresh[] = {
        "now", "current_timestamp", "localtimestamp", "localtime", "uuid", "curdate", "curtime"};
    if (std::ranges::find(fresh, call->name.name) != std::end(fresh))
      return {Default::Kind::fresh, {}, {}};
  }
  Default preset;
  preset.kind = Default::Kind::elsewhere;
  const auto* literal = expression.as<tree::Literal>();
  std::string text = literal != nullptr ? literal->text : std::string();
  if (const auto* minus = expression.as<tree::Operation>();
      minus != nullptr && minus->op == tree::Operator::negate) {
    literal = minus->operands.front().as<tree::Literal>();
    if (literal != nullptr) text = "-" + literal->text;
  }
  if (literal == nullptr || literal->kind == tree::Literal::Kind::bits) return preset;
  const auto datum = read_value(type, class_of(*literal), text);
  if (!datum) return preset;
  return {Default::Kind::constant, *datum, {}};
}

/// Without a value there is an error, or in some modes of the server one of its choice.
Default MysqlRules::no_default(const TableColumn& column) const {
  if (!column.not_null) return {};
  return {Default::Kind::elsewhere, {}, {}};
}

/// A key without a name is called by its first column; a second one of that name gets a number.
std::string MysqlRules::constraint_name(const Definition& table,
                                        const std::vector<std::size_t>& columns,
                                        std::string_view suffix) const {
  if (suffix == "pkey") return "PRIMARY";
  if (suffix != "key" || columns.empty()) return {};
  const std::string& name = table.columns[columns.front()].name;
  const auto same = [&](const auto& key) { return folded(key.name) == folded(name); };
  return std::ranges::any_of(table.keys, same) ? std::string() : name;
}

}  // namespace understudy::mysql::emulation
