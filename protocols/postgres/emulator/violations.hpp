// What the server says where a constraint refuses a statement: ErrorResponse without file, line and
// routine, which versions differ in.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "protocols/postgres/backend.hpp"
#include "protocols/postgres/emulator/shared.hpp"
#include "protocols/postgres/emulator/values.hpp"
#include "protocols/sql/contents/table.hpp"

namespace understudy::postgres::emulation {

/// The versions of the server whose messages are these, in English.
[[nodiscard]] bool knows_messages_of(std::string_view server_version) noexcept;
/// Whether lc_messages is a locale in which they are.
[[nodiscard]] bool are_english(std::string_view locale) noexcept;

/// The names that the server gives to what has none; empty where that is not sure. `suffix`: key,
/// pkey, fkey, check.
[[nodiscard]] std::string constraint_name(const Definition& table,
                                          const std::vector<std::size_t>& columns,
                                          std::string_view suffix);

/// `values` are those of the columns as the server prints them. Nothing where the name of the
/// constraint is not known.
[[nodiscard]] std::optional<Fields> unique_violation(const Definition& table,
                                                     const std::string& constraint,
                                                     const std::vector<std::size_t>& columns,
                                                     const std::vector<std::string>& values);
/// `row`: all its columns, nothing for NULL.
[[nodiscard]] Fields not_null_violation(const Definition& table, std::size_t column,
                                        const std::vector<std::optional<std::string>>& row);
[[nodiscard]] std::optional<Fields> check_violation(
    const Definition& table, const std::string& constraint,
    const std::vector<std::optional<std::string>>& row);
/// A row of `child` refers to none of `parent`.
[[nodiscard]] std::optional<Fields> missing_parent(const Definition& child,
                                                   const sql::contents::Reference& reference,
                                                   const Definition& parent,
                                                   const std::vector<std::string>& values);
/// A row of `parent` is gone to which one of `child` refers; `of`: the columns that it refers to.
[[nodiscard]] std::optional<Fields> missing_child(const Definition& child,
                                                  const sql::contents::Reference& reference,
                                                  const Definition& parent,
                                                  const std::vector<std::size_t>& of,
                                                  const std::vector<std::string>& values);

/// Why a value is refused before its row is made; nothing where the server would take it, or its
/// words are not known.
[[nodiscard]] std::optional<Fields> refused_value(ColumnType type, sql::ValueClass value_class,
                                                  std::string_view text);

}  // namespace understudy::postgres::emulation
