// Changes whose rows a query gives: INSERT … SELECT, UPDATE … FROM, DELETE … USING, MERGE, and
// common tables that change something.
//
// The query is run first, over what was there before the statement, and then one row after the
// other is changed. What a common table gives is kept as rows; that no part of a statement reads
// what another one has written is looked at when it runs (Runner::run_commons).
#include <algorithm>
#include <utility>

#include "protocols/postgres/emulator/typed.hpp"

namespace understudy::postgres::emulation {

using sql::contents::TableColumn;

// ---- parts ----

/// Each common table as a part of the plan.
void Translator::changing_commons(const tree::With& with, Plan& plan) {
  if (with.tables.empty()) return;
  if (with.recursive) throw Unsure{"a recursive query"};
  for (const tree::CommonTable& each : with.tables) {
    if (!each.columns.empty() || commons_.contains(each.name)) throw Unsure{"this common table"};
    auto bounds = std::exchange(bounds_, {});
    auto reads = std::exchange(reads_, {});
    auto columns = std::exchange(columns_, {});
    auto guards = std::exchange(guards_, {});
    auto part_guards = std::exchange(part_guards_, {});
    plan.commons.push_back(this->plan(*each.statement));
    view_columns_.reset();
    view_condition_.clear();
    bounds_ = std::move(bounds);
    reads_ = std::move(reads);
    columns_ = std::move(columns);
    guards_ = std::move(guards);
    part_guards_ = std::move(part_guards);
    const Plan& part = plan.commons.back();
    const std::size_t number = plan.commons.size() - 1;
    if (!part.commons.empty()) throw Unsure{"common tables of a common table"};
    Common common{{}, number};
    for (std::size_t i = 0; i < part.shown.size(); ++i) {
      ScopeColumn& column = common.columns.emplace_back();
      column.name = part.shown[i].name;
      column.sql = "o" + std::to_string(i);
      column.type = part.shown[i].type;
      column.shown_as = part.shown[i].origin;
      column.of_part = PartColumn{number, i};
    }
    commons_.emplace(each.name, std::move(common));
  }
}

std::string Translator::rows_of_part(const Common& common) {
  if (common.columns.empty()) throw Unsure{"a common table without columns"};
  std::vector<std::string> list;
  for (std::size_t i = 0; i < common.columns.size(); ++i)
    list.push_back("json_extract(value, '$[" + std::to_string(i) + "]') AS o" + std::to_string(i));
  Bound rows;
  rows.source = Bound::Source::part;
  rows.slot = *common.part;
  return "(SELECT " + joined(list, ", ") + " FROM json_each(" + bind(std::move(rows)) + "))";
}

// ---- INSERT … SELECT ----

/// What a query gives for columns of which it asks nothing: a tsvector, or the time. Something else
/// stands in its place from here on.
std::map<std::size_t, Given> Translator::take_unasked(tree::Query& query,
                                                      const std::vector<std::size_t>& places,
                                                      const Definition& table) {
  std::map<std::size_t, Given> unasked;
  auto* select = std::get_if<tree::Select>(&query.body);
  // There it would be asked what they are.
  if (select == nullptr || select->distinct || !select->group.empty() || !query.order.empty())
    return unasked;
  for (std::size_t i = 0; i < select->outputs.size() && i < places.size(); ++i) {
    tree::Output& output = select->outputs[i];
    const TableColumn& column = table.columns[places[i]];
    if (output.expression.as<tree::Star>() != nullptr) return unasked;
    if (auto vector = vector_for(output.expression, column)) {
      output = {*std::move(vector), "vector"};
      unasked[i].kind = Given::Kind::computed;
    } else if (const auto bound = fresh(output.expression, column.type)) {
      output = {tree::Expression(tree::Literal{}), "fresh"};
      unasked[i].kind = Given::Kind::fresh;
      unasked[i].bound = *bound;
    }
  }
  return unasked;
}

void Translator::insert_query(tree::Query query, const std::vector<std::size_t>& places, bool told,
                              const Definition& table, Plan& plan) {
  if (!query.with.tables.empty() || !query.locking.empty())
    throw Unsure{"an INSERT of a query with these parts"};
  const std::map<std::size_t, Given> unasked = take_unasked(query, places, table);
  std::vector<Bound> bounds = std::exchange(bounds_, {});
  Scope scope{outermost_, {}};
  Whole made = whole(query, scope, true);
  std::vector<Typed>& outputs = made.parts.outputs;
  if (outputs.size() > places.size() || (told && outputs.size() != places.size()))
    throw Unsure{"a query of other columns"};
  std::vector<std::string> list;
  std::vector<Given> row;
  for (const TableColumn& column : table.columns) {
    const auto place =
        std::ranges::find(places, static_cast<std::size_t>(&column - table.columns.data()));
    const auto at = static_cast<std::size_t>(place - places.begin());
    if (at >= outputs.size()) {
      row.push_back(given_default(column));
      continue;
    }
    const auto known = unasked.find(at);
    const bool is_known = known != unasked.end();
    if (column.given_by_server || (column.type.kind == TypeKind::opaque && !is_known))
      throw Unsure{"a value for column " + column.name};
    if (is_known && known->second.kind == Given::Kind::fresh) {
      row.push_back(known->second);
      continue;
    }
    Given& given = row.emplace_back();
    given.kind = Given::Kind::computed;
    given.place = list.size();
    keep_digits(0, column);
    list.push_back(is_known ? outputs[at].sql : assigned(outputs[at], column, true));
  }
  Plan& source = plan.sources.emplace_back();
  source.shown.resize(list.size());
  source.keys = made.keys.size();
  source.limit = count(query.limit);
  source.offset = count(query.offset);
  source.text.sql = select_of(made, std::move(list));
  source.text.bounds = std::exchange(bounds_, std::move(bounds));
  plan.rows.push_back(std::move(row));
  plan.of_query = true;
}

// ---- UPDATE … FROM, DELETE … USING ----

/// `set` is put into the rows of the table that are joined with `from`.
void Translator::change_rows(const tree::Box<tree::Expression>& where,
                             const std::vector<tree::Output>& returned,
                             const std::vector<SetTo>& set, const std::string& from_sql,
                             const Definition& table, Scope& scope, Plan& plan) {
  std::vector<std::string> inner = {table.sql_name() + ".rowid AS p"}, outer = {"p"};
  for (const SetTo& each : set) {
    outer.push_back("a" + std::to_string(each.column));
    inner.push_back(each.sql + " AS " + outer.back());
  }
  const std::string behind = " FROM " + table.sql_name() + from_sql + where_of(where, scope);
  const bool changes_before = std::ranges::any_of(
      table.triggers, [](const auto& each) { return each->timing == "before"; });
  if (!returned.empty() && changes_before && !set.empty()) {
    if (!from_sql.empty()) throw Unsure{"RETURNING behind a trigger"};
    std::vector<Bound> bounds = std::exchange(bounds_, {Bound{}});
    std::string list = this->returning(returned, table, scope.relations.front().name, plan);
    list.replace(0, std::string_view(" RETURNING ").size(), "SELECT ");
    plan.after.sql = list + " FROM " + table.sql_name() + " WHERE rowid = ?1";
    plan.after.bounds = std::exchange(bounds_, std::move(bounds));
  } else if (!returned.empty()) {
    if (view_columns_) throw Unsure{"RETURNING of a view"};
    for (std::size_t i = 0; i < scope.relations.size(); ++i)
      for (std::size_t j = 0; j < scope.relations[i].columns.size(); ++j) {
        ScopeColumn& column = scope.relations[i].columns[j];
        const std::string name = "n" + std::to_string(i) + "_" + std::to_string(j);
        const bool assigned = i == 0 && plan.assigned.contains(j);
        if (!assigned) inner.push_back(column.sql + " AS " + name);
        column.sql = assigned ? "a" + std::to_string(j) : name;
        column.key.reset();
      }
    const std::set<TableColumnName> before = std::exchange(columns_, {});
    auto guarded = std::exchange(guards_, {});
    Parts parts;
    outputs(returned, scope, parts);
    if (!guards_.empty()) throw Unsure{"a sum in RETURNING"};
    guards_ = std::move(guarded);
    for (const TableColumnName& each : columns_)
      if (each.table == table.key && plan.refreshed.contains(each.column))
        throw Unsure{"a value of this moment in RETURNING"};
      else if (each.table == table.key && plan.momentary.contains(each.column))
        plan.needs_now = true;
    columns_.insert(before.begin(), before.end());
    plan.shown = shown(parts);
    for (const Typed& value : parts.outputs) outer.push_back(value.sql);
  }
  Plan& source = plan.sources.emplace_back();
  source.shown.resize(outer.size());
  source.text.sql =
      "SELECT " + joined(outer, ", ") + " FROM (SELECT " + joined(inner, ", ") + behind + ")";
  source.text.bounds = std::exchange(bounds_, {});
  for (const SetTo& each : set) plan.set_columns.push_back(each.column);
  plan.by_rows = true;
}

void Translator::update_rows(const tree::Update& update, Plan& plan) {
  changing_commons(update.with, plan);
  Scope scope{outermost_, {}};
  const Definition& table = target(update.tables.front(), scope, plan);
  if (!table.takes_rows) throw Unsure{"an UPDATE of " + table.key};
  reads_.insert(table.key);
  checks(table, scope, plan);
  std::string joined_to = from(update.from, scope);
  if (!joined_to.empty()) joined_to = ", " + joined_to.substr(std::string_view(" FROM ").size());
  const std::vector<SetTo> set = settings(update.set, table, scope, plan);
  change_rows(update.where, update.returning, set, joined_to, table, scope, plan);
  plan.text.sql = "UPDATE " + table.sql_name() + " SET rowid = next_place()";
  for (std::size_t i = 0; i < set.size(); ++i)
    plan.text.sql += ", " + table.sql_column(set[i].column) + " = ?" + std::to_string(i + 2);
  plan.text.sql += " WHERE rowid = ?1";
}

void Translator::remove_rows(const tree::Delete& remove, Plan& plan) {
  changing_commons(remove.with, plan);
  Scope scope{outermost_, {}};
  const Definition& table = target(remove.table, scope, plan);
  if (!table.gives_rows) throw Unsure{"a DELETE from " + table.key};
  reads_.insert(table.key);
  std::string joined_to = from(remove.from, scope);
  if (!joined_to.empty()) joined_to = ", " + joined_to.substr(std::string_view(" FROM ").size());
  change_rows(remove.where, remove.returning, {}, joined_to, table, scope, plan);
  plan.text.sql = "DELETE FROM " + table.sql_name() + " WHERE rowid = ?1";
}

// ---- MERGE ----

PlannedWhen Translator::when(const tree::Merge::When& when, const Definition& table, Scope& scope,
                             std::vector<std::string>& computed, Plan& plan) {
  using From = tree::Merge::When::Action;
  using To = PlannedWhen::Action;
  constexpr std::size_t before = 2;  // the place, and which of them
  PlannedWhen planned;
  const std::string test =
      table.sql_name() + (when.matched ? ".rowid IS NOT NULL" : ".rowid IS NULL");
  if (when.action == From::insert) {
    planned.action = To::insert;
    planned.row = plan.rows.size();
    if (when.values.empty()) throw Unsure{"a MERGE of defaults"};
    std::vector<std::string> values;
    const auto places = places_of(when.columns, !when.columns.empty(), table);
    if (!when.columns.empty() && when.values.size() != places.size())
      throw Unsure{"a list of other length"};
    plan.rows.push_back(row(when.values, places, table, scope, values));
    for (Given& given : plan.rows.back()) given.place += before + computed.size();
    for (const std::string& each : values)
      computed.push_back("CASE WHEN " + test + " THEN " + each + " END");
  } else if (when.action == From::update) {
    planned.action = To::update;
    planned.sql = "UPDATE " + table.sql_name() + " SET rowid = next_place()";
    Plan own;
    for (const SetTo& each : settings(when.set, table, scope, own)) {
      planned.places.push_back(before + computed.size());
      computed.push_back("CASE WHEN " + test + " THEN " + each.sql + " END");
      planned.sql +=
          ", " + table.sql_column(each.column) + " = ?" + std::to_string(planned.places.size() + 1);
    }
    planned.sql += " WHERE rowid = ?1";
    planned.assigned = own.assigned;
    plan.assigned.insert(own.assigned.begin(), own.assigned.end());
    plan.refreshed.insert(own.refreshed.begin(), own.refreshed.end());
    plan.momentary.insert(own.momentary.begin(), own.momentary.end());
  } else if (when.action == From::remove) {
    planned.action = To::remove;
    planned.sql = "DELETE FROM " + table.sql_name() + " WHERE rowid = ?1";
  }
  return planned;
}

void Translator::merge(const tree::Merge& merge, Plan& plan) {
  plan.action = Plan::Action::merge;
  changing_commons(merge.with, plan);
  Scope scope{outermost_, {}};
  const Definition& table = target(merge.table, scope, plan);
  if (!table.takes_rows || !table.gives_rows || view_columns_ || !table.triggers.empty())
    throw Unsure{"a MERGE into " + table.key};
  reads_.insert(table.key);
  checks(table, scope, plan);
  const std::string insertion = this->insertion(table);
  std::vector<Bound> of_insertion = std::exchange(bounds_, {});
  const std::string source = this->source(merge.source, scope);
  if (scope.relations.size() == 2 && scope.relations[0].name == scope.relations[1].name)
    throw Unsure{"two tables of one name"};
  if (!merge.on) throw Unsure{"a MERGE without a condition"};
  const std::string on = condition(*merge.on, scope).sql;
  std::string which = "CASE";
  std::vector<std::string> computed;
  for (const tree::Merge::When& each : merge.whens) {
    scope.relations.front().hidden = !each.matched;
    which += std::string(" WHEN ") + table.sql_name() +
             (each.matched ? ".rowid IS NOT NULL" : ".rowid IS NULL") +
             (each.condition ? " AND " + condition(*each.condition, scope).sql : "") + " THEN " +
             std::to_string(plan.whens.size());
    plan.whens.push_back(when(each, table, scope, computed, plan));
  }
  need_keys(table, plan, nullptr);
  std::vector<std::string> list = {table.sql_name() + ".rowid", which + " END"};
  list.insert(list.end(), computed.begin(), computed.end());
  Plan& query = plan.sources.emplace_back();
  query.shown.resize(list.size());
  query.text.sql = "SELECT " + joined(list, ", ") + " FROM " + source + " LEFT JOIN " +
                   table.sql_name() + " ON " + on;
  query.text.bounds = std::exchange(bounds_, std::move(of_insertion));
  plan.text.sql = insertion;
}

}  // namespace understudy::postgres::emulation
