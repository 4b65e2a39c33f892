// Of ALTER TABLE: which of it is known to succeed, and what it says.
#include <fmt/format.h>

#include <algorithm>

#include "protocols/postgres/emulator/definition_answers.hpp"
#include "protocols/postgres/transaction.hpp"

namespace understudy::postgres::emulation {
namespace of_altering {
namespace {

using sql::contents::Contents;
using sql::contents::Default;
using sql::contents::is_text;
using sql::contents::is_whole;
using sql::contents::Outcome;
using sql::contents::Reference;
using sql::contents::TableColumn;
using Kind = tree::AlterAction::Kind;
using Answer = std::optional<DefinitionAnswer>;

Fields said(std::string_view severity, std::string_view code, std::string message) {
  return make_fields(severity, code, std::move(message));
}

bool all_are_named(const Definition& table) {
  const auto named = [](const auto& each) { return !each.name.empty(); };
  return std::ranges::all_of(table.keys, named) && std::ranges::all_of(table.references, named) &&
         std::ranges::all_of(table.checks, named);
}

bool has_constraint(const std::string& name, const Definition& table) {
  const auto is_it = [&](const auto& each) { return each.name == name; };
  return std::ranges::any_of(table.keys, is_it) || std::ranges::any_of(table.references, is_it) ||
         std::ranges::any_of(table.checks, is_it);
}

/// One action after the other; the definition is that before it.
class Action {
 public:
  Action(const tree::AlterAction& action, const Definition& before, const Definition& after,
         const DefinitionContext& context, bool has_rows)
      : action_(action), before_(before), after_(after), context_(context), has_rows_(has_rows) {}

  /// Nothing where it is not known; a tag where it succeeds.
  Answer answer() {
    switch (action_.kind) {
      case Kind::add_column:
        return add_column();
      case Kind::add_constraint:
        return sure(adds_constraint());
      case Kind::drop_constraint:
        return drop_constraint();
      case Kind::rename_table:
        return sure(context_.contents.book().is_absent(context_.rules.key_of(action_.table)) &&
                    !is_depended_on(before_.key));
      case Kind::rename_index:
        return sure(has_constraint(action_.name, before_) && all_are_named(before_) &&
                    !has_constraint(action_.new_name, before_) &&
                    context_.contents.book().is_absent(action_.new_name));
      default:
        break;
    }
    const auto column = before_.column(action_.name);
    if (!column) return missing_column();
    return of_column(before_.columns[*column], *column);
  }

 private:
  static Answer sure(bool is_sure) {
    return is_sure ? Answer(DefinitionAnswer{"ALTER TABLE"}) : std::nullopt;
  }
  Answer noticed(std::string_view code, std::string message) {
    return DefinitionAnswer{"ALTER TABLE", {said("NOTICE", code, std::move(message))}};
  }

  Answer of_column(const TableColumn& column, std::size_t number) {
    switch (action_.kind) {
      case Kind::drop_column:
        return sure(!is_depended_on(before_.key) && !is_referred_to(number) &&
                    context_.contents.book().knows_references() && all_are_named(before_));
      case Kind::rename_column:
        return sure(!before_.column(action_.new_name) && all_are_named(before_));
      case Kind::set_default: {
        const auto changed = after_.column(action_.name);
        return sure(changed && is_sound(after_.columns[*changed]) &&
                    column.type.kind != TypeKind::opaque);
      }
      case Kind::set_not_null:
        return sure(no_nulls(number));
      case Kind::drop_not_null:
        return sure(!is_primary(number) && before_.takes_rows);
      case Kind::set_type:
        return sure(widens(column) && !is_depended_on(before_.key) &&
                    !is_in_key_or_reference(number) && !names_condition(number));
      default:
        return std::nullopt;
    }
  }

  [[nodiscard]] bool is_in_key_or_reference(std::size_t number) const {
    const auto names_it = [&](const auto& each) {
      return std::ranges::count(each.columns, number) > 0;
    };
    return std::ranges::any_of(before_.keys, names_it) ||
           std::ranges::any_of(before_.references, names_it);
  }
  [[nodiscard]] bool names_condition(std::size_t number) const {
    return std::ranges::any_of(before_.checks, [&](const sql::contents::Check& check) {
      return sql::emulator::columns_in(before_, *check.condition).contains(number);
    });
  }

  [[nodiscard]] bool widens(const TableColumn& column) const {
    const auto changed = after_.column(action_.name);
    if (!changed || action_.expression) return false;
    const ColumnType &from = column.type, &to = after_.columns[*changed].type;
    const bool plain = column.default_.kind == Default::Kind::constant &&
                       sql::contents::is_null(column.default_.value);
    if (is_whole(from.kind) && is_whole(to.kind))
      return plain && static_cast<int>(to.kind) >= static_cast<int>(from.kind);
    const bool longer = to.length == 0 || (from.length > 0 && to.length >= from.length);
    return plain && is_text(from.kind) && is_text(to.kind) && longer &&
           to.bytewise == from.bytewise;
  }

