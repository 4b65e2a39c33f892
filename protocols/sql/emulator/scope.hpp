// What names of columns mean at one place of a statement.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/sql/emulator/plan.hpp"

namespace understudy::sql::emulator {

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
  bool of_view = false;                      ///< or of what a view shows
  bool derived = false;                      ///< of a sub-query
  bool may_lack = false;                     ///< an outer join may make it NULL
  bool may_raise = false;                    ///< see Typed
  std::string shade =
      {};  ///< of a column of the catalogue that tells rows apart: see ScopeRelation
  std::string beside = {};       ///< of the same: what a function of it alone gives
  std::size_t of_catalogue = 0;  ///< of the same: of which relation
};

struct ScopeRelation {
  std::string name;  ///< its alias, or that of the table
  std::vector<ScopeColumn> columns;
  bool hidden = false;      ///< not to be seen from where the translator is
  bool folds = false;       ///< names of columns are the same in any case of letters
  std::string schema = {};  ///< with which it is named, without an alias
  /// Of a relation that has rows which may be there or not: SQL that is not 0 of those.
  std::string shade = {};
};

/// Whether the column is called so.
[[nodiscard]] bool is_called(const ScopeRelation& relation, const ScopeColumn& column,
                             std::string_view name);

struct Scope {
  const Scope* outer = nullptr;
  std::vector<ScopeRelation> relations;

  /// Throws Unsure where there is none, or more than one.
  [[nodiscard]] const ScopeColumn& find(const std::vector<std::string>& path) const;
  /// The name of the relation that the column, which find() gave, is of.
  [[nodiscard]] std::string relation_of(const ScopeColumn& column) const;
};

}  // namespace understudy::sql::emulator
