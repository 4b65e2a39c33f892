// What a statement reads and writes, as the paths of keys that a dialect gives to tables.
#pragma once

#include <functional>
#include <string_view>

#include "protocols/sql/catalog/catalog.hpp"
#include "protocols/sql/statement.hpp"
#include "protocols/sql/tree/tree.hpp"

namespace understudy::sql {

struct KeyNames {
  /// Of a table; `{}` where any write may show in it.
  std::function<KeyPath(const tree::Name&)> table;
  KeyPath locks;      ///< advisory ones
  KeyPath catalogue;  ///< what is defined
};

struct StatementFacts {
  Dependencies dependencies;
  /// Tables are touched that the text does not name, or other rows of them: what can be planned of
  /// rows by the text alone is not all.
  bool indirect = false;
  bool writes_uncounted = false;  ///< see Effects
  /// Keys of tables whose rows change with those that they refer to (see Dependant), not among the
  /// writes.
  std::vector<KeyPath> cascades;
};

[[nodiscard]] StatementFacts facts_of(const tree::Statement& statement, const Catalog& catalog,
                                      Dialect dialect, const KeyNames& names);

/// Of MySQL's statements, by their tree where they are understood, else by their words (see
/// dependencies_of). A key is `table`, or `database.table` where the statement says so, in lower
/// case.
[[nodiscard]] StatementFacts mysql_facts_of(std::string_view sql, Mode mode,
                                            const Catalog& catalog);

}  // namespace understudy::sql
