#include "protocols/mysql/emulator/rules.hpp"

#include <algorithm>
#include <charconv>

#include "protocols/mysql/emulator/pattern.hpp"
#include "protocols/mysql/emulator/program.hpp"
#include "protocols/mysql/emulator/translator.hpp"
#include "protocols/mysql/names.hpp"
#include "protocols/sql/emulator/defining.hpp"
#include "protocols/sql/facts/function_use.hpp"
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

/// Whether a definition says with which number AUTO_INCREMENT begins.
bool tells_number(const std::string& text) {
  constexpr std::string_view word = "auto_increment";
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at)) {
    at += word.size();
    const std::size_t next = text.find_first_not_of(' ', at);
    if (next == std::string::npos) continue;
    const char c = text[next];
    if (c == '=' || (c >= '0' && c <= '9') || c == '?') return true;
  }
  return false;
}

/// Attributes that the tree does not tell: rows are then kept, or values shown or compared, in a
/// way that is not followed.
bool has_odd_attributes(const std::string& text) {
  static constexpr std::string_view words[] = {
      "zerofill", ") binary", "char binary", "text binary", "national",  "nchar",
      "nvarchar", " ascii",   " unicode",    "compressed",  "invisible", "srid"};
  return std::ranges::any_of(
      words, [&](std::string_view word) { return text.find(word) != std::string::npos; });
}

void mark_changes(std::string_view pattern, tree::AlterTable& alter) {
  const std::string text = folded(pattern);
  const bool numbers = tells_number(sql::sql_of_pattern(text, sql::Dialect::mysql));
  if (has_odd_attributes(text) || numbers || !is_of_engine(pattern))
    alter.actions.push_back({.kind = tree::AlterAction::Kind::other});
}

/// `CALL p()` and `SELECT f()` mean a routine of the database in use.
void qualify_call(tree::Statement& statement, std::string_view database) {
  tree::Call* call = nullptr;
  if (auto* utility = statement.as<tree::Utility>();
      utility != nullptr && utility->kind == sql::Kind::call && utility->arguments.size() == 1) {
    call = utility->arguments.front().as<tree::Call>();
  } else if (auto* query = statement.as<tree::Query>(); query != nullptr) {
    auto* select = std::get_if<tree::Select>(&query->body);
    if (select != nullptr && select->outputs.size() == 1 && select->from.empty())
      call = select->outputs.front().expression.as<tree::Call>();
    if (call != nullptr &&
        sql::use_of_function(call->name.name, sql::Dialect::mysql) != sql::FunctionUse::unknown)
      call = nullptr;
  }
  if (call != nullptr && call->name.schema.empty()) call->name.schema = database;
}

void mark_options(std::string_view pattern, tree::CreateTable& create) {
  const std::string text = folded(pattern);
  if (has_odd_attributes(text) || !is_of_engine(pattern)) create.partitioned = true;
  if (tells_number(sql::sql_of_pattern(text, sql::Dialect::mysql)))
    for (tree::ColumnDefinition& each : create.columns)
      each.identity_options = each.identity_options || each.identity;
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
  if (auto* alter = statement.as<tree::AlterTable>()) mark_changes(parts.statement, *alter);
  if (!parts.sources.empty()) put_sources_in(parts.sources, statement);
  tree::qualify(statement, parts.database ? *parts.database : main_database);
  qualify_call(statement, parts.database ? *parts.database : main_database);
  return statement;
}

std::string MysqlRules::spelled(std::string_view pattern) const {
  return sql::sql_of_pattern(take_apart(pattern).statement, sql::Dialect::mysql);
}

/// Which database is in use stands before the statement.
std::string MysqlRules::unsure_by_text(std::string_view pattern) const {
  const Pattern parts = take_apart(pattern);
  const bool elsewhere = parts.database && folded(*parts.database) != folded(main_database);
  const std::string text = elsewhere ? folded(parts.statement) : std::string();
  const bool asks =
      text.find("database(") != std::string::npos || text.find("schema(") != std::string::npos;
  return asks ? "the database in use" : std::string();
}

std::string MysqlRules::key_of(const tree::Name& name) const {
  const bool main = name.schema.empty() || folded(name.schema) == folded(main_database);
  return folded(main ? name.name : name.schema + "." + name.name);
}

