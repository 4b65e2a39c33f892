#include "protocols/sql/catalog/catalog.hpp"

#include <algorithm>

#include "protocols/sql/words.hpp"

namespace understudy::sql {
namespace {

bool follows(tree::ForeignAction action) {
  return action != tree::ForeignAction::no_action && action != tree::ForeignAction::restrict;
}

}  // namespace

std::string Catalog::key_of(const tree::Name& name) const {
  std::string key = name.name;
  if (dialect_ == Dialect::mysql) std::ranges::transform(key, key.begin(), to_lower);
  return key;
}

const Relation* Catalog::find(const tree::Name& name) const {
  const auto found = relations_.find(key_of(name));
  return found == relations_.end() ? nullptr : &found->second;
}

const tree::Name& Catalog::family_of(const tree::Name& name) const {
  const auto found = families_.find(key_of(name));
  return found == families_.end() ? name : found->second;
}

bool Catalog::has_family(const tree::Name& name) const {
  return families_.contains(key_of(name));
}

std::vector<const Relation*> Catalog::members(const tree::Name& name) const {
  std::vector<const Relation*> found;
  if (const Relation* own = find(name)) found.push_back(own);
  const auto family = families_.find(key_of(name));
  if (family == families_.end()) return found;
  const std::string head = key_of(family->second);
  for (const auto& [key, each] : families_) {
    const auto member = relations_.find(key);
    if (key_of(each) != head || member == relations_.end()) continue;
    if (std::ranges::find(found, &member->second) == found.end()) found.push_back(&member->second);
  }
  return found;
}

std::vector<tree::Name> Catalog::tables_of_index(const tree::Name& name) const {
  std::vector<tree::Name> found;
  const auto [first, last] = indexes_.equal_range(key_of(name));
  for (auto each = first; each != last; ++each) found.push_back(each->second);
  return found;
}

std::vector<const tree::CreateRoutine*> Catalog::routines(const tree::Name& name) const {
  std::vector<const tree::CreateRoutine*> found;
  const auto [first, last] = routines_.equal_range(key_of(name));
  for (auto each = first; each != last; ++each) found.push_back(&each->second);
  return found;
}

std::vector<const tree::CreateRoutine*> Catalog::triggers(const tree::Name& name) const {
  std::vector<const tree::CreateRoutine*> found;
  for (const auto& [key, relation] : relations_)
    for (const tree::CreateRoutine& each : relation.triggers)
      if (key_of(each.name) == key_of(name)) found.push_back(&each);
  return found;
}

/// Both families become that of the parent.
void Catalog::join_families(const tree::Name& parent, const tree::Name& child) {
  const tree::Name head = family_of(parent), other = family_of(child);
  const std::string other_key = key_of(other);
  for (auto& [name, family] : families_)
    if (key_of(family) == other_key) family = head;
  for (const tree::Name* each : {&parent, &child, &head, &other})
    families_.insert_or_assign(key_of(*each), head);
}

void Catalog::constrain(const tree::Name& table, const tree::Constraint& constraint) {
  if (constraint.kind != tree::Constraint::Kind::foreign) return;
  relation(constraint.parent)
      .dependants.push_back({table, follows(constraint.on_delete), follows(constraint.on_update)});
}

void Catalog::add_columns(const tree::Name& table,
                          const std::vector<tree::ColumnDefinition>& columns) {
  for (const tree::ColumnDefinition& column : columns) {
    relation(table).columns.push_back(column);
    for (const tree::Constraint& each : column.constraints) constrain(table, each);
  }
}

void Catalog::define(const tree::CreateTable& table) {
  Relation& made = relation(table.name);
  if (table.materialized_view) {
    if (table.query) made.materialized.push_back(*table.query);
    return;
  }
  made.is_table = true;
  add_columns(table.name, table.columns);
  for (const tree::Constraint& each : table.constraints) constrain(table.name, each);
  for (const tree::Name& parent : table.inherits) join_families(parent, table.name);
}

void Catalog::define(const tree::CreateRoutine& routine) {
  if (routine.kind == tree::ObjectKind::trigger)
    relation(routine.table).triggers.push_back(routine);
  else if (routine.kind != tree::ObjectKind::event)
    routines_.emplace(key_of(routine.name), routine);
}

void Catalog::alter(const tree::AlterTable& alter) {
  using Change = tree::AlterAction::Kind;
  for (const tree::AlterAction& action : alter.actions) {
    if (action.column) add_columns(alter.name, {*action.column});
    if (action.constraint) constrain(alter.name, *action.constraint);
    if (action.kind == Change::rename_table) {
      relation(action.table).is_table = true;
      join_families(alter.name, action.table);
    }
    if (action.kind == Change::add_parent) join_families(action.table, alter.name);
    if (action.kind == Change::attach_partition) join_families(alter.name, action.table);
  }
}

void Catalog::apply(const tree::Statement& statement) {
  if (const auto* table = statement.as<tree::CreateTable>()) {
    define(*table);
  } else if (const auto* view = statement.as<tree::CreateView>()) {
    if (view->query) relation(view->name).views.push_back(*view->query);
  } else if (const auto* index = statement.as<tree::CreateIndex>()) {
    if (!index->name.empty()) indexes_.emplace(key_of({"", index->name}), index->table);
  } else if (const auto* routine = statement.as<tree::CreateRoutine>()) {
    define(*routine);
  } else if (const auto* rule = statement.as<tree::CreateRule>()) {
    relation(rule->table).rules.push_back(*rule);
  } else if (const auto* policy = statement.as<tree::CreatePolicy>()) {
    for (const auto* each : {&policy->using_, &policy->check})
      if (*each) relation(policy->table).policies.push_back(**each);
  } else if (const auto* altered = statement.as<tree::AlterTable>()) {
    alter(*altered);
  } else if (const auto* rename = statement.as<tree::RenameTables>()) {
    for (const auto& pair : rename->pairs) {
      relation(pair.to).is_table = true;
      join_families(pair.from, pair.to);
    }
  } else if (const auto* schema = statement.as<tree::CreateOther>()) {
    for (const tree::Statement& each : schema->elements) apply(each);
  }
}

}  // namespace understudy::sql
