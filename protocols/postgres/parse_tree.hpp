// The parse tree of a statement, by PostgreSQL's own grammar. At compile time only.
#pragma once

#include <optional>
#include <string_view>

#include <nlohmann/json.hpp>

namespace understudy::postgres {

using ParseTree = nlohmann::json;

/// The one statement of `sql` as libpg_query's JSON, `{"SelectStmt": {…}}`; nothing where it does
/// not parse, holds several statements or is beyond reason.
[[nodiscard]] std::optional<ParseTree> parse_tree_of(std::string_view sql);

}  // namespace understudy::postgres
