// Tables as statements define them, as far as they can be calculated with.
#pragma once

#include <optional>
#include <set>
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
                                              const tree::CreateIndex& index,
                                              const ServerRules& rules);

/// The columns that a reference refers to; nothing where they are not known.
[[nodiscard]] std::optional<std::vector<std::size_t>> referred_columns(
    const contents::Reference& reference, const contents::Definition& parent);

/// The columns that a condition names.
[[nodiscard]] std::set<std::size_t> columns_in(const contents::Definition& table,
                                               const tree::Expression& condition);
void add_column(contents::Definition& table, const tree::ColumnDefinition& column,
                const ServerRules& rules);
/// Rows are no longer taken where the constraint is not understood.
void constrain(contents::Definition& table, const tree::Constraint& constraint,
               const ServerRules& rules);
/// MySQL: a reference that no key and no index begins with gets an index of its own, which goes
/// where another one takes its place.
void index_references(contents::Definition& table, const ServerRules& rules);
/// Columns whose types are enumerations that statements made get them.
void name_enumerations(contents::Definition& table, const contents::TableBook& book,
                       const ServerRules& rules);
/// Of what a unique key is made, every value has to be comparable.
void check_keys(contents::Definition& table);

}  // namespace understudy::sql::emulator
