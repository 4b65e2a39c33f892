// Statements as SQLite's, where both mean the same: what is alike in all dialects of it, that is
// how names are found, tables joined, rows grouped, sorted and cut off, and how rows are put in.
// What the parts of an expression mean is the business of who derives from it. Whatever is not sure
// throws Unsure.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/sql/contents/table.hpp"
#include "protocols/sql/emulator/plan.hpp"
#include "protocols/sql/emulator/scope.hpp"
#include "protocols/sql/emulator/server_rules.hpp"
#include "protocols/sql/tree/tree.hpp"

namespace understudy::sql::emulator {

using contents::Definition;
using contents::TableBook;
using contents::TableState;

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
  std::string relation = {};        ///< see Shown
  bool plain = false;
  std::string shade = {}, beside = {};  ///< see ScopeColumn
  std::size_t of_catalogue = 0;
  bool may_raise = false;  ///< the server may fail in computing it
};

using Untyped = Typed::Untyped;

class Translator {
 public:
  /// `took_effect`: the server is known to have done what the statement says. All outlive it.
  /// `variables`: those of a function's body, or null.
  Translator(const ServerRules& rules, const TableBook& book, bool took_effect,
             const Scope* variables = nullptr)
      : rules_(rules), book_(book), took_effect_(took_effect), outermost_(variables) {}
  Translator(const Translator&) = delete;
  Translator& operator=(const Translator&) = delete;
  virtual ~Translator() = default;

  [[nodiscard]] Plan plan(const tree::Statement& statement);

