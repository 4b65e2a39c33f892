// INSERT … VALUES with one row or several that are made alike, taken apart.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "understudy/request.hpp"

namespace understudy::sql {

/// See Protocol::rows_of. Without a qualifier, theirs are empty too. `begin`: where the statement
/// begins in `canonical`. Only a plain INSERT INTO that ends with its rows: what may follow (ON
/// CONFLICT, RETURNING, ON DUPLICATE KEY) makes more of the answer than a number.
[[nodiscard]] std::vector<Identity> rows_of(std::string_view canonical, std::string_view qualifier,
                                            std::size_t begin = 0);

/// The pattern of a statement with the first of its rows in place of all, where rows_of() has any;
/// else the pattern itself. Borrowed from it.
[[nodiscard]] std::string_view with_one_row(std::string_view pattern);

}  // namespace understudy::sql
