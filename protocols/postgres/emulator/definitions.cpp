#include "protocols/postgres/emulator/definitions.hpp"

#include <algorithm>

#include "protocols/postgres/emulator/translator.hpp"
#include "protocols/postgres/emulator/violations.hpp"
#include "protocols/sql/tree/visitor.hpp"

namespace understudy::postgres::emulation {

using sql::contents::Default;
using sql::contents::Reference;
using sql::contents::TableColumn;
using sql::contents::UniqueKey;

namespace {

/// `nextval('orders_id_seq'::regclass)`, as pg_dump writes it: the name of the sequence.
std::optional<std::string> sequence_of(const tree::Expression& expression) {
  const auto* call = expression.as<tree::Call>();
  if (call == nullptr || call->name.name != "nextval" || call->arguments.size() != 1)
    return std::nullopt;
  const tree::Expression* argument = &call->arguments.front();
  if (const auto* cast = argument->as<tree::Cast>()) argument = &*cast->operand;
  const auto* literal = argument->as<tree::Literal>();
  return literal == nullptr ? std::nullopt : std::optional(literal->text);
}

Default default_of(const tree::Expression& expression, ColumnType type, const Printing& printing) {
  Default preset;
  if (const auto* cast = expression.as<tree::Cast>()) {
    const ColumnType to = column_type(cast->type, {});
    if (to.kind == type.kind ||
        (sql::contents::is_text(to.kind) && sql::contents::is_text(type.kind)))
      return default_of(*cast->operand, type, printing);
  }
  if (const auto sequence = sequence_of(expression)) return {Default::Kind::number, {}, *sequence};
  if (const auto* call = expression.as<tree::Call>()) {
    static const std::set<std::string_view> fresh = {"now",
                                                     "current_timestamp",
                                                     "transaction_timestamp",
                                                     "statement_timestamp",
                                                     "clock_timestamp",
                                                     "localtimestamp",
                                                     "current_date",
                                                     "gen_random_uuid",
                                                     "uuid_generate_v4"};
    if (fresh.contains(call->name.name))
      return {Default::Kind::fresh, {}, {}, call->name.name.find("uuid") == std::string::npos};
  }
  preset.kind = Default::Kind::elsewhere;
  const auto* literal = expression.as<tree::Literal>();
  if (literal == nullptr) return preset;
  using Kind = tree::Literal::Kind;
  const sql::ValueClass value_class = literal->kind == Kind::null      ? sql::ValueClass::null
                                      : literal->kind == Kind::boolean ? sql::ValueClass::boolean
                                      : literal->kind == Kind::number  ? sql::ValueClass::number
                                                                       : sql::ValueClass::string;
  const auto datum = read_value(type, value_class, literal->text, printing);
  if (!datum || literal->kind == Kind::bits) return preset;
  return {Default::Kind::constant, *datum, {}};
}

TableColumn column_of(const tree::ColumnDefinition& definition, const Printing& printing) {
  TableColumn column;
  column.name = definition.name;
  column.type = column_type(definition.type, definition.collation);
  column.not_null = definition.not_null;
  if (definition.identity) {
    // Of a sequence of its own kind the next number is not known, but for what an answer shows.
    column.default_.kind =
        definition.identity_options ? Default::Kind::elsewhere : Default::Kind::number;
    column.given_by_server = definition.identity_always;
  } else if (definition.default_) {
    column.default_ = default_of(*definition.default_, column.type, printing);
  }
  if (definition.generated) {
    column.type = {};
    column.given_by_server = true;
    column.default_ = {Default::Kind::fresh, {}, {}};
  }
  return column;
}

/// The numbers of plain columns; empty where one of the parts is none.
std::vector<std::size_t> columns_named(const sql::contents::Definition& table,
                                       const std::vector<tree::KeyPart>& parts) {
  std::vector<std::size_t> columns;
  for (const tree::KeyPart& part : parts) {
    const auto column = table.column(part.column);
    if (!column || part.expression || !part.length.empty() || !part.collation.empty()) return {};
    columns.push_back(*column);
  }
  return columns;
}

/// The columns that a condition names.
class ColumnsIn : public tree::Visitor {
 public:
  using Visitor::visit;
  explicit ColumnsIn(const sql::contents::Definition& table) : table_(table) {}
  void visit(const tree::Expression& expression) override {
    if (const auto* column = expression.as<tree::Column>())
      if (const auto found = table_.column(column->name())) columns.insert(*found);
    descend(expression);
  }
  std::set<std::size_t> columns;

