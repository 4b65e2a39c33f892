// What CREATE TABLE and DROP TABLE are answered with.
#include <algorithm>
#include <set>

#include "protocols/mysql/emulator/start.hpp"
#include "protocols/sql/emulator/defining.hpp"
#include "protocols/sql/emulator/definitions.hpp"
#include "protocols/sql/lower.hpp"

namespace understudy::mysql::emulation {
namespace {

using sql::contents::Contents;
using sql::contents::Default;
using sql::contents::is_text;
using sql::contents::Reference;

/// Of more characters a key may be too long for the server.
constexpr std::int32_t longest_key = 190;

/// Whether its type is one that every server knows, and its default one that it takes.
bool is_sound(const TableColumn& column) {
  static constexpr std::string_view names[] = {"enum", "set", "float", "json", "year"};
  const bool known = column.type.kind != TypeKind::opaque ||
                     std::ranges::find(names, column.declared.name.name) != std::end(names);
  if (column.lacks_default) return known;
  return column.type.kind != TypeKind::opaque && column.default_.kind != Default::Kind::elsewhere;
}

bool may_be_key(const Definition& table, const std::vector<std::size_t>& columns) {
  std::int32_t length = 0;
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

bool is_sound(const Definition& table, const Reference& reference, const Contents& contents) {
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
bool has_free_name(const Reference& reference, const Contents& contents) {
  if (reference.name.empty()) return true;
  return std::ranges::none_of(contents.book().tables, [&](const auto& each) {
    return std::ranges::count(each.second.definition->references, reference.name,
                              &Reference::name) > 0;
  });
}

bool is_sound(const Definition& table, const Contents& contents) {
  if (!table.takes_rows) return false;
  if (!std::ranges::all_of(table.columns, [](const TableColumn& each) { return is_sound(each); }))
    return false;
  for (const auto& key : table.keys)
    if (!may_be_key(table, key.columns)) return false;
  for (const auto& index : table.indexes)
    if (!index.columns.empty() && !may_be_key(table, index.columns)) return false;
  std::set<std::string> names;
  for (const TableColumn& each : table.columns)
    if (!names.insert(sql::lower(each.name)).second) return false;
  return table.checks.empty() && std::ranges::all_of(table.references, [&](const Reference& each) {
           return is_sound(table, each, contents) &&
                  (contents.book().complete || table.references.empty()) &&
                  has_free_name(each, contents);
         });
}

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

std::optional<OkPacket> answer_of(const tree::Statement& statement, Contents& contents,
                                  const MysqlRules& rules,
                                  const sql::emulator::Depended& depended) {
  if (const auto* create = statement.as<tree::CreateTable>())
    return answer_of(*create, contents, rules, depended);
  if (const auto* dropped = statement.as<tree::Drop>())
    return answer_of(*dropped, contents, rules, depended);
  return std::nullopt;
}

}  // namespace understudy::mysql::emulation
