// MySQL's and MariaDB's SQL as a tree.
#pragma once

#include <string_view>

#include "protocols/sql/tree/tree.hpp"

namespace understudy::sql::tree {

/// The one statement of `sql`, with or without a semicolon behind it; Unknown where it is not
/// understood, holds several statements, or is nested or chained beyond reason. A Parameter is a
/// `?`, counted from 0.
[[nodiscard]] Statement parse_mysql(std::string_view sql, Mode mode);

}  // namespace understudy::sql::tree
