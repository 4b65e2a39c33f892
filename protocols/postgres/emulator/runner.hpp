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

  /// Nothing where it is not sure; then what was changed is to be undone. Numbers of sequences are
  /// taken only if it is.
  [[nodiscard]] std::optional<Result> run(const Plan& plan, std::span<const Value> values);
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
  [[nodiscard]] std::optional<Datum> shown_value(const Plan& plan, std::size_t row,
                                                 std::size_t column);
  [[nodiscard]] bool change(const Plan& plan, std::span<const Value> values, Result& result);
  [[nodiscard]] bool truncate(const Plan& plan, Result& result);
  [[nodiscard]] bool show(const Plan& plan, std::vector<sql::contents::DatumRow> rows,
                          Result& result);
  [[nodiscard]] bool cut(const Plan& plan, std::span<const Value> values,
                         std::vector<sql::contents::DatumRow>& rows);
  [[nodiscard]] bool holds(const std::string& sql);
  [[nodiscard]] bool follow_references(const std::string& key, const std::set<std::size_t>* changed,
                                       bool as_parent, Result& result, int depth = 0);
  [[nodiscard]] bool follow_child(const sql::contents::Definition& child,
                                  const sql::contents::Reference& reference, Result& result,
                                  bool removed, int depth);

  sql::contents::Contents& contents_;
  const Printing& printing_;
  const TableOids& oids_;
  std::string why_not_;
  bool took_effect_ = false;
  const std::vector<Row>* shown_ = nullptr;
  std::map<sql::contents::Contents::Sequence, std::optional<std::int64_t>> numbers_;
};

}  // namespace understudy::postgres::emulation