 protected:
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
    std::vector<std::string> told_apart;  ///< DISTINCT ON
    bool distinct = false, aggregated = false;
  };

  /// A common table: as a part of the SQL, or the rows that it gave before.
  struct Common {
    std::vector<ScopeColumn> columns;
    std::optional<std::size_t> part = {};
  };
  /// A query of its own: what it shows and, behind that, what it is sorted by.
  struct Whole {
    Parts parts;
    std::vector<std::string> keys, order;
  };

  // ---- what a dialect says ----
  [[nodiscard]] virtual Typed node(const tree::Expression& expression, const Scope& scope) = 0;
  /// What is looked at as true or false.
  [[nodiscard]] virtual Typed condition(const tree::Expression& expression, const Scope& scope) = 0;
  /// Of SQL that is 0, 1 or NULL.
  [[nodiscard]] virtual Typed truth(std::string sql) const = 0;
  /// What may be compared by < and sorted.
  [[nodiscard]] virtual std::string ordered(const Typed& value) const = 0;
  /// A value that has no type, where nothing gives it one.
  [[nodiscard]] virtual Typed as_output(Typed value) = 0;
  [[nodiscard]] virtual bool nulls_first(bool descending) const noexcept = 0;
  /// The name that the server gives to an output without an alias; nothing where it is not known.
  [[nodiscard]] virtual std::optional<std::string> name_of_output(
      const tree::Expression& expression) const = 0;
  /// Whether the columns of a union may be of the two.
  [[nodiscard]] virtual bool unites(const ColumnType& a, const ColumnType& b) const = 0;
  virtual Given given(const tree::Expression& expression, const contents::TableColumn& column) = 0;
  virtual void insert(const tree::Insert& insert, Plan& plan) = 0;
  virtual void update(const tree::Update& update, Plan& plan) = 0;
  virtual void remove(const tree::Delete& remove, Plan& plan) = 0;
  virtual void truncate(const tree::Truncate& truncate, Plan& plan) = 0;
  /// A statement of another kind.
  virtual void other(const tree::Statement& /*statement*/, Plan& /*plan*/) {
    throw Unsure{"this kind of statement"};
  }
  virtual void check_query(const tree::Query& /*query*/) const {}
  /// False where the query is none that is looked at in its own way.
  virtual bool query_otherwise(const tree::Query& /*query*/, Plan& /*plan*/) { return false; }
  /// Common tables of which one changes something.
  virtual void changing_commons(const tree::With& /*with*/, Plan& /*plan*/) {
    throw Unsure{"this common table"};
  }
  /// The rows that a common table gave.
  virtual std::string rows_of_part(const Common& /*common*/) { throw Unsure{"this common table"}; }
  /// What a name among the tables means that is none; nothing where it is one.
  virtual std::optional<std::string> source_otherwise(const tree::Name& /*name*/,
                                                      const std::string& /*shown*/,
                                                      const std::string& /*alias*/,
                                                      Scope& /*scope*/) {
    return std::nullopt;
  }
  /// A function among the tables.
  virtual std::string function_source(const tree::TableFunction& /*function*/,
                                      const tree::Relation& /*relation*/,
                                      const std::string& /*alias*/, Scope& /*scope*/) {
    throw Unsure{"a function among the tables"};
  }
  virtual Selected values_of(const tree::Values& /*values*/, const Scope* /*outer*/) {
    throw Unsure{"VALUES"};
  }
  /// The same of what is written to; null where it is a table.
  virtual const Definition* target_otherwise(const tree::Name& /*name*/,
                                             const std::string& /*shown*/, Scope& /*scope*/,
                                             Plan& /*plan*/) {
    return nullptr;
  }
  [[nodiscard]] virtual std::string key_of(const tree::Name& name) const {
    return rules_.key_in(name, book_);
  }
  /// Rows of a sub-query come in the order of its table where nothing else sorts them.
  [[nodiscard]] virtual bool keeps_places() const noexcept { return false; }
  /// Whether single cells may hold hidden_value().
  [[nodiscard]] virtual bool hides_cells() const noexcept { return false; }
  /// A variable of the function's body.
  virtual Typed variable(const ScopeColumn& /*column*/) { throw Unsure{"a variable"}; }
  /// An output whose values are told apart: of DISTINCT and GROUP BY.
  [[nodiscard]] virtual std::string told_apart(const Typed& value) const { return value.sql; }
  /// What a value of the request is shown as follows from its value alone.
  [[nodiscard]] virtual bool shows_values() const noexcept { return false; }
  /// By what rows of one table are sorted that nothing else sorts.
  [[nodiscard]] virtual std::string place_of(const tree::Name& /*table*/,
                                             const std::string& alias) {
    return alias + ".rowid";
  }
  /// Whether a row without a value for it is refused, and it is known how.
  [[nodiscard]] virtual bool needs_value(const contents::TableColumn& /*column*/) const {
    return false;
  }
  /// WHERE, with what it says of rows that may be there or not; empty: none.
  virtual std::string where_of_rows(const tree::Box<tree::Expression>& where, const Scope& scope) {
    return where ? condition(*where, scope).sql : std::string();
  }
  /// ON, the same; relations of the scope from `middle` on are those of the right side.
  virtual std::string on_of_rows(const tree::Join& /*join*/, std::string on, const Scope& /*scope*/,
                                 std::size_t /*begin*/, std::size_t /*middle*/) {
    return on;
  }
  /// A column is read; throws where that is not sure.
  virtual void read_column(const ScopeColumn& column);

  // ---- translator.cpp ----
  const TableState& table(const tree::Name& name);
  ScopeRelation relation_of(const TableState& state, const std::string& alias,
                            const std::string& prefix);
  std::string bind(Bound bound);
  Typed column(const tree::Column& column, const Scope& scope);
  Typed column(const ScopeColumn& found, const Scope& scope);
  Typed expression(const tree::Expression& expression, const Scope& scope);
  std::optional<Typed> grouped_whole(const tree::Expression& expression, const Scope& scope);
  Typed sub_query(const tree::SubQuery& query, const Scope& scope);
  Typed one_of(const tree::Query& query, const Scope& scope);

  // ---- queries.cpp ----
  void query(const tree::Query& query, Plan& plan);
  Selected selected(const tree::Query& query, const Scope* outer, bool only_whether,
                    bool sorted = false);
  Parts parts(const tree::Select& select, Scope& scope);
  std::string from(const std::vector<tree::Relation>& relations, Scope& scope);
  std::string source(const tree::Relation& relation, Scope& scope);
  std::string plain_source(const tree::Relation& relation, Scope& scope);
  void tell_apart(const Whole& made, Plan& plan) const;
  std::string join(const tree::Join& join, Scope& scope);
  std::string view(const tree::Query& query, const std::string& shown, const std::string& alias,
                   Scope& scope);
  std::string with(const tree::With& with, Plan& plan);
  bool recursive_common(const tree::CommonTable& table, std::string& sql);
  void name_columns(std::vector<ScopeColumn>& columns, const std::vector<std::string>& names);
  Whole whole(const tree::Query& query, Scope& scope, bool keeps_untyped);
  [[nodiscard]] std::string select_of(const Whole& made, std::vector<std::string> list) const;
  void outputs(const std::vector<tree::Output>& outputs, const Scope& scope, Parts& parts);
  Key key(const tree::OrderItem& item, const Parts& parts, const Scope& scope);
  Typed key_value(const tree::OrderItem& item, const Parts& parts, const Scope& scope);
  Selected compound(const tree::SetOperation& operation);
  [[nodiscard]] std::string limited(const tree::Query& query);
  std::optional<Count> count(const tree::Box<tree::Expression>& expression);
  std::vector<Shown> shown(const Parts& parts);

  // ---- rows.cpp ----
  const Definition& target(const tree::Relation& relation, Scope& scope, Plan& plan);
  Given given_default(const contents::TableColumn& column);
  std::vector<Given> row(const std::vector<tree::Expression>& values,
                         const std::vector<std::size_t>& places, const Definition& table);
  void checks(const Definition& table, const Scope& scope, Plan& plan);
  void need_keys(const Definition& table, Plan& plan, const std::set<std::size_t>* only);

  const ServerRules& rules_;
  const TableBook& book_;
  bool took_effect_;
  std::vector<Bound> bounds_;
  std::set<std::string> reads_;
  std::set<TableColumnName> columns_;
  std::map<TableColumnName, std::int64_t> guards_;
  std::map<PartColumn, std::int64_t> part_guards_;
  std::map<std::string, Common> commons_;  // common tables, by name
  const Scope* outermost_;                 // variables of a function's body; or null
  std::set<std::size_t> shaping_;          // see Plan
  std::size_t aliases_ = 0;
  int depth_ = 0;

  /// Of a SELECT with groups: what may be shown of it outside of aggregates.
  const std::set<std::string>* grouped_ = nullptr;
  std::deque<std::set<std::string>> grouped_sets_;
  bool in_aggregate_ = false;
  bool keeps_untyped_ = false;  ///< what has no type gets that of the column that it is put into
  bool wants_place_ = false;    ///< of a sub-query: see Selected
  /// What tells the place of a row of the source that was translated last, or the table that does.
  std::string last_place_;
  const tree::Name* last_table_ = nullptr;
  std::string last_alias_;
  bool only_counted_ = false;  ///< of what is in FROM only the number of rows counts
  /// The server may compute it of other rows than the executor does: in a condition.
  bool strict_ = false;
  bool raised_ = false;                        ///< what was translated last may fail: see Typed
  std::size_t raises_ = 0, column_reads_ = 0;  ///< how many there were so far
  /// What is constant the server computes beforehand, though there be no row.
  bool folds_ = false;
  /// The next condition is looked at of every row of one table, and nothing before it.
  bool sole_condition_ = false;
  bool takes_told_apart_ = false;                            ///< DISTINCT ON
  const std::vector<tree::NamedWindow>* windows_ = nullptr;  ///< of the SELECT under way
};

/// Whether there is an aggregate function in it, sub-queries aside.
[[nodiscard]] bool aggregates(const tree::Expression& expression);

}  // namespace understudy::sql::emulator
