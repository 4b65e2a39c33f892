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
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/postgres/emulator/names.hpp"
#include "protocols/postgres/emulator/rules.hpp"
#include "protocols/sql/contents/table.hpp"
#include "protocols/sql/tree/tree.hpp"

namespace understudy::postgres::emulation {

enum class Telling : std::uint8_t;  // see catalogue.hpp

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

class Translator final : public sql::emulator::Translator {
 public:
  /// `took_effect`: the server is known to have done what the statement says.
  /// `variables`: those of a function's body, or null; it outlives this.
  Translator(const TableBook& book, const PostgresRules& rules, const Reach& reach,
             bool took_effect, const Scope* variables = nullptr)
      : sql::emulator::Translator(rules, book, took_effect, variables),
        printing_(rules.printing()),
        reach_(reach) {}

  /// What `shows`, a query of one value, gives for a place of that type.
  [[nodiscard]] Plan value(const tree::Statement& shows, ColumnType type);

 private:
  /// What an UPDATE puts into a column.
  struct SetTo {
    std::size_t column;
    std::string sql;
  };

  // ---- expressions.cpp ----
  Typed node(const tree::Expression& expression, const Scope& scope) override;
  Typed condition(const tree::Expression& expression, const Scope& scope) override;
  [[nodiscard]] Typed truth(std::string sql) const override;
  [[nodiscard]] std::string ordered(const Typed& value) const override;
  [[nodiscard]] static std::string place_of_label(const Typed& value);
  [[nodiscard]] ColumnType named_type(const tree::Type& type) const;
  Typed as_output(Typed value) override;
  [[nodiscard]] bool nulls_first(bool descending) const noexcept override { return descending; }
  [[nodiscard]] std::optional<std::string> name_of_output(
      const tree::Expression& expression) const override;
  [[nodiscard]] bool unites(const ColumnType& a, const ColumnType& b) const override {
    return a == b;
  }
  Typed node(const tree::Literal& literal);
  Typed node(const tree::Column& column, const Scope& scope) { return this->column(column, scope); }
  Typed node(const tree::Operation& operation, const Scope& scope);
  Typed node(const tree::Is& is, const Scope& scope);
  Typed node(const tree::In& in, const Scope& scope);
  Typed node(const tree::Between& between, const Scope& scope);
  Typed node(const tree::Like& like, const Scope& scope);
  Typed node(const tree::Case& choice, const Scope& scope);
  Typed node(const tree::Cast& cast, const Scope& scope);
  Typed node(const tree::SubQuery& query, const Scope& scope) {
    return query.kind == tree::SubQuery::Kind::array ? array_of_query(query, scope)
                                                     : sub_query(query, scope);
  }
  std::optional<Typed> cast_in_catalogue(const tree::Cast& cast, const Scope& scope);
  static Typed from_catalogue(Typed value);
  Typed cut_off(Typed value, ColumnType type);
  Typed node(const tree::Collate& collate, const Scope& scope);
  Typed node(const tree::Call& call, const Scope& scope);
  Typed logic(const tree::Operation& operation, const Scope& scope);
  Typed arithmetic(tree::Operator op, Typed left, Typed right);
  Typed concatenation(const tree::Operation& operation, const Scope& scope);
  Typed joined_values(Typed left, Typed right);
  Typed joined_operands(const tree::Operation& operation, const Scope& scope);
  Typed aggregate(const tree::Call& call, const Scope& scope);
  /// A function beside aggregates, by what it is about. Its arguments are translated.
  using Family = Typed (Translator::*)(const tree::Call& call, std::vector<Typed> values);
  static const std::map<std::string_view, Family>& families();
  Typed text_length(const tree::Call& call, std::vector<Typed> values);
  Typed letters(const tree::Call& call, std::vector<Typed> values);
  Typed replaced(const tree::Call& call, std::vector<Typed> values);
  Typed part_of_time(const tree::Call& call, std::vector<Typed> values);
  Typed start_of_time(const tree::Call& call, std::vector<Typed> values);
  Typed start_at(const std::string& field, const Typed& value);
  Typed setting(const tree::Call& call, std::vector<Typed> values);
  Typed clock(const tree::Call& call, std::vector<Typed> values);
  Typed new_uuid(const tree::Call& call, std::vector<Typed> values);
  Typed without_sign(const tree::Call& call, std::vector<Typed> values);
  Typed any_of(const tree::Operation& operation, const Scope& scope);
  void make_comparable(Typed& left, Typed& right);
  Typed cast(Typed value, const ColumnType& type);
  Typed cast_number(Typed value, const ColumnType& type);
  Typed decimal_arithmetic(tree::Operator op, const Typed& left, const Typed& right);
  Typed float_arithmetic(tree::Operator op, const Typed& left, const Typed& right);
  Typed whole_arithmetic(tree::Operator op, Typed left, Typed right);
  Typed numeric_arithmetic(tree::Operator op, Typed left, Typed right);
  Typed compare(tree::Operator op, Typed left, Typed right);
  Typed coerced(Typed value, ColumnType type, bool compared = false);
  Typed as_text(Typed value);
  void make_alike(std::vector<Typed>& values, ColumnType& type, bool& soft);
  Typed::Range range_of(Typed& value);
  std::string assigned(const Typed& value, const sql::contents::TableColumn& column,
                       bool may_be_null = false);
  Typed variable(const ScopeColumn& column) override;

