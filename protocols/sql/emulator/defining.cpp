#include "protocols/sql/emulator/defining.hpp"

#include <algorithm>
#include <array>

#include "protocols/sql/emulator/altering.hpp"
#include "protocols/sql/emulator/definitions.hpp"
#include "protocols/sql/emulator/table_names_in.hpp"
#include "protocols/sql/lower.hpp"

namespace understudy::sql::emulator {

using contents::Contents;

namespace {

using tree::ObjectKind;

void depend(const tree::Statement& statement, const ServerRules& rules, Depended& depended) {
  const std::set<std::string> names = tables_named(statement, rules);
  depended.insert(names.begin(), names.end());
}

/// Between a table's name and that of a view which needs it.
constexpr char by_view = '\x1f';

void depend_by_view(const tree::CreateView& view, const tree::Statement& statement,
                    const ServerRules& rules, Depended& depended) {
  const std::string name = rules.key_of(view.name);
  for (const std::string& each : tables_named(statement, rules))
    if (each != name) depended.insert(each + by_view + name);
}

/// What needed the relation by its name, or was needed by it, does so by another one.
void depend_renamed(const tree::AlterTable& alter, const ServerRules& rules, Depended& depended) {
  const std::string key = rules.key_of(alter.name);
  Depended more;
  for (const std::string& each : depended) {
    const std::string_view entry = each;
    const std::size_t mark = entry.find(by_view);
    if (mark != std::string_view::npos && entry.substr(mark + 1) == key)
      more.emplace(entry.substr(0, mark));
    if (entry.substr(0, mark) != key) continue;
    for (const tree::AlterAction& action : alter.actions) {
      if (action.kind == tree::AlterAction::Kind::rename_table)
        more.insert(rules.key_of(action.table));
      if (action.kind == tree::AlterAction::Kind::set_schema)
        more.insert(rules.key_of({action.name, alter.name.name}));
    }
  }
  depended.merge(more);
}

/// A table was renamed: its constraints keep their names, which the next table of its old name
/// can't have.
constexpr std::string_view renamed = "renamed tables";

bool renames_table(const tree::Statement& statement) {
  const auto* alter = statement.as<tree::AlterTable>();
  return alter != nullptr &&
         std::ranges::count(alter->actions, tree::AlterAction::Kind::rename_table,
                            &tree::AlterAction::kind) > 0;
}

void forget_names(contents::Definition& table) {
  for (auto& key : table.keys) key.name.clear();
  for (auto& reference : table.references) reference.name.clear();
  for (auto& check : table.checks) check.name.clear();
}

/// With what was made for it; an index that was made apart from it may be anything from then on.
void drop_table(const std::string& key, Contents& contents) {
  std::vector<BesideTable> names;
  if (const auto* table = contents.find(key)) {
    names = names_beside(*table->definition);
    for (const auto& index : table->definition->made_indexes) names.push_back({index.name, 'i'});
  }
  contents.drop(key);
  for (const auto& [name, kind] : names)
    if (contents.find(name) == nullptr) contents.drop(name);
}

/// Views that name the table, and those that name such a view.
std::set<std::string> views_of(std::string_view key, const Contents& contents,
                               const ServerRules& rules) {
  std::set<std::string> found;
  for (bool grows = true; grows;) {
    grows = false;
    for (const auto& [name, view] : contents.book().views) {
      TableNamesIn named(rules);
      named.visit(*view.query);
      const bool concerned =
          named.keys.contains(std::string(key)) ||
          std::ranges::any_of(found, [&](const auto& each) { return named.keys.contains(each); });
      grows = (concerned && found.insert(name).second) || grows;
    }
  }
  return found;
}

void forget_views_of(std::string_view key, Contents& contents, const ServerRules& rules) {
  for (const std::string& each : views_of(key, contents, rules)) contents.forget_view(each);
}

/// What a query shows; nothing where that is not known.
std::optional<std::vector<Shown>> shown_by(const tree::Query& query, const Contents& contents,
                                           const ServerRules& rules) {
  tree::Statement statement;
  statement.node = query;
  const Plan plan = rules.plan(statement, contents.book(), false);
  return plan.reason.empty() ? std::optional(plan.shown) : std::nullopt;
}

/// Whether a view of the table may mean something else than its text says from now on.
bool changes_columns(const tree::AlterTable& alter) {
  using Kind = tree::AlterAction::Kind;
  static constexpr std::array others = {
      Kind::inert,        Kind::add_column,    Kind::add_constraint, Kind::set_default,
      Kind::set_not_null, Kind::drop_not_null, Kind::row_security,   Kind::trigger};
  return std::ranges::any_of(alter.actions, [&](const tree::AlterAction& action) {
    return std::ranges::find(others, action.kind) == others.end();
  });
}

/// Its indexes of what is computed name columns that may be called otherwise from now on.
void close_where_conditional(const std::string& key, Contents& contents) {
  const auto* table = contents.find(key);
  if (table == nullptr || table->definition->conditional_keys.empty()) return;
  contents::Definition closed = *table->definition;
  closed.takes_rows = false;
  contents.redefine(key, std::move(closed));
}

void define_view(const tree::CreateView& create, Contents& contents, const ServerRules& rules) {
  const std::string key = rules.key_of(create.name);
  // What names another view of this name now means this one.
  if (create.replace || contents.book().views.contains(key)) forget_views_of(key, contents, rules);
  const auto shown = create.recursive || create.temporary
                         ? std::nullopt
                         : shown_by(*create.query, contents, rules);
  if (!shown || create.columns.size() > shown->size()) return contents.forget_view(key);
  contents::View view{std::make_shared<const tree::Query>(*create.query), {}, create.check_option};
  for (std::size_t i = 0; i < shown->size(); ++i)
    view.columns.push_back(i < create.columns.size() ? create.columns[i] : (*shown)[i].name);
  contents.define_view(key, std::move(view));
}

/// A table that is made of a query, or a materialised view: what that holds, the next REFRESH
/// tells. Of neither it is known which values its columns take.
void define_of_query(const tree::CreateTable& create, Contents& contents,
                     const ServerRules& rules) {
  const std::string key = rules.key_of(create.name);
  const bool surely_made = !create.if_not_exists || contents.book().is_absent(key);
  if (!surely_made && contents.find(key) != nullptr) return;
  const auto shown = surely_made ? shown_by(*create.query, contents, rules) : std::nullopt;
  if (!shown) return contents.forget_view(key);
  contents::Definition table;
  table.key = key;
  table.spelled = create.name;
  table.takes_rows = false;
  table.gives_rows = !create.materialized_view;
  if (create.materialized_view) table.shows = std::make_shared<const tree::Query>(*create.query);
  for (const Shown& each : *shown) {
    contents::TableColumn& column = table.columns.emplace_back();
    column.name = each.name;
    if (create.materialized_view) column.type = each.type;
    column.lacks_default = true;
    column.attribute = ++table.last_attribute;
  }
  for (std::size_t i = 0; i < create.columns.size() && i < table.columns.size(); ++i)
    table.columns[i].name = create.columns[i].name;
  contents.drop(key);
  if (!contents.create(std::move(table))) return contents.forget_whether(key);
  contents.forget_rows(key);
}

/// Whether the table may refer to another one; those that are made of a query or after others never
/// do, nor do temporary ones to any that is none.
bool refers(const tree::CreateTable& create) {
  const auto is_reference = [](const tree::Constraint& each) {
    return each.kind == tree::Constraint::Kind::foreign;
  };
  if (create.temporary) return false;
  return create.partition || std::ranges::any_of(create.constraints, is_reference) ||
         std::ranges::any_of(create.columns, [&](const tree::ColumnDefinition& column) {
           return std::ranges::any_of(column.constraints, is_reference);
         });
}

void define_table(const tree::CreateTable& create, Contents& contents, const ServerRules& rules,
                  Depended& depended) {
  const std::string key = rules.key_of(create.name);
  if (create.temporary) depended.insert(hidden_by_temporary(key));
  const auto forget = [&] {
    refers(create) ? contents.forget_whether(key) : contents.forget_view(key);
  };
  if (depended.contains(hidden_by_temporary(key))) return forget();
  if (create.if_not_exists && contents.find(key) != nullptr) return;
  // Whether a table of another kind, or one that was there already, is the one that is meant.
  const bool surely_made = !create.if_not_exists || contents.book().is_absent(key);
  surely_made ? contents.drop(key) : forget();
  auto definition = definition_of(create, rules);
  if (definition) name_enumerations(*definition, contents.book(), rules);
  if (definition && depended.contains(renamed)) forget_names(*definition);
  if (definition)
    for (contents::TableColumn& column : definition->columns)
      if (std::string& named = column.default_.named; !contents.book().is_absent(named))
        named.clear();
  if (!definition || !surely_made || !contents.create(std::move(*definition))) return forget();
  const contents::Definition& made = *contents.find(key)->definition;
  take_names(made, contents);
  for (std::size_t i = 0; i < made.columns.size(); ++i)  // a sequence that was there before
    if (!made.columns[i].default_.sequence.empty())
      contents.set_last_number({made.id, i}, std::nullopt);
}

/// COMMENT ON what has a definition is kept there.
void comment(const tree::Utility& comment, Contents& contents, const ServerRules& rules) {
  if (comment.tables.empty()) return;
  const auto* table = contents.find(rules.key_of(comment.tables.front()));
  if (table == nullptr) return contents.note_comments(true);
  contents::Definition definition = *table->definition;
  const auto column = definition.column(comment.name);
  if (!comment.name.empty() && !column) return contents.note_comments(true);
  (column ? definition.columns[*column].comment : definition.comment) = comment.text;
  contents.redefine(table->definition->key, std::move(definition));
}

/// Rows of it may do, or be refused for, what is not understood.
void close_table(std::string_view key, Contents& contents) {
  const contents::TableState* const table = contents.find(key);
  if (table == nullptr) return;
  contents::Definition closed = *table->definition;
  closed.takes_rows = closed.gives_rows = false;
  contents.redefine(key, std::move(closed));
}

void define_routine(const tree::CreateRoutine& routine, Contents& contents,
                    const ServerRules& rules) {
  const std::string key = rules.key_of(routine.name);
  const auto found = contents.book().routines.find(key);
  const auto same = [&](const tree::CreateRoutine& other) {
    return std::ranges::equal(other.parameter_types, routine.parameter_types,
                              [](const tree::Type& a, const tree::Type& b) {
                                return a.name == b.name && a.dimensions == b.dimensions;
                              });
  };
  // A name of MySQL's means one of each kind; of which there is another one it is not known.
  const bool kept = rules.folds_names() && found != contents.book().routines.end() &&
                    found->second != nullptr && routine.if_not_exists;
  if (kept) return;
  const bool other =
      found != contents.book().routines.end()
          ? found->second == nullptr || !same(*found->second) || found->second->kind != routine.kind
          : routine.if_not_exists;
  contents.define_routine(key,
                          other ? nullptr : std::make_shared<const tree::CreateRoutine>(routine));
}

void define_trigger(const tree::CreateRoutine& trigger, Contents& contents,
                    const ServerRules& rules) {
  const std::string key = rules.key_of(trigger.table);
  const contents::TableState* const table = contents.find(key);
  const auto routine = contents.book().routines.find(rules.key_of(trigger.function));
  const bool runs = trigger.function.name.empty()
                        ? !trigger.if_not_exists && rules.runs(trigger)
                        : routine != contents.book().routines.end() && routine->second &&
                              !routine->second->has_more && rules.runs(*routine->second);
  const bool known = (rules.follows_routines() || trigger.function.name.empty()) &&
                     table != nullptr && !trigger.has_more && trigger.each_row &&
                     trigger.timing != "instead of" && runs;
  // What is written to a view may then be anything.
  if (contents.book().views.contains(key)) return contents.forget_whether(key);
  if (!known) return close_table(key, contents);
  contents::Definition changed = *table->definition;
  std::erase_if(changed.triggers,
                [&](const auto& each) { return each->name.name == trigger.name.name; });
  changed.triggers.push_back(std::make_shared<const tree::CreateRoutine>(trigger));
  std::ranges::sort(changed.triggers, {}, [](const auto& each) { return each->name.name; });
  contents.redefine(key, std::move(changed));
}

/// Of MySQL: the tables that have triggers of these names.
std::vector<std::string> tables_with(const std::vector<tree::Name>& triggers,
                                     const Contents& contents) {
  std::vector<std::string> keys;
  for (const auto& [key, state] : contents.book().tables)
    for (const tree::Name& name : triggers)
      if (std::ranges::any_of(state.definition->triggers, [&](const auto& each) {
            return each->name.name == name.name && each->name.schema == name.schema;
          }))
        keys.push_back(key);
  return keys;
}

void drop_trigger(const tree::Drop& dropped, Contents& contents, const ServerRules& rules) {
  if (dropped.table.name.empty()) {
    for (const std::string& key : tables_with(dropped.names, contents)) {
      contents::Definition changed = *contents.find(key)->definition;
      for (const tree::Name& name : dropped.names)
        std::erase_if(changed.triggers,
                      [&](const auto& each) { return each->name.name == name.name; });
      contents.redefine(key, std::move(changed));
    }
    return;
  }
  const std::string key = rules.key_of(dropped.table);
  const contents::TableState* const table = contents.find(key);
  if (table == nullptr) return;
  contents::Definition changed = *table->definition;
  for (const tree::Name& name : dropped.names)
    std::erase_if(changed.triggers, [&](const auto& each) { return each->name.name == name.name; });
  contents.redefine(key, std::move(changed));
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

/// Of those that have columns of the type nothing is known, where it takes them away.
void drop_type(const tree::Name& name, bool cascade, Contents& contents, const ServerRules& rules) {
  std::vector<std::string> concerned;
  for (const auto& [key, state] : contents.book().tables)
    if (std::ranges::any_of(state.definition->columns, [&](const contents::TableColumn& column) {
          return column.declared.name.name == name.name;
        }))
      concerned.push_back(key);
  if (cascade)
    for (const std::string& key : concerned) contents.forget_whether(key);
  contents.drop_type(rules.key_of(name));
}

/// With all that is in it.
void drop_schema(const std::string& name, Contents& contents) {
  std::vector<std::string> keys;
  for (const auto& [key, state] : contents.book().tables)
    if (key.starts_with(name + ".")) keys.push_back(key);
  for (const std::string& key : keys) {
    drop_constraints_to(key, contents);
    contents.drop(key);
  }
  std::vector<std::string> views;
  for (const auto& [key, view] : contents.book().views) views.push_back(key);
  for (const std::string& key : views) contents.forget_view(key);
}

/// Nothing has it any more.
void free_name(const std::string& key, Contents& contents, const ServerRules& rules) {
  if (!rules.folds_names() && contents.find(key) == nullptr) contents.note_free(key);
}

/// MySQL: DROP INDEX i ON t
void drop_index_of(const tree::Drop& dropped, Contents& contents, const ServerRules& rules) {
  tree::AlterTable alter;
  alter.name = dropped.table;
  for (const tree::Name& name : dropped.names) {
    tree::AlterAction& action = alter.actions.emplace_back();
    action.kind = tree::AlterAction::Kind::drop_index;
    action.name = name.name;
    action.if_exists = dropped.if_exists;
  }
  alter_table(alter, contents, rules);
}

/// One after the other.
void rename_tables(const tree::RenameTables& renames, Contents& contents,
                   const ServerRules& rules) {
  for (const tree::RenameTables::Pair& pair : renames.pairs) {
    forget_views_of(rules.key_of(pair.from), contents, rules);
    tree::AlterTable alter;
    alter.name = pair.from;
    tree::AlterAction& action = alter.actions.emplace_back();
    action.kind = tree::AlterAction::Kind::rename_table;
    action.table = pair.to;
    alter_table(alter, contents, rules);
  }
}

void drop(const tree::Drop& dropped, Contents& contents, const ServerRules& rules) {
  switch (dropped.kind) {
    case ObjectKind::table:
      for (const tree::Name& name : dropped.names) {
        if (dropped.cascade) drop_constraints_to(rules.key_of(name), contents);
        forget_views_of(rules.key_of(name), contents, rules);
        drop_table(rules.key_of(name), contents);
      }
      return;
    case ObjectKind::index:
      if (rules.folds_names()) return drop_index_of(dropped, contents, rules);
      for (const tree::Name& name : dropped.names) {
        drop_index(name.name, contents);
        free_name(name.name, contents, rules);
      }
      return;
    case ObjectKind::view:
    case ObjectKind::materialized_view:
      for (const tree::Name& name : dropped.names) {
        const std::string key = rules.key_of(name);
        forget_views_of(key, contents, rules);
        const auto* table = contents.find(key);
        if (table != nullptr ? table->definition->shows != nullptr : rules.folds_names())
          contents.drop(key);
        contents.drop_view(key);
        free_name(key, contents, rules);
      }
      return;
    case ObjectKind::function:
    case ObjectKind::procedure:
      // Which of those that have the name; a trigger of it is no longer understood.
      for (const tree::Name& name : dropped.names) {
        const std::string key = rules.key_of(name);
        const auto found = contents.book().routines.find(key);
        const bool only = rules.folds_names() && found != contents.book().routines.end() &&
                          found->second != nullptr && found->second->kind == dropped.kind;
        only ? contents.drop_routine(key) : contents.define_routine(key, nullptr);
      }
      return;
    case ObjectKind::trigger:
      return drop_trigger(dropped, contents, rules);
    case ObjectKind::rule:
      return;  // a table that was closed for it stays closed
    case ObjectKind::sequence:
      for (const tree::Name& name : dropped.names) {
        contents.drop_sequence(rules.key_of(name));
        free_name(rules.key_of(name), contents, rules);
      }
      return;
    case ObjectKind::type:
    case ObjectKind::domain:
      if (rules.folds_names()) return contents.forget_everything();
      for (const tree::Name& name : dropped.names)
        drop_type(name, dropped.cascade, contents, rules);
      return;
    case ObjectKind::schema:
      if (rules.folds_names()) return contents.forget_everything();
      for (const tree::Name& name : dropped.names)
        name.name == "public" ? contents.drop_public() : drop_schema(name.name, contents);
      return;
    case ObjectKind::database:
      if (!rules.folds_names()) return contents.forget_everything();
      for (const tree::Name& name : dropped.names) {
        const bool main = rules.key_of({name.name, "t"}) == "t";
        main ? contents.drop_public() : drop_schema(lower(name.name), contents);
      }
      return;
    default:
      return contents.forget_everything();
  }
}

/// Types and sequences stand in one space of names with tables.
void take_name(const tree::Name& name, char kind, Contents& contents, const ServerRules& rules) {
  const std::string key = rules.key_of(name);
  if (contents.find(key) == nullptr) contents.note_taken(key, kind);
}

/// Other labels, or another name.
void alter_type(const tree::AlterOther& type, Contents& contents, const ServerRules& rules) {
  const std::string key = rules.key_of(type.name);
  contents.forget_labels(key);
  if (type.new_name.empty() && type.new_schema.empty()) return;
  contents.drop_type(key);
  contents.note_taken(type.new_name, 'c');
}

/// Of one with other options, or that was there, the next number is not known.
void define_sequence(const tree::CreateSequence& sequence, Contents& contents,
                     const ServerRules& rules) {
  const std::string key = rules.key_of(sequence.name);
  if (sequence.if_not_exists && contents.book().sequences.contains(key)) return;
  const bool surely_made = !sequence.if_not_exists || contents.book().is_absent(key);
  if (sequence.has_more || sequence.temporary || !surely_made || contents.find(key) != nullptr)
    return take_name(sequence.name, 'S', contents, rules);
  contents.define_sequence(key, sequence.start, sequence.increment);
}

bool forgets_table(const tree::Statement& statement, Contents& contents, const ServerRules& rules) {
  if (const auto* policy = statement.as<tree::CreatePolicy>())
    return contents.forget_whether(rules.key_of(policy->table)), true;
  if (const auto* rule = statement.as<tree::CreateRule>())
    return contents.forget_whether(rules.key_of(rule->table)), true;
  if (const auto* view = statement.as<tree::CreateView>()) {
    const std::string key = rules.key_of(view->name);
    // Of MySQL it has taken the name, whatever it shows; it refers to no table.
    rules.folds_names() && contents.find(key) == nullptr ? contents.note_taken(key, 'v')
                                                         : contents.forget_view(key);
    return true;
  }
  return false;
}

}  // namespace

bool is_depended_on(std::string_view key, const Depended& depended,
                    const contents::TableBook& book) {
  for (auto each = depended.lower_bound(key); each != depended.end() && each->starts_with(key);
       ++each) {
    if (each->size() == key.size()) return true;
    if ((*each)[key.size()] == by_view && !book.is_absent(each->substr(key.size() + 1)))
      return true;
  }
  return false;
}

bool has_index(const std::string& name, const Contents& contents) {
  return !name.empty() && std::ranges::any_of(contents.book().tables, [&](const auto& each) {
    const auto& indexes = each.second.definition->made_indexes;
    return std::ranges::find(indexes, name, &contents::MadeIndex::name) != indexes.end();
  });
}

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
  if (!rules.folds_names() && renames_table(statement)) depended.emplace(renamed);
  if (const auto* create = statement.as<tree::CreateTable>()) {
    if (create->query || !create->inherits.empty() || !create->like.empty())
      depend(statement, rules, depended);
    create->query && !create->temporary && !rules.folds_names()
        ? define_of_query(*create, contents, rules)
        : define_table(*create, contents, rules, depended);
  } else if (const auto* view = statement.as<tree::CreateView>();
             view != nullptr && rules.follows_routines()) {
    depend_by_view(*view, statement, rules, depended);
    define_view(*view, contents, rules);
  } else if (const auto* index = statement.as<tree::CreateIndex>()) {
    const std::string key = rules.key_of(index->table);
    const bool there = index->if_not_exists && has_index(index->name, contents);
    if (const auto* table = there ? nullptr : contents.find(key))
      contents.redefine(key, with_index(*table->definition, *index, rules));
    if (!rules.folds_names() && !index->name.empty() && contents.find(index->name) == nullptr)
      contents.note_taken(index->name, 'i');
  } else if (const auto* alter = statement.as<tree::AlterTable>()) {
    depend_renamed(*alter, rules, depended);
    if (changes_columns(*alter)) forget_views_of(rules.key_of(alter->name), contents, rules);
    alter_table(*alter, contents, rules);
    if (changes_columns(*alter)) close_where_conditional(rules.key_of(alter->name), contents);
  } else if (const auto* dropped = statement.as<tree::Drop>()) {
    drop(*dropped, contents, rules);
  } else if (const auto* routine = statement.as<tree::CreateRoutine>()) {
    routine->kind == ObjectKind::trigger ? define_trigger(*routine, contents, rules)
                                         : define_routine(*routine, contents, rules);
  } else if (forgets_table(statement, contents, rules)) {
    depend(statement, rules, depended);
  } else if (const auto* other = statement.as<tree::AlterOther>()) {
    const bool harmless = !rules.folds_names() &&
                          (other->kind == ObjectKind::type || other->kind == ObjectKind::domain ||
                           other->kind == ObjectKind::role || other->kind == ObjectKind::database);
    if (other->keeps_numbers) return true;
    if (other->kind == ObjectKind::sequence)
      contents.forget_all_numbers();
    else if (!harmless)
      contents.forget_everything();
    else if (other->kind == ObjectKind::type)
      alter_type(*other, contents, rules);
  } else if (const auto* renames = statement.as<tree::RenameTables>()) {
    rename_tables(*renames, contents, rules);
  } else if (const auto* type = statement.as<tree::CreateType>()) {
    take_name(type->name, 'c', contents, rules);
    const std::string key = rules.key_of(type->name);
    const bool labels = !type->labels.empty() && rules.follows_routines();
    if (contents.find(key) == nullptr)
      contents.define_type(key, labels ? contents::interned({key, type->labels}) : nullptr);
  } else if (const auto* sequence = statement.as<tree::CreateSequence>()) {
    define_sequence(*sequence, contents, rules);
  } else if (statement.as<tree::CreateOther>() == nullptr) {
    const auto* utility = statement.as<tree::Utility>();
    if (utility == nullptr || utility->verb != "comment") return false;
    comment(*utility, contents, rules);
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
