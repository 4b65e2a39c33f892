#include "protocols/sql/facts/query_levels.hpp"

#include <algorithm>

namespace understudy::sql {

void QueryLevels::visit(const tree::Expression& expression) {
  if (expression.as<tree::Opaque>() != nullptr) lose();
  descend(expression);
}

// ---- queries ----

std::size_t QueryLevels::enter(const tree::With& with, bool nested) {
  const std::size_t known = expressions_.size();
  for (const tree::CommonTable& each : with.tables) {
    const std::string name = folded(each.name);
    if (with.recursive) expressions_.push_back(name);
    const auto* query = each.statement ? each.statement->as<tree::Query>() : nullptr;
    if (query == nullptr)
      lose();
    else
      read(*query, nested);
    if (!with.recursive) expressions_.push_back(name);
  }
  return known;
}

Level QueryLevels::read(const tree::Query& query, bool nested) {
  const std::size_t known = enter(query.with, nested);
  Level level;
  if (const auto* only = query.as<tree::Select>()) {
    level = select(*only, nested);
  } else if (const auto* operation = query.as<tree::SetOperation>()) {
    for (const tree::Query& operand : operation->operands) read(operand, nested);
  } else if (const auto* values = query.as<tree::Values>()) {
    for (const auto& row : values->rows) visit_all(row);
  }
  visit_all(query.order);
  visit_child(query.limit);
  visit_child(query.offset);
  leave(known);
  return level;
}

Level QueryLevels::select(const tree::Select& select, bool nested) {
  Level level;
  level.nested = nested;
  level.outputs = &select.outputs;
  level.simple = select.grouping.empty();
  level.grouped = !select.group.empty();
  add_sources(select.from, level);
  visit_child(select.where);
  visit_all(select.group);
  visit_child(select.having);
  for (const tree::NamedWindow& each : select.windows) {
    visit_all(each.window.partition);
    visit_all(each.window.order);
    visit_all(each.window.frame_bounds);
  }
  visit_all(select.distinct_on);
  visit_all(select.outputs);
  const Equalities equalities = equalities_of(level, select.where);
  for (std::size_t i = 0; i < level.sources.size(); ++i) add_read(level, equalities, i);
  return level;
}

Equalities QueryLevels::equalities_of(const Level& level,
                                      const tree::Box<tree::Expression>& where) const {
  Equalities equalities(level.sources, !level.nested, dialect_);
  for (const auto& [condition, span] : level.conditions) equalities.add(*condition, span);
  for (const auto& [column, span] : level.usings)
    equalities.add_using(column, span.first, span.first + 1, span);
  if (where) equalities.add(*where, {0, level.sources.size()});
  return equalities;
}

void QueryLevels::add_read(const Level& level, const Equalities& equalities, std::size_t source) {
  const std::string& table = level.sources[source].table;
  if (!table.empty()) reads.push_back({table, equalities.conditions_of(source)});
}

// ---- lists of tables ----

void QueryLevels::add_sources(const std::vector<tree::Relation>& relations, Level& level) {
  for (const tree::Relation& each : relations) add_source(each, level);
}

void QueryLevels::add_source(const tree::Relation& relation, Level& level) {
  const std::string alias = folded(relation.alias);
  if (const auto* joined = relation.as<tree::Join>()) {
    join(*joined, level);
  } else if (const auto* derived = relation.as<tree::Derived>()) {
    if (derived->query) read(*derived->query, level.nested || derived->lateral);
    level.sources.push_back({alias, {}});
  } else if (const auto* named = relation.as<tree::TableName>()) {
    table(*named, alias, level);
  } else if (const auto* function = relation.as<tree::TableFunction>()) {
    visit_all(function->calls);
    level.sources.push_back({alias, {}});
  }
}

void QueryLevels::table(const tree::TableName& table, const std::string& alias, Level& level) {
  const std::string name = folded(table.name.name);
  const bool expression =
      table.name.schema.empty() && std::ranges::find(expressions_, name) != expressions_.end();
  if (table.as_of) lose();
  level.sources.push_back(
      {alias.empty() ? name : alias, expression ? std::string() : naming_(table.name)});
}

/// What stands left and right of a join, and its condition: of an outer one only the rows of the
/// side that may be missing are restricted by it.
void QueryLevels::join(const tree::Join& join, Level& level) {
  const std::size_t first = level.sources.size();
  add_source(*join.left, level);
  const std::size_t middle = level.sources.size();
  add_source(*join.right, level);
  const std::size_t last = level.sources.size();
  const bool full = join.kind == tree::Join::Kind::full;
  const bool left = full || join.kind == tree::Join::Kind::left;
  const bool right = full || join.kind == tree::Join::Kind::right;
  const SourceRange span{left ? middle : first, right ? middle : last};
  if (join.on) level.conditions.emplace_back(&*join.on, span);
  visit_child(join.on);
  const bool two_tables = middle == first + 1 && last == middle + 1;
  for (const std::string& column : join.using_)
    if (two_tables && !left && !right) level.usings.emplace_back(folded(column), span);
}

}  // namespace understudy::sql