  // ---- conversions.cpp ----
  [[nodiscard]] static std::string quoted(std::string_view text);
  void may_raise(const char* what);
  [[nodiscard]] std::string text_of(const Typed& value) const;
  [[nodiscard]] std::string cast_text(const Typed& value) const;
  [[nodiscard]] std::string from_text(TypeKind kind, const std::string& text) const;
  [[nodiscard]] static ColumnType element_type(const ColumnType& array);
  [[nodiscard]] static ColumnType array_of(const ColumnType& element);
  [[nodiscard]] static bool is_exact(const ColumnType& type);
  [[nodiscard]] std::string as_decimal(const Typed& value) const;
  [[nodiscard]] std::string as_float(const Typed& value) const;
  [[nodiscard]] std::string zone() const;
  [[nodiscard]] std::string local_sql(const std::string& instant) const;
  [[nodiscard]] std::string instant_sql(const std::string& local) const;
  [[nodiscard]] std::string moment(const Typed& value) const;
  [[nodiscard]] std::pair<std::string, std::string> json_of(const Typed& value) const;
  [[nodiscard]] static std::string bounded(const std::string& sql, TypeKind kind);

  // ---- typed_functions.cpp ----
  std::optional<Typed> by_signature(const tree::Call& call, std::vector<Typed> values);
  Typed concatenated(const tree::Call& call, std::vector<Typed> values);
  Typed extreme(const tree::Call& call, std::vector<Typed> values);
  Typed remainder(const tree::Call& call, std::vector<Typed> values);
  Typed json_made(const tree::Call& call, std::vector<Typed> values);
  Typed to_json(const tree::Call& call, std::vector<Typed> values);
  Typed of_array(const tree::Call& call, std::vector<Typed> values);
  std::string as_element(Typed value, const ColumnType& element);
  Typed array_of_slots(std::vector<Typed> values, const ColumnType& element);
  Typed hinted(const tree::Expression& expression, const ColumnType& type, const Scope& scope,
               bool assigns = true);
  Typed node(const tree::Collection& collection, const Scope& scope);
  Typed node(const tree::Access& access, const Scope& scope);
  Typed array_of_query(const tree::SubQuery& query, const Scope& scope);

  // ---- collections.cpp ----
  Typed gathered(const tree::Call& call, const Scope& scope, const std::string& filter);
  [[nodiscard]] static bool gathers(const std::string& name);
  std::string gathered_order(const tree::Call& call, const Scope& scope, const Typed* value,
                             std::string& keys);
  std::optional<Typed> special(const tree::Operation& operation, Typed left, Typed right);
  Typed json_operator(const std::string& op, Typed left, Typed right);
  Typed array_operator(const std::string& op, Typed left, Typed right);
  Typed any_of_array(const tree::Operation& operation, Typed left, const Typed& right);

