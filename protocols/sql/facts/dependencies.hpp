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
  /// The entry of a table in the catalogue, and, of MySQL, a routine.
  std::function<KeyPath(const tree::Name&)> entry = {};
  std::function<KeyPath(const tree::Name&)> routine = {};
  bool one_namespace = false;  ///< indexes are relations like tables
  KeyPath places = {};         ///< of relations in the catalogue; empty: their order does not show
};

struct StatementFacts {
  Dependencies dependencies;
  /// Tables are touched that the text does not name, or other rows of them: what can be planned of
  /// rows by the text alone is not all.
  bool indirect = false;
  bool writes_uncounted = false;  ///< see Effects
  bool fires_triggers = false;
  /// Keys of tables whose rows change with those that they refer to (see Dependant), not among the
  /// writes.
  std::vector<KeyPath> cascades;
};

[[nodiscard]] StatementFacts facts_of(const tree::Statement& statement, const Catalog& catalog,
                                      Dialect dialect, const KeyNames& names);

/// What a MySQL statement that is not understood, or no more than a name, reads and writes:
/// whatever it names, else everything.
[[nodiscard]] StatementFacts facts_of_names(const std::vector<tree::Name>& names,
                                            const KeyNames& keys);

}  // namespace understudy::sql