  [[nodiscard]] bool is_primary(std::size_t number) const {
    return std::ranges::any_of(before_.keys, [&](const auto& key) {
      return key.primary && std::ranges::count(key.columns, number) > 0;
    });
  }

  [[nodiscard]] bool is_depended_on(const std::string& key) const {
    return sql::emulator::is_depended_on(key, context_.depended, context_.contents.book());
  }
  [[nodiscard]] bool is_referred_to(std::size_t number) const {
    for (const auto& [name, state] : context_.contents.book().tables)
      for (const Reference& reference : state.definition->references) {
        if (reference.parent != before_.key) continue;
        const auto columns = referred_columns(reference, before_);
        if (!columns || std::ranges::count(*columns, number) > 0) return true;
      }
    return false;
  }

  /// Of a table as it is now: no row has NULL there.
  [[nodiscard]] bool no_nulls(std::size_t number) const {
    if (!has_rows_) return true;
    const TableState* const table = context_.contents.find(before_.key);
    if (table == nullptr || !table->known || !table->knows(number)) return false;
    std::vector<sql::contents::DatumRow> rows;
    const std::string sql =
        fmt::format("SELECT 1 FROM {} WHERE {} IS NULL LIMIT 1", table->definition->sql_name(),
                    table->definition->sql_column(number));
    return context_.contents.database().run(sql, {}, &rows) == Outcome::done && rows.empty();
  }

  Answer missing_column() {
    const std::string message = fmt::format("column \"{}\" of relation \"{}\" does not exist",
                                            action_.name, shown_name(before_.key));
    if (action_.kind == Kind::drop_column && action_.if_exists)
      return noticed("00000", message + ", skipping");
    const bool told = action_.kind == Kind::drop_column || action_.kind == Kind::set_default ||
                      action_.kind == Kind::set_not_null || action_.kind == Kind::drop_not_null;
    return told ? Answer(failed(said("ERROR", "42703", message))) : std::nullopt;
  }

  Answer add_column() {
    const tree::ColumnDefinition& made = *action_.column;
    if (before_.column(made.name)) {
      const std::string message = fmt::format("column \"{}\" of relation \"{}\" already exists",
                                              made.name, shown_name(before_.key));
      return action_.if_exists ? noticed("42701", message + ", skipping")
                               : Answer(failed(said("ERROR", "42701", message)));
    }
    const auto column = after_.column(made.name);
    const bool numbers =
        made.identity || (column && after_.columns[*column].default_.kind == Default::Kind::number);
    if (made.generated || (numbers && has_rows_) || !column || !is_sound(after_.columns[*column]))
      return std::nullopt;
    const TableColumn& added = after_.columns[*column];
    const bool null = added.default_.kind == Default::Kind::constant &&
                      sql::contents::is_null(added.default_.value);
    if (has_rows_ && added.not_null && null) return std::nullopt;
    for (const tree::Constraint& each : made.constraints) {
      if (each.kind == tree::Constraint::Kind::foreign) {
        const auto& reference = after_.references.back();
        if (after_.references.empty() || !refers_soundly(reference, after_, context_.contents) ||
            (has_rows_ && !null))
          return std::nullopt;
      } else if (each.kind != tree::Constraint::Kind::unique || has_rows_) {
        return std::nullopt;
      }
    }
    return sure(after_.takes_rows);
  }

  [[nodiscard]] bool adds_constraint() const {
    if (!action_.constraint) return false;
    const tree::Constraint& constraint = *action_.constraint;
    using Of = tree::Constraint::Kind;
    if (constraint.name.empty() || has_constraint(constraint.name, before_) ||
        !all_are_named(before_) || !after_.takes_rows)
      return false;
    if (constraint.kind == Of::foreign) {
      const auto made = std::ranges::find(after_.references, constraint.name, &Reference::name);
      return made != after_.references.end() && refers_soundly(*made, after_, context_.contents);
    }
    if (constraint.kind == Of::check)
      return !has_rows_ && constraint.expression &&
             is_sound_condition(*constraint.expression, before_, context_);
    const bool key = constraint.kind == Of::unique || constraint.kind == Of::primary;
    const bool second = constraint.kind == Of::primary &&
                        std::ranges::any_of(before_.keys, &sql::contents::UniqueKey::primary);
    if (constraint.kind == Of::primary)
      for (const tree::KeyPart& part : constraint.parts) {
        const auto column = before_.column(part.column);
        if (!column || !no_nulls(*column)) return false;
      }
    return key && !second && constraint.using_index.empty() && !constraint.nulls_not_distinct &&
           !constraint.deferrable && context_.contents.book().is_absent(constraint.name);
  }

