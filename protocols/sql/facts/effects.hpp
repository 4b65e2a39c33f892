// What a statement reads and writes: base tables, sequences, locks, variables. Names are resolved
// by the catalogue: a view is the tables that it shows, a partition its whole family, and a change
// is also what its triggers, rules and foreign keys do.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "protocols/sql/catalog/catalog.hpp"
#include "protocols/sql/tree/tree.hpp"

namespace understudy::sql {

struct Effects {
  std::vector<tree::Name> reads, writes;  ///< base tables, each once
  std::vector<tree::Name> numbered;  ///< tables of which an insert takes a number of a sequence
  std::vector<tree::Name> routines;  ///< declared ones that it calls
  std::vector<tree::Name> cascades;  ///< tables whose rows change with those they refer to
  /// Other tables are touched than the text names, or other rows: what can be planned of rows by
  /// the text alone is not all.
  bool indirect = false;
  /// It may write where its own count of rows is 0: in a common table expression, by a function, a
  /// rule, or a trigger that runs once or that keeps the row from being stored.
  bool writes_uncounted = false;
  bool fires_triggers = false;  ///< for each row that it finds, if it changes it or not
  bool reads_everything = false, writes_everything = false;
  bool reads_catalogue = false;
  bool moves_sequence = false;
  bool locks = false;                                       ///< advisory ones
  std::set<std::string> variables_read, variables_written;  ///< MySQL's user variables
  bool understood = true;  ///< false: something of it may do whatever it likes
};

/// Of a query, a change, a SET, or the expressions of a CALL or DO. Definitions and other utilities
/// have no effects of their own here.
[[nodiscard]] Effects effects_of(const tree::Statement& statement, const Catalog& catalog,
                                 Dialect dialect);

/// What a function, procedure or trigger does when it runs.
[[nodiscard]] Effects effects_of(const tree::CreateRoutine& routine, const Catalog& catalog,
                                 Dialect dialect);

}  // namespace understudy::sql