 private:
  const sql::contents::Definition& table_;
};

void add_check(sql::contents::Definition& table, const tree::Constraint& constraint) {
  ColumnsIn named(table);
  named.visit(*constraint.expression);
  std::vector<std::size_t> columns(named.columns.begin(), named.columns.end());
  if (columns.size() != 1) columns.clear();
  table.checks.push_back(
      {constraint.name.empty() ? constraint_name(table, columns, "check") : constraint.name,
       std::make_shared<const tree::Expression>(*constraint.expression)});
  std::ranges::stable_sort(table.checks, {}, &sql::contents::Check::name);
}

void constrain(sql::contents::Definition& table, const tree::Constraint& constraint) {
  using Kind = tree::Constraint::Kind;
  if (constraint.kind == Kind::check && constraint.expression) return add_check(table, constraint);
  const std::vector<std::size_t> columns = columns_named(table, constraint.parts);
  const bool unique = constraint.kind == Kind::primary || constraint.kind == Kind::unique;
  const bool plain = !columns.empty() && constraint.using_index.empty() &&
                     !constraint.nulls_not_distinct && !(unique && constraint.deferrable);
  if (!plain || (!unique && constraint.kind != Kind::foreign)) {
    table.takes_rows = false;
  } else if (unique) {
    const bool primary = constraint.kind == Kind::primary;
    const std::string name = !constraint.name.empty()
                                 ? constraint.name
                                 : constraint_name(table, columns, primary ? "pkey" : "key");
    table.keys.push_back({name, columns, primary});
    if (constraint.kind == Kind::primary)
      for (const std::size_t each : columns) table.columns[each].not_null = true;
  } else {
    const std::string name =
        !constraint.name.empty() ? constraint.name : constraint_name(table, columns, "fkey");
    table.references.push_back({name, columns, key_of(constraint.parent), constraint.parent_columns,
                                constraint.on_delete, constraint.on_update, constraint.deferrable});
  }
}

void add_column(sql::contents::Definition& table, const tree::ColumnDefinition& definition,
                const Printing& printing) {
  table.columns.push_back(column_of(definition, printing));
  table.columns.back().attribute = ++table.last_attribute;
}

/// Of what a unique key is made, every value has to be comparable.
void check_keys(sql::contents::Definition& table) {
  for (const UniqueKey& key : table.keys)
    for (const std::size_t each : key.columns)
      if (!is_comparable(table.columns[each].type)) table.takes_rows = false;
}

}  // namespace

std::optional<sql::contents::Definition> definition_of(const tree::CreateTable& create,
                                                       const Printing& printing) {
  const bool plain = !create.temporary && !create.foreign && create.like.empty() &&
                     create.inherits.empty() && !create.partition && !create.partitioned &&
                     create.of_type.name.empty() && !create.query && !create.columns.empty();
  if (!plain) return std::nullopt;
  sql::contents::Definition table;
  table.key = key_of(create.name);
  for (const tree::ColumnDefinition& each : create.columns) add_column(table, each, printing);
  for (const tree::ColumnDefinition& each : create.columns)
    for (const tree::Constraint& constraint : each.constraints) constrain(table, constraint);
  for (const tree::Constraint& each : create.constraints) constrain(table, each);
  check_keys(table);
  return table;
}

sql::contents::Definition with_index(sql::contents::Definition table,
                                     const tree::CreateIndex& index) {
  const std::vector<std::size_t> columns = columns_named(table, index.parts);
  if (columns.empty() || (index.unique && (index.where || index.nulls_not_distinct))) {
    table.takes_rows = false;
  } else if (index.unique) {
    table.keys.push_back({index.name, columns, false});
    check_keys(table);
  }
  return table;
}

std::optional<std::vector<std::size_t>> referred_columns(const sql::contents::Reference& reference,
                                                         const sql::contents::Definition& parent) {
  std::vector<std::size_t> columns;
  for (const std::string& name : reference.of) {
    const auto column = parent.column(name);
    if (!column) return std::nullopt;
    columns.push_back(*column);
  }
  if (!reference.of.empty()) return columns;
  for (const auto& key : parent.keys)
    if (key.primary) return key.columns;
  return std::nullopt;
}

Altered altered(sql::contents::Definition table, const tree::AlterTable& alter,
                const Printing& printing) {
  using Kind = tree::AlterAction::Kind;
  Altered result;
  for (const tree::AlterAction& action : alter.actions) {
    const auto column = table.column(action.name);
    if (action.kind == Kind::inert) continue;
    if (action.kind == Kind::add_column && !table.column(action.column->name)) {
      add_column(table, *action.column, printing);
      for (const tree::Constraint& each : action.column->constraints) constrain(table, each);
      result.other_columns = true;
    } else if (action.kind == Kind::add_constraint) {
      constrain(table, *action.constraint);
    } else if (action.kind == Kind::set_default && column) {
      table.columns[*column].default_ =
          action.expression ? default_of(*action.expression, table.columns[*column].type, printing)
                            : Default();
    } else if ((action.kind == Kind::set_not_null || action.kind == Kind::drop_not_null) &&
               column) {
      table.columns[*column].not_null = action.kind == Kind::set_not_null;
    } else {
      return {};
    }
  }
  check_keys(table);
  result.table = std::move(table);
  return result;
}

}  // namespace understudy::postgres::emulation
