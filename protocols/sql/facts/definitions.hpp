// What MySQL's definitions (CREATE, ALTER, DROP, RENAME, GRANT …) and the questions about them
// (SHOW, DESCRIBE) touch: the tables that they name and their entries in the catalogue.
#pragma once

#include <optional>

#include "protocols/sql/facts/dependencies.hpp"

namespace understudy::sql {

/// Nothing for statements of other kinds.
[[nodiscard]] std::optional<Dependencies> facts_of_definition(const tree::Statement& statement,
                                                              const Catalog& catalog,
                                                              const KeyNames& names);

}  // namespace understudy::sql
