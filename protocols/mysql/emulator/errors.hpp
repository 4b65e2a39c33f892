// What the server says where it refuses a statement.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "protocols/mysql/emulator/rules.hpp"
#include "protocols/mysql/responses.hpp"

namespace understudy::mysql::emulation {

/// `values`: what is printed of them. Nothing where the words are not known.
[[nodiscard]] std::optional<ErrorPacket> duplicate_entry(const Definition& table,
                                                         const sql::contents::UniqueKey& key,
                                                         const std::vector<std::string>& values,
                                                         bool mariadb);
[[nodiscard]] ErrorPacket no_null(const TableColumn& column);
[[nodiscard]] ErrorPacket no_default(const TableColumn& column);
/// Nothing where it is not known what the server calls the condition.
[[nodiscard]] std::optional<ErrorPacket> broken_check(const Definition& table,
                                                      const std::string& name,
                                                      const MysqlRules& rules);
/// Of CREATE TABLE and DROP TABLE.
[[nodiscard]] ErrorPacket table_exists(const tree::Name& name);
[[nodiscard]] ErrorPacket unknown_table(const tree::Name& name, const MysqlRules& rules);
[[nodiscard]] ErrorPacket no_table(const tree::Name& name, const MysqlRules& rules);
/// A value that a column refuses, of the row of that number (from 1).
[[nodiscard]] std::optional<ErrorPacket> refused_value(const TableColumn& column,
                                                       sql::ValueClass value_class,
                                                       std::string_view text, std::size_t row);
/// A row of the child refers to none, or (`as_parent`) one that goes is referred to.
[[nodiscard]] std::optional<ErrorPacket> broken_reference(const Definition& child,
                                                          const sql::contents::Reference& reference,
                                                          const Definition& parent,
                                                          const MysqlRules& rules, bool as_parent);

/// In the order in which the server looks at them.
[[nodiscard]] std::vector<const sql::contents::UniqueKey*> keys_in_order(const Definition& table);

}  // namespace understudy::mysql::emulation
