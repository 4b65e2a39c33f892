// What a recording shows of the rows of its tables (learned row identity): which columns tell rows
// apart, which never change, and which other values a row with `id = 7` has.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "compile/load.hpp"

namespace understudy::compile {

using Values = std::set<std::string>;

class RowBook {
 public:
  explicit RowBook(const std::vector<Step>& steps);

  /// Values of `column` that rows had or have which a change touches; nothing where one of them is
  /// not known. `answered`: what the exchange's answer and the rest of the recording show counts,
  /// else only what the request itself says.
  [[nodiscard]] std::optional<Values> touched(const Step& step, const RowChange& change,
                                              const std::string& column, bool answered) const;
  /// Columns of an insert whose values a unique constraint could forbid: any set of the insert's
  /// columns in which the recording shows no two rows to agree has one of these.
  [[nodiscard]] std::vector<std::string> distinguishing(const RowChange& insert) const;
  /// Whether a recorded read shows a column that an insert leaves to a sequence.
  [[nodiscard]] bool takes_number(const RowChange& insert) const;
  /// Columns by which rows of a table are asked for or changed.
  [[nodiscard]] std::vector<std::string> condition_columns(const std::string& table) const;
  /// How many different values of a column were seen.
  [[nodiscard]] std::size_t variety(const std::string& table, const std::string& column) const;

 private:
  struct Column {
    bool asked = false;     ///< stands in a condition
    bool changed = false;   ///< some update sets it
    bool repeated = false;  ///< two rows agree in it
    std::size_t shown = 0;  ///< how often a value of it was seen
    bool numeric = true;    ///< all values that were seen are whole numbers
    Values values;          ///< of those seen, up to a bound
    /// Of a column that is asked for: the rows seen with a value of it, by their other columns.
    std::unordered_map<std::string, std::map<std::string, Values>> rows;
  };
  struct Table {
    std::map<std::string, Column> columns;
    /// Rows that were in the table at one and the same time, up to a bound.
    std::vector<std::vector<Row>> together;
    std::size_t sampled = 0;
    std::vector<Row> inserted;  ///< since rows were last removed
  };
  /// Rows of an open transaction: nobody knows yet whether they will be there.
  struct Pending {
    bool open = false;
    std::vector<std::pair<std::string, Row>> rows;
  };

  void note_names(const Step& step);
  void note_conditions(Table& table, const std::vector<RowCondition>& where);
  void note_rows(const Step& step);
  void note_row(Table& table, const Row& row);
  void note_repeats(Table& table, const RowsSeen& seen);
  void note_change(const Step& step, const RowChange& change);
  void note_removals(const Step& step);
  void note_transaction(const Step& step);
  void keep_together(Table& table, std::vector<Row> rows);
  void end_inserts(Table& table);

  [[nodiscard]] const Column* find(const std::string& table, const std::string& column) const;
  [[nodiscard]] bool identifies(const Column& column) const;
  [[nodiscard]] std::optional<Values> inserted(const Step& step, const RowChange& change,
                                               const std::string& column, bool answered) const;
  [[nodiscard]] std::optional<Values> replaced(const RowChange& change, const std::string& column,
                                               bool answered) const;
  [[nodiscard]] std::optional<Values> before(const Step& step, const RowChange& change,
                                             const std::string& column, bool answered) const;
  [[nodiscard]] std::optional<Values> learned(const std::string& table,
                                              const std::vector<RowCondition>& where,
                                              const std::string& column) const;

  [[nodiscard]] std::vector<std::string> find_distinguishing(const Table& table,
                                                             const Row& insert) const;

  std::map<std::string, Table> tables_;
  std::map<std::uint32_t, Pending> pending_;  ///< by connection
  mutable std::map<std::string, std::vector<std::string>>
      distinguishing_;          ///< by table and columns
  bool opaque_writes_ = false;  ///< a statement that is not understood may have changed any row
};

}  // namespace understudy::compile
