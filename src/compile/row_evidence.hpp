// What a recording proves of the columns of its tables: which are asked for, which never change,
// and in which two rows agree, so that no unique constraint can be there.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "compile/load.hpp"

namespace understudy::compile {

using Values = std::set<std::string>;

/// The rows that an exchange's own change touched, where its answer shows them; else null.
[[nodiscard]] const RowsSeen* returned_rows(const Step& step, const std::string& table);
[[nodiscard]] bool is_insert(const RowChange& change) noexcept;

class RowEvidence {
 public:
  explicit RowEvidence(const std::vector<Step>& steps);

  struct Column {
    bool asked = false;     ///< stands in a condition
    bool changed = false;   ///< some update sets it
    bool repeated = false;  ///< two rows agree in it
    std::size_t shown = 0;  ///< how often a value of it was seen
    bool numeric = true;    ///< all values that were seen are whole numbers
    Values values;          ///< of those seen, up to a bound
    Values named;           ///< in requests: of conditions, inserted, set
  };
  using Columns = std::map<std::string, Column>;

  [[nodiscard]] const std::map<std::string, Columns>& tables() const noexcept { return columns_; }
  [[nodiscard]] const Column* find(const std::string& table, const std::string& column) const;
  /// Whether a value of the column means one row, always the same one while it is there.
  [[nodiscard]] bool identifies(const std::string& table, const std::string& column) const;
  /// The first of `columns` by which every unique constraint over some of them is met, as far as
  /// the recording does not prove that there is none: two rows agree in all that are left.
  [[nodiscard]] std::vector<std::string> distinguishing(const std::string& table,
                                                        std::vector<std::string> columns) const;
  /// Whether a recorded read shows a column that an insert leaves to a sequence.
  [[nodiscard]] bool takes_number(const RowChange& insert) const;

 private:
  /// Inserted rows that are in the table now, with the values that they still have.
  struct Present {
    std::vector<Row> rows;
    std::vector<std::vector<Row>> together;  ///< rows that were there at one time, up to a bound
    std::size_t sampled = 0;
  };
  /// Rows of an open transaction: nobody knows yet whether they will be there.
  struct Pending {
    bool open = false;
    std::vector<std::pair<std::string, Row>> rows;
  };

  void note_names(const Step& step);
  void note_conditions(Columns& table, const std::vector<RowCondition>& where);
  void note_rows(const Step& step);
  void note_row(Columns& table, const Row& row);
  void note_repeats(const RowsSeen& seen);
  void note_change(const Step& step, const RowChange& change);
  void note_insert(const Step& step, const RowChange& change);
  void note_update(const RowChange& change);
  void note_removals(const Step& step);
  void note_removal(const RowChange& change);
  void note_transaction(const Step& step);
  void keep_together(Present& present, std::vector<Row> rows);
  void end_inserts(const std::string& table);
  void end_all_inserts();
  [[nodiscard]] bool some_agree(const std::string& table,
                                const std::vector<std::string>& columns) const;

  std::map<std::string, Columns> columns_;
  std::map<std::string, Present> present_;
  std::map<std::uint32_t, Pending> pending_;  ///< by connection
  mutable std::map<std::string, bool> agreements_;
};

}  // namespace understudy::compile
