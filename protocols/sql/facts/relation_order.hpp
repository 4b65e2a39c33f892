// Which statements show in what order PostgreSQL's catalogue keeps its relations.
#pragma once

#include "protocols/sql/tree/tree.hpp"

namespace understudy::sql {

/// Where the order of relations in the catalogue may show in an answer is kept: TRUNCATE gives a
/// table a new place in it, though it defines nothing.
inline constexpr std::string_view places_of_relations = "@places";

/// Whether a query shows relations of the catalogue in the order in which they are kept there:
/// none is told for its rows, and it asks for no relation by its name.
[[nodiscard]] bool shows_places(const tree::Statement& statement);

}  // namespace understudy::sql
