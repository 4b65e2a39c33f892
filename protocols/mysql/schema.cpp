#include "protocols/mysql/schema.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "protocols/mysql/names.hpp"
#include "protocols/sql/schema_text.hpp"
#include "protocols/sql/tree/parse_mysql.hpp"

namespace understudy::mysql {
namespace {

namespace tree = sql::tree;

constexpr sql::Mode schema_mode{sql::Dialect::mysql, true, false};

/// The function that gives a column the value that is left out, if it is one.
std::string function_of(const tree::Expression& value) {
  const auto* call = value.as<tree::Call>();
  return call == nullptr ? std::string() : call->name.name;
}

bool is_null(const tree::Expression& value) {
  const auto* literal = value.as<tree::Literal>();
  return literal != nullptr && literal->kind == tree::Literal::Kind::null;
}

/// The columns of a key; nothing where a part is no whole column.
std::optional<std::vector<std::string>> columns_of(const std::vector<tree::KeyPart>& parts) {
  std::vector<std::string> columns;
  for (const tree::KeyPart& part : parts) {
    if (part.expression || !part.length.empty()) return std::nullopt;
    columns.push_back(folded(part.column));
  }
  return columns;
}

class SchemaReader {
 public:
  SchemaReader(const SchemaFile& file, const TableKey& key_of, Schema& schema,
               Diagnostics& problems)
      : file_(file), key_of_(key_of), schema_(schema), problems_(problems) {}

  void read() {
    for (const sql::SchemaStatement& statement : sql::schema_statements(file_.text, schema_mode)) {
      line_ = statement.line;
      const tree::Statement parsed = tree::parse_mysql(statement.text, schema_mode);
      if (parsed.understood())
        take(parsed);
      else
        not_understood(statement.text);
    }
  }

 private:
  void doubt(const std::string& table, const std::string& what) {
    sql::doubt(schema_, table, sql::place_of(file_, line_) + ": " + what);
  }
  std::string key(const tree::Name& name) {
    const std::string spelled = spelled_name(name);
    return key_of_(name.schema.empty() && !database_.empty() ? database_ + "." + spelled : spelled);
  }

  /// Of the tables that it names anything may be otherwise from now on.
  void not_understood(const std::string& text) {
    const auto made = created_table(text, schema_mode);
    if (made && made->name.empty()) {
      problems_.push_back({Severity::error, file_.name, line_,
                           "a CREATE TABLE whose name can't be read",
                           "correct it, or leave it out: only tables and indexes matter here"});
      return;
    }
    if (made) schema_[key(*made)] = TableFacts();
    for (const tree::Name& name : names_in(text, schema_mode))
      doubt(key(name), "a statement that is not understood");
  }

  void take(const tree::Statement& statement) {
    if (const auto* table = statement.as<tree::CreateTable>()) {
      create(*table);
    } else if (const auto* index = statement.as<tree::CreateIndex>()) {
      const std::string on = key(index->table);
      if (index->unique && schema_.contains(on)) unique_key(on, index->parts, index->name, false);
    } else if (const auto* routine = statement.as<tree::CreateRoutine>()) {
      if (routine->kind == tree::ObjectKind::trigger) doubt(key(routine->table), "a trigger");
    } else if (const auto* altered = statement.as<tree::AlterTable>()) {
      alter(*altered);
    } else if (const auto* dropped = statement.as<tree::Drop>()) {
      drop(*dropped);
    } else if (const auto* renamed = statement.as<tree::RenameTables>()) {
      for (const auto& pair : renamed->pairs) {
        doubt(key(pair.from), "it was renamed");
        schema_.erase(key(pair.to));
      }
    } else if (const auto* utility = statement.as<tree::Utility>()) {
      if (utility->kind == sql::Kind::use) database_ = folded(utility->name);
    }
  }

  // --- CREATE TABLE
  // -------------------------------------------------------------------------------

  void create(const tree::CreateTable& table) {
    const std::string name = key(table.name);
    if (table.temporary) return doubt(name, "a temporary table of that name");
    if (table.if_not_exists && schema_.contains(name)) return;
    schema_[name] = TableFacts();
    if (table.columns.empty() || !table.like.empty())
      return doubt(name, "its columns are those of another table");
    for (const tree::ColumnDefinition& each : table.columns) column(name, each);
    for (const tree::Constraint& each : table.constraints) constraint(name, each);
    if (table.partitioned) doubt(name, "it is partitioned");
    if (table.versioned) doubt(name, "it keeps its history");
    if (table.query) doubt(name, "it has columns of a query");
  }

  void column(const std::string& table, const tree::ColumnDefinition& column) {
    const std::string name = folded(column.name);
    ColumnFacts& facts = schema_[table].columns[name];
    facts = {};
    facts.generated = column.identity;
    if (column.not_null) set_not_null(facts);
    if (column.default_ && !is_null(*column.default_)) set_default(table, facts, *column.default_);
    if (column.generated || column.on_update) facts.defaults = true;
    if (column.versioned) doubt(table, "it keeps its history");
    for (const tree::Constraint& each : column.constraints) constraint(table, each);
  }

