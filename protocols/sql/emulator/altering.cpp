#include "protocols/sql/emulator/altering.hpp"

#include <algorithm>

#include "protocols/sql/emulator/definitions.hpp"

namespace understudy::sql::emulator {

using contents::ColumnType;
using contents::Contents;
using contents::Default;
using contents::Definition;
using contents::KeptColumn;
using contents::TableColumn;
using contents::UniqueKey;
using tree::ObjectKind;
using ActionKind = tree::AlterAction::Kind;

namespace {

std::vector<std::string> names_of(const Definition& table, const std::vector<std::size_t>& keys) {
  std::vector<std::string> names;
  for (const std::size_t each : keys) names.push_back(table.columns[each].name);
  return names;
}

bool has(const std::vector<std::size_t>& columns, std::size_t column) {
  return std::ranges::find(columns, column) != columns.end();
}

/// `USING name`, `USING name::type`: what the server does by itself.
bool is_plain_conversion(const tree::AlterAction& action, const Definition& table,
                         const ServerRules& rules) {
  if (!action.expression) return true;
  const tree::Expression* operand = &*action.expression;
  if (const auto* cast = operand->as<tree::Cast>()) {
    tree::ColumnDefinition to, from;
    to.type = action.type;
    from.type = cast->type;
    if (!(rules.type_of(to, table) == rules.type_of(from, table))) return false;
    operand = &*cast->operand;
  }
  const auto* column = operand->as<tree::Column>();
  return column != nullptr && column->name() == action.name;
}

/// The actions of one statement, in their order.
class Alteration {
 public:
  Alteration(const Definition& before, const ServerRules& rules) : table_(before), rules_(rules) {
    for (std::size_t i = 0; i < before.columns.size(); ++i) result_.columns.push_back({i, {}, 0});
  }

  /// False where it is not followed.
  bool apply(const tree::AlterAction& action) {
    switch (action.kind) {
      case ActionKind::inert:
        return true;
      case ActionKind::add_column:
        return add(action);
      case ActionKind::add_constraint:
        return constrain(table_, *action.constraint, rules_), true;
      case ActionKind::drop_constraint:
        return drop_constraint(action);
      case ActionKind::rename_index:
        return rename_constraint(action);
      case ActionKind::rename_table:
        return rename_to(action.table), true;
      default:
        break;
    }
    const auto column = table_.column(action.name);
    if (!column) return action.kind == ActionKind::drop_column && action.if_exists;
    return change(action, *column);
  }

  Altered finish() && {
    check_keys(table_);
    result_.table = std::move(table_);
    return std::move(result_);
  }

 private:
  bool change(const tree::AlterAction& action, std::size_t column) {
    TableColumn& changed = table_.columns[column];
    switch (action.kind) {
      case ActionKind::drop_column:
        return drop_column(column), true;
      case ActionKind::rename_column:
        return rename_column(column, action.new_name), true;
      case ActionKind::set_type:
        return set_type(action, column);
      case ActionKind::set_default:
        changed.default_ =
            action.expression ? rules_.default_of(*action.expression, changed.type) : Default();
        changed.lacks_default = !action.expression;
        changed.written_default = action.expression
                                      ? std::make_shared<const tree::Expression>(*action.expression)
                                      : nullptr;
        return true;
      case ActionKind::set_not_null:
      case ActionKind::drop_not_null:
        changed.not_null = action.kind == ActionKind::set_not_null;
        return true;
      case ActionKind::drop_identity:
        changed.default_ = Default();
        changed.given_by_server = false;
        changed.identity = 0;
        changed.lacks_default = true;
        return true;
      default:
        return false;
    }
  }

