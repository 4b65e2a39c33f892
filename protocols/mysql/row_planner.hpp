// Which rows of which tables a statement of MySQL's dialect reads, changes and shows.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "protocols/sql/row_plan.hpp"
#include "protocols/sql/statement.hpp"

namespace understudy::mysql {

struct StatementPlan {
  /// What an item of the result's list is: only of a column does the result's definition say truly
  /// where the value comes from (DEFAULT(c) has the definition of c).
  enum class Item : std::uint8_t { column, star, other };

  /// Tables as `schema.table` or `table`, columns in lower case. No outputs: the definitions of the
  /// result's columns tell these.
  sql::RowPlan rows;
  /// The items of the result; empty where its rows are no rows of tables.
  std::vector<Item> items;
  /// The OK's insert id is the number that AUTO_INCREMENT gave to the first row, if to any.
  bool insert_id_is_of_row = false;
};

/// `pattern` is a statement's (sql::Statement::pattern). The plan claims no more than is certain
/// whatever the schema is; it is empty where the statement is not understood.
[[nodiscard]] StatementPlan statement_plan_of(std::string_view pattern, sql::Mode mode);

}  // namespace understudy::mysql
