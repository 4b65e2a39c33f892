// Shapes of all recorded statements, made while learning and settled before use.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocols/postgres/answer.hpp"
#include "protocols/postgres/inference.hpp"
#include "protocols/postgres/request.hpp"
#include "protocols/postgres/shape.hpp"

namespace understudy::postgres {

class ShapeBook {
 public:
  void learn(const sql::Statement& statement, const StatementRequest& request,
             const StatementAnswer& answer);
  /// What of a session matters to a statement, too.
  void learn(std::string_view pattern, const SessionNeeds& needs) {
    entries_[std::string(pattern)].shape.needs.merge(needs);
  }
  /// Null where the pattern was never recorded. After the first call nothing more may be learned.
  [[nodiscard]] const Shape* find(std::string_view pattern);
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> encode();

 private:
  struct Entry {
    Shape shape;
    std::vector<sql::ValueClass> literals;  // of each slot, `unknown` where none was seen
    bool unparsed = false, parsed = false;  // whether it failed to parse, and whether it did not
  };
  void settle();
  void settle(const std::string& pattern, Entry& entry) const;

  std::map<std::string, Entry, std::less<>> entries_;
  ColumnCatalogue catalogue_;
  bool settled_ = false;
};

}  // namespace understudy::postgres
