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
  /// Columns, with their tables, over whose equality the values come to this one.
  std::vector<std::pair<std::string, std::string>> through = {};
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
  /// Table and column of each column of the result where the answer itself tells (empty: it does
  /// not of this one). Without any, the plan's outputs count.
  std::vector<std::pair<std::string, std::string>> origins = {};
};

/// How a server compares and keeps the values of a column.
class ColumnRules {
 public:
  enum class Use : std::uint8_t {
    compared,  ///< column = value
    stored,    ///< the value is given to the column
    shown      ///< it is what an answer shows of the column
  };
  static constexpr std::uint32_t no_slot = ~std::uint32_t{0};

  ColumnRules() = default;
  ColumnRules(const ColumnRules&) = delete;
  ColumnRules& operator=(const ColumnRules&) = delete;
  virtual ~ColumnRules() = default;
  /// `value` (nothing: NULL) as a cell; nothing where the server may take it for another one.
  /// `slot` tells which of the statement's values it is.
  [[nodiscard]] virtual Cell fold(Use use, const std::string& table, const std::string& column,
                                  std::optional<std::string_view> value, std::uint32_t slot) const;
  /// Whether values that are equal across the two columns are equal when they are folded.
  [[nodiscard]] virtual bool comparable(const std::pair<std::string, std::string>& column,
                                        const std::pair<std::string, std::string>& other) const;
};

/// The values of a canonical request in the order of its slots, borrowed from it.
[[nodiscard]] std::vector<std::optional<std::string_view>> values_of(std::string_view canonical);

/// A value folded as understudy::Cell wants it. Nothing for what a server may compare in ways that
/// are not known here: letters beyond ASCII (collations), dates and times (zones, precision),
/// arrays, JSON, very long text.
[[nodiscard]] Cell fold_value(std::string_view text);
/// NULL equals no value; as a cell it is this one.
[[nodiscard]] std::string folded_null();

/// `rules`: by default every column is compared as fold_value() does.
[[nodiscard]] RowFacts fill(const RowPlan& plan,
                            std::span<const std::optional<std::string_view>> values,
                            const RowResult& result, const ColumnRules& rules = ColumnRules());

}  // namespace understudy::sql
