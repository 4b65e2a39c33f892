// Where the values of a statement stand, and what it does with each.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "understudy/values.hpp"

namespace understudy::sql {

/// What a statement does with each of its values, as far as its words tell: one role a slot of the
/// pattern, with or without marks before it. Made are the values of INSERT and REPLACE … VALUES and
/// of what UPDATE sets; what stands behind a further table is sought.
[[nodiscard]] std::vector<ValueRole> roles_of(std::string_view pattern);

/// See Protocol::ordered_by: what stands behind ORDER BY, in MIN and MAX, and beside BETWEEN, `<`,
/// `>`, `<=`, `>=`. By anything where that is an expression or a number of a column.
[[nodiscard]] std::vector<std::string> ordered_by(std::string_view pattern);

/// See Protocol::map_values.
[[nodiscard]] std::string map_values(std::string_view canonical, const ValueMap& map);

}  // namespace understudy::sql
