// What tests of schema files look at.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "understudy/diagnostic.hpp"
#include "understudy/schema.hpp"

namespace understudy::sql::test {

using Columns = std::vector<std::string>;

/// What `read` (text, schema, problems) makes of a text without a flaw.
template <class Read>
Schema sound_schema(const std::string& text, const Read& read) {
  Schema schema;
  Diagnostics problems;
  read(text, schema, problems);
  REQUIRE(problems.empty());
  return schema;
}

inline std::vector<Columns> unique_sets(const TableFacts& table) {
  std::vector<Columns> sets;
  for (const UniqueSet& set : table.unique) sets.push_back(set.columns);
  return sets;
}

}  // namespace understudy::sql::test
