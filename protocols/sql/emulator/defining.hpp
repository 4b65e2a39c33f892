// What statements that define things make of the contents.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "protocols/sql/contents/contents.hpp"
#include "protocols/sql/emulator/server_rules.hpp"
#include "protocols/sql/tree/tree.hpp"

namespace understudy::sql::emulator {

/// Keys of tables that other things are made of, so that they can't be dropped alone; see
/// is_depended_on().
using Depended = std::set<std::string, std::less<>>;

/// Not by a view that is known to be gone.
[[nodiscard]] bool is_depended_on(std::string_view key, const Depended& depended,
                                  const contents::TableBook& book);

/// Whether CREATE INDEX made one of that name.
[[nodiscard]] bool has_index(const std::string& name, const contents::Contents& contents);

/// What stands among them for a table of another connection's own: which one its name means is not
/// known.
[[nodiscard]] std::string hidden_by_temporary(std::string_view key);

/// The keys of all tables that a statement names.
[[nodiscard]] std::set<std::string> tables_named(const tree::Statement& statement,
                                                 const ServerRules& rules);

/// The statement took effect: the contents are what they are then. False, and nothing is done,
/// where it defines nothing.
bool define(const tree::Statement& statement, contents::Contents& contents,
            const ServerRules& rules, Depended& depended);

/// The statement may have taken effect, or not.
void forget_definitions(const tree::Statement& statement, contents::Contents& contents,
                        const ServerRules& rules);

}  // namespace understudy::sql::emulator
