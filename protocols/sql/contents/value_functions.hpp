// Functions of a dialect's own for SQLite, over values as the executor keeps them.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "protocols/sql/contents/datum.hpp"

struct sqlite3;

namespace understudy::sql::contents {

struct ValueFunction {
  const char* name;
  int arguments;  ///< -1: any number
  /// Nothing where it is not sure. A function that takes no NULL gives NULL for it unasked.
  std::optional<Datum> (*call)(std::span<const Datum> values);
  bool takes_null = false;
};

struct ValueAggregate {
  const char* name;
  /// `rows` are the arguments of each row, in the order in which they came.
  std::optional<Datum> (*call)(std::vector<DatumRow>& rows);
};

/// All outlive the databases that have them.
struct ValueFunctions {
  std::span<const ValueFunction> functions = {};
  std::span<const ValueAggregate> aggregates = {};
};

void add_value_functions(sqlite3* database, const ValueFunctions& functions);

}  // namespace understudy::sql::contents
