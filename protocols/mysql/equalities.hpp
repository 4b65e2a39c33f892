// Which columns of one query level must equal which values, through AND, IN, OR of one column and
// across joins: `o.account_id = a.id AND a.id = ?` says it of both tables.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "protocols/mysql/token_list.hpp"
#include "protocols/sql/row_plan.hpp"

namespace understudy::mysql {

/// A table, or what stands in its place, of a FROM list.
struct Relation {
  std::string alias;  ///< or else the table's own name, without its schema
  std::string
      table;  ///< `schema.table` or `table`; empty where it is no table: a sub-select, a CTE
};

/// Relations `first` up to `last` of a level.
struct Span {
  std::size_t first = 0, last = 0;
  [[nodiscard]] bool holds(std::size_t relation) const noexcept {
    return first <= relation && relation < last;
  }
};

/// The value that is all of `range`: a slot, DEFAULT, or not known.
[[nodiscard]] sql::Operand operand_of(const TokenList& tokens, Range range);

class Equalities {
 public:
  struct Column {
    std::size_t relation = 0;
    std::string name;
    friend bool operator==(const Column&, const Column&) = default;
  };

  /// `unqualified`: a name without a table is one of the only relation's.
  Equalities(const TokenList& tokens, std::vector<Relation> relations, bool unqualified)
      : tokens_(&tokens), relations_(std::move(relations)), unqualified_(unqualified) {}

  /// `condition` holds for all rows that matter of the relations of `span`.
  void add(Range condition, Span span);
  /// The same of a JOIN … USING between two relations.
  void add_using(const std::string& column, std::size_t left, std::size_t right, Span span);
  [[nodiscard]] std::vector<sql::PlannedCondition> conditions_of(std::size_t relation) const;
  /// The column that is all of `range`, if it is certain that it is one of this level.
  [[nodiscard]] std::optional<Column> resolve(Range range) const;

 private:
  struct Fact {
    Column column;
    std::optional<Column> equals;      ///< another column, or
    std::vector<sql::Operand> any_of;  ///< one of these values
    Span span;
  };

  [[nodiscard]] std::vector<Range> part(Range range, sql::Word word, std::string_view sign) const;
  [[nodiscard]] bool is_followed(Range range) const;
  void add_alternatives(const std::vector<Range>& alternatives, Span span);
  void add_comparison(Range range, Span span);
  [[nodiscard]] std::vector<Fact> facts_of(Range range) const;
  [[nodiscard]] std::vector<Fact> equal(Range left, Range right) const;
  [[nodiscard]] std::vector<Fact> in(Range left, Range list) const;
  [[nodiscard]] std::optional<std::size_t> relation_of(const std::string& alias) const;

  const TokenList* tokens_;
  std::vector<Relation> relations_;
  bool unqualified_;
  std::vector<Fact> facts_;
};

}  // namespace understudy::mysql
