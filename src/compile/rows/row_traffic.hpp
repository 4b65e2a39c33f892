// How often, in the recording, what one connection asked of a column's value was being changed by
// others: the columns that keep connections apart make the keys that stand any interleaving.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "compile/rows/row_book.hpp"

namespace understudy::compile {

class RowTraffic {
 public:
  RowTraffic(const std::vector<Step>& steps, const RowEvidence& evidence, const RowBook& book);

  /// Less is better: changes by others of what is asked, writes of which it is not known what they
  /// do to the column, and few different values.
  using Cost = std::tuple<double, std::size_t, std::size_t>;
  [[nodiscard]] Cost cost(const std::string& table, const std::string& column) const;

 private:
  using ByConnection = std::map<std::uint32_t, std::size_t>;
  struct Column {
    std::unordered_map<std::string, ByConnection> writes;
    ByConnection unknown_writes;
    std::size_t unknown = 0, asked = 0, foreign = 0;
  };
  void note_writes(const FullStep& step);
  void note_asked(const FullStep& step);
  void ask(const std::string& table, const std::string& column,
           const std::vector<std::string>& values, std::uint32_t connection);

  const RowEvidence& evidence_;
  const RowBook& book_;
  std::map<std::pair<std::string, std::string>, Column> columns_;
};

}  // namespace understudy::compile
