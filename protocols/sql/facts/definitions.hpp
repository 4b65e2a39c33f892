// What definitions (CREATE, ALTER, DROP, RENAME, GRANT …) and MySQL's questions about them
// (SHOW, DESCRIBE) touch: the tables that they name and their entries in the catalogue.
#pragma once

#include <optional>

#include "protocols/sql/facts/dependencies.hpp"

namespace understudy::sql {

/// Nothing for statements of other kinds.
[[nodiscard]] std::optional<Dependencies> facts_of_definition(const tree::Statement& statement,
                                                              const Catalog& catalog,
                                                              const KeyNames& names);

/// Whether a definition of PostgreSQL touches no more than it names: not what follows from others,
/// as views, partitions and cascades do.
[[nodiscard]] bool touches_what_it_names(const tree::Statement& statement);

}  // namespace understudy::sql
