// What ALTER TABLE makes of a table and of its rows.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "protocols/sql/contents/contents.hpp"
#include "protocols/sql/emulator/server_rules.hpp"
#include "protocols/sql/tree/tree.hpp"

namespace understudy::sql::emulator {

struct Altered {
  std::optional<contents::Definition> table;  ///< nothing where it is not followed
  /// Of each column what its rows held; to be used where `remade`: then the rows are others.
  std::vector<contents::KeptColumn> columns;
  bool remade = false;
  /// Names of columns of keys that are gone, with the references to them.
  std::vector<std::vector<std::string>> lost_keys;
  std::vector<std::pair<std::string, std::string>> renamed_columns;  ///< from, to
};
[[nodiscard]] Altered altered(const contents::Definition& table, const tree::AlterTable& alter,
                              const ServerRules& rules);

[[nodiscard]] Altered altered_of_mysql(const contents::Definition& table,
                                       const tree::AlterTable& alter, const ServerRules& rules);

/// The statement took effect.
void alter_table(const tree::AlterTable& alter, contents::Contents& contents,
                 const ServerRules& rules);
/// DROP INDEX of that name took effect.
void drop_index(const std::string& name, contents::Contents& contents);

/// Names of indexes and sequences that belong to the table and stand in one space with tables.
struct BesideTable {
  std::string name;
  char kind;  ///< see TableBook::beside
};
[[nodiscard]] std::vector<BesideTable> names_beside(const contents::Definition& table);
/// No other table can have them.
void take_names(const contents::Definition& table, contents::Contents& contents);

}  // namespace understudy::sql::emulator