  bool add(const tree::AlterAction& action) {
    if (table_.column(action.column->name)) return action.if_exists;
    add_column(table_, *action.column, rules_);
    for (const tree::Constraint& each : action.column->constraints) constrain(table_, each, rules_);
    const Default& given = table_.columns.back().default_;
    result_.columns.push_back(given.kind == Default::Kind::constant
                                  ? KeptColumn{std::nullopt, given.value, 0}
                                  : KeptColumn{});
    result_.remade = true;
    return true;
  }

  void drop_column(std::size_t column) {
    for (const UniqueKey& key : table_.keys)
      if (has(key.columns, column)) result_.lost_keys.push_back(names_of(table_, key.columns));
    const auto names_it = [&](const auto& each) { return has(each.columns, column); };
    std::erase_if(table_.keys, names_it);
    std::erase_if(table_.references, names_it);
    std::erase_if(table_.checks, [&](const contents::Check& check) {
      return columns_in(table_, *check.condition).contains(column);
    });
    drop_indexes_of(table_.columns[column].name);
    const auto move_up = [&](std::vector<std::size_t>& columns) {
      for (std::size_t& each : columns) each -= each > column ? 1U : 0U;
    };
    for (auto& key : table_.keys) move_up(key.columns);
    for (auto& reference : table_.references) move_up(reference.columns);
    const auto at = static_cast<std::ptrdiff_t>(column);
    table_.columns.erase(table_.columns.begin() + at);
    result_.columns.erase(result_.columns.begin() + at);
    result_.remade = true;
  }

  void drop_indexes_of(const std::string& column) {
    std::set<std::string> gone;
    for (const contents::MadeIndex& each : table_.made_indexes)
      if (each.columns.contains(column)) gone.insert(each.name);
    const auto is_gone = [&](const auto& each) { return gone.contains(each.name); };
    std::erase_if(table_.made_indexes, is_gone);
    std::erase_if(table_.conditional_keys, is_gone);
  }

  /// Conditions keep the text in which they were written: those that name it are not looked at.
  void rename_column(std::size_t column, const std::string& name) {
    const auto names_it = [&](const contents::Check& check) {
      return columns_in(table_, *check.condition).contains(column);
    };
    if (std::erase_if(table_.checks, names_it) > 0) table_.takes_rows = false;
    std::string& old = table_.columns[column].name;
    for (auto& index : table_.made_indexes)
      if (index.columns.erase(old) > 0) {
        index.columns.insert(name);
        for (tree::KeyPart& part : index.parts)
          if (part.column == old) part.column = name;
      }
    for (auto& reference : table_.references)
      if (reference.parent == table_.key) std::ranges::replace(reference.of, old, name);
    result_.renamed_columns.emplace_back(old, name);
    old = name;
  }

  void rename_to(const tree::Name& name) {
    const std::string key = rules_.key_of(name);
    table_.spelled = name;
    for (auto& reference : table_.references)
      if (reference.parent == table_.key) reference.parent = key;
    table_.key = key;
    result_.remade = true;
  }

  bool set_type(const tree::AlterAction& action, std::size_t column) {
    TableColumn& changed = table_.columns[column];
    const ColumnType from = changed.type;
    tree::ColumnDefinition definition;
    definition.name = changed.name;
    definition.type = action.type;
    definition.collation = action.collation;
    const ColumnType to = rules_.type_of(definition, table_);
    const bool plain = is_plain_conversion(action, table_, rules_);
    const bool texts = contents::is_text(from.kind) && contents::is_text(to.kind);
    const bool whole = contents::is_whole(from.kind) && contents::is_whole(to.kind);
    changed.type = to;
    changed.declared = action.type;
    changed.written_default.reset();  // how it is cast shows
    result_.remade = true;
    if (!(texts || whole)) {
      const bool none =
          changed.default_.kind == Default::Kind::constant && changed.default_.value == Datum();
      if (!none && changed.default_.kind != Default::Kind::fresh)
        changed.default_ = {Default::Kind::elsewhere, {}, {}};
    }
    KeptColumn& kept = result_.columns[column];
    if (!plain || !(texts || whole)) {
      kept = KeptColumn{};
    } else if (texts && to.length > 0) {
      // What is longer was cut, or its blanks were.
      kept.most = kept.most > 0 ? std::min(kept.most, to.length) : to.length;
    }
    return true;
  }

