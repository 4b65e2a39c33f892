// Which columns of one query level must equal which values, through AND, IN, ANY and
// across joins: `o.account_id = a.id AND a.id = $1` says it of both tables.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "protocols/postgres/parse_tree.hpp"
#include "protocols/sql/row_plan.hpp"

namespace understudy::postgres {

/// The value that stands at a node: a parameter or constant, cast or not.
[[nodiscard]] sql::Operand operand_of(const ParseTree& node);

class Equalities {
 public:
  struct Relation {
    std::string alias;
    std::string table;  ///< empty where it is no table: a sub-select, a function
  };

  /// `unqualified`: a name without a table is one of the only relation's.
  void set_relations(std::vector<Relation> relations, bool unqualified) {
    relations_ = std::move(relations);
    unqualified_ = unqualified;
  }
  /// `condition` holds for all rows that matter of the relations `first` up to `last`.
  void add(const ParseTree& condition, std::size_t first, std::size_t last);
  /// The same of a JOIN … USING between two relations.
  void add_using(const std::string& column, std::size_t left, std::size_t right, std::size_t first,
                 std::size_t last);
  [[nodiscard]] std::vector<sql::PlannedCondition> conditions_of(std::size_t relation) const;

  struct Column {
    std::size_t relation = 0;
    std::string name;
    friend bool operator==(const Column&, const Column&) = default;
  };
  /// The column that a ColumnRef means, if it is certain that it is one of this level.
  [[nodiscard]] std::optional<Column> resolve(const ParseTree& node) const;

 private:
  struct Fact {
    Column column;
    std::optional<Column> equals;      ///< another column, or
    std::vector<sql::Operand> any_of;  ///< one of these values
    std::size_t first = 0, last = 0;   ///< relations for which it holds
  };

  void add_comparison(const ParseTree& expression, std::size_t first, std::size_t last);
  void add_alternatives(const ParseTree& alternatives, std::size_t first, std::size_t last);
  [[nodiscard]] std::optional<Fact> fact_of(const ParseTree& expression) const;

  std::vector<Relation> relations_;
  bool unqualified_ = false;
  std::vector<Fact> facts_;
};

}  // namespace understudy::postgres
