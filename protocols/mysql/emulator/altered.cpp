// What ALTER TABLE, CREATE INDEX, DROP INDEX and RENAME TABLE of MariaDB are answered with.
//
// Of most changes the server remakes nothing, and tells of no rows; of others it copies all of them
// and tells how many there were.
#include <algorithm>
#include <set>

#include "protocols/mysql/emulator/defined.hpp"
#include "protocols/sql/emulator/altering.hpp"
#include "protocols/sql/emulator/definitions.hpp"
#include "protocols/sql/lower.hpp"

namespace understudy::mysql::emulation {
namespace {

using sql::contents::Contents;
using sql::contents::Reference;
using sql::emulator::Depended;
using Action = tree::AlterAction;
using Kind = Action::Kind;

bool same_name(const std::string& a, const std::string& b) {
  return sql::lower(a) == sql::lower(b);
}

bool begins_with(const std::vector<std::size_t>& columns,
                 const std::vector<std::size_t>& referring) {
  return columns.size() >= referring.size() &&
         std::equal(referring.begin(), referring.end(), columns.begin());
}

class AlterAnswer {
 public:
  AlterAnswer(const Definition& before, Contents& contents)
      : before_(before), contents_(contents), has_rows_(!contents.has_no_rows(before.key)) {}

  /// Whether it is sure to be done, beside what is looked at afterwards.
  bool is_sure(const Action& action) {
    switch (action.kind) {
      case Kind::inert:
        return true;
      case Kind::add_column:
        return adds_column(action);
      case Kind::drop_column:
        return drops_column(action);
      case Kind::change_column:
        return changes_column(action);
      case Kind::rename_column: {
        const auto column = before_.column(action.name);
        return column && !before_.column(action.new_name) && !is_referred(*column);
      }
      case Kind::set_default:
        return before_.column(action.name).has_value();
      case Kind::add_constraint:
        return adds_constraint(*action.constraint);
      case Kind::drop_constraint:
      case Kind::drop_index:
        return drops_key(action);
      case Kind::rename_index:
        return has_key(action.name) && !has_key(action.new_name);
      default:
        return false;
    }
  }

  [[nodiscard]] bool copies() const noexcept { return copies_ && has_rows_; }

 private:
  [[nodiscard]] bool has_key(const std::string& name) const {
    const auto is_it = [&](const auto& each) { return same_name(each.name, name); };
    return std::ranges::any_of(before_.keys, is_it) || std::ranges::any_of(before_.indexes, is_it);
  }

  /// Whether there is an index of just these columns: a second one is warned of.
  [[nodiscard]] bool is_indexed(const tree::Constraint& constraint) const {
    std::vector<std::size_t> columns;
    for (const tree::KeyPart& part : constraint.parts)
      if (const auto column = before_.column(part.column)) columns.push_back(*column);
    const auto is_it = [&](const auto& each) { return each.columns == columns; };
    return std::ranges::any_of(before_.keys, is_it) || std::ranges::any_of(before_.indexes, is_it);
  }

  /// Whether another table refers to the column, or it to another one.
  [[nodiscard]] bool is_referred(std::size_t column) const {
    const auto names_it = [&](const Reference& reference) {
      return reference.parent == before_.key &&
             (reference.of.empty() || std::ranges::any_of(reference.of, [&](const auto& name) {
                return same_name(name, before_.columns[column].name);
              }));
    };
    return std::ranges::any_of(before_.references,
                               [&](const Reference& each) {
                                 return std::ranges::count(each.columns, column) > 0;
                               }) ||
           std::ranges::any_of(contents_.book().tables, [&](const auto& each) {
             return std::ranges::any_of(each.second.definition->references, names_it);
           });
  }

  [[nodiscard]] bool is_in_several(std::size_t column) const {
    const auto is_it = [&](const auto& each) {
      return each.columns.size() > 1 && std::ranges::count(each.columns, column) > 0;
    };
    return std::ranges::any_of(before_.keys, is_it);
  }