  /// A constraint whose name is the server's choice may be any.
  [[nodiscard]] bool all_are_named() const {
    const auto named = [](const auto& each) { return !each.name.empty(); };
    return std::ranges::all_of(table_.keys, named) &&
           std::ranges::all_of(table_.references, named) &&
           std::ranges::all_of(table_.checks, named);
  }

  bool drop_constraint(const tree::AlterAction& action) {
    const auto is_it = [&](const auto& each) { return each.name == action.name; };
    if (std::erase_if(table_.references, is_it) > 0) return true;
    if (std::erase_if(table_.checks, is_it) > 0) return true;
    const auto key = std::ranges::find_if(table_.keys, is_it);
    if (key == table_.keys.end()) return action.if_exists && all_are_named() && table_.takes_rows;
    result_.lost_keys.push_back(names_of(table_, key->columns));
    table_.keys.erase(key);
    result_.remade = true;
    return true;
  }

  bool rename_constraint(const tree::AlterAction& action) {
    bool found = false;
    const auto rename = [&](auto& all) {
      for (auto& each : all)
        if (each.name == action.name) each.name = action.new_name, found = true;
    };
    rename(table_.keys);
    rename(table_.references);
    rename(table_.checks);
    std::ranges::stable_sort(table_.checks, {}, &contents::Check::name);
    return found || !all_are_named();
  }