  // ---- times.cpp ----
  std::optional<Typed> time_arithmetic(tree::Operator op, Typed& left, Typed& right);
  Typed in_zone(const tree::Call& call, std::vector<Typed> values);
  Typed age(const tree::Call& call, std::vector<Typed> values);
  Typed to_char(const tree::Call& call, std::vector<Typed> values);
  Typed part_as_float(const tree::Call& call, std::vector<Typed> values);

  // ---- sets.cpp ----
  std::string function_source(const tree::TableFunction& function, const tree::Relation& relation,
                              const std::string& alias, Scope& scope) override;
  Selected values_of(const tree::Values& values, const Scope* outer) override;

  // ---- text_search.cpp ----
  static std::optional<tree::Expression> vector_for(const tree::Expression& expression,
                                                    const sql::contents::TableColumn& column);
  std::optional<Typed> vector(const tree::Call& call, const Scope& scope);

  // ---- conditional_keys.cpp ----
  std::string keys_of(const sql::contents::ConditionalKey& key, const Definition& table,
                      const std::string& source, bool has_places);
  Text meeting_of(const sql::contents::ConditionalKey& key, const Definition& table,
                  const std::string& rows, bool has_places);
  void constraints(const Definition& table, const Scope& scope, Plan& plan);
  bool arbitrates(const tree::Conflict& conflict, const Definition& table, Plan& plan);

  // ---- calls.cpp ----
  bool query_otherwise(const tree::Query& query, Plan& plan) override;

  // ---- sequences.cpp ----
  bool sequence_call(const tree::Query& query, Plan& plan);
  Plan::SequenceUse sequence_named(const tree::Expression& expression) const;
  [[nodiscard]] std::optional<std::string> serial_sequence(const tree::Call& call) const;

  // ---- views.cpp ----
  [[nodiscard]] std::string key_of(const tree::Name& name) const override {
    return in_view_ ? emulation::key_of(name) : sql::emulator::Translator::key_of(name);
  }
  [[nodiscard]] bool keeps_places() const noexcept override { return true; }
  [[nodiscard]] bool hides_cells() const noexcept override { return true; }
  std::optional<std::string> source_otherwise(const tree::Name& name, const std::string& shown,
                                              const std::string& alias, Scope& scope) override;
  std::string view(const sql::contents::View& view, const std::string& key,
                   const std::string& shown, const std::string& alias, Scope& scope);
  const Definition* target_otherwise(const tree::Name& name, const std::string& shown, Scope& scope,
                                     Plan& plan) override;
  const Definition& target_view(const sql::contents::View& view, const std::string& key,
                                const std::string& shown, Scope& scope, Plan& plan);
  void refresh(const tree::Utility& utility, Plan& plan);
  std::size_t place_in(const Definition& table, const tree::Column& column) const;
  [[nodiscard]] std::string where_of(const tree::Box<tree::Expression>& where, const Scope& scope);

  // ---- row_changes.cpp ----
  void other(const tree::Statement& statement, Plan& plan) override;
  void changing_commons(const tree::With& with, Plan& plan) override;
  std::string rows_of_part(const Common& common) override;
  static std::map<std::size_t, Given> take_unasked(tree::Query& query,
                                                   const std::vector<std::size_t>& places,
                                                   const Definition& table);
  void insert_query(tree::Query query, const std::vector<std::size_t>& places, bool told,
                    const Definition& table, Plan& plan);
  void update_rows(const tree::Update& update, Plan& plan);
  void remove_rows(const tree::Delete& remove, Plan& plan);
  void change_rows(const tree::Box<tree::Expression>& where,
                   const std::vector<tree::Output>& returned, const std::vector<SetTo>& set,
                   const std::string& from_sql, const Definition& table, Scope& scope, Plan& plan);
  void merge(const tree::Merge& merge, Plan& plan);
  PlannedWhen when(const tree::Merge::When& when, const Definition& table, Scope& scope,
                   std::vector<std::string>& computed, Plan& plan);

