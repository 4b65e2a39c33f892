// Tables as statements define them, as far as they can be calculated with.
#pragma once

#include <optional>
#include <string>

#include "protocols/sql/contents/table.hpp"
#include "protocols/sql/emulator/server_rules.hpp"
#include "protocols/sql/tree/tree.hpp"

namespace understudy::sql::emulator {

/// Nothing for a table of which even the rows can't be known: one that inherits, or is a part of
/// another one, or of somewhere else.
[[nodiscard]] std::optional<contents::Definition> definition_of(const tree::CreateTable& table,
                                                                const ServerRules& rules);

/// The table with a unique index more; rows are no longer taken where it is none of plain columns.
[[nodiscard]] contents::Definition with_index(contents::Definition table,
                                              const tree::CreateIndex& index);

/// The columns that a reference refers to; nothing where they are not known.
[[nodiscard]] std::optional<std::vector<std::size_t>> referred_columns(
    const contents::Reference& reference, const contents::Definition& parent);

/// What ALTER TABLE makes of it.
struct Altered {
  std::optional<contents::Definition> table;  ///< nothing where it is not followed
  bool other_columns = false;
};
[[nodiscard]] Altered altered(contents::Definition table, const tree::AlterTable& alter,
                              const ServerRules& rules);

}  // namespace understudy::sql::emulator
