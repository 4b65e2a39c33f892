// Bodies of functions, procedures and triggers, of which only the statements in them are read: not
// the language around them.
#pragma once

#include <string_view>

#include "protocols/sql/statement.hpp"

namespace understudy::sql {

/// What the statements of a body read and write, as dependencies_of() tells it of each. A statement
/// that is made at run time does whatever it likes.
[[nodiscard]] Dependencies dependencies_of_body(std::string_view body, Dialect dialect);

}  // namespace understudy::sql