  Answer drop_constraint() {
    if (has_constraint(action_.name, before_)) {
      const auto is_it = [&](const auto& each) { return each.name == action_.name; };
      const auto key = std::ranges::find_if(before_.keys, is_it);
      const bool used = key != before_.keys.end() &&
                        (!context_.contents.book().knows_references() ||
                         std::ranges::any_of(
                             key->columns, [&](std::size_t each) { return is_referred_to(each); }));
      return sure(!used);
    }
    if (!all_are_named(before_) || !before_.takes_rows) return std::nullopt;
    const std::string message = fmt::format("constraint \"{}\" of relation \"{}\" does not exist",
                                            action_.name, shown_name(before_.key));
    return action_.if_exists ? noticed("00000", message + ", skipping")
                             : Answer(failed(said("ERROR", "42704", message)));
  }

  const tree::AlterAction& action_;
  const Definition& before_;
  const Definition& after_;
  const DefinitionContext& context_;
  bool has_rows_;
};

/// Whether every row of the child refers to one of the parent.
bool holds(const TableState& child, const Reference& reference, Contents& contents) {
  const TableState* const parent = contents.find(reference.parent);
  const auto columns =
      parent == nullptr ? std::nullopt : referred_columns(reference, *parent->definition);
  if (!columns || !parent->known || !child.known) return false;
  std::string same, some;
  for (std::size_t i = 0; i < columns->size(); ++i) {
    if (!child.knows(reference.columns[i]) || !parent->knows((*columns)[i])) return false;
    const std::string own = "c." + child.definition->sql_column(reference.columns[i]);
    some += own + " IS NOT NULL AND ";
    same +=
        (i > 0 ? " AND p." : "p.") + parent->definition->sql_column((*columns)[i]) + " = " + own;
  }
  std::vector<sql::contents::DatumRow> rows;
  const std::string sql = fmt::format(
      "SELECT 1 FROM {} AS c WHERE {}NOT EXISTS (SELECT 1 FROM {} AS p WHERE {}) LIMIT 1",
      child.definition->sql_name(), some, parent->definition->sql_name(), same);
  return contents.database().run(sql, {}, &rows) == Outcome::done && rows.empty();
}

}  // namespace
}  // namespace of_altering

std::optional<DefinitionAnswer> answer_to_alter(const tree::AlterTable& alter,
                                                const DefinitionContext& context) {
  using namespace of_altering;
  Contents& contents = context.contents;
  const std::string key = context.rules.key_of(alter.name);
  if (alter.kind != tree::ObjectKind::table || may_be_hidden(key, context)) return std::nullopt;
  const TableState* const table = contents.find(key);
  if (table == nullptr) {
    if (!contents.book().is_absent(key)) return std::nullopt;
    const std::string message = fmt::format("relation \"{}\" does not exist", shown_name(key));
    if (alter.if_exists)
      return DefinitionAnswer{"ALTER TABLE", {said("NOTICE", "00000", message + ", skipping")}};
    return failed(said("ERROR", "42P01", message));
  }
  if (!table->known || table->definition->shows) return std::nullopt;
  const bool has_rows = !contents.has_no_rows(key);
  DefinitionAnswer whole{"ALTER TABLE"};
  Definition before = *table->definition;
  for (const tree::AlterAction& action : alter.actions) {
    // What others do before, later ones see; what the server does in passes is left to it.
    if (alter.actions.size() > 1 && action.kind != Kind::add_column &&
        action.kind != Kind::drop_column)
      return std::nullopt;
    tree::AlterTable one = alter;
    one.actions = {action};
    Altered after = altered(before, one, context.rules);
    if (after.table) name_enumerations(*after.table, contents.book(), context.rules);
    const Definition& made = after.table ? *after.table : before;
    const auto answer = Action(action, before, made, context, has_rows).answer();
    if (!answer) return std::nullopt;
    if (answer->error) return alter.actions.size() == 1 ? answer : std::nullopt;
    if (!after.table) return std::nullopt;
    whole.notices.insert(whole.notices.end(), answer->notices.begin(), answer->notices.end());
    before = *after.table;
  }
  return whole;
}

bool alter_holds(const tree::AlterTable& alter, const DefinitionContext& context) {
  using namespace of_altering;
  std::string key = context.rules.key_of(alter.name);
  for (const tree::AlterAction& action : alter.actions)
    if (action.kind == Kind::rename_table) key = context.rules.key_of(action.table);
  const TableState* const table = context.contents.find(key);
  if (table == nullptr) return alter.if_exists;
  if (!table->known) return false;
  return std::ranges::all_of(alter.actions, [&](const tree::AlterAction& action) {
    if (action.kind != Kind::add_constraint) return true;
    const auto& references = table->definition->references;
    const auto made = std::ranges::find(references, action.constraint->name, &Reference::name);
    if (made != references.end()) return holds(*table, *made, context.contents);
    const auto& keys = table->definition->keys;
    const auto unique =
        std::ranges::find(keys, action.constraint->name, &sql::contents::UniqueKey::name);
    return unique == keys.end() || std::ranges::none_of(unique->columns, [&](std::size_t each) {
             return !table->knows(each);
           });
  });
}

}  // namespace understudy::postgres::emulation
