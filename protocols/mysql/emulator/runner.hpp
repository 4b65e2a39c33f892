// Runs a plan over the contents as MySQL does: row by row, and each constraint at once.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "protocols/mysql/emulator/routines.hpp"
#include "protocols/mysql/emulator/rules.hpp"
#include "protocols/mysql/responses.hpp"

namespace understudy::mysql::emulation {

/// The rows of one query.
struct ShownRows {
  std::shared_ptr<const Plan> plan;
  std::vector<DatumRow> rows;
  std::vector<std::size_t> runs;
};

/// What a statement did, or would.
struct Done {
  std::vector<DatumRow> rows;     ///< of SELECT, with its keys behind the shown columns
  std::vector<std::size_t> runs;  ///< beside each: rows of one number may come in any order
  OkPacket ok;                    ///< of all others
  std::optional<ErrorPacket> error;
  bool counts_known = true;     ///< of `ok`
  std::vector<ShownRows> sets;  ///< of CALL, before its OK
  Written written;
};

class Runner final : public sql::emulator::Runner {
  using Part = sql::emulator::Part;

 public:
  /// `programs`: of the routines that it runs, or null: it runs none.
  Runner(sql::contents::Contents& contents, const MysqlRules& rules, Programs* programs)
      : sql::emulator::Runner(contents, rules), mysql_(rules), programs_(programs) {}

  /// The request has taken effect, and was answered so.
  void take_from(const OkPacket& ok) {
    took_effect_ = true;
    told_ = ok;
  }
  /// In a mode that refuses what is no value of its column, rather than to change it.
  void be_strict(bool strict) { strict_ = strict; }
  /// Microseconds since 2000-01-01 in UTC; nothing: it is not known, or not the same when it runs.
  void set_moment(std::optional<std::int64_t> moment) { moment_ = moment; }
  /// foreign_key_checks
  void check_references(bool checks) { checks_references_ = checks; }
  /// Nothing where it is not sure. Then, and where there is an error, what was changed is to be
  /// undone.
  [[nodiscard]] std::optional<Done> run(const Plan& plan, std::span<const Value> values);

 private:
  [[nodiscard]] std::optional<Datum> value_of(const Bound& bound,
                                              std::span<const Value> values) override;
  bool tell_orphans(const Definition& child, const sql::contents::Reference& reference,
                    const Definition& parent, const std::string& missing, bool as_parent) override;
  bool refuse_untold() override { return refuse(std::nullopt); }
  bool refuse(std::optional<ErrorPacket> error);

  [[nodiscard]] bool select(const Plan& plan, std::span<const Value> values, Done& done);
  [[nodiscard]] bool insert(const Plan& plan, std::span<const Value> values, Done& done);
  [[nodiscard]] bool insert_all(const Plan& plan, std::span<const Value> values, Done& done,
                                std::size_t& rows);
  [[nodiscard]] bool fill(const Plan& plan, std::size_t row, std::span<const Value> values,
                          const DatumRow* source, DatumRow& bound);
  [[nodiscard]] bool put_in(const Plan& plan, std::size_t at, DatumRow& row, Done& done);
  [[nodiscard]] bool number(const Plan& plan, std::size_t column, DatumRow& row);
  [[nodiscard]] bool meets_key(const Plan& plan, const DatumRow& row, Done& done);
  [[nodiscard]] bool may_lack_parents(const Definition& table, const sql::contents::UniqueKey& key,
                                      const DatumRow& row);
  [[nodiscard]] bool is_met(const Definition& table, const DatumRow& row);
  [[nodiscard]] bool replace(const Plan& plan, const DatumRow& row, Done& done);
  [[nodiscard]] bool fill_error(const Plan& plan, std::size_t column, const Value& value);
  [[nodiscard]] bool looks_for_rows(const Plan& plan, std::span<const Value> values);
  [[nodiscard]] bool update_met(const Plan& plan, std::span<const Value> values,
                                const DatumRow& row, Done& done);
  [[nodiscard]] bool lacks_values(const Plan& plan);
  [[nodiscard]] bool satisfies(const Plan& plan, const Definition& table, const DatumRow& row);
  [[nodiscard]] bool satisfy(const Plan& plan, std::int64_t place);
  [[nodiscard]] std::optional<Datum> moment_in(const ColumnType& type, std::int64_t digits) const;
  [[nodiscard]] std::optional<Datum> moment_given(const Given& given,
                                                  const TableColumn& column) const;
  [[nodiscard]] bool update(const Plan& plan, std::span<const Value> values, Done& done);
  [[nodiscard]] bool update_one(const Part& part, std::int64_t place, std::span<const Datum> bound,
                                Done& done, std::size_t& changed);
  [[nodiscard]] std::optional<DatumRow> row_at(const Definition& table, std::int64_t place);
  [[nodiscard]] bool remove(const Plan& plan, std::span<const Value> values, Done& done);
  [[nodiscard]] bool truncate(const Plan& plan, Done& done);
  [[nodiscard]] bool find_rows(const Plan& plan, std::span<const Value> values,
                               std::vector<std::vector<std::int64_t>>& places);
  [[nodiscard]] bool removes_in_one_order(const std::string& key, std::size_t count);
  [[nodiscard]] bool fire_removed(const Definition& table, std::string_view timing,
                                  const std::vector<DatumRow>& rows, Done& done);
  void tell_clash(const Plan& plan, const sql::emulator::Part& part, std::span<const Datum> bound,
                  const std::string& list);

