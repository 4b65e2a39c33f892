// Tables as statements define them, as far as they can be calculated with.
#pragma once

#include <optional>
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

/// What ALTER TABLE makes of it.
struct Altered {
  std::optional<sql::contents::Definition> table;  ///< nothing where it is not followed
  bool other_columns = false;
};
[[nodiscard]] Altered altered(sql::contents::Definition table, const sql::tree::AlterTable& alter,
                              const Printing& printing);

}  // namespace understudy::postgres::emulation
