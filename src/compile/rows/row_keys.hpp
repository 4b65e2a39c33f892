// Narrows the tables that statements read and write to their rows, where the recording tells which.
//
// A read of the rows with `id = 7` depends on the key orders.id=7. A write advances, for each
// column that some read is keyed by, the values that its rows had and have there: those of its own
// conditions and values, or those that the recording shows its rows to have (learned row identity).
// Where one is not known, it advances that column as a whole. Both sides may only ever be too wide.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "compile/model/full_step.hpp"
#include "compile/rows/declarations.hpp"

namespace understudy::compile {

class RowKeys {
 public:
  /// `numbered`: tables of which it is computed which numbers a sequence gives: the number of an
  /// insert is that of its place among all of them, not its own.
  RowKeys(const std::vector<Step>& steps, const Schema& schema,
          std::set<std::string> numbered = {});
  ~RowKeys();
  RowKeys(const RowKeys&) = delete;
  RowKeys& operator=(const RowKeys&) = delete;

  /// What an exchange depends on.
  [[nodiscard]] std::vector<KeyPath> reads_of(const FullStep& step) const;
  /// What it changes: where it was answered as this exchange was, or whatever it will be answered.
  [[nodiscard]] std::vector<KeyPath> writes_of(const FullStep& step, bool answered) const;
  /// What of the schema is relied on.
  [[nodiscard]] const Declarations& declarations() const noexcept;

 private:
  class Book;
  std::unique_ptr<const Book> book_;
};

}  // namespace understudy::compile
