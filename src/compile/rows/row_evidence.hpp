// What is known of the columns of tables: what a schema declares; where none does, what the
// recording proves: which are asked for, which never change, and in which two rows agree, so that
// no unique constraint can be there.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "compile/rows/declarations.hpp"
#include "compile/rows/rows_together.hpp"

namespace understudy::compile {

using Values = std::set<std::string>;

/// The values of a column in all rows; nothing where one is not known.
[[nodiscard]] std::optional<Values> column_of(const std::vector<Row>& rows,
                                              const std::string& column);
/// The condition on a column; null where there is none.
[[nodiscard]] const RowCondition* condition_on(const std::vector<RowCondition>& where,
                                               const std::string& column);
[[nodiscard]] Values values_of(const RowCondition& condition);

/// The values of a column in all rows but those where it is NULL; nothing where one is not known.
[[nodiscard]] std::optional<Values> values_of(const std::vector<Row>& rows,
                                              const std::string& column);

/// The rows that an exchange's own change touched, where its answer shows them; else null.
[[nodiscard]] const RowsSeen* returned_rows(const FullStep& step, const std::string& table);

/// On what the number depends that a sequence gives to an inserted row.
enum class Numbering : std::uint8_t {
  none,  ///< it takes none, or one that nobody sees
  /// On the earlier equal inserts alone: its answer shows the number, which a real server, too,
  /// could give in whatever order inserts come, as long as no other row has it.
  own,
  shared  ///< on all inserts into the table
};

class RowEvidence {
 public:
  RowEvidence(const std::vector<Step>& steps, const Schema& schema);

  struct Column {
    bool asked = false;     ///< stands in a condition
    bool changed = false;   ///< some update sets it
    bool repeated = false;  ///< two rows agree in it
    bool computed = false;  ///< some update sets it to what is not known
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
  /// A number that updates compute (n = n + 1) is taken for a measure, which no constraint is over.
  [[nodiscard]] bool is_measure(const std::string& table, const std::string& column) const;
  /// Whether the recording leaves it open that the column alone is unique.
  [[nodiscard]] bool may_be_unique(const std::string& table, const std::string& column) const;
  /// Whether the other columns of a change can matter to a constraint that is also over `column`.
  [[nodiscard]] bool bears_on_uniqueness(const RowChange& change, const std::string& column) const;
  /// Whether an insert that leaves out the column may give it a value all the same.
  [[nodiscard]] bool has_default(const std::string& table, const std::string& column) const;
  [[nodiscard]] Numbering numbering(const FullStep& step, const RowChange& insert) const;
  /// The columns that an insert leaves to a sequence and that somebody sees.
  [[nodiscard]] std::vector<std::string> numbered(const RowChange& insert) const;
  /// What the schema declares of a table; null where it can't be relied on.
  [[nodiscard]] const TableFacts* declared(const std::string& table) const {
    return declarations_.find(table);
  }
  [[nodiscard]] const Declarations& declarations() const noexcept { return declarations_; }

 private:
  void note_names(const FullStep& step);
  void note_conditions(Columns& table, const std::vector<RowCondition>& where);
  void note_rows(const FullStep& step);
  void note_row(Columns& table, const Row& row);
  void note_repeats(const RowsSeen& seen);
  void note_change(const RowChange& change);
  [[nodiscard]] bool is_part_of_target(const std::string& table,
                                       const std::vector<std::string>& columns) const;
  [[nodiscard]] bool is_refuted(const std::string& table,
                                const std::vector<std::string>& columns) const;

  void note_numbers(const std::vector<Step>& steps);
  [[nodiscard]] bool makes_only_keys(const RowChange& insert) const;
  [[nodiscard]] bool may_be_numbered(const std::string& table, const std::string& column) const;

  Declarations declarations_;
  std::map<std::string, Columns> columns_;
  std::map<std::string, std::set<std::set<std::string>>> targets_;  ///< of upserts: unique together
  std::set<std::string> disputed_;  ///< tables of whose numbers recordings say different things
  RowsTogether together_;
};

}  // namespace understudy::compile