  /// The server gives an empty value or zero where it is lenient and none is given.
  static void set_not_null(ColumnFacts& column) {
    column.not_null = true;
    column.defaults = !column.generated;
  }

  void set_default(const std::string& table, ColumnFacts& facts, const tree::Expression& value) {
    static constexpr std::array<std::string_view, 3> unique = {"uuid", "uuid_v4", "uuid_v7"};
    const std::string function = function_of(value);
    if (function == "nextval" || function == "lastval")
      doubt(table, "a default that takes a number from a sequence");
    facts.generated = facts.generated || std::ranges::find(unique, function) != unique.end();
    facts.defaults = !facts.generated;
  }

  void constraint(const std::string& table, const tree::Constraint& constraint) {
    using Constraint = tree::Constraint::Kind;
    switch (constraint.kind) {
      case Constraint::primary:
        return unique_key(table, constraint.parts, "PRIMARY", true);
      case Constraint::unique:
        return unique_key(table, constraint.parts, constraint.name, false);
      case Constraint::foreign:
        return reference(table, constraint);
      default:
        return;  // no matter of uniqueness
    }
  }

  void unique_key(const std::string& table, const std::vector<tree::KeyPart>& parts,
                  std::string name, bool primary) {
    auto columns = columns_of(parts);
    if (!columns || columns->empty())
      return doubt(table, "a unique key over parts of columns or expressions");
    TableFacts& facts = schema_[table];
    if (primary) facts.primary_key = *columns;
    if (primary)
      for (const std::string& each : *columns) set_not_null(facts.columns[each]);
    name = name.empty() ? free_name(facts, columns->front()) : primary ? name : folded(name);
    std::ranges::sort(*columns);
    facts.unique.push_back({std::move(name), *std::move(columns), true, {}});
  }

  /// What the server calls a key that has no name: as its first column, `_2` and so on.
  static std::string free_name(const TableFacts& facts, const std::string& column) {
    const auto taken = [&](const std::string& name) {
      return std::ranges::find(facts.unique, name, &UniqueSet::name) != facts.unique.end();
    };
    std::string name = column;
    for (int number = 2; taken(name); ++number) name = column + "_" + std::to_string(number);
    return name;
  }

  void reference(const std::string& table, const tree::Constraint& constraint) {
    const auto follows = [](tree::ForeignAction action) {
      return action != tree::ForeignAction::no_action && action != tree::ForeignAction::restrict;
    };
    const auto columns = columns_of(constraint.parts);
    if (!columns) return doubt(table, "a foreign key that is not understood");
    ForeignKey reference{*columns,
                         key(constraint.parent),
                         {},
                         follows(constraint.on_delete) || follows(constraint.on_update)};
    for (const std::string& each : constraint.parent_columns)
      reference.parent_columns.push_back(folded(each));
    schema_[table].references.push_back(std::move(reference));
  }

  // --- what changes a table
  // -----------------------------------------------------------------------

  void alter(const tree::AlterTable& altered) {
    const std::string table = key(altered.name);
    if (!schema_.contains(table)) return;
    for (const tree::AlterAction& action : altered.actions) alter(table, action);
  }

  void alter(const std::string& table, const tree::AlterAction& action) {
    using Change = tree::AlterAction::Kind;
    const bool keeps_name = action.column && folded(action.name) == folded(action.column->name);
    switch (action.kind) {
      case Change::add_column:
        return column(table, *action.column);
      case Change::change_column:
        if (keeps_name) return column(table, *action.column);
        break;
      case Change::add_constraint:
        return constraint(table, *action.constraint);
      case Change::drop_index:
        return drop_index(table, action.name);
      case Change::inert:
        return;
      case Change::rename_table:
        doubt(table, "it was renamed");
        schema_.erase(key(action.table));
        return;
      default:
        break;
    }
    doubt(table, "a change of it that is not followed");
  }

  void drop_index(const std::string& table, const std::string& name) {
    std::erase_if(schema_[table].unique,
                  [&](const UniqueSet& set) { return folded(set.name) == folded(name); });
  }

  void drop(const tree::Drop& dropped) {
    if (dropped.kind == tree::ObjectKind::table)
      for (const tree::Name& name : dropped.names) schema_.erase(key(name));
    if (dropped.kind != tree::ObjectKind::index || dropped.names.empty()) return;
    if (schema_.contains(key(dropped.table)))
      drop_index(key(dropped.table), dropped.names.front().name);
  }

  const SchemaFile& file_;
  const TableKey& key_of_;
  Schema& schema_;
  Diagnostics& problems_;
  std::string database_;  // that USE named
  int line_ = 0;
};

}  // namespace

void read_schema(const SchemaFile& file, const TableKey& key_of, Schema& schema,
                 Diagnostics& problems) {
  SchemaReader(file, key_of, schema, problems).read();
}

}  // namespace understudy::mysql