  // ---- routines.cpp ----
  [[nodiscard]] bool run_inside(const Plan& plan, Frame& frame, Done& done);
  [[nodiscard]] std::optional<Datum> evaluate(const tree::Statement& shows, const ColumnType& type,
                                              Frame& frame);
  [[nodiscard]] bool carry_out(const Step& step, Frame& frame, Done& done);
  [[nodiscard]] bool assign(const Step& step, Frame& frame);
  [[nodiscard]] std::optional<bool> holds_here(const tree::Statement& condition, Frame& frame);
  [[nodiscard]] bool run_steps(const std::vector<Step>& steps, Frame& frame, Done& done,
                               const Step** given);
  [[nodiscard]] bool run_branch(const Step& step, Frame& frame, Done& done, const Step** given);
  [[nodiscard]] bool run_loop(const Step& step, Frame& frame, Done& done, const Step** given);
  [[nodiscard]] bool declare(const Program& program, const tree::Name& routine, Frame& frame);
  [[nodiscard]] bool call(const Plan& plan, std::span<const Value> values, Done& done);
  [[nodiscard]] bool fire(const Definition& table, std::string_view timing, std::string_view event,
                          const DatumRow* before, DatumRow* row, Done& done);
  [[nodiscard]] bool fires_in_any_order(const Definition& table, std::string_view event);

  const MysqlRules& mysql_;
  Programs* programs_;
  Frame* frame_ = nullptr;  ///< of the routine that it is a statement of
  std::size_t depth_ = 0;
  bool shows_sets_ = false;      ///< queries of the routine show their rows
  std::set<std::size_t> fresh_;  ///< columns of the row under way whose values are not known
  std::optional<std::int64_t> moment_;
  OkPacket told_;
  bool strict_ = false;
  bool refused_ = false;
  std::optional<ErrorPacket> error_;  ///< nothing: it is not known
  bool ignores_ = false, checks_references_ = true;
  std::size_t copied_ = 0;
  std::span<const Value> values_;  ///< of the insert under way
  DatumRow computed_;              ///< its values that are made of others
  const DatumRow* row_ = nullptr;  ///< that could not be put in
  std::size_t matched_ = 0, duplicates_ = 0;
  std::int64_t met_id_ = 0;  ///< the number of the row that was changed last instead
  bool any_order_ = false;   ///< the rows that are put in may come in any order
  bool met_before_ = false;  ///< the row would be refused whichever comes before it
  std::size_t place_in_statement_ = 0;
  std::int64_t last_given_ = 0;
};

}  // namespace understudy::mysql::emulation
