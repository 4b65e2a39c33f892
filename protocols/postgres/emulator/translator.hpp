// PostgreSQL's statements as SQLite's, where both mean the same: a closed list of constructs, types
// and functions. Whatever is not on it, or whose meaning depends on what is not known, throws
// Unsure.
//
// Sums and products are computed where no intermediate one can leave its type: each number in one
// counts as no farther from 0 than a bound, which is checked before the statement runs
// (Plan::guards, Bound::most). Of several bounds the widest is taken with which a statement can be
// translated.
#pragma once

#include <array>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/postgres/emulator/names.hpp"
#include "protocols/postgres/emulator/plan.hpp"
#include "protocols/postgres/emulator/scope.hpp"
#include "protocols/sql/contents/table.hpp"
#include "protocols/sql/tree/tree.hpp"

namespace understudy::postgres::emulation {

namespace tree = sql::tree;
using sql::contents::Definition;
using sql::contents::TableBook;
using sql::contents::TableState;

/// An expression as SQLite's, with its type.
struct Typed {
  /// What has no type before it is known what it is compared with or put into.
  enum class Untyped : std::uint8_t { no, null, text, slot } untyped = Untyped::no;
  std::string sql = {};
  ColumnType type = {};
  std::string text = {};  ///< of a literal
  std::size_t slot = 0;   ///< of a value of the request
  /// Its value is sure, its type may be a wider one: a value of the request, which may have been
  /// declared as of any type, took part in it.
  bool soft = false;
  std::optional<TableColumnName> origin = {};
  std::optional<TableColumnName> shown_as = {};  ///< see ScopeColumn
  std::optional<PartColumn> of_part = {};
  std::optional<std::size_t> bound = {};  ///< it is nothing but this value of the request
  struct Range {
    std::int64_t low = 0, high = 0;
  };
  std::optional<Range> range = {};  ///< of a whole number, where it is known
};

using Untyped = Typed::Untyped;

/// How far from 0 a number may be that takes part in a sum or product.
struct Reach {
  std::int64_t int2, int4, int8;
};
inline constexpr std::array<Reach, 3> reaches = {
    {{30'000, 2'000'000'000, 4'000'000'000'000'000'000},
     {1'000, 1'000'000, 1'000'000'000'000},
     {100, 30'000, 1'000'000'000}}};

/// Thrown where a number may leave its type with this reach.
struct TooFar {};

class Translator {
 public:
  /// `took_effect`: the server is known to have done what the statement says.
  /// `variables`: those of a function's body, or null; it outlives this.
  Translator(const TableBook& book, const Printing& printing, const Reach& reach, bool took_effect,
             const Scope* variables = nullptr)
      : book_(book),
        printing_(printing),
        outermost_(variables),
        path_(printing.path),
        reach_(reach),
        took_effect_(took_effect) {}

  [[nodiscard]] Plan plan(const tree::Statement& statement);
  /// What `shows`, a query of one value, gives for a place of that type.
  [[nodiscard]] Plan value(const tree::Statement& shows, ColumnType type);
  /// What the columns of a view of this query are called.
  [[nodiscard]] std::vector<std::string> names_of(const tree::Query& query);

 private:
  struct Selected {
    std::string sql;
    std::vector<ScopeColumn> columns;
    std::vector<Typed> outputs;
    std::size_t keys = 0;  ///< of `sorted`: columns k0, k1, … that it is sorted by
    bool placed = false;   ///< a column `pl` tells the place of its row in the one table
  };
  struct Key {
    std::string sql;
    bool descending = false, nulls_first = false;
  };
  /// The parts of a SELECT under way.
  struct Parts {
    std::vector<Typed> outputs;
    std::vector<std::string> names;
    std::string from, where, group, having, place;
    bool distinct = false, aggregated = false;
  };

  /// A common table: as a part of the SQL, or the rows of a part of the plan.
  struct Common {
    std::vector<ScopeColumn> columns;
    std::optional<std::size_t> part = {};
  };
  /// What an UPDATE puts into a column.
  struct SetTo {
    std::size_t column;
    std::string sql;
  };
  /// A query of its own: what it shows and, behind that, what it is sorted by.
  struct Whole {
    Parts parts;
    std::vector<std::string> keys, order;
  };

  // ---- translator.cpp ----
  const TableState& table(const tree::Name& name);
  ScopeRelation relation_of(const TableState& state, const std::string& alias,
                            const std::string& prefix);
  std::string bind(Bound bound);
  void read_column(const ScopeColumn& column);

  // ---- expressions.cpp ----
  Typed expression(const tree::Expression& expression, const Scope& scope);
  std::optional<Typed> grouped_whole(const tree::Expression& expression, const Scope& scope);
  Typed node(const tree::Literal& literal);
  Typed node(const tree::Column& column, const Scope& scope);
  Typed node(const tree::Operation& operation, const Scope& scope);
  Typed node(const tree::Is& is, const Scope& scope);
  Typed node(const tree::In& in, const Scope& scope);
  Typed node(const tree::Between& between, const Scope& scope);
  Typed node(const tree::Like& like, const Scope& scope);
  Typed node(const tree::Case& choice, const Scope& scope);
  Typed node(const tree::Cast& cast, const Scope& scope);
  Typed node(const tree::SubQuery& query, const Scope& scope);
  Typed cut_off(Typed value, ColumnType type);
  Typed one_of(const tree::Query& query, const Scope& scope);
  Typed node(const tree::Collate& collate, const Scope& scope);
  Typed node(const tree::Call& call, const Scope& scope);
  Typed logic(const tree::Operation& operation, const Scope& scope);
  Typed arithmetic(tree::Operator op, Typed left, Typed right);
  Typed concatenation(const tree::Operation& operation, const Scope& scope);
  Typed aggregate(const tree::Call& call, const Scope& scope);
  /// A function beside aggregates, by what it is about. Its arguments are translated.
  using Family = Typed (Translator::*)(const tree::Call& call, std::vector<Typed> values);
  static const std::map<std::string_view, Family>& families();
  Typed text_length(const tree::Call& call, std::vector<Typed> values);
  Typed letters(const tree::Call& call, std::vector<Typed> values);
  Typed replaced(const tree::Call& call, std::vector<Typed> values);
  Typed part_of_time(const tree::Call& call, std::vector<Typed> values);
  Typed start_of_time(const tree::Call& call, std::vector<Typed> values);
  Typed setting(const tree::Call& call, std::vector<Typed> values);
  Typed clock(const tree::Call& call, std::vector<Typed> values);
  Typed new_uuid(const tree::Call& call, std::vector<Typed> values);
  Typed variable(const ScopeColumn& column);
  bool call_of_routine(const tree::Query& query, Plan& plan);
  Typed without_sign(const tree::Call& call, std::vector<Typed> values);
  Typed any_of(const tree::Operation& operation, const Scope& scope);
  void make_comparable(Typed& left, Typed& right) const;
  [[nodiscard]] std::string moment(const Typed& value) const;
  Typed numeric_arithmetic(tree::Operator op, Typed left, Typed right);
  Typed compare(tree::Operator op, Typed left, Typed right);
  Typed condition(const tree::Expression& expression, const Scope& scope);
  Typed coerced(Typed value, ColumnType type, bool compared = false);
  Typed as_text(Typed value);
  std::string ordered(const Typed& value) const;
  void make_alike(std::vector<Typed>& values, ColumnType& type, bool& soft);
  Typed::Range range_of(Typed& value);
  std::string assigned(const Typed& value, const sql::contents::TableColumn& column,
                       bool may_be_null = false);

  // ---- windows.cpp ----
  Typed window(const tree::Call& call, const Scope& scope);
  std::string over(const tree::Window& window, const Scope& scope, bool& one_order);

  // ---- queries.cpp ----
  void query(const tree::Query& query, Plan& plan);
  Selected selected(const tree::Query& query, const Scope* outer, bool only_whether,
                    bool sorted = false);
  Parts parts(const tree::Select& select, Scope& scope);
  std::string from(const std::vector<tree::Relation>& relations, Scope& scope);
  std::string source(const tree::Relation& relation, Scope& scope);
  std::string join(const tree::Join& join, Scope& scope);
  std::string with(const tree::With& with, Plan& plan);
  void common_parts(const tree::With& with, Plan& plan);
  std::string rows_of_part(const Common& common);
  Whole whole(const tree::Query& query, Scope& scope, bool keeps_untyped);
  [[nodiscard]] std::string text_of(const Whole& made, std::vector<std::string> list) const;
  void outputs(const std::vector<tree::Output>& outputs, const Scope& scope, Parts& parts);
  Key key(const tree::OrderItem& item, const Parts& parts, const Scope& scope);
  Typed key_value(const tree::OrderItem& item, const Parts& parts, const Scope& scope);
  Selected compound(const tree::SetOperation& operation);
  [[nodiscard]] std::string limited(const tree::Query& query);
  std::optional<Count> count(const tree::Box<tree::Expression>& expression);
  std::vector<Shown> shown(const Parts& parts);

  // ---- changes.cpp ----
  void insert(const tree::Insert& insert, Plan& plan);
  void update(const tree::Update& update, Plan& plan);
  void remove(const tree::Delete& remove, Plan& plan);
  void truncate(const tree::Truncate& truncate, Plan& plan);
  const Definition& target(const tree::Relation& relation, Scope& scope, Plan& plan);
  [[nodiscard]] bool passes(const tree::Expression& expression,
                            const sql::contents::TableColumn& column) const;
  [[nodiscard]] bool casts_alike(ColumnType from, ColumnType to) const;
  /// What is computed is appended to `computed`.
  Given given(const tree::Expression& expression, const sql::contents::TableColumn& column,
              const Scope& scope, std::vector<std::string>& computed);
  Given given_default(const sql::contents::TableColumn& column);
  std::vector<Given> row(const std::vector<tree::Expression>& values,
                         const std::vector<std::size_t>& places, const Definition& table,
                         const Scope& scope, std::vector<std::string>& computed);
  std::string conflict(const tree::Conflict& conflict, const Definition& table, const Scope& scope,
                       Plan& plan);
  std::vector<SetTo> settings(const std::vector<tree::Assignment>& set, const Definition& table,
                              const Scope& scope, Plan& plan);
  std::string assignments(const std::vector<tree::Assignment>& set, const Definition& table,
                          const Scope& scope, Plan& plan);
  std::string returning(const std::vector<tree::Output>& outputs, const Definition& table,
                        const std::string& alias, Plan& plan);
  void checks(const Definition& table, const Scope& scope, Plan& plan);
  void need_keys(const Definition& table, Plan& plan, const std::set<std::size_t>* only);
  void insert_values(const tree::Insert& insert, const std::vector<std::size_t>& places,
                     const Definition& table, Plan& plan);
  std::vector<std::size_t> places_of(const std::vector<std::string>& columns, bool told,
                                     const Definition& table) const;
  [[nodiscard]] std::string insertion(const Definition& table);

  // ---- views.cpp ----
  std::string view(const sql::contents::View& view, const std::string& key,
                   const std::string& shown, const std::string& alias, Scope& scope);
  const Definition& target_view(const sql::contents::View& view, const std::string& key,
                                const std::string& shown, Scope& scope, Plan& plan);
  void refresh(const tree::Utility& utility, Plan& plan);
  std::size_t place_in(const Definition& table, const tree::Column& column) const;
  [[nodiscard]] std::string where_of(const tree::Box<tree::Expression>& where, const Scope& scope);

  // ---- row_changes.cpp ----
  void insert_query(const tree::Query& query, const std::vector<std::size_t>& places, bool told,
                    const Definition& table, Plan& plan);
  void update_rows(const tree::Update& update, Plan& plan);
  void remove_rows(const tree::Delete& remove, Plan& plan);
  void change_rows(const tree::Box<tree::Expression>& where,
                   const std::vector<tree::Output>& returned, const std::vector<SetTo>& set,
                   const std::string& from_sql, const Definition& table, Scope& scope, Plan& plan);
  void merge(const tree::Merge& merge, Plan& plan);
  PlannedWhen when(const tree::Merge::When& when, const Definition& table, Scope& scope,
                   std::vector<std::string>& computed, Plan& plan);

  const TableBook& book_;
  const Printing& printing_;
  const Scope* outermost_;
  std::vector<std::string> path_;  ///< schemas in which names are looked up
  Reach reach_;
  bool took_effect_;
  std::vector<Bound> bounds_;
  std::set<std::string> reads_;
  std::set<TableColumnName> columns_;
  std::map<TableColumnName, std::int64_t> guards_;
  std::map<PartColumn, std::int64_t> part_guards_;
  std::map<std::string, Common> commons_;  // common tables, by name
  bool wants_place_ = false;    ///< of a sub-query
  std::string last_place_;      ///< where the source that was translated last tells a place
  int views_ = 0;               ///< how many are inside of each other
  /// Of a view that is written to: the columns of its table, by its own names; and its condition.
  std::optional<std::map<std::string, std::size_t>> view_columns_;
  std::string view_condition_;
  bool keeps_untyped_ = false;  ///< what has no type gets that of the column that it is put into
  std::size_t aliases_ = 0;
  int depth_ = 0;

  /// Of a SELECT with groups: what may be shown of it outside of aggregates.
  const std::set<std::string>* grouped_ = nullptr;
  std::deque<std::set<std::string>> grouped_sets_;
  bool in_aggregate_ = false;
  bool only_counted_ = false;  ///< of what is in FROM only the number of rows counts
};

/// The name that the server gives to an output without an alias; nothing where versions differ.
[[nodiscard]] std::optional<std::string> name_of_output(const tree::Expression& expression);
/// Whether there is an aggregate function in it, sub-queries aside.
[[nodiscard]] bool aggregates(const tree::Expression& expression);

}  // namespace understudy::postgres::emulation
