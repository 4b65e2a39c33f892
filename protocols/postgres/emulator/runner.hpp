// Runs a plan over the contents.
#pragma once

#include <optional>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/postgres/emulator/answers.hpp"
#include "protocols/postgres/emulator/routines.hpp"
#include "protocols/postgres/emulator/rules.hpp"
#include "protocols/sql/emulator/runner.hpp"

namespace understudy::postgres::emulation {

/// The time of a statement, and new values of chance; nothing where they are not known.
struct StatementMoment {
  std::optional<std::int64_t> now;    ///< microseconds since 2000: when its transaction began
  std::optional<std::int64_t> clock;  ///< when itself did
  std::mt19937_64* chance = nullptr;
};

class Runner final : public sql::emulator::Runner {
 public:
  /// All outlive it. `programs`: null where no function is run.
  Runner(sql::contents::Contents& contents, const PostgresRules& rules, const TableOids& oids,
         Programs* programs = nullptr)
      : sql::emulator::Runner(contents, rules),
        own_rules_(rules),
        printing_(rules.printing()),
        oids_(oids),
        programs_(programs) {}

  /// Nothing where it is not sure. Then, and where the answer is an error, what was changed is to
  /// be undone.
  [[nodiscard]] std::optional<Result> run(const Plan& plan, std::span<const Value> values);
  void set_moment(const StatementMoment& moment) { moment_ = moment; }
  /// Of a request that is followed: what of it nobody has been told of may be as of this moment.
  void set_unseen(const StatementMoment& moment) { unseen_ = moment; }

  /// From here on: the request has taken effect, and this is what it was answered. What only the
  /// server could know is taken from there, and what the answer does not show is no longer known.
  void take_from(const std::vector<Row>* shown) {
    took_effect_ = true;
    shown_ = shown;
  }

  /// What these rows of an answer, which are of what is here now, show of values that are not
  /// known.
  void learn(const Plan& plan, const std::vector<Row>& rows);

 private:
  using Datum = sql::contents::Datum;
  using Rows = std::vector<sql::contents::DatumRow>;
  [[nodiscard]] std::optional<Datum> value_of(const Bound& bound,
                                              std::span<const Value> values) override;
  [[nodiscard]] std::optional<Datum> readable_value(const Bound& bound,
                                                    std::span<const Value> values);
  [[nodiscard]] bool gave_within(const Plan& plan) const;
  [[nodiscard]] std::optional<Datum> momentary(const Bound& bound, const StatementMoment& moment);
  [[nodiscard]] Datum hidden(const Bound& bound, std::size_t column);
  [[nodiscard]] std::optional<Datum> of_catalogue(const Bound& bound,
                                                  std::span<const Value> values);
  [[nodiscard]] std::set<std::size_t> unknown_values(const Plan& plan) const;
  [[nodiscard]] bool change_fired(const Plan& plan, const sql::contents::DatumRow& source,
                                  Rows& rows, Result& result);
  [[nodiscard]] std::optional<Datum> setting(const Bound& bound, std::span<const Value> values);
  /// A row that is put in: what is given for it, and the row of the source.
  struct NewRow {
    std::size_t number;
    const std::vector<Given>* given;
    sql::contents::DatumRow computed;
  };
  /// What MERGE has done so far.
  struct Merged {
    std::int64_t count = 0, inserted = 0;
    std::set<Datum> places;  ///< of rows that were changed or removed
    bool removed = false;
  };
  [[nodiscard]] bool run_commons(const Plan& plan, std::span<const Value> values, Result& result);
  [[nodiscard]] bool perform(const Plan& plan, std::span<const Value> values, Rows& rows,
                             Result& result);
  [[nodiscard]] bool query(const Plan& plan, std::span<const Value> values, Rows& rows);
  [[nodiscard]] static bool tell_apart(const Plan& plan, Rows& rows);
  [[nodiscard]] static bool meets_demand(const Bound& bound, const Datum& datum);

  // ---- changing.cpp ----
  [[nodiscard]] bool make_rows(const Plan& plan, std::span<const Value> values,
                               std::vector<NewRow>& made);
  [[nodiscard]] bool insert(const Plan& plan, std::span<const Value> values, Rows& rows,
                            Result& result);
  [[nodiscard]] bool fill_row(const Plan& plan, const NewRow& row, std::span<const Value> values,
                              std::vector<Datum>& bound);
  [[nodiscard]] bool insert_row(const Plan& plan, const NewRow& row, std::span<const Value> values,
                                Rows& rows, Result& result);
  [[nodiscard]] bool change_rows(const Plan& plan, std::span<const Value> values, Rows& rows,
                                 Result& result);
  [[nodiscard]] bool follow_change(const Plan& plan, std::span<const Value> values,
                                   std::int64_t place, std::int64_t count, Result& result);
  void hide(const Plan& plan);
  [[nodiscard]] bool merge_row(const Plan& plan, const sql::contents::DatumRow& row,
                               std::span<const Value> values, Merged& merged, Result& result);
  [[nodiscard]] bool merge(const Plan& plan, std::span<const Value> values, Result& result);
  [[nodiscard]] bool refresh(const Plan& plan, std::span<const Value> values, Result& result);
  [[nodiscard]] std::optional<Datum> shown_value(const Plan& plan, std::size_t row,
                                                 std::size_t column);
  [[nodiscard]] Datum take_unread(const Plan& plan, std::size_t row, std::size_t column);
  [[nodiscard]] bool change(const Plan& plan, std::span<const Value> values, Rows& rows,
                            Result& result);
  [[nodiscard]] bool truncate(const Plan& plan, Result& result);
  [[nodiscard]] bool number(const Plan& plan, std::span<const Value> values, Rows& rows);
  [[nodiscard]] bool blur(const Plan& plan, Result& result);
  [[nodiscard]] bool show(const Plan& plan, std::vector<sql::contents::DatumRow> rows,
                          Result& result);
  [[nodiscard]] bool takes_values(const Plan& plan, std::span<const Value> values);
  [[nodiscard]] bool refuse_value(const Plan& plan, const Given& given,
                                  std::span<const Value> values);

