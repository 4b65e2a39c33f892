// Which columns of one query level must equal which values, through AND, IN, OR of one column and
// across joins: `o.account_id = a.id AND a.id = ?` says it of both tables.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "protocols/sql/row_plan.hpp"
#include "protocols/sql/tree/tree.hpp"

namespace understudy::sql {

/// A table of a list behind FROM, or what stands in its place.
struct Source {
  std::string alias;  ///< or else the table's own name, without its schema
  std::string table;  ///< see TableNaming; empty where it is no table: a sub-select, a CTE
};

/// Sources `first` up to `last` of a level.
struct SourceRange {
  std::size_t first = 0, last = 0;
  [[nodiscard]] bool holds(std::size_t source) const noexcept {
    return first <= source && source < last;
  }
};

/// A column's or table's name as plans spell it: MySQL's are folded to small letters.
[[nodiscard]] std::string plan_name(std::string name, Dialect dialect);
/// A value of the request, or DEFAULT; anything else is not known.
[[nodiscard]] Operand operand_of(const tree::Expression& expression);

class Equalities {
 public:
  struct Column {
    std::size_t source = 0;
    std::string name;
    friend bool operator==(const Column&, const Column&) = default;
  };

  /// `unqualified`: a name without a table is one of the only source's.
  Equalities(std::vector<Source> sources, bool unqualified, Dialect dialect)
      : sources_(std::move(sources)), unqualified_(unqualified), dialect_(dialect) {}

  /// `condition` holds for all rows that matter of the sources of `span`.
  void add(const tree::Expression& condition, SourceRange span);
  /// The same of a JOIN … USING between two sources.
  void add_using(const std::string& column, std::size_t left, std::size_t right, SourceRange span);
  [[nodiscard]] std::vector<PlannedCondition> conditions_of(std::size_t source) const;
  /// Whose column it is, if it is certain that it is one of this level.
  [[nodiscard]] std::optional<Column> resolve(const tree::Column& column) const;

 private:
  struct Fact {
    Column column;
    std::optional<Column> equals;  ///< another column, or
    std::vector<Operand> any_of;   ///< one of these values
    SourceRange span;
  };

  [[nodiscard]] std::optional<Column> resolve(const tree::Expression& expression) const;
  [[nodiscard]] std::optional<std::size_t> source_of(const std::string& alias) const;
  void add_alternatives(const std::vector<tree::Expression>& alternatives, SourceRange span);
  [[nodiscard]] std::vector<Fact> facts_of(const tree::Expression& comparison) const;
  [[nodiscard]] std::vector<Fact> equal(const tree::Expression& left,
                                        const tree::Expression& right) const;
  [[nodiscard]] std::vector<Fact> in(const tree::In& in) const;
  /// The columns that a valued fact leads to, and for each the one from which it does.
  struct Reached {
    std::vector<Column> columns;
    std::vector<std::size_t> from;
  };
  [[nodiscard]] Reached reached_from(const Column& column, std::size_t source) const;

  std::vector<Source> sources_;
  bool unqualified_;
  Dialect dialect_;
  std::vector<Fact> facts_;
};

}  // namespace understudy::sql
