// What CREATE TABLE and DROP TABLE are answered with.
#include "protocols/mysql/emulator/defined.hpp"

#include <algorithm>
#include <set>

#include "protocols/mysql/emulator/errors.hpp"
#include "protocols/sql/emulator/definitions.hpp"
#include "protocols/sql/lower.hpp"
#include "protocols/sql/tree/visitor.hpp"

namespace understudy::mysql::emulation {
namespace {

using sql::contents::Contents;
using sql::contents::Default;
using sql::contents::is_text;
using sql::contents::Reference;

/// Of more characters a key may be too long for the server.
constexpr std::int32_t longest_key = 190;

/// Whether its type is one that every server knows, and its default one that it takes.
bool is_sound_column(const TableColumn& column) {
  static constexpr std::string_view names[] = {"enum", "set", "float", "json", "year"};
  const bool known = column.type.kind != TypeKind::opaque ||
                     std::ranges::find(names, column.declared.name.name) != std::end(names);
  if (column.lacks_default) return known;
  return column.type.kind != TypeKind::opaque && column.default_.kind != Default::Kind::elsewhere;
}

bool may_be_key(const Definition& table, const std::vector<std::size_t>& columns) {
  std::int32_t length = 0;
  if (std::set<std::size_t>(columns.begin(), columns.end()).size() != columns.size()) return false;
  for (const std::size_t each : columns) {
    const ColumnType& type = table.columns[each].type;
    if (type.kind == TypeKind::text || type.kind == TypeKind::opaque ||
        type.kind == TypeKind::json || type.kind == TypeKind::bytea)
      return false;
    if (is_text(type.kind)) length += type.length;
  }
  return !columns.empty() && length <= longest_key * 3;
}

/// Whether both hold the same values, so that one may refer to the other.
bool are_alike(const TableColumn& one, const TableColumn& other) {
  return one.type == other.type && one.type.kind != TypeKind::opaque &&
         one.declared.name.name == other.declared.name.name &&
         (!is_text(one.type.kind) || one.type.collation != 0);
}

bool is_sound_reference(const Definition& table, const Reference& reference,
                        const Contents& contents) {
  const TableState* const state = contents.find(reference.parent);
  const Definition* const parent = reference.parent == table.key ? &table
                                   : state != nullptr            ? state->definition.get()
                                                                 : nullptr;
  const auto of =
      parent == nullptr ? std::nullopt : sql::emulator::referred_columns(reference, *parent);
  if (!of || of->size() != reference.columns.size()) return false;
  const bool has_key =
      std::ranges::any_of(parent->keys, [&](const auto& key) { return key.columns == *of; });
  bool alike = has_key && may_be_key(table, reference.columns);
  for (std::size_t i = 0; alike && i < of->size(); ++i) {
    const TableColumn& child = table.columns[reference.columns[i]];
    alike = are_alike(child, parent->columns[(*of)[i]]) &&
            !(child.not_null && (reference.on_delete == tree::ForeignAction::set_null ||
                                 reference.on_update == tree::ForeignAction::set_null));
  }
  return alike;
}

/// Whether the name of a reference is that of another one of the database.
bool has_free_name(const Reference& reference, const Definition& table, const Contents& contents) {
  if (reference.name.empty()) return true;
  return std::ranges::none_of(contents.book().tables, [&](const auto& each) {
    const Definition& other = *each.second.definition;
    // Of the table itself it may be what it was before.
    return other.key != table.key &&
           std::ranges::count(other.references, reference.name, &Reference::name) > 0;
  });
}

/// All columns of a row have to find room in it.
bool fits_in_a_row(const Definition& table) {
  constexpr std::int64_t most = 60'000, octets_of_character = 4, of_others = 20;
  std::int64_t octets = 0;
  for (const TableColumn& each : table.columns)
    octets += each.type.kind == TypeKind::varchar ? each.type.length * octets_of_character
              : each.type.kind == TypeKind::bytea && each.declared.name.name == "varbinary"
                  ? each.type.length
                  : of_others;
  return octets < most;
}

class ConditionParts final : public tree::Visitor {
 public:
  using Visitor::visit;
  void visit(const tree::Expression& expression) override {
    sound = sound && (expression.as<tree::Column>() || expression.as<tree::Literal>() ||
                      expression.as<tree::Operation>() || expression.as<tree::Is>() ||
                      expression.as<tree::In>() || expression.as<tree::Between>() ||
                      expression.as<tree::Like>());
    descend(expression);
  }
  bool sound = true;
};

/// Whether the conditions name columns of the table alone.
bool has_sound_conditions(const Definition& table) {
  return std::ranges::all_of(table.checks, [&](const sql::contents::Check& check) {
    return is_sound_condition(*check.condition) &&
           !sql::emulator::columns_in(table, *check.condition).empty();
  });
}

}  // namespace

bool is_sound_condition(const tree::Expression& condition) {
  ConditionParts parts;
  parts.visit(condition);
  return parts.sound;
}

bool is_sound(const Definition& table, const Contents& contents) {
  if (!table.takes_rows || !fits_in_a_row(table) || !has_sound_conditions(table)) return false;
  if (!std::ranges::all_of(table.columns, is_sound_column)) return false;
  for (const auto& key : table.keys)
    if (!may_be_key(table, key.columns)) return false;
  for (const auto& index : table.indexes)
    if (!index.columns.empty() && !may_be_key(table, index.columns)) return false;
  std::set<std::string> names;
  for (const TableColumn& each : table.columns)
    if (!names.insert(sql::lower(each.name)).second) return false;
  return std::ranges::all_of(table.references, [&](const Reference& each) {
    return is_sound_reference(table, each, contents) && contents.book().complete &&
           has_free_name(each, table, contents);
  });
}

namespace {

std::optional<OkPacket> answer_of(const tree::CreateTable& create, Contents& contents,
                                  const MysqlRules& rules,
                                  const sql::emulator::Depended& depended) {
  const std::string key = rules.key_of(create.name);
  if (create.replace || depended.contains(sql::emulator::hidden_by_temporary(key)))
    return std::nullopt;
  // A note says that it is there.
  if (create.if_not_exists && !create.temporary && contents.find(key) != nullptr)
    return OkPacket{.warnings = 1};
  const auto definition = sql::emulator::definition_of(create, rules);
  if (!definition || !contents.book().is_absent(key) || !is_sound(*definition, contents))
    return std::nullopt;
  return OkPacket{};
}

/// Whether another table that stays refers to it.
bool is_referred_to(const std::string& key, const std::set<std::string>& gone,
                    const Contents& contents) {
  return std::ranges::any_of(contents.book().tables, [&](const auto& each) {
    return each.first != key && !gone.contains(each.first) &&
           std::ranges::any_of(each.second.definition->references,
                               [&](const Reference& other) { return other.parent == key; });
  });
}

std::optional<OkPacket> answer_of(const tree::Drop& dropped, const Contents& contents,
                                  const MysqlRules& rules,
                                  const sql::emulator::Depended& depended) {
  if (dropped.kind != tree::ObjectKind::table || dropped.temporary) return std::nullopt;
  OkPacket ok;
  std::set<std::string> gone;
  for (const tree::Name& name : dropped.names) {
    const std::string key = rules.key_of(name);
    if (depended.contains(sql::emulator::hidden_by_temporary(key))) return std::nullopt;
    if (contents.find(key) == nullptr) {
      if (!dropped.if_exists || !contents.book().is_absent(key)) return std::nullopt;
      ok.warnings = 1;  // one note names all of them
    } else if (is_referred_to(key, gone, contents)) {
      return std::nullopt;
    }
    gone.insert(key);
  }
  // Other servers than MariaDB have a note for each.
  const bool several = ok.warnings > 0 && dropped.names.size() > 1;
  return several && !rules.reading.mariadb ? std::nullopt : std::optional(std::move(ok));
}

}  // namespace

namespace {

/// The error of a table that is there already, or is not there.
std::optional<ErrorPacket> error_of(const tree::Statement& statement, const Contents& contents,
                                    const MysqlRules& rules,
                                    const sql::emulator::Depended& depended) {
  const auto is_hidden = [&](const std::string& key) {
    return depended.contains(sql::emulator::hidden_by_temporary(key));
  };
  if (const auto* create = statement.as<tree::CreateTable>()) {
    const std::string key = rules.key_of(create->name);
    const bool there = contents.find(key) != nullptr && !is_hidden(key);
    const bool plain = !create->temporary && !create->if_not_exists && !create->replace;
    return there && plain ? std::optional(table_exists(create->name)) : std::nullopt;
  }
  const auto* dropped = statement.as<tree::Drop>();
  if (dropped == nullptr || dropped->kind != tree::ObjectKind::table || dropped->temporary ||
      dropped->if_exists || dropped->names.size() != 1)
    return std::nullopt;
  const std::string key = rules.key_of(dropped->names.front());
  const bool absent =
      contents.book().is_absent(key) && !is_hidden(key) && !rules.view_names.contains(key);
  return absent ? std::optional(unknown_table(dropped->names.front(), rules)) : std::nullopt;
}

}  // namespace

std::optional<Result> answer_of(const tree::Statement& statement, Contents& contents,
                                const MysqlRules& rules, const sql::emulator::Depended& depended) {
  if (auto error = error_of(statement, contents, rules, depended)) return Result(*std::move(error));
  std::optional<OkPacket> ok;
  if (const auto* create = statement.as<tree::CreateTable>())
    ok = answer_of(*create, contents, rules, depended);
  else if (const auto* dropped = statement.as<tree::Drop>())
    ok = dropped->kind == tree::ObjectKind::index
             ? answer_to_drop_index(*dropped, contents, rules, depended)
             : answer_of(*dropped, contents, rules, depended);
  else if (const auto* alter = statement.as<tree::AlterTable>())
    ok = answer_to_alter(*alter, contents, rules, depended);
  else if (const auto* index = statement.as<tree::CreateIndex>())
    ok = answer_to_index(*index, contents, rules, depended);
  else if (const auto* renames = statement.as<tree::RenameTables>())
    ok = answer_to_renames(*renames, contents, rules, depended);
  return ok ? std::optional(Result(*std::move(ok))) : std::nullopt;
}

bool definition_holds(const tree::Statement& statement, Contents& contents,
                      const MysqlRules& rules) {
  const auto holds = [&](const tree::Name& name) {
    return alter_holds(rules.key_of(name), contents);
  };
  if (const auto* alter = statement.as<tree::AlterTable>()) {
    tree::Name name = alter->name;
    for (const tree::AlterAction& action : alter->actions)
      if (action.kind == tree::AlterAction::Kind::rename_table) name = action.table;
    return holds(name);
  }
  if (const auto* index = statement.as<tree::CreateIndex>()) return holds(index->table);
  if (const auto* renames = statement.as<tree::RenameTables>())
    return holds(renames->pairs.back().to);
  const auto* dropped = statement.as<tree::Drop>();
  return dropped == nullptr || dropped->kind != tree::ObjectKind::index || holds(dropped->table);
}

}  // namespace understudy::mysql::emulation
