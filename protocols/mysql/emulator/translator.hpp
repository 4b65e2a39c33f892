// MySQL's statements as SQLite's, where both mean the same: a closed list of constructs, types and
// functions. Whatever is not on it, or whose meaning depends on what is not known, throws Unsure.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/mysql/emulator/rules.hpp"
#include "protocols/mysql/emulator/shared.hpp"

namespace understudy::mysql::emulation {

/// Thrown by who names a table that there is not.
struct NoSuchTable {
  tree::Name name;
};

class Translator final : public sql::emulator::Translator {
 public:
  /// `variables`: those of a routine's body, or null.
  Translator(const MysqlRules& rules, const TableBook& book, bool took_effect,
             const Scope* variables = nullptr)
      : sql::emulator::Translator(rules, book, took_effect, variables), mysql_(rules) {}

  /// What a query without tables shows, as the value of a place of that type.
  [[nodiscard]] Plan value(const tree::Statement& shows, const ColumnType& type);

 private:
  // ---- calls.cpp ----
  Typed variable(const ScopeColumn& column) override;
  bool query_otherwise(const tree::Query& query, Plan& plan) override;
  void other(const tree::Statement& statement, Plan& plan) override;
  void call(const tree::Call& call, tree::ObjectKind kind, Plan& plan);
  // ---- catalogue_tables.cpp ----
  std::optional<std::string> source_otherwise(const tree::Name& name, const std::string& shown,
                                              const std::string& alias, Scope& scope) override;
  const Definition* target_otherwise(const tree::Name& name, const std::string& shown, Scope& scope,
                                     Plan& plan) override;
  void require_table(const tree::Name& name) const;
  [[nodiscard]] Typed text_in_names(const std::string& text) const;
  [[nodiscard]] Typed database_in_use() const { return text_in_names(mysql_.main_database); }
  [[nodiscard]] std::optional<Typed> compare_names(tree::Operator op, const Typed& left,
                                                   const Typed& right) const;

  // ---- expressions.cpp ----
  Typed node(const tree::Expression& expression, const Scope& scope) override;
  Typed condition(const tree::Expression& expression, const Scope& scope) override;
  [[nodiscard]] Typed truth(std::string sql) const override;
  [[nodiscard]] std::string ordered(const Typed& value) const override;
  [[nodiscard]] std::string told_apart(const Typed& value) const override;
  Typed as_output(Typed value) override;
  /// NULL comes before all values.
  [[nodiscard]] bool nulls_first(bool descending) const noexcept override { return !descending; }
  [[nodiscard]] std::optional<std::string> name_of_output(
      const tree::Expression& expression) const override;
  [[nodiscard]] bool unites(const ColumnType& a, const ColumnType& b) const override;
  [[nodiscard]] bool shows_values() const noexcept override { return true; }
  [[nodiscard]] std::string place_of(const tree::Name& table, const std::string& alias) override;
  void check_query(const tree::Query& query) const override;
  void read_column(const ScopeColumn& column) override;

  Typed node(const tree::Literal& literal);
  Typed fraction(const std::string& text);
  Typed node(const tree::Column& column, const Scope& scope) { return this->column(column, scope); }
  Typed node(const tree::SubQuery& query, const Scope& scope) { return sub_query(query, scope); }
  Typed node(const tree::Operation& operation, const Scope& scope);
  Typed node(const tree::Is& is, const Scope& scope);
  Typed node(const tree::In& in, const Scope& scope);
  Typed node(const tree::Between& between, const Scope& scope);
  Typed node(const tree::Like& like, const Scope& scope);
  Typed node(const tree::Case& choice, const Scope& scope);
  Typed node(const tree::Call& call, const Scope& scope);
  Typed logic(const tree::Operation& operation, const Scope& scope);
  Typed arithmetic(tree::Operator op, Typed left, Typed right);
  Typed numeric_arithmetic(tree::Operator op, Typed left, Typed right);
  Typed compare(tree::Operator op, Typed left, Typed right);
  Typed coerced(Typed value, ColumnType type, bool compared = false);
  Typed::Range range_of(Typed& value);
  void make_alike(std::vector<Typed>& values, ColumnType& type);

  // ---- functions.cpp ----
  Typed aggregate(const tree::Call& call, const Scope& scope);
  Typed function(const tree::Call& call, std::vector<Typed> values);

  // ---- changes.cpp ----
  Given given(const tree::Expression& expression, const TableColumn& column) override;
  void insert(const tree::Insert& insert, Plan& plan) override;
  void update(const tree::Update& update, Plan& plan) override;
  void remove(const tree::Delete& remove, Plan& plan) override;
  void truncate(const tree::Truncate& truncate, Plan& plan) override;
  void insert_query(const tree::Insert& insert, const Definition& table, Plan& plan);
  void returning(const tree::Insert& insert, const Scope& scope, Plan& plan);
  void clash(const tree::Insert& insert, const Definition& table, Plan& plan);
  void update_met(const tree::Insert& insert, const Definition& table, Plan& plan);
  Typed inserted(const std::string& column);
  Given computed(const tree::Expression& expression, const TableColumn& column);
  [[nodiscard]] bool needs_value(const TableColumn& column) const override;
  [[nodiscard]] std::optional<std::vector<Bound>> equalities(const tree::Update& update,
                                                             const Scope& scope) const;
  [[nodiscard]] std::string assigned(const Typed& given, const TableColumn& column);
  sql::emulator::Part part_of(const TableState& table, const std::string& alias,
                              const std::string& from, const std::string& where);
  void assign(const std::vector<const tree::Assignment*>& set, const TableState& table,
              const std::string& alias, sql::emulator::Part& part, Plan& plan);
  std::string rest(const std::vector<tree::OrderItem>& order,
                   const tree::Box<tree::Expression>& limit, const Scope& scope);

  const MysqlRules& mysql_;
  std::set<TableColumnName> assigned_;  ///< columns that have another value already
  /// Values of new rows that are computed: they are of one row.
  std::vector<std::string> computed_;
  std::vector<Bound> computed_bounds_;
  const Definition* met_ = nullptr;          ///< ON DUPLICATE KEY UPDATE of this table
  const tree::Insert* inserting_ = nullptr;  ///< whose rows have a name
};

/// What a call of this moment is cut off to, in digits behind the second; nothing where it is none
/// that a column of that kind takes.
[[nodiscard]] std::optional<std::int32_t> digits_of_moment(const tree::Expression& expression,
                                                           TypeKind kind);

}  // namespace understudy::mysql::emulation