  bool adds_column(const Action& action) {
    const tree::ColumnDefinition& column = *action.column;
    if (before_.column(column.name) || column.generated || column.identity) return false;
    // Of a date that may not be NULL rows get one of zeros, which some modes refuse.
    static const std::set<std::string_view> plain = {
        "int",     "integer", "tinyint", "smallint", "bigint", "bool",  "boolean",
        "varchar", "char",    "decimal", "text",     "double", "float", "longtext"};
    const bool filled =
        !column.not_null || column.default_ || plain.contains(column.type.name.name);
    if (has_rows_ && !filled) return false;
    if (has_rows_ && column.default_ && column.default_->as<tree::Literal>() == nullptr)
      return false;
    return std::ranges::all_of(column.constraints, [&](const tree::Constraint& each) {
      return each.kind != tree::Constraint::Kind::foreign && adds_constraint(each);
    });
  }

  bool drops_column(const Action& action) {
    const auto column = before_.column(action.name);
    if (!column || before_.columns.size() == 1 || is_referred(*column)) return false;
    // Rows that another column told apart may be alike.
    if (has_rows_ && is_in_several(*column)) return false;
    return std::ranges::none_of(before_.checks, [&](const auto& check) {
      return !same_name(check.column, action.name) &&
             sql::emulator::columns_in(before_, *check.condition).contains(*column);
    });
  }

  bool changes_column(const Action& action) {
    const auto column = before_.column(action.name);
    if (!column || action.column->generated) return false;
    const bool renamed = !same_name(action.column->name, action.name);
    if (renamed && before_.column(action.column->name)) return false;
    const tree::Type &was = before_.columns[*column].declared, &now = action.column->type;
    // The width at which a whole number is shown is no other type.
    const bool whole = now.name.name.ends_with("int");
    const bool same = was.name.name == now.name.name && was.is_unsigned == now.is_unsigned &&
                      (whole || was.arguments == now.arguments);
    const bool grows = was.name.name == "varchar" && now.name.name == "varchar";
    if (is_referred(*column) && (!same || renamed)) return false;
    if (is_referred(*column) && action.column->not_null != before_.columns[*column].not_null)
      return false;
    if (!same && !(grows && length_of(now) >= length_of(was))) copies_ = true;
    const bool numbered = action.column->identity;
    const auto leads = [&](const auto& key) { return key.columns.front() == *column; };
    if (numbered && std::ranges::none_of(before_.keys, leads)) return false;
    return std::ranges::all_of(action.column->constraints, [&](const tree::Constraint& each) {
      return each.kind != tree::Constraint::Kind::foreign && adds_constraint(each);
    });
  }

  static int length_of(const tree::Type& type) {
    return type.arguments.size() == 1 ? std::atoi(type.arguments.front().c_str()) : 0;
  }

  bool adds_constraint(const tree::Constraint& constraint) {
    using Of = tree::Constraint::Kind;
    const bool plain = std::ranges::all_of(constraint.parts, [](const tree::KeyPart& part) {
      return !part.expression && part.length.empty();
    });
    if (!plain) return false;
    switch (constraint.kind) {
      case Of::primary:
        return std::ranges::none_of(before_.keys, &sql::contents::UniqueKey::primary);
      case Of::unique:
      case Of::index:
        return (constraint.name.empty() || !has_key(constraint.name)) && !is_indexed(constraint);
      case Of::foreign:
        copies_ = true;
        return (constraint.name.empty() || !has_key(constraint.name)) && contents_.book().complete;
      case Of::check:
        copies_ = copies_ || constraint.of_column.empty();
        return !has_rows_ && constraint.expression && is_sound_condition(*constraint.expression);
      default:
        return false;
    }
  }

  bool drops_key(const Action& action) {
    const auto is_it = [&](const auto& each) { return same_name(each.name, action.name); };
    if (action.kind == Kind::drop_constraint && (std::ranges::any_of(before_.references, is_it) ||
                                                 std::ranges::any_of(before_.checks, is_it)))
      return true;
    if (!has_key(action.name)) return false;
    // One that a reference needs is kept; and numbers need one.
    const auto leads = [&](const std::vector<std::size_t>& columns) {
      const bool referring = std::ranges::any_of(before_.references, [&](const Reference& each) {
        return begins_with(columns, each.columns);
      });
      return referring || (!columns.empty() && (is_referred(columns.front()) ||
                                                before_.columns[columns.front()].default_.kind ==
                                                    sql::contents::Default::Kind::number));
    };
    const auto stays = [&](const auto& each) { return is_it(each) && leads(each.columns); };
    return std::ranges::none_of(before_.keys, stays) &&
           std::ranges::none_of(before_.indexes, stays);
  }

