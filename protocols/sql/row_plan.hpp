// What a statement says of rows, before its values are known: made once per
// pattern by each dialect's parser, then filled with the values and the answer of each exchange.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "understudy/rows.hpp"

namespace understudy::sql {

/// What stands where a value could.
struct Operand {
  enum class Kind : std::uint8_t {
    unknown,   ///< an expression, a column, a function
    slot,      ///< value number `slot` of the statement
    array,     ///< the elements of a PostgreSQL array, which is value number `slot`
    constant,  ///< `text`
    null,
    omitted  ///< DEFAULT
  };
  Kind kind = Kind::unknown;
  std::uint32_t slot = 0;  ///< in the order of Statement::slots()
  std::string text;
};

/// `column` equals one of `any_of`.
struct PlannedCondition {
  std::string column;
  std::vector<Operand> any_of;
};

struct PlannedAccess {
  std::string table;
  std::vector<PlannedCondition> where;
};

struct PlannedChange {
  RowChange::Kind kind = RowChange::Kind::update;
  std::string table;
  std::vector<PlannedCondition> where;
  std::vector<std::string> columns;        ///< of `rows`
  std::vector<std::vector<Operand>> rows;  ///< of an insert
  bool in_expression = false;              ///< in a WITH: the answer does not count its rows
  bool rows_known = true;                  ///< false for INSERT … SELECT and for want of columns
  std::vector<std::pair<std::string, Operand>> set;
  std::vector<std::string> target;
};

/// Where a column of the result comes from.
struct PlannedOutput {
  std::string table;   ///< empty: from an expression, or not known
  std::string column;  ///< empty: all columns of `table`, named as in the result (`*`)
};

struct RowPlan {
  std::vector<PlannedAccess> reads;
  std::vector<PlannedChange> changes;
  std::vector<PlannedOutput> outputs;
  bool each_once = false;  ///< the result shows no row twice: one table, no grouping
  bool returning = false;  ///< the result is that of RETURNING
};

/// What an exchange was answered with, as far as rows are concerned.
struct RowResult {
  std::vector<std::string> columns;  ///< names as the result shows them
  std::vector<std::vector<std::optional<std::string_view>>> rows;
  std::optional<std::uint64_t> affected;
};

/// The values of a canonical request in the order of its slots, borrowed from it.
[[nodiscard]] std::vector<std::optional<std::string_view>> values_of(std::string_view canonical);

/// A value folded as understudy::Cell wants it. Nothing for what a server may compare in ways that
/// are not known here: letters beyond ASCII (collations), dates and times (zones, precision),
/// arrays, JSON, very long text.
[[nodiscard]] Cell fold_value(std::string_view text);
/// NULL equals no value; as a cell it is this one.
[[nodiscard]] std::string folded_null();

[[nodiscard]] RowFacts fill(const RowPlan& plan,
                            std::span<const std::optional<std::string_view>> values,
                            const RowResult& result);

}  // namespace understudy::sql
