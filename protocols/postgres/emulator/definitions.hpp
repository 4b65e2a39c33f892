// Tables as statements define them, as far as they can be calculated with.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "protocols/postgres/emulator/values.hpp"
#include "protocols/sql/contents/table.hpp"
#include "protocols/sql/tree/tree.hpp"

namespace understudy::postgres::emulation {

/// Nothing for a table of which even the rows can't be known: one that inherits, or is a part of
/// another one, or of somewhere else.
[[nodiscard]] std::optional<sql::contents::Definition> definition_of(
    const sql::tree::CreateTable& table, const Printing& printing);

/// The table with a unique index more; rows are no longer taken where it is none of plain columns.
[[nodiscard]] sql::contents::Definition with_index(sql::contents::Definition table,
                                                   const sql::tree::CreateIndex& index);

/// The columns that a reference refers to; nothing where they are not known.
[[nodiscard]] std::optional<std::vector<std::size_t>> referred_columns(
    const sql::contents::Reference& reference, const sql::contents::Definition& parent);

/// What an expression gives to columns that an insert says nothing of.
[[nodiscard]] sql::contents::Default default_of(const sql::tree::Expression& expression,
                                                sql::contents::ColumnType type,
                                                const Printing& printing);
/// The columns that a condition names.
[[nodiscard]] std::set<std::size_t> columns_in(const sql::contents::Definition& table,
                                               const sql::tree::Expression& condition);
void add_column(sql::contents::Definition& table, const sql::tree::ColumnDefinition& column,
                const Printing& printing);
/// Rows are no longer taken where the constraint is not understood.
void constrain(sql::contents::Definition& table, const sql::tree::Constraint& constraint);
/// Of what a unique key is made, every value has to be comparable.
void check_keys(sql::contents::Definition& table);

}  // namespace understudy::postgres::emulation
