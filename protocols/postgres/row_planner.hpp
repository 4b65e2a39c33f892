// Which rows of which tables a statement reads, changes and shows, by PostgreSQL's own grammar.
#pragma once

#include <string>
#include <string_view>

#include "protocols/postgres/parse_tree.hpp"
#include "protocols/sql/row_plan.hpp"

namespace understudy::postgres {

/// `pattern` is a statement's (sql::Statement::pattern). The plan claims no more than is certain
/// whatever the schema is; it is empty where the statement is not understood.
[[nodiscard]] sql::RowPlan row_plan_of(std::string_view pattern);

/// A RangeVar's table as the first segment of a KeyPath: of another schema than public
/// `sales.orders`; empty for one of the system catalogue.
[[nodiscard]] std::string table_of(const ParseTree& range_var);

}  // namespace understudy::postgres
