#include "protocols/mysql/emulator/errors.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace understudy::mysql::emulation {
namespace {

using sql::contents::is_text;
using sql::contents::is_whole;
using sql::contents::UniqueKey;

std::string action_text(std::string_view event, tree::ForeignAction action) {
  if (action == tree::ForeignAction::cascade) return fmt::format(" ON {} CASCADE", event);
  if (action == tree::ForeignAction::set_null) return fmt::format(" ON {} SET NULL", event);
  return {};
}

std::string names_of(const Definition& table, const std::vector<std::size_t>& columns) {
  std::string list;
  for (const std::size_t each : columns)
    list += (list.empty() ? "`" : ", `") + table.columns[each].name + "`";
  return list;
}

}  // namespace

std::optional<ErrorPacket> duplicate_entry(const Definition& table, const UniqueKey& key,
                                           const std::vector<std::string>& values, bool mariadb) {
  constexpr std::size_t longest = 60;  // what is longer is cut off
  std::string entry;
  for (const std::string& each : values) entry += (entry.empty() ? "" : "-") + each;
  const bool plain = std::ranges::all_of(entry, [](char c) { return c >= ' ' && c < 0x7F; });
  const bool known = std::ranges::none_of(key.columns, [&](std::size_t each) {
    return table.columns[each].type.kind == TypeKind::bytea;
  });
  if (!plain || !known || key.name.empty() || entry.size() > longest) return std::nullopt;
  const std::string name = mariadb ? key.name : table.spelled.name + "." + key.name;
  return ErrorPacket{1062, "23000", fmt::format("Duplicate entry '{}' for key '{}'", entry, name)};
}

ErrorPacket no_null(const TableColumn& column) {
  return {1048, "23000", fmt::format("Column '{}' cannot be null", column.name)};
}

ErrorPacket no_default(const TableColumn& column) {
  return {1364, "HY000", fmt::format("Field '{}' doesn't have a default value", column.name)};
}

ErrorPacket table_exists(const tree::Name& name) {
  return {1050, "42S01", fmt::format("Table '{}' already exists", name.name)};
}

ErrorPacket unknown_table(const tree::Name& name, const MysqlRules& rules) {
  return {1051, "42S02",
          fmt::format("Unknown table '{}.{}'",
                      name.schema.empty() ? rules.main_database : name.schema, name.name)};
}

ErrorPacket no_table(const tree::Name& name, const MysqlRules& rules) {
  return {1146, "42S02",
          fmt::format("Table '{}.{}' doesn't exist",
                      name.schema.empty() ? rules.main_database : name.schema, name.name)};
}

std::optional<ErrorPacket> broken_check(const Definition& table, const std::string& name,
                                        const MysqlRules& rules) {
  if (name.empty() || !rules.reading.mariadb) return std::nullopt;
  return ErrorPacket{4025, "23000",
                     fmt::format("CONSTRAINT `{}` failed for `{}`.`{}`", name,
                                 rules.database_of(table), table.spelled.name)};
}

std::optional<ErrorPacket> refused_value(const TableColumn& column, sql::ValueClass value_class,
                                         std::string_view text, std::size_t row) {
  const bool plain = std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7F; });
  if (column.type.enumeration != nullptr)
    return value_class == sql::ValueClass::string && plain
               ? std::optional(ErrorPacket{
                     1265, "01000",
                     fmt::format("Data truncated for column '{}' at row {}", column.name, row)})
               : std::nullopt;
  if (column.type.kind == TypeKind::varchar && value_class == sql::ValueClass::string && plain &&
      characters_of(text) > column.type.length)
    return ErrorPacket{1406, "22001",
                       fmt::format("Data too long for column '{}' at row {}", column.name, row)};
  std::string_view digits = text;
  if (digits.starts_with('-')) digits.remove_prefix(1);
  const bool whole = !digits.empty() && digits.size() <= 18 &&
                     std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
  if (is_whole(column.type.kind) && value_class == sql::ValueClass::number && whole)
    return ErrorPacket{
        1264, "22003",
        fmt::format("Out of range value for column '{}' at row {}", column.name, row)};
  return std::nullopt;
}

std::optional<ErrorPacket> broken_reference(const Definition& child,
                                            const sql::contents::Reference& reference,
                                            const Definition& parent, const MysqlRules& rules,
                                            bool as_parent) {
  if (reference.name.empty() || reference.of.empty()) return std::nullopt;
  const std::string database = rules.database_of(child);
  if (rules.database_of(parent) != database) return std::nullopt;
  std::string of;
  for (const std::string& each : reference.of) of += (of.empty() ? "`" : ", `") + each + "`";
  const std::string constraint = fmt::format(
      "`{}`.`{}`, CONSTRAINT `{}` FOREIGN KEY ({}) REFERENCES `{}` ({}){}{}", database,
      child.spelled.name, reference.name, names_of(child, reference.columns), parent.spelled.name,
      of, action_text("DELETE", reference.on_delete), action_text("UPDATE", reference.on_update));
  if (as_parent)
    return ErrorPacket{
        1451, "23000",
        fmt::format("Cannot delete or update a parent row: a foreign key constraint fails ({})",
                    constraint)};
  return ErrorPacket{
      1452, "23000",
      fmt::format("Cannot add or update a child row: a foreign key constraint fails ({})",
                  constraint)};
}

std::vector<const UniqueKey*> keys_in_order(const Definition& table) {
  std::vector<const UniqueKey*> keys;
  for (const UniqueKey& each : table.keys) keys.push_back(&each);
  const auto rank = [&](const UniqueKey* key) {
    if (key->primary) return 0;
    return std::ranges::all_of(key->columns,
                               [&](std::size_t each) { return table.columns[each].not_null; })
               ? 1
               : 2;
  };
  std::ranges::stable_sort(keys, {}, rank);
  return keys;
}

}  // namespace understudy::mysql::emulation
