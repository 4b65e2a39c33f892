// Views, which mean their queries: read, written to where each of their rows is one of a table, and
// materialised.
#include <algorithm>
#include <iterator>
#include <utility>

#include "protocols/postgres/emulator/catalogue.hpp"
#include "protocols/postgres/emulator/typed.hpp"

namespace understudy::postgres::emulation {
namespace {

using sql::contents::View;

constexpr int deepest_view = 16;

}  // namespace

/// The view among the tables of a query: it sees nothing of what is around it.
std::string Translator::view(const View& view, const std::string& key, const std::string& shown,
                             const std::string& alias, Scope& scope) {
  if (++views_ > deepest_view) throw Unsure{"a view of itself"};
  auto commons = std::exchange(commons_, {});
  const bool in_view = std::exchange(in_view_, true);
  const auto* const grouped = std::exchange(grouped_, nullptr);
  const bool in_aggregate = std::exchange(in_aggregate_, false);
  wants_place_ = keeps_places();
  const Selected inner = selected(*view.query, nullptr, false);
  grouped_ = grouped;
  in_aggregate_ = in_aggregate;
  commons_ = std::move(commons);
  in_view_ = in_view;
  --views_;
  if (inner.columns.size() != view.columns.size()) throw Unsure{"the columns of view " + key};
  ScopeRelation named{shown, {}, false};
  for (std::size_t i = 0; i < inner.columns.size(); ++i) {
    ScopeColumn column = inner.columns[i];
    if (column.soft) throw Unsure{"the columns of view " + key};
    column.name = view.columns[i];
    column.sql = alias + "." + column.sql;
    column.shown_as = TableColumnName{key, i, static_cast<std::uint16_t>(i + 1)};
    named.columns.push_back(std::move(column));
  }
  scope.relations.push_back(std::move(named));
  last_place_ = inner.placed ? alias + ".pl" : std::string();
  last_table_ = nullptr;
  return "(" + inner.sql + ") AS " + alias;
}

std::optional<std::string> Translator::source_otherwise(const tree::Name& name,
                                                        const std::string& shown,
                                                        const std::string& alias, Scope& scope) {
  if (const auto number = find_catalogue_relation(name))
    return catalogue_source(*number, shown, alias, scope);
  const std::string key = key_of(name);
  const auto found = book_.views.find(key);
  if (found == book_.views.end()) return std::nullopt;
  return view(found->second, key, shown, alias, scope);
}

const Definition* Translator::target_otherwise(const tree::Name& name, const std::string& shown,
                                               Scope& scope, Plan& plan) {
  const std::string key = key_of(name);
  const auto found = book_.views.find(key);
  return found == book_.views.end() ? nullptr
                                    : &target_view(found->second, key, shown, scope, plan);
}

/// A view that is written to: its table, with its columns in the scope.
const Definition& Translator::target_view(const View& view, const std::string& key,
                                          const std::string& shown, Scope& scope, Plan& plan) {
  const tree::Query& query = *view.query;
  const auto* select = query.as<tree::Select>();
  const auto* name = select != nullptr && select->from.size() == 1
                         ? select->from.front().as<tree::TableName>()
                         : nullptr;
  const bool plain = name != nullptr && query.with.tables.empty() && query.order.empty() &&
                     !query.limit && !query.offset && query.locking.empty() && !select->distinct &&
                     select->distinct_on.empty() && select->group.empty() && !select->having &&
                     select->windows.empty() && !view.check_option &&
                     select->from.front().alias_columns.empty() && !select->from.front().sampled;
  if (!plain || view_columns_) throw Unsure{"a change of view " + key};
  const bool in_view = std::exchange(in_view_, true);
  const TableState& state = table(name->name);
  in_view_ = in_view;
  const Definition& definition = *state.definition;
  plan.target = definition.key;
  const std::string& alias = select->from.front().alias;
  Scope inner;
  inner.relations.push_back(
      relation_of(state, alias.empty() ? name->name.name : alias, definition.sql_name() + "."));
  ScopeRelation named{shown, {}, false};
  std::map<std::string, std::size_t> columns;
  std::vector<ScopeColumn> shown_columns;
  for (const tree::Output& output : select->outputs) {
    const auto* one = output.expression.as<tree::Column>();
    const auto* star = output.expression.as<tree::Star>();
    if (one != nullptr)
      shown_columns.push_back(inner.find(one->path));
    else if (star != nullptr && star->path.empty())
      std::ranges::copy(inner.relations.front().columns, std::back_inserter(shown_columns));
    else
      throw Unsure{"a change of view " + key};
  }
  if (shown_columns.size() != view.columns.size()) throw Unsure{"the columns of view " + key};
  for (std::size_t i = 0; i < shown_columns.size(); ++i) {
    ScopeColumn column = std::move(shown_columns[i]);
    if (!columns.emplace(view.columns[i], column.origin->column).second)
      throw Unsure{"a change of view " + key};
    column.name = view.columns[i];
    column.shown_as = TableColumnName{key, i, static_cast<std::uint16_t>(i + 1)};
    named.columns.push_back(std::move(column));
  }
  view_condition_ = select->where ? condition(*select->where, inner).sql : std::string();
  view_columns_ = std::move(columns);
  scope.relations.push_back(std::move(named));
  return definition;
}

/// The column of the table that is meant by one of what is written to.
std::size_t Translator::place_in(const Definition& table, const tree::Column& column) const {
  if (column.path.size() != 1) throw Unsure{"a part of a column"};
  if (view_columns_) {
    const auto found = view_columns_->find(column.name());
    if (found == view_columns_->end()) throw Unsure{"no such column: " + column.name()};
    return found->second;
  }
  const auto found = table.column(column.name());
  if (!found) throw Unsure{"no such column: " + column.name()};
  return *found;
}

/// The condition of a change, with that of the view.
std::string Translator::where_of(const tree::Box<tree::Expression>& where, const Scope& scope) {
  std::string sql = view_condition_.empty() ? std::string() : " WHERE " + view_condition_;
  if (where) sql += (sql.empty() ? " WHERE " : " AND ") + condition(*where, scope).sql;
  return sql;
}

// ---- REFRESH ----

void Translator::refresh(const tree::Utility& utility, Plan& plan) {
  plan.action = Plan::Action::refresh;
  if (utility.tables.size() != 1) throw Unsure{"this REFRESH"};
  const Definition& table = *this->table(utility.tables.front()).definition;
  if (!table.shows) throw Unsure{"what " + table.key + " shows"};
  plan.target = table.key;
  in_view_ = true;
  const Selected inner = selected(*table.shows, nullptr, false);
  if (inner.columns.size() != table.columns.size()) throw Unsure{"what " + table.key + " shows"};
  for (std::size_t i = 0; i < inner.columns.size(); ++i)
    if (!(inner.columns[i].type == table.columns[i].type))
      throw Unsure{"what " + table.key + " shows"};
  Plan& source = plan.sources.emplace_back();
  source.shown.resize(inner.columns.size());
  source.text.sql = inner.sql;
  source.text.bounds = std::exchange(bounds_, {});
  plan.text.sql = insertion(table);
}

}  // namespace understudy::postgres::emulation
