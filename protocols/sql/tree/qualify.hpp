// Names without a database mean those of the one in use when a statement runs, or when what it
// defines was made.
#pragma once

#include <string_view>

#include "protocols/sql/tree/tree.hpp"

namespace understudy::sql::tree {

/// Gives every name of a table, view, trigger or routine that a MySQL statement has without a
/// database this one. Names of common table expressions, aliases, and functions in expressions stay
/// as they are. Does nothing where `database` is empty.
void qualify(Statement& statement, std::string_view database);

}  // namespace understudy::sql::tree
