// Rows that a statement puts in, and what has to hold of them.
#include <algorithm>
#include <utility>

#include "protocols/sql/emulator/typed.hpp"

namespace understudy::sql::emulator {

using contents::Default;
using contents::TableColumn;
using contents::UniqueKey;

const Definition& Translator::target(const tree::Relation& relation, Scope& scope, Plan& plan) {
  const auto* name = relation.as<tree::TableName>();
  if (name == nullptr || name->only || !relation.alias_columns.empty())
    throw Unsure{"this kind of table"};
  if (const Definition* other = target_otherwise(
          name->name, relation.alias.empty() ? name->name.name : relation.alias, scope, plan))
    return *other;
  const TableState& state = table(name->name);
  const Definition& definition = *state.definition;
  plan.target = definition.key;
  scope.relations.push_back(relation_of(state,
                                        relation.alias.empty() ? name->name.name : relation.alias,
                                        definition.sql_name() + "."));
  return definition;
}

Given Translator::given_default(const TableColumn& column) {
  Given given;
  if (column.type.kind == TypeKind::opaque) {
    const bool none =
        column.default_.kind == Default::Kind::constant && contents::is_null(column.default_.value);
    if (column.not_null && none && !took_effect_)
      throw Unsure{"no value for column " + column.name};
    given.kind = Given::Kind::fresh;  // nobody will ask what it is
    return given;
  }
  switch (column.default_.kind) {
    case Default::Kind::constant:
      given.bound.type = column.type;
      given.bound.constant = column.default_.value;
      return given;
    case Default::Kind::number:
      given.kind = Given::Kind::number;
      return given;
    case Default::Kind::fresh:
      given.kind = Given::Kind::fresh;
      given.bound.type = column.type;
      if (column.default_.moment && is_moment(column.type.kind))
        given.bound.source = Bound::Source::now;
      if (!column.default_.moment && column.type.kind == TypeKind::uuid)
        given.bound.source = Bound::Source::uuid;
      return given;
    case Default::Kind::elsewhere:
      if (!took_effect_ && !needs_value(column)) break;
      given.kind = Given::Kind::fresh;
      return given;
  }
  throw Unsure{"the default of column " + column.name};
}

std::vector<Given> Translator::row(const std::vector<tree::Expression>& values,
                                   const std::vector<std::size_t>& places,
                                   const Definition& table) {
  if (values.size() > places.size()) throw Unsure{"more values than columns"};
  std::vector<Given> row;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const auto place = std::ranges::find(places, i);
    const auto at = static_cast<std::size_t>(place - places.begin());
    row.push_back(at < values.size() ? given(values[at], table.columns[i])
                                     : given_default(table.columns[i]));
  }
  return row;
}

void Translator::checks(const Definition& table, const Scope& target, Plan& plan) {
  // What the statement itself hides is not known to its condition.
  Scope scope = target;
  for (ScopeColumn& column : scope.relations.front().columns)
    if (hides_cells() && column.origin && column.origin->table == table.key &&
        !column.sql.starts_with("known(") && contents::may_hide(table, column.origin->column))
      column.sql = "known(" + column.sql + ")";
  for (const contents::Check& check : table.checks) {
    std::vector<Bound> bounds = std::exchange(bounds_, {Bound{}});
    auto guards = std::exchange(guards_, {});
    const std::string sql = condition(*check.condition, scope).sql;
    if (!guards_.empty()) throw Unsure{"a sum in a constraint"};
    guards_ = std::move(guards);
    // MariaDB calls one that is written behind a column by both.
    const std::string name = check.name.empty() && !check.column.empty() && table.folds_names
                                 ? table.spelled.name + "." + check.column
                                 : check.name;
    plan.checks.push_back(
        {name,
         {"SELECT 1 FROM " + table.sql_name() + " WHERE rowid > ?1 AND NOT (" + sql + ") LIMIT 1",
          std::exchange(bounds_, std::move(bounds))}});
  }
}

/// The values of unique keys that may be met have to be known; `only`: of keys with such a column.
void Translator::need_keys(const Definition& table, Plan& plan, const std::set<std::size_t>* only) {
  for (const UniqueKey& key : table.keys) {
    bool concerned = only == nullptr, met = plan.rows.empty() || only != nullptr;
    for (const std::size_t column : key.columns) {
      concerned = concerned || only->contains(column);
      if (only != nullptr && (plan.refreshed.contains(column) || plan.momentary.contains(column)))
        throw Unsure{"a unique value of chance"};
    }
    // What nobody knows beforehand meets no other value.
    for (const std::vector<Given>& row : plan.rows)
      met = met || std::ranges::none_of(key.columns, [&](std::size_t column) {
              return row[column].kind == Given::Kind::fresh &&
                     table.columns[column].type.kind == TypeKind::uuid;
            });
    if (!concerned || !met) continue;
    for (const std::size_t column : key.columns)
      columns_.insert({table.key, column, table.columns[column].attribute});
  }
}

}  // namespace understudy::sql::emulator
