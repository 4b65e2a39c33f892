// What a request says of the rows of tables, for protocols that have tables: which rows it
// depends on, which it changes, and which its answer shows.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace understudy {

/// A cell of a row, folded: two values that the server could take for equal are equal here (`7`,
/// `'7'` and `7.0`; `Ann` and `ann `). Nothing: it is not known what stands there.
using Cell = std::optional<std::string>;
/// Cells by the names of their columns. A column that is left out is not known either.
using Row = std::map<std::string, Cell>;

/// Holds for rows in which `column` is one of `values`, all of them folded.
struct RowCondition {
  std::string column;
  std::vector<std::string> values;
};

/// Rows of one table: all that could matter meet every condition of `where`. Without conditions it
/// is the whole table.
struct RowAccess {
  std::string table;  ///< as the first segment of a KeyPath
  std::vector<RowCondition> where;
};

struct RowChange {
  enum class Kind : std::uint8_t {
    insert,  ///< `rows` are added
    upsert,  ///< so, or the row that agrees with it in the columns of `target` gets `set`
    update,  ///< rows that meet `where` get `set`
    remove   ///< rows that meet `where` are gone
  };
  Kind kind = Kind::update;
  std::string table;
  std::vector<RowCondition> where;
  std::vector<Row> rows;
  Row set;
  std::vector<std::string> target;
  /// A column that `rows` leave out was given a number by a sequence that also other inserts move.
  bool generates = false;
  std::optional<std::uint64_t> count;  ///< how many rows were touched, where the answer tells
};

/// Rows of one table that an answer shows, or that an insert made.
struct RowsSeen {
  std::string table;
  std::vector<Row> rows;
  /// No row of the table is shown twice, as a join may do.
  bool each_once = false;
  /// These are the rows that the exchange's own change touched, all of them, as they are now.
  bool touched = false;
};

/// A unique constraint because of which a statement failed.
struct UniqueViolation {
  std::string table;
  std::string constraint;            ///< its name; empty where the answer does not tell
  std::vector<std::string> columns;  ///< sorted; empty where the answer does not tell
};

/// A table without an access or a change is read or written as a whole where the analysis says so;
/// of a table with one, all accesses and changes are listed.
struct RowFacts {
  std::vector<RowAccess> reads;
  std::vector<RowChange> changes;
  std::vector<RowsSeen> seen;
  std::optional<UniqueViolation> violation;

  [[nodiscard]] bool empty() const noexcept {
    return reads.empty() && changes.empty() && seen.empty();
  }
};

}  // namespace understudy
