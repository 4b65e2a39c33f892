// Runs a plan over the contents.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/postgres/emulator/answers.hpp"
#include "protocols/postgres/emulator/plan.hpp"
#include "protocols/sql/contents/contents.hpp"

namespace understudy::postgres::emulation {

/// One value of a request, as it was spelled.
struct Value {
  std::optional<std::string_view> text;
  sql::ValueClass value_class = sql::ValueClass::unknown;
};

class Runner {
 public:
  /// All outlive it.
  Runner(sql::contents::Contents& contents, const Printing& printing, const TableOids& oids)
      : contents_(contents), printing_(printing), oids_(oids) {}

  /// Nothing where it is not sure. Then, and where the answer is an error, what was changed is to
  /// be undone.
  [[nodiscard]] std::optional<Result> run(const Plan& plan, std::span<const Value> values);
  /// After run(), whatever becomes of what it changed: sequences have given their numbers.
  void take_numbers();
  /// Tables whose sequences did.
  [[nodiscard]] bool took_numbers() const noexcept { return !numbers_.empty(); }
  /// Why run() gave nothing.
  [[nodiscard]] const std::string& why_not() const noexcept { return why_not_; }

  /// From here on: the request has taken effect, and this is what it was answered. What only the
  /// server could know is taken from there, and what the answer does not show is no longer known.
  void take_from(const std::vector<Row>* shown) {
    took_effect_ = true;
    shown_ = shown;
  }

 private:
  using Datum = sql::contents::Datum;
  [[nodiscard]] bool may_read(const Plan& plan);
  [[nodiscard]] bool keeps_within(const Plan& plan);
  [[nodiscard]] std::optional<Datum> value_of(const Bound& bound, std::span<const Value> values);
  [[nodiscard]] bool bind(const std::vector<Bound>& bounds, std::span<const Value> values,
                          std::vector<Datum>& bound);
  [[nodiscard]] bool select(const Plan& plan, std::span<const Value> values, Result& result);
  [[nodiscard]] bool insert(const Plan& plan, std::span<const Value> values, Result& result);
  [[nodiscard]] bool fill_row(const Plan& plan, std::size_t row, std::span<const Value> values,
                              std::vector<Datum>& bound);
  [[nodiscard]] bool insert_row(const Plan& plan, std::size_t row, std::span<const Value> values,
                                std::vector<sql::contents::DatumRow>& rows);
  [[nodiscard]] std::optional<Datum> shown_value(const Plan& plan, std::size_t row,
                                                 std::size_t column);
  [[nodiscard]] bool change(const Plan& plan, std::span<const Value> values, Result& result);
  [[nodiscard]] bool truncate(const Plan& plan, Result& result);
  [[nodiscard]] bool show(const Plan& plan, std::vector<sql::contents::DatumRow> rows,
                          Result& result);
  [[nodiscard]] bool cut(const Plan& plan, std::span<const Value> values,
                         std::vector<sql::contents::DatumRow>& rows);
  [[nodiscard]] bool holds(const std::string& sql, std::span<const Datum> values = {});
  [[nodiscard]] bool takes_values(const Plan& plan, std::span<const Value> values);
  [[nodiscard]] bool refuse_value(const Plan& plan, const Given& given,
                                  std::span<const Value> values);

  // ---- constraints.cpp: false where the change is refused ----
  bool refuse(std::optional<Fields> error);
  [[nodiscard]] std::optional<Fields> refusal() const;
  [[nodiscard]] std::optional<std::vector<std::string>> printed(
      const sql::contents::Definition& table, const std::vector<std::size_t>& columns,
      std::span<const Datum> values);
  [[nodiscard]] std::optional<std::vector<std::optional<std::string>>> printed_row(
      const sql::contents::Definition& table, std::span<const Datum> row);
  [[nodiscard]] std::optional<sql::contents::DatumRow> row_behind(
      const sql::contents::Definition& table, std::int64_t place);
  [[nodiscard]] bool check_nulls(const sql::contents::Definition& table,
                                 std::span<const Datum> row);
  [[nodiscard]] bool check_conditions(const Plan& plan, std::span<const Value> values,
                                      std::int64_t place);
  [[nodiscard]] bool tell_key(const sql::contents::Definition& table, std::span<const Datum> row,
                              const std::set<std::size_t>* changed);
  void tell_nulls(const Plan& plan, std::span<const Datum> bound);
  [[nodiscard]] bool tell_refused(const Plan& plan, std::span<const Value> values,
                                  std::span<const Datum> bound);
  [[nodiscard]] bool tell_orphans(const sql::contents::Definition& child,
                                  const sql::contents::Reference& reference,
                                  const sql::contents::Definition& parent,
                                  const std::string& missing, bool as_parent);
  [[nodiscard]] bool follow_references(const std::string& key, const std::set<std::size_t>* changed,
                                       bool as_parent, Result& result, int depth = 0);
  [[nodiscard]] bool follow_child(const sql::contents::Definition& child,
                                  const sql::contents::Reference& reference, Result& result,
                                  bool removed, bool as_parent, int depth);

  sql::contents::Contents& contents_;
  const Printing& printing_;
  const TableOids& oids_;
  std::string why_not_;
  bool took_effect_ = false;
  const std::vector<Row>* shown_ = nullptr;
  std::map<sql::contents::Contents::Sequence, std::optional<std::int64_t>> numbers_;
  /// Why the change is refused; nothing for what the server says otherwise, or may not refuse.
  std::vector<std::optional<Fields>> refusals_;
  std::vector<std::int64_t> refused_at_;  ///< beside those of references: places of rows
  bool in_order_ = false;                 ///< rows are looked at in the order of their places
  std::set<std::size_t> hidden_;          ///< columns of the new row whose values nobody knows
};

/// Whether every reference that may be looked at when a transaction ends is known to hold.
[[nodiscard]] bool deferred_references_hold(sql::contents::Contents& contents);

}  // namespace understudy::postgres::emulation
