// Calls of a function that a statement shows by its text alone: SELECT pg_notify('jobs', $1).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/postgres/request.hpp"
#include "protocols/sql/statement.hpp"

namespace understudy::postgres {

/// The arguments of one call as text. One that is no constant and no parameter is absent, and so
/// are NULL and all that follow.
using PlainCall = std::vector<std::optional<std::string>>;

/// Of the function `name`, in lower case, in the order of the text.
[[nodiscard]] std::vector<PlainCall> plain_calls(const sql::Statement& statement,
                                                 const Parameters& parameters,
                                                 std::string_view name);

}  // namespace understudy::postgres
