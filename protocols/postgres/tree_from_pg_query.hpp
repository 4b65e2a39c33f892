// PostgreSQL's SQL as a tree, by PostgreSQL's own grammar. At compile time only.
#pragma once

#include <string_view>

#include "protocols/sql/tree/tree.hpp"

namespace understudy::postgres {

/// The one statement of `sql`; Unknown where the grammar does not accept it, it holds several
/// statements, or is nested beyond reason. A Parameter is `$n`, counted from 0.
[[nodiscard]] sql::tree::Statement parse_postgres(std::string_view sql);

}  // namespace understudy::postgres
