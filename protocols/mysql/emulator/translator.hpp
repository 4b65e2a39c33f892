// MySQL's statements as SQLite's, where both mean the same: a closed list of constructs, types and
// functions. Whatever is not on it, or whose meaning depends on what is not known, throws Unsure.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/mysql/emulator/rules.hpp"
#include "protocols/mysql/emulator/shared.hpp"

namespace understudy::mysql::emulation {

class Translator final : public sql::emulator::Translator {
 public:
  Translator(const MysqlRules& rules, const TableBook& book, bool took_effect)
      : sql::emulator::Translator(rules, book, took_effect), mysql_(rules) {}

 private:
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
};

}  // namespace understudy::mysql::emulation
