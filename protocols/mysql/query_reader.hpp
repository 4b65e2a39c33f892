// Queries of a statement, level by level: which tables they read, and which rows of these.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "protocols/mysql/equalities.hpp"
#include "protocols/mysql/token_list.hpp"
#include "protocols/sql/row_plan.hpp"

namespace understudy::mysql {

/// One SELECT, UPDATE or DELETE: its tables and what holds of them.
struct Level {
  std::vector<Relation> relations;
  std::vector<std::pair<Range, Span>> conditions;    ///< ON
  std::vector<std::pair<std::string, Span>> usings;  ///< USING
  bool nested = false;  ///< names without a table may be those of a level around it
  Range outputs;        ///< of a SELECT
  bool simple = false;  ///< the rows of the result are rows of the tables: no UNION, no super-rows
  bool grouped = false;
};

class QueryReader {
 public:
  explicit QueryReader(const TokenList& tokens) : tokens_(tokens) {}

  /// A query with its WITH and its UNIONs. Its reads are added; the level is that of its only
  /// SELECT, and not `simple` where there are several.
  Level query(Range range, bool nested);
  /// Steps over a WITH clause and reads it. Its names stay known until `forget` is given what was
  /// returned.
  std::size_t with(Range& range, bool nested);
  void forget(std::size_t names) { expressions_.resize(names); }
  /// A list of tables with its joins, all of `range`.
  void references(Range range, Level& level);
  /// One table with its alias at the beginning of `range`, which is stepped over.
  void table(Range& range, Level& level);
  /// What holds of a level, once all its relations are known.
  [[nodiscard]] Equalities equalities_of(const Level& level, Range where) const;
  void add_read(const Level& level, const Equalities& equalities, std::size_t relation);
  /// The sub-selects of an expression.
  void walk(Range range);
  /// Something is there that is not followed: nothing may be claimed of the statement.
  void lose() noexcept { lost_ = true; }
  /// Whether every query of the statement was read.
  [[nodiscard]] bool complete() const;

  std::vector<sql::PlannedAccess> reads;

 private:
  Level term(Range range, bool nested);
  Level select(Range range, bool nested);
  void joined(Range& range, Level& level);
  bool join(Range& range, Level& level, std::size_t first);
  void factor(Range& range, Level& level);
  void derived(Range inside, Range& range, Level& level, bool lateral);
  void hints(Range& range);
  [[nodiscard]] bool is_query(Range inside) const;
  [[nodiscard]] bool starts_join(std::size_t i, Range range) const;
  std::string alias(Range& range, std::string otherwise);
  [[nodiscard]] sql::Word word(Range range) const { return tokens_.word(range.begin, range); }
  bool accept(Range& range, sql::Word word) const;
  void step_over_parentheses(Range& range);

  const TokenList& tokens_;
  std::vector<std::string> expressions_;  ///< names of common table expressions in reach
  std::size_t selects_ = 0;
  bool lost_ = false;
};

}  // namespace understudy::mysql