  const Definition& before_;
  Contents& contents_;
  bool has_rows_;
  bool copies_ = false;
};

std::int64_t rows_of(const Definition& table, Contents& contents) {
  std::vector<DatumRow> rows;
  if (contents.database().run("SELECT count(*) FROM " + table.sql_name(), {}, &rows) !=
          sql::contents::Outcome::done ||
      rows.size() != 1)
    return -1;
  const auto* count = std::get_if<std::int64_t>(&rows.front().front());
  return count == nullptr ? -1 : *count;
}

}  // namespace

std::optional<OkPacket> answer_to_alter(const tree::AlterTable& alter, Contents& contents,
                                        const MysqlRules& rules, const Depended& depended) {
  const std::string key = rules.key_of(alter.name);
  const TableState* const state = contents.find(key);
  const bool hidden = depended.contains(sql::emulator::hidden_by_temporary(key));
  if (state == nullptr || !state->known || hidden || !rules.reading.mariadb ||
      !state->definition->takes_rows || !state->definition->triggers.empty() ||
      alter.kind != tree::ObjectKind::table || alter.actions.empty())
    return std::nullopt;
  const std::shared_ptr<const Definition> before = state->definition;
  OkPacket ok;
  ok.info = "Records: 0  Duplicates: 0  Warnings: 0";
  if (alter.actions.size() == 1 && alter.actions.front().kind == Kind::rename_table)
    return contents.book().is_absent(rules.key_of(alter.actions.front().table)) &&
                   !sql::emulator::is_depended_on(key, depended, contents.book())
               ? std::optional(OkPacket{})
               : std::nullopt;
  AlterAnswer answer(*before, contents);
  for (const Action& action : alter.actions)
    if (!answer.is_sure(action)) return std::nullopt;
  const auto after = sql::emulator::altered(*before, alter, rules);
  if (!after.table || !is_sound(*after.table, contents)) return std::nullopt;
  if (!answer.copies()) return ok;
  const std::int64_t rows = rows_of(*before, contents);
  if (rows < 0) return std::nullopt;
  ok.affected = static_cast<std::uint64_t>(rows);
  ok.info = "Records: " + std::to_string(rows) + "  Duplicates: 0  Warnings: 0";
  return ok;
}

std::optional<OkPacket> answer_to_index(const tree::CreateIndex& index, Contents& contents,
                                        const MysqlRules& rules, const Depended& depended) {
  if (index.if_not_exists || index.where || index.name.empty()) return std::nullopt;
  tree::AlterTable alter;
  alter.name = index.table;
  tree::AlterAction& action = alter.actions.emplace_back();
  action.kind = Kind::add_constraint;
  tree::Constraint& constraint = action.constraint.emplace();
  constraint.kind = index.unique ? tree::Constraint::Kind::unique : tree::Constraint::Kind::index;
  constraint.name = index.name;
  constraint.parts = index.parts;
  return answer_to_alter(alter, contents, rules, depended);
}

std::optional<OkPacket> answer_to_drop_index(const tree::Drop& dropped, Contents& contents,
                                             const MysqlRules& rules, const Depended& depended) {
  if (dropped.if_exists || dropped.names.size() != 1) return std::nullopt;
  tree::AlterTable alter;
  alter.name = dropped.table;
  alter.actions.push_back({.kind = Kind::drop_index, .name = dropped.names.front().name});
  return answer_to_alter(alter, contents, rules, depended);
}

std::optional<OkPacket> answer_to_renames(const tree::RenameTables& renames, Contents& contents,
                                          const MysqlRules& rules, const Depended& depended) {
  if (renames.pairs.size() != 1) return std::nullopt;
  tree::AlterTable alter;
  alter.name = renames.pairs.front().from;
  alter.actions.push_back({.kind = Kind::rename_table, .table = renames.pairs.front().to});
  return answer_to_alter(alter, contents, rules, depended);
}

bool alter_holds(const std::string& key, Contents& contents) {
  const TableState* const made = contents.find(key);
  if (made == nullptr || !made->known || !made->definition->takes_rows) return false;
  const std::shared_ptr<const Definition> table = made->definition;
  return std::ranges::all_of(table->references, [&](const Reference& each) {
    return sql::emulator::reference_holds(*contents.find(key), each, contents);
  });
}

}  // namespace understudy::mysql::emulation