  // ---- learning.cpp ----
  [[nodiscard]] std::optional<Datum> read_cell(const Plan& plan, const Row& row,
                                               std::size_t place) const;
  void learn_cell(const Plan& plan, const TableState& table, const std::vector<std::size_t>& key,
                  const std::map<std::size_t, std::size_t>& places, std::size_t column,
                  const Row& row);

  // ---- routines.cpp ----
  struct Typed_value {
    sql::contents::ColumnType type;
    Datum value;
  };
  /// A row for which triggers are to be fired when the statement is done.
  struct Fired {
    std::string event;
    std::optional<sql::contents::DatumRow> before, row;
    std::set<std::size_t> hidden;
  };
  [[nodiscard]] bool run_inside(const Plan& plan, Frame& frame, Rows& rows, Result& result);
  [[nodiscard]] std::optional<Datum> evaluate(const sql::tree::Statement& shows,
                                              sql::contents::ColumnType type, Frame& frame);
  [[nodiscard]] bool carry_out(const Step& step, Frame& frame, Result& result,
                               std::optional<Typed_value>* last);
  [[nodiscard]] bool assign(const Step& step, Frame& frame);
  [[nodiscard]] bool run_steps(const std::vector<Step>& steps, Frame& frame, Result& result,
                               const Step** given);
  [[nodiscard]] bool declare(const Program& program, Frame& frame);
  [[nodiscard]] bool call(const Plan& plan, std::span<const Value> values, Rows& rows,
                          Result& result);
  [[nodiscard]] bool fire(const sql::contents::Definition& table, std::string_view timing,
                          std::string_view event, const sql::contents::DatumRow* before,
                          sql::contents::DatumRow* row, Result& result);
  [[nodiscard]] bool fires_in_any_order(const sql::contents::Definition& table);
  [[nodiscard]] bool fire_pending(const sql::contents::Definition& table, Result& result);
  void note_fired(const sql::contents::Definition& table, std::string_view event,
                  std::optional<sql::contents::DatumRow> before,
                  std::optional<sql::contents::DatumRow> row);

  // ---- constraints.cpp: false where the change is refused ----
  bool refuse(std::optional<Fields> error);
  [[nodiscard]] std::optional<Fields> refusal() const;
  [[nodiscard]] std::optional<std::vector<std::optional<std::string>>> printed_row(
      const sql::contents::Definition& table, std::span<const Datum> row);
  [[nodiscard]] bool check_nulls(const sql::contents::Definition& table,
                                 std::span<const Datum> row);
  [[nodiscard]] bool check_conditions(const Plan& plan, std::span<const Value> values,
                                      std::int64_t place);
  [[nodiscard]] bool check_proposed(const Plan& plan, std::span<const Value> values,
                                    std::span<const Datum> row);
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

  const PostgresRules& own_rules_;
  const Printing& printing_;
  const TableOids& oids_;
  Programs* programs_;
  Frame* frame_ = nullptr;  ///< of the function that is under way
  StatementMoment moment_, unseen_;
  std::size_t depth_ = 0;       ///< how many functions are under way
  std::vector<Fired> pending_;  ///< triggers that are fired behind all rows
  const std::vector<Row>* shown_ = nullptr;
  /// Why the change is refused; nothing for what the server says otherwise, or may not refuse.
  std::vector<std::optional<Fields>> refusals_;
  std::vector<Rows> part_rows_;           ///< what the common tables gave
  std::int64_t begin_place_ = 0;          ///< the last one before rows were put in
  std::size_t new_rows_ = 0;              ///< how many are put in
  std::vector<std::int64_t> refused_at_;  ///< beside those of references: places of rows
  bool in_order_ = false;                 ///< rows are looked at in the order of their places
  std::string target_;                    ///< of the plan that is under way
  std::set<std::size_t> hidden_;          ///< columns of the new row whose values nobody knows
  std::set<std::size_t> unread_;          ///< those that the server took and that can't be read
};

}  // namespace understudy::postgres::emulation
