// The numbers by which a server knows its tables. Each recording of a program that makes its tables
// anew has other ones, which say nothing: those of later recordings become those of the first one
// that had the same column of the same statement.
#pragma once

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "protocols/postgres/answer.hpp"

namespace understudy::postgres {

class TableOids {
 public:
  /// Of each exchange once or more, one recording after the other.
  void learn(const std::string& recording, std::string_view pattern,
             const std::vector<Column>& columns);
  /// False where nothing is to be changed.
  bool rename(const std::string& recording, std::vector<Column>& columns) const;

 private:
  /// Of one column of a statement's answers: the tables, in the order in which they came.
  struct Seen {
    std::string recording;  ///< the first that had it
    std::vector<Oid> tables;
    std::map<std::string, std::vector<Oid>> later;  ///< by recording
  };
  struct Names {
    std::map<Oid, Oid> first;  ///< by the recording's own
    std::set<Oid> taken;       ///< of the first one's
  };
  std::map<std::tuple<std::string, std::size_t, std::string>, Seen> seen_;
  std::map<std::string, Names> names_;  // by recording
};

}  // namespace understudy::postgres
