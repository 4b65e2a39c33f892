// In which columns two rows agreed that were in a table at one and the same time: no unique
// constraint can be over those columns.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "compile/model/full_step.hpp"
#include "match/transaction.hpp"

namespace understudy::compile {

/// Whether a cell is known and no NULL, which equals nothing.
[[nodiscard]] bool is_value(const Cell& cell);
[[nodiscard]] bool is_insert(const RowChange& change) noexcept;

class RowsTogether {
 public:
  /// The next step of the recording.
  void note(const FullStep& step);
  /// Whether two different rows agreed in all of `columns`, as far as it was followed.
  [[nodiscard]] bool agree(const std::string& table, const std::vector<std::string>& columns) const;

 private:
  struct Table {
    std::deque<Row> rows;  ///< some that are there now, with the values that they still have
    std::set<std::vector<std::string>> agreements;  ///< columns, sorted, in which two agreed
  };
  /// An open transaction: nobody knows yet whether its rows will be there.
  struct Pending {
    match::Transaction<std::pair<std::string, Row>> rows;  ///< with their tables
    std::set<std::string> changed;  ///< tables of which it changed or removed rows
  };

  void see(const FullStep& step);
  void change(const FullStep& step, const RowChange& change);
  void insert(Pending& pending, const RowChange& change);
  void upsert(Pending& pending, const RowChange& change);
  void update(Pending& pending, const RowChange& change);
  void remove(Pending& pending, const RowChange& change);
  void control(const FullStep& step);
  void clear_untold(const FullStep& step);
  void clear_referring(const std::string& removed);
  void clear();
  static void add(Table& table, const Row& row);

  std::map<std::string, Table> tables_;
  std::map<std::uint32_t, Pending> pending_;  ///< by connection
  std::uint32_t recording_ = 0;
};

}  // namespace understudy::compile