  Definition table_;
  const ServerRules& rules_;
  Altered result_;
};

/// What others say of the table.
void follow_in_others(const Definition& before, const Altered& after, Contents& contents) {
  std::vector<Definition> changed;
  const auto referred = [&](const contents::Reference& reference) {
    if (!reference.of.empty()) return reference.of;
    for (const UniqueKey& key : before.keys)
      if (key.primary) return names_of(before, key.columns);
    return std::vector<std::string>();
  };
  for (const auto& [name, state] : contents.book().tables) {
    if (name == after.table->key) continue;
    Definition other = *state.definition;
    bool differs = std::erase_if(other.references, [&](const auto& each) {
                     return each.parent == before.key &&
                            std::ranges::count(after.lost_keys, referred(each)) > 0;
                   }) > 0;
    for (auto& reference : other.references) {
      if (reference.parent != before.key) continue;
      differs = true;
      reference.parent = after.table->key;
      for (const auto& [from, to] : after.renamed_columns)
        std::ranges::replace(reference.of, from, to);
    }
    if (differs) changed.push_back(std::move(other));
  }
  for (Definition& each : changed) {
    const std::string name = each.key;
    contents.redefine(name, std::move(each));
  }
}

void rename_index(const std::string& from, const std::string& to, Contents& contents) {
  std::vector<Definition> changed;
  for (const auto& [key, state] : contents.book().tables) {
    Definition table = *state.definition;
    for (UniqueKey& each : table.keys)
      if (each.name == from) {
        each.name = to;
        changed.push_back(table);
      }
  }
  for (Definition& each : changed) {
    const std::string key = each.key;
    contents.redefine(key, std::move(each));
  }
}

/// Nothing is known of it, nor whether it has the names that the statement gives.
void forget_altered(const tree::AlterTable& alter, Contents& contents, const ServerRules& rules) {
  for (const tree::AlterAction& action : alter.actions) {
    if (!action.table.name.empty()) contents.forget_whether(rules.key_of(action.table));
    if (alter.kind == ObjectKind::index && action.kind == ActionKind::rename_table)
      rename_index(alter.name.name, action.table.name, contents);
  }
  const bool refers = std::ranges::any_of(alter.actions, [](const tree::AlterAction& action) {
    using Of = tree::Constraint::Kind;
    const bool in_column =
        action.column &&
        std::ranges::count(action.column->constraints, Of::foreign, &tree::Constraint::kind) > 0;
    return in_column || (action.constraint && action.constraint->kind == Of::foreign) ||
           action.kind == ActionKind::add_parent || action.kind == ActionKind::attach_partition ||
           action.kind == ActionKind::other;
  });
  const std::string key = rules.key_of(alter.name);
  refers ? contents.forget_whether(key) : contents.forget_view(key);
}

}  // namespace

std::vector<BesideTable> names_beside(const Definition& table) {
  std::vector<BesideTable> names;
  if (table.folds_names) return names;  // of MySQL's indexes each table has a space of its own
  for (const auto& key : table.keys)
    if (!key.name.empty()) names.push_back({key.name, 'i'});
  for (const auto& column : table.columns)
    if (column.default_.kind == Default::Kind::number)
      names.push_back({column.default_.named.empty() ? table.key + "_" + column.name + "_seq"
                                                     : column.default_.named,
                       'S'});
  return names;
}

void take_names(const Definition& table, Contents& contents) {
  for (const auto& [name, kind] : names_beside(table))
    if (contents.find(name) == nullptr) contents.note_taken(name, kind);
}

Altered altered(const Definition& table, const tree::AlterTable& alter, const ServerRules& rules) {
  if (rules.folds_names()) return altered_of_mysql(table, alter, rules);
  Alteration alteration(table, rules);
  for (const tree::AlterAction& action : alter.actions)
    if (!alteration.apply(action)) return {};
  return std::move(alteration).finish();
}

void alter_table(const tree::AlterTable& alter, Contents& contents, const ServerRules& rules) {
  const std::string key = rules.key_of(alter.name);
  if (alter.kind == ObjectKind::sequence) return contents.forget_all_numbers();
  const contents::TableState* const table = contents.find(key);
  if (table == nullptr) return forget_altered(alter, contents, rules);
  const std::shared_ptr<const Definition> before = table->definition;
  Altered after = altered(*before, alter, rules);
  if (after.table) name_enumerations(*after.table, contents.book(), rules);
  const bool moves = after.table && after.table->key != key;
  if (!after.table || (moves && contents.find(after.table->key) != nullptr))
    return forget_altered(alter, contents, rules);
  const std::string now = after.table->key;
  if (!after.remade)
    contents.redefine(key, *after.table);
  else if (!contents.remake(key, *after.table, after.columns))
    return forget_altered(alter, contents, rules);
  contents.note_removed(now);  // of no rows all is known
  follow_in_others(*before, after, contents);
  if (const auto* made = contents.find(now)) take_names(*made->definition, contents);
}

void drop_index(const std::string& name, Contents& contents) {
  std::vector<Definition> changed, plain;
  for (const auto& [key, state] : contents.book().tables) {
    Definition table = *state.definition;
    const auto is_it = [&](const UniqueKey& each) { return each.name == name; };
    const bool listed = std::erase_if(table.made_indexes, [&](const contents::MadeIndex& each) {
                          return each.name == name;
                        }) > 0;
    std::erase_if(table.conditional_keys,
                  [&](const contents::ConditionalKey& each) { return each.name == name; });
    if (std::erase_if(table.keys, is_it) > 0)
      changed.push_back(std::move(table));
    else if (listed)
      plain.push_back(std::move(table));
  }
  for (Definition& each : plain) {
    const std::string key = each.key;
    contents.redefine(key, std::move(each));
  }
  if (!plain.empty() || !changed.empty()) contents.note_free(name);
  for (const Definition& each : changed) {
    std::vector<KeptColumn> columns;
    for (std::size_t i = 0; i < each.columns.size(); ++i) columns.push_back({i, {}, 0});
    if (!contents.remake(each.key, each, columns)) contents.forget_whether(each.key);
  }
}

}  // namespace understudy::sql::emulator
