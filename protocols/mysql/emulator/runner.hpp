// Runs a plan over the contents as MySQL does: row by row, and each constraint at once.
#pragma once

#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "protocols/mysql/emulator/rules.hpp"
#include "protocols/mysql/responses.hpp"

namespace understudy::mysql::emulation {

/// What a statement did, or would.
struct Done {
  std::vector<DatumRow> rows;     ///< of SELECT, with its keys behind the shown columns
  std::vector<std::size_t> runs;  ///< beside each: rows of one number may come in any order
  OkPacket ok;                    ///< of all others
  std::optional<ErrorPacket> error;
  bool counts_known = true;  ///< of `ok`
  Written written;
};

class Runner final : public sql::emulator::Runner {
 public:
  Runner(sql::contents::Contents& contents, const MysqlRules& rules)
      : sql::emulator::Runner(contents, rules), mysql_(rules) {}

  /// The request has taken effect, and was answered so.
  void take_from(const OkPacket& ok) {
    took_effect_ = true;
    told_ = ok;
  }
  /// In a mode that refuses what is no value of its column, rather than to change it.
  void be_strict(bool strict) { strict_ = strict; }
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
  [[nodiscard]] bool put_in(const Plan& plan, const DatumRow& row, Done& done);
  [[nodiscard]] bool number(const Plan& plan, std::size_t column, DatumRow& row);
  [[nodiscard]] bool meets_key(const Plan& plan, const DatumRow& row, Done& done);
  [[nodiscard]] bool may_lack_parents(const Definition& table, const sql::contents::UniqueKey& key,
                                      const DatumRow& row);
  [[nodiscard]] bool is_met(const Definition& table, const DatumRow& row);
  [[nodiscard]] bool replace(const Plan& plan, const DatumRow& row, Done& done);
  [[nodiscard]] bool fill_error(const Plan& plan, std::size_t column, const Value& value);
  [[nodiscard]] bool looks_for_rows(const Plan& plan, std::span<const Value> values);
  [[nodiscard]] bool update(const Plan& plan, std::span<const Value> values, Done& done);
  [[nodiscard]] bool remove(const Plan& plan, std::span<const Value> values, Done& done);
  [[nodiscard]] bool truncate(const Plan& plan, Done& done);
  [[nodiscard]] bool find_rows(const Plan& plan, std::span<const Value> values,
                               std::vector<std::vector<std::int64_t>>& places);
  [[nodiscard]] bool removes_in_one_order(const std::string& key, std::size_t count);
  void tell_clash(const Plan& plan, const sql::emulator::Part& part, std::span<const Datum> bound,
                  const std::string& list);

  const MysqlRules& mysql_;
  OkPacket told_;
  bool strict_ = false;
  bool refused_ = false;
  std::optional<ErrorPacket> error_;  ///< nothing: it is not known
  bool ignores_ = false, checks_references_ = true;
  std::size_t copied_ = 0;
  bool any_order_ = false;   ///< the rows that are put in may come in any order
  bool met_before_ = false;  ///< the row would be refused whichever comes before it
  std::size_t place_in_statement_ = 0;
  std::int64_t last_given_ = 0;
};

}  // namespace understudy::mysql::emulation
