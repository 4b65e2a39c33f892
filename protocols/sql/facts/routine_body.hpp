// Bodies of functions, procedures and triggers, of which only the statements in them are read: not
// the language around them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocols/sql/statement.hpp"

namespace understudy::sql {

/// The statements of a body in their order. What controls them is among these, as the query of its
/// expressions: `IF (SELECT …) THEN` as `select (SELECT …)`.
[[nodiscard]] std::vector<std::string> statements_of_body(std::string_view body, Dialect dialect);

/// What the statements of a body read and write, as dependencies_of() tells it of each. A statement
/// that is made at run time does whatever it likes.
[[nodiscard]] Dependencies dependencies_of_body(std::string_view body, Dialect dialect);

}  // namespace understudy::sql