  // ---- reading_catalogue.cpp ----
  /// Conditions of inner joins with rows that may be there or not.
  std::map<const Scope*, std::vector<std::string>> joined_by_;
  std::string catalogue_source(std::size_t number, const std::string& shown,
                               const std::string& alias, Scope& scope);
  std::string where_of_rows(const tree::Box<tree::Expression>& where, const Scope& scope) override;
  std::string on_of_rows(const tree::Join& join, std::string on, const Scope& scope,
                         std::size_t begin, std::size_t middle) override;
  std::string equal_in_catalogue(const Typed& left, const Typed& right, const std::string& left_sql,
                                 const std::string& right_sql);
  static Typed as_compared(Typed value);
  Typed is_visible(const tree::Call& call, std::vector<Typed> values);
  Typed name_of_type(const tree::Call& call, std::vector<Typed> values);
  Typed comment_of(const tree::Call& call, std::vector<Typed> values);
  std::string told(Telling telling, const std::string& object);
  static std::string sure_text(const std::string& sql);
  Typed definition_told(const tree::Call& call, std::vector<Typed> values);
  std::optional<Typed> stored_expression(const tree::Call& call, const Scope& scope);
  std::optional<std::string> subscripts_of_index(const tree::Call& call, const Scope& scope);
  static std::string no_index(const Typed& index, const Typed& relation);
  Typed first_schema(const tree::Call& call, std::vector<Typed> values);
  Typed database_name(const tree::Call& call, std::vector<Typed> values);
  Typed table_named(const tree::Expression& operand);

  // ---- windows.cpp ----
  Typed window(const tree::Call& call, const Scope& scope);
  [[nodiscard]] tree::Window resolved(const tree::Window& window) const;
  std::string frame_of(const tree::Window& window, bool one_order);
  std::string over(const tree::Window& window, const Scope& scope, bool& one_order);

  // ---- changes.cpp ----
  void insert(const tree::Insert& insert, Plan& plan) override;
  void update(const tree::Update& update, Plan& plan) override;
  void remove(const tree::Delete& remove, Plan& plan) override;
  void truncate(const tree::Truncate& truncate, Plan& plan) override;
  std::string setting_of(const tree::Assignment& set, const sql::contents::TableColumn& column,
                         std::size_t place, const Scope& scope, Plan& plan);
  [[nodiscard]] bool may_blur(const tree::Update& update, const Definition& table,
                              const Plan& plan) const;
  [[nodiscard]] bool passes(const tree::Expression& expression,
                            const sql::contents::TableColumn& column) const;
  [[nodiscard]] bool casts_alike(ColumnType from, ColumnType to) const;
  static std::optional<Bound> fresh(const tree::Expression& expression, ColumnType type);
  void keep_digits(std::size_t first, const sql::contents::TableColumn& column);
  Given given(const tree::Expression& expression,
              const sql::contents::TableColumn& column) override;
  /// What is computed is appended to `computed`.
  Given given(const tree::Expression& expression, const sql::contents::TableColumn& column,
              const Scope& scope, std::vector<std::string>& computed);
  std::vector<Given> row(const std::vector<tree::Expression>& values,
                         const std::vector<std::size_t>& places, const Definition& table,
                         const Scope& scope, std::vector<std::string>& computed);
  void insert_values(const tree::Insert& insert, const std::vector<std::size_t>& places,
                     const Definition& table, Plan& plan);
  std::vector<std::size_t> places_of(const std::vector<std::string>& columns, bool told,
                                     const Definition& table) const;
  [[nodiscard]] std::string insertion(const Definition& table);
  std::vector<SetTo> settings(const std::vector<tree::Assignment>& set, const Definition& table,
                              const Scope& scope, Plan& plan);
  std::string conflict(const tree::Conflict& conflict, const Definition& table, const Scope& scope,
                       Plan& plan);
  std::string assignments(const std::vector<tree::Assignment>& set, const Definition& table,
                          const Scope& scope, Plan& plan);
  std::string returning(const std::vector<tree::Output>& outputs, const Definition& table,
                        const std::string& alias, Plan& plan);

  const Printing& printing_;
  Reach reach_;
  int views_ = 0;         ///< how many are inside of each other
  bool in_view_ = false;  ///< names mean what they meant when it was made
  /// Of a view that is written to: the columns of its table, by its own names; and its condition.
  std::optional<std::map<std::string, std::size_t>> view_columns_;
  std::string view_condition_;
};

}  // namespace understudy::postgres::emulation