namespace {

/// What `make` gives, or why nothing.
template <class Make>
Plan plan_or_reason(const Make& make) {
  try {
    return make();
  } catch (const Unsure& reason) {
    Plan unsure;
    unsure.reason = reason.reason;
    return unsure;
  }
}

}  // namespace

Plan MysqlRules::plan(const tree::Statement& statement, const TableBook& tables,
                      bool took_effect) const {
  return plan_or_reason([&] {
    try {
      return Translator(*this, tables, took_effect).plan(statement);
    } catch (const NoSuchTable& missing) {
      // Of several tables it is another one that the server looks for first.
      if (took_effect || sql::emulator::tables_named(statement, *this).size() != 1)
        throw Unsure{"a table that there is not"};
      Plan plan;
      plan.missing = missing.name;
      return plan;
    }
  });
}

Plan MysqlRules::plan_inside(const tree::Statement& statement, const TableBook& tables,
                             const Scope& variables) const {
  return plan_or_reason([&] {
    try {
      return Translator(*this, tables, false, &variables).plan(statement);
    } catch (const NoSuchTable&) {
      throw Unsure{"a table that there is not"};
    }
  });
}

Plan MysqlRules::plan_of_value(const tree::Statement& shows, const ColumnType& type,
                               const TableBook& tables, const Scope& variables) const {
  return plan_or_reason([&] {
    try {
      return Translator(*this, tables, false, &variables).value(shows, type);
    } catch (const NoSuchTable&) {
      throw Unsure{"a table that there is not"};
    }
  });
}

ColumnType MysqlRules::type_of_variable(const tree::Type& type, const tree::Name& routine) const {
  std::string collation = type.collation;
  const auto found = collations.find(routine.schema.empty() ? main_database : routine.schema);
  if (collation.empty() && type.charset.empty() && found != collations.end())
    collation = found->second;
  return column_type(type, collation, reading);
}

bool MysqlRules::runs(const tree::CreateRoutine& routine) const {
  return program_of(routine).has_value();
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
    if (const auto digits = digits_of_moment(expression, type.kind)) {
      Default moment{Default::Kind::fresh, Datum(std::int64_t{*digits}), {}};
      moment.moment = true;
      return moment;
    }
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
  // The first label of an ENUM takes its place.
  if (column.type.enumeration != nullptr && !holds_several(column.type))
    return {Default::Kind::constant, Datum(column.type.enumeration->labels.front()), {}};
  return {Default::Kind::elsewhere, {}, {}};
}

namespace {

/// A key without a name is called by its first column; others of that name get numbers from 2 on.
std::string key_name(const Definition& table, const std::string& column) {
  const auto is_taken = [&](const std::string& name) {
    const auto same = [&](const auto& key) { return folded(key.name) == folded(name); };
    return std::ranges::any_of(table.keys, same) || std::ranges::any_of(table.indexes, same);
  };
  std::string name = column;
  for (int number = 2; is_taken(name) || folded(name) == "primary"; ++number)
    name = column + "_" + std::to_string(number);
  return name;
}

/// `table_ibfk_1`: with a higher number than those that the table has.
std::string reference_name(const Definition& table) {
  const std::string stem = table.spelled.name + "_ibfk_";
  int highest = 0;
  for (const auto& each : table.references) {
    if (each.name.empty()) return {};
    int number = 0;
    if (each.name.starts_with(stem))
      std::from_chars(each.name.data() + stem.size(), each.name.data() + each.name.size(), number);
    highest = std::max(highest, number);
  }
  return stem + std::to_string(highest + 1);
}

/// MariaDB: `CONSTRAINT_1`, the first number that is free.
std::string condition_name(const Definition& table) {
  for (int number = 1;; ++number) {
    std::string name = "CONSTRAINT_" + std::to_string(number);
    if (std::ranges::count(table.checks, name, &sql::contents::Check::name) == 0) return name;
  }
}

}  // namespace

std::string MysqlRules::constraint_name(const Definition& table,
                                        const std::vector<std::size_t>& columns,
                                        std::string_view suffix) const {
  if (suffix == "pkey") return "PRIMARY";
  if (suffix == "fkey") return reference_name(table);
  if (suffix == "check" && reading.mariadb) return condition_name(table);
  if (suffix != "key" || columns.empty()) return {};
  return key_name(table, table.columns[columns.front()].name);
}

}  // namespace understudy::mysql::emulation
