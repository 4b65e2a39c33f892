#include "protocols/sql/emulator/defining.hpp"

#include <algorithm>

#include "protocols/sql/emulator/altering.hpp"
#include "protocols/sql/emulator/definitions.hpp"
#include "protocols/sql/tree/visitor.hpp"

namespace understudy::sql::emulator {

using contents::Contents;

namespace {

using tree::ObjectKind;

class TableNamesIn : public tree::Visitor {
 public:
  using Visitor::visit;
  explicit TableNamesIn(const ServerRules& rules) : rules_(rules) {}
  void visit(const tree::Relation& relation) override {
    if (const auto* table = relation.as<tree::TableName>()) keys.insert(rules_.key_of(table->name));
    descend(relation);
  }
  std::set<std::string> keys;

 private:
  const ServerRules& rules_;
};

void depend(const tree::Statement& statement, const ServerRules& rules, Depended& depended) {
  const std::set<std::string> names = tables_named(statement, rules);
  depended.insert(names.begin(), names.end());
}

/// A table was renamed: its constraints keep their names, which the next table of its old name
/// can't have.
constexpr std::string_view renamed = "renamed tables";

bool renames_table(const tree::Statement& statement) {
  const auto* alter = statement.as<tree::AlterTable>();
  return statement.as<tree::RenameTables>() != nullptr ||
         (alter != nullptr &&
          std::ranges::count(alter->actions, tree::AlterAction::Kind::rename_table,
                             &tree::AlterAction::kind) > 0);
}

void forget_names(contents::Definition& table) {
  for (auto& key : table.keys) key.name.clear();
  for (auto& reference : table.references) reference.name.clear();
  for (auto& check : table.checks) check.name.clear();
}

/// With what was made for it; an index that was made apart from it may be anything from then on.
void drop_table(const std::string& key, Contents& contents) {
  std::vector<std::string> names;
  if (const auto* table = contents.find(key)) names = names_beside(*table->definition);
  contents.drop(key);
  for (const std::string& name : names)
    if (contents.find(name) == nullptr) contents.drop(name);
}

void define_table(const tree::CreateTable& create, Contents& contents, const ServerRules& rules,
                  Depended& depended) {
  const std::string key = rules.key_of(create.name);
  if (create.temporary) depended.insert(hidden_by_temporary(key));
  if (depended.contains(hidden_by_temporary(key))) return contents.forget_whether(key);
  if (create.if_not_exists && contents.find(key) != nullptr) return;
  // Whether a table of another kind, or one that was there already, is the one that is meant.
  const bool surely_made = !create.if_not_exists || contents.book().is_absent(key);
  surely_made ? contents.drop(key) : contents.forget_whether(key);
  auto definition = definition_of(create, rules);
  if (definition && depended.contains(renamed)) forget_names(*definition);
  if (!definition || !surely_made || !contents.create(std::move(*definition)))
    return contents.forget_whether(key);
  const contents::Definition& made = *contents.find(key)->definition;
  take_names(made, contents);
  for (std::size_t i = 0; i < made.columns.size(); ++i)  // a sequence that was there before
    if (!made.columns[i].default_.sequence.empty())
      contents.set_last_number({made.id, i}, std::nullopt);
}

/// Rows of it may do, or be refused for, what is not understood.
void close_table(std::string_view key, Contents& contents) {
  const contents::TableState* const table = contents.find(key);
  if (table == nullptr) return;
  contents::Definition closed = *table->definition;
  closed.takes_rows = closed.gives_rows = false;
  contents.redefine(key, std::move(closed));
}

void drop_constraints_to(std::string_view key, Contents& contents) {
  std::vector<contents::Definition> changed;
  for (const auto& [name, state] : contents.book().tables) {
    contents::Definition other = *state.definition;
    if (std::erase_if(other.references, [&](const auto& each) { return each.parent == key; }) > 0)
      changed.push_back(std::move(other));
  }
  for (contents::Definition& each : changed) {
    const std::string name = each.key;
    contents.redefine(name, std::move(each));
  }
}

void drop(const tree::Drop& dropped, Contents& contents, const ServerRules& rules) {
  switch (dropped.kind) {
    case ObjectKind::table:
      for (const tree::Name& name : dropped.names) {
        if (dropped.cascade) drop_constraints_to(rules.key_of(name), contents);
        drop_table(rules.key_of(name), contents);
      }
      return;
    case ObjectKind::index:
      if (rules.folds_names()) return contents.forget_everything();
      for (const tree::Name& name : dropped.names) drop_index(name.name, contents);
      return;
    case ObjectKind::view:
    case ObjectKind::materialized_view:
    case ObjectKind::function:
    case ObjectKind::procedure:
    case ObjectKind::trigger:
    case ObjectKind::rule:
    case ObjectKind::sequence:
      return;  // a table that was closed for it stays closed
    default:
      return contents.forget_everything();
  }
}

/// Types and sequences stand in one space of names with tables.
void take_name(const tree::Name& name, Contents& contents, const ServerRules& rules) {
  const std::string key = rules.key_of(name);
  if (contents.find(key) == nullptr) contents.note_taken(key);
}

bool forgets_table(const tree::Statement& statement, Contents& contents, const ServerRules& rules) {
  if (const auto* policy = statement.as<tree::CreatePolicy>())
    return contents.forget_whether(rules.key_of(policy->table)), true;
  if (const auto* rule = statement.as<tree::CreateRule>())
    return contents.forget_whether(rules.key_of(rule->table)), true;
  if (const auto* view = statement.as<tree::CreateView>())
    return contents.forget_whether(rules.key_of(view->name)), true;
  return false;
}

}  // namespace

std::string hidden_by_temporary(std::string_view key) {
  return "temporary " + std::string(key);
}

std::set<std::string> tables_named(const tree::Statement& statement, const ServerRules& rules) {
  TableNamesIn names(rules);
  names.visit(statement);
  return std::move(names.keys);
}

bool define(const tree::Statement& statement, Contents& contents, const ServerRules& rules,
            Depended& depended) {
  if (renames_table(statement)) depended.emplace(renamed);
  if (const auto* create = statement.as<tree::CreateTable>()) {
    if (create->query || !create->inherits.empty() || !create->like.empty())
      depend(statement, rules, depended);
    define_table(*create, contents, rules, depended);
  } else if (const auto* index = statement.as<tree::CreateIndex>()) {
    const std::string key = rules.key_of(index->table);
    if (const auto* table = contents.find(key))
      contents.redefine(key, with_index(*table->definition, *index));
    if (!index->name.empty() && contents.find(index->name) == nullptr)
      contents.note_taken(index->name);
  } else if (const auto* alter = statement.as<tree::AlterTable>()) {
    alter_table(*alter, contents, rules);
  } else if (const auto* dropped = statement.as<tree::Drop>()) {
    drop(*dropped, contents, rules);
  } else if (const auto* routine = statement.as<tree::CreateRoutine>()) {
    if (routine->kind == ObjectKind::trigger) close_table(rules.key_of(routine->table), contents);
  } else if (forgets_table(statement, contents, rules)) {
    depend(statement, rules, depended);
  } else if (const auto* other = statement.as<tree::AlterOther>()) {
    other->kind == ObjectKind::sequence ? contents.forget_all_numbers()
                                        : contents.forget_everything();
  } else if (statement.as<tree::RenameTables>() != nullptr) {
    contents.forget_everything();
  } else if (const auto* type = statement.as<tree::CreateType>()) {
    take_name(type->name, contents, rules);
  } else if (const auto* sequence = statement.as<tree::CreateSequence>()) {
    take_name(sequence->name, contents, rules);
  } else if (statement.as<tree::CreateOther>() == nullptr) {
    return false;
  }
  return true;
}

void forget_definitions(const tree::Statement& statement, Contents& contents,
                        const ServerRules& rules) {
  if (const auto* create = statement.as<tree::CreateTable>())
    return contents.forget_whether(rules.key_of(create->name));
  const bool harmless = statement.as<tree::Query>() || statement.as<tree::Insert>() ||
                        statement.as<tree::Update>() || statement.as<tree::Delete>() ||
                        statement.as<tree::Truncate>() || statement.as<tree::Merge>() ||
                        statement.as<tree::Transfer>() || statement.as<tree::CreateIndex>();
  if (!harmless) contents.forget_everything();
}

}  // namespace understudy::sql::emulator
