// What names of columns mean at one place of a statement.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/postgres/emulator/plan.hpp"

namespace understudy::postgres::emulation {

struct ScopeColumn {
  std::string name;
  std::string sql;
  ColumnType type;
  bool soft = false;  ///< see Typed
  std::optional<TableColumnName> origin;
  /// What its table's primary key is written as: where that is grouped, so is this.
  std::optional<std::string> key = {};
  /// As answers describe it, where that is not its origin: a column of a view.
  std::optional<TableColumnName> shown_as = {};
  std::optional<PartColumn> of_part = {};
  std::optional<std::size_t> variable = {};  ///< of a function's body: which one
};

struct ScopeRelation {
  std::string name;  ///< its alias, or that of the table
  std::vector<ScopeColumn> columns;
  bool hidden = false;  ///< not to be seen from where the translator is
};

struct Scope {
  const Scope* outer = nullptr;
  std::vector<ScopeRelation> relations;

  /// Throws Unsure where there is none, or more than one.
  [[nodiscard]] const ScopeColumn& find(const std::vector<std::string>& path) const;
};

}  // namespace understudy::postgres::emulation
