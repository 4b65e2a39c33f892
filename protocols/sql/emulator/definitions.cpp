#include "protocols/sql/emulator/definitions.hpp"

#include <algorithm>

#include "protocols/sql/tree/visitor.hpp"

namespace understudy::sql::emulator {

using contents::Default;
using contents::Reference;
using contents::TableColumn;
using contents::UniqueKey;

namespace {

TableColumn column_of(const tree::ColumnDefinition& definition, const contents::Definition& table,
                      const ServerRules& rules) {
  TableColumn column;
  column.name = definition.name;
  column.declared = definition.type;
  if (!definition.collation.empty()) column.declared.collation = definition.collation;
  column.type = rules.type_of(definition, table);
  column.not_null = definition.not_null;
  column.lacks_default = !definition.default_ && !definition.identity;
  column.is_refreshed = static_cast<bool>(definition.on_update);
  column.generated = static_cast<bool>(definition.generated);
  if (definition.identity && definition.type.name.name.find("serial") == std::string::npos)
    column.identity = definition.identity_always ? 'a' : 'd';
  if (definition.identity) {
    // Of a sequence of its own kind the next number is not known, but for what an answer shows.
    column.default_.kind =
        definition.identity_options ? Default::Kind::elsewhere : Default::Kind::number;
    column.given_by_server = definition.identity_always;
  } else if (definition.default_) {
    column.default_ = rules.default_of(*definition.default_, column.type);
    column.written_default = std::make_shared<const tree::Expression>(*definition.default_);
  } else {
    column.default_ = rules.no_default(column);
  }
  if (definition.on_update) {
    const Default moment = rules.default_of(*definition.on_update, column.type);
    if (const auto* digits = std::get_if<std::int64_t>(&moment.value); digits && moment.moment)
      column.refreshed_digits = static_cast<std::int32_t>(*digits);
  }
  if (definition.generated) {
    column.type = {};
    column.given_by_server = true;
    column.default_ = {Default::Kind::fresh, {}, {}};
  }
  if (column.default_.kind == Default::Kind::number && column.default_.sequence.empty())
    column.default_.named = table.key + "_" + column.name + "_seq";
  return column;
}

/// The numbers of plain columns; empty where one of the parts is none.
std::vector<std::size_t> columns_named(const contents::Definition& table,
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
  explicit ColumnsIn(const contents::Definition& table) : table_(table) {}
  void visit(const tree::Expression& expression) override {
    if (const auto* column = expression.as<tree::Column>())
      if (const auto found = table_.column(column->name())) columns.insert(*found);
    descend(expression);
  }
  std::set<std::size_t> columns;

 private:
  const contents::Definition& table_;
};

void add_check(contents::Definition& table, const tree::Constraint& constraint,
               const ServerRules& rules) {
  ColumnsIn named(table);
  named.visit(*constraint.expression);
  std::vector<std::size_t> columns(named.columns.begin(), named.columns.end());
  if (columns.size() != 1) columns.clear();
  // MariaDB calls one that is written behind a column by that.
  const bool of_column = rules.folds_names() && !constraint.of_column.empty();
  std::string name = constraint.name;
  if (name.empty() && !of_column) name = rules.constraint_name(table, columns, "check");
  table.checks.push_back({std::move(name),
                          std::make_shared<const tree::Expression>(*constraint.expression),
                          of_column ? constraint.of_column : std::string()});
  std::ranges::stable_sort(table.checks, {}, &contents::Check::name);
}

/// Whether what an index is made of can be computed of every row.
bool never_fails(const tree::KeyPart& part) {
  if (!part.expression) return true;
  const auto* call = part.expression->as<tree::Call>();
  static const std::set<std::string_view> names = {"lower", "upper", "coalesce", "md5", "btrim"};
  return call != nullptr && names.contains(call->name.name) &&
         std::ranges::all_of(call->arguments, [](const tree::Expression& each) {
           const auto* cast = each.as<tree::Cast>();
           const tree::Expression& inner = cast != nullptr ? *cast->operand : each;
           return inner.as<tree::Column>() != nullptr || inner.as<tree::Literal>() != nullptr;
         });
}

}  // namespace

std::set<std::size_t> columns_in(const contents::Definition& table,
                                 const tree::Expression& condition) {
  ColumnsIn named(table);
  named.visit(condition);
  return std::move(named.columns);
}

void constrain(contents::Definition& table, const tree::Constraint& constraint,
               const ServerRules& rules) {
  using Kind = tree::Constraint::Kind;
  if (constraint.kind == Kind::check && constraint.expression)
    return add_check(table, constraint, rules);
  const std::vector<std::size_t> columns = columns_named(table, constraint.parts);
  const bool unique = constraint.kind == Kind::primary || constraint.kind == Kind::unique;
  if (constraint.kind == Kind::index && rules.folds_names()) {
    const std::string name = !constraint.name.empty() || columns.empty()
                                 ? constraint.name
                                 : rules.constraint_name(table, columns, "key");
    table.indexes.push_back({name, columns});
    return;
  }
  const bool plain = !columns.empty() && constraint.using_index.empty() &&
                     !constraint.nulls_not_distinct && !(unique && constraint.deferrable);
  if (!plain || (!unique && constraint.kind != Kind::foreign)) {
    table.takes_rows = false;
  } else if (unique) {
    const bool primary = constraint.kind == Kind::primary;
    const std::string name = !constraint.name.empty()
                                 ? constraint.name
                                 : rules.constraint_name(table, columns, primary ? "pkey" : "key");
    table.keys.push_back({name, columns, primary});
    table.has_more_indexes = table.has_more_indexes || constraint.has_more;
    if (constraint.kind == Kind::primary)
      for (const std::size_t each : columns) table.columns[each].not_null = true;
  } else {
    const std::string name =
        !constraint.name.empty() ? constraint.name : rules.constraint_name(table, columns, "fkey");
    table.references.push_back({name, columns, rules.key_of(constraint.parent),
                                constraint.parent_columns, constraint.on_delete,
                                constraint.on_update, constraint.deferrable, constraint.deferred});
  }
}

void index_references(contents::Definition& table, const ServerRules& rules) {
  if (!rules.folds_names()) return;
  const auto leads = [](const std::vector<std::size_t>& columns,
                        const std::vector<std::size_t>& referring) {
    return columns.size() >= referring.size() &&
           std::equal(referring.begin(), referring.end(), columns.begin());
  };
  const auto is_led = [&](const std::vector<std::size_t>& referring, const auto* but) {
    return std::ranges::any_of(table.keys,
                               [&](const auto& key) { return leads(key.columns, referring); }) ||
           std::ranges::any_of(table.indexes, [&](const contents::PlainIndex& index) {
             return &index != but && leads(index.columns, referring);
           });
  };
  for (auto each = table.indexes.begin(); each != table.indexes.end();)
    each =
        each->of_reference && is_led(each->columns, &*each) ? table.indexes.erase(each) : each + 1;
  for (const Reference& each : table.references) {
    const contents::PlainIndex* const none = nullptr;
    if (is_led(each.columns, none)) continue;
    table.indexes.push_back(
        {each.name.empty() ? rules.constraint_name(table, each.columns, "key") : each.name,
         each.columns, true});
  }
}

void add_column(contents::Definition& table, const tree::ColumnDefinition& definition,
                const ServerRules& rules) {
  table.columns.push_back(column_of(definition, table, rules));
  table.columns.back().attribute = ++table.last_attribute;
}

void name_enumerations(contents::Definition& table, const contents::TableBook& book,
                       const ServerRules& rules) {
  bool found_one = false;
  for (TableColumn& column : table.columns) {
    if (column.type.kind != contents::TypeKind::opaque || column.declared.dimensions > 0 ||
        column.declared.is_set || column.given_by_server)
      continue;
    const auto found = book.enumerations.find(rules.key_of(column.declared.name));
    if (found == book.enumerations.end()) continue;
    found_one = true;
    column.type.kind = contents::TypeKind::enumeration;
    column.type.enumeration = found->second;
    const auto* label = std::get_if<std::string>(&column.default_.value);
    const bool known = label != nullptr && column.default_.kind == Default::Kind::elsewhere &&
                       std::ranges::count(found->second->labels, *label) > 0;
    if (known) column.default_.kind = Default::Kind::constant;
  }
  if (found_one) check_keys(table);
}

void check_keys(contents::Definition& table) {
  for (const UniqueKey& key : table.keys)
    for (const std::size_t each : key.columns)
      if (!is_comparable(table.columns[each].type)) table.takes_rows = false;
}

std::optional<contents::Definition> definition_of(const tree::CreateTable& create,
                                                  const ServerRules& rules) {
  const bool plain = !create.temporary && !create.foreign && create.like.empty() &&
                     create.inherits.empty() && !create.partition && !create.partitioned &&
                     create.of_type.name.empty() && !create.query && !create.columns.empty();
  if (!plain) return std::nullopt;
  contents::Definition table;
  table.key = rules.key_of(create.name);
  table.spelled = create.name;
  table.collation = create.collation;
  table.folds_names = rules.folds_names();
  for (const tree::ColumnDefinition& each : create.columns) add_column(table, each, rules);
  for (const tree::ColumnDefinition& each : create.columns)
    for (tree::Constraint constraint : each.constraints) {
      if (constraint.kind == tree::Constraint::Kind::check) constraint.of_column = each.name;
      constrain(table, constraint, rules);
    }
  for (const tree::Constraint& each : create.constraints) constrain(table, each, rules);
  index_references(table, rules);
  check_keys(table);
  return table;
}

namespace {

/// Of the columns that an index is of, by its parts and by its condition.
std::set<std::string> names_in(const contents::Definition& table, const tree::CreateIndex& index) {
  std::set<std::string> names;
  const auto take = [&](const tree::Expression& expression) {
    for (const std::size_t column : columns_in(table, expression))
      names.insert(table.columns[column].name);
  };
  for (const tree::KeyPart& part : index.parts)
    if (part.expression)
      take(*part.expression);
    else
      names.insert(part.column);
  if (index.where) take(*index.where);
  names.insert(index.including.begin(), index.including.end());
  return names;
}

}  // namespace

contents::Definition with_index(contents::Definition table, const tree::CreateIndex& index,
                                const ServerRules& rules) {
  const std::vector<std::size_t> columns = columns_named(table, index.parts);
  const bool plain = !columns.empty() && !index.where && !index.nulls_not_distinct &&
                     !index.has_more && index.including.empty();
  if (!index.name.empty())
    table.made_indexes.push_back(
        {index.name, names_in(table, index), index.parts, index.unique, plain});
  else
    table.has_more_indexes = true;
  if (columns.empty() && !index.unique && std::ranges::all_of(index.parts, never_fails)) {
    if (table.folds_names) table.indexes.push_back({index.name, {}});
    return table;
  } else if (index.unique && !table.folds_names && !index.nulls_not_distinct &&
             (columns.empty() || index.where)) {
    const bool partial = static_cast<bool>(index.where);
    table.conditional_keys.push_back(
        {index.name, index.parts,
         partial ? std::make_shared<const tree::Expression>(*index.where) : nullptr});
  } else if (columns.empty() || (index.unique && (index.where || index.nulls_not_distinct))) {
    table.takes_rows = false;
  } else if (index.unique) {
    table.keys.push_back({index.name, columns, false});
    check_keys(table);
  } else if (table.folds_names) {
    table.indexes.push_back({index.name, columns});
    index_references(table, rules);
  }
  return table;
}

std::optional<std::vector<std::size_t>> referred_columns(const contents::Reference& reference,
                                                         const contents::Definition& parent) {
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

}  // namespace understudy::sql::emulator
