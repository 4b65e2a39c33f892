// Runs a plan over the contents.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/postgres/emulator/answers.hpp"
#include "protocols/postgres/emulator/rules.hpp"
#include "protocols/sql/emulator/runner.hpp"

namespace understudy::postgres::emulation {

class Runner final : public sql::emulator::Runner {
 public:
  /// All outlive it.
  Runner(sql::contents::Contents& contents, const PostgresRules& rules, const TableOids& oids)
      : sql::emulator::Runner(contents, rules), printing_(rules.printing()), oids_(oids) {}

  /// Nothing where it is not sure. Then, and where the answer is an error, what was changed is to
  /// be undone.
  [[nodiscard]] std::optional<Result> run(const Plan& plan, std::span<const Value> values);
  /// From here on: the request has taken effect, and this is what it was answered. What only the
  /// server could know is taken from there, and what the answer does not show is no longer known.
  void take_from(const std::vector<Row>* shown) {
    took_effect_ = true;
    shown_ = shown;
  }

 private:
  using Datum = sql::contents::Datum;
  [[nodiscard]] std::optional<Datum> value_of(const Bound& bound,
                                              std::span<const Value> values) override;
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
  [[nodiscard]] bool takes_values(const Plan& plan, std::span<const Value> values);
  [[nodiscard]] bool refuse_value(const Plan& plan, const Given& given,
                                  std::span<const Value> values);

  // ---- constraints.cpp: false where the change is refused ----
  bool refuse(std::optional<Fields> error);
  [[nodiscard]] std::optional<Fields> refusal() const;
  [[nodiscard]] std::optional<std::vector<std::optional<std::string>>> printed_row(
      const sql::contents::Definition& table, std::span<const Datum> row);
  [[nodiscard]] bool check_nulls(const sql::contents::Definition& table,
                                 std::span<const Datum> row);
  [[nodiscard]] bool check_conditions(const Plan& plan, std::span<const Value> values,
                                      std::int64_t place);
  [[nodiscard]] bool tell_key(const sql::contents::Definition& table, std::span<const Datum> row,
                              const std::set<std::size_t>* changed);
  void tell_nulls(const Plan& plan, std::span<const Datum> bound);
  [[nodiscard]] bool tell_refused(const Plan& plan, std::span<const Value> values,
                                  std::span<const Datum> bound);
  bool tell_orphans(const sql::contents::Definition& child,
                    const sql::contents::Reference& reference,
                    const sql::contents::Definition& parent, const std::string& missing,
                    bool as_parent) override;
  bool refuse_untold() override { return refuse(std::nullopt); }

  const Printing& printing_;
  const TableOids& oids_;
  const std::vector<Row>* shown_ = nullptr;
  /// Why the change is refused; nothing for what the server says otherwise, or may not refuse.
  std::vector<std::optional<Fields>> refusals_;
  std::vector<std::int64_t> refused_at_;  ///< beside those of references: places of rows
  bool in_order_ = false;                 ///< rows are looked at in the order of their places
  std::set<std::size_t> hidden_;          ///< columns of the new row whose values nobody knows
};

}  // namespace understudy::postgres::emulation
