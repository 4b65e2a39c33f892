// What exchanges say of the rows of tables: plans of their statements, filled with their values and
// answers.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "protocols/mysql/column_book.hpp"
#include "protocols/mysql/declared_columns.hpp"
#include "protocols/mysql/result.hpp"
#include "protocols/mysql/row_planner.hpp"
#include "understudy/analyser.hpp"

namespace understudy::mysql {

class RowReader {
 public:
  /// The key of a table as a statement spells it, `schema.table` or `table`.
  using TableKey = std::function<std::string(const std::string& table)>;
  /// One statement as it was recorded.
  struct Asked {
    std::string_view pattern;
    sql::Mode mode;
    const Identity& identity;
    std::string_view database;       ///< in use
    std::string_view main_database;  ///< of keys that name none
  };

  /// First pass: columns of a result.
  void learn(const std::vector<Column>& columns) { book_.learn(columns); }
  /// An insert into `table`, `schema.table`, was answered with an insert id.
  void learn_numbers(const std::string& table) { numbered_.insert(table); }
  /// What DDL says of the columns of `schema.table`.
  void declare(const std::string& table, const DeclaredColumns& declared) {
    if (declared.unknown) book_.doubt(table);
    for (const auto& [column, entry] : declared.columns) book_.declare({table, column}, entry);
  }
  /// A schema declares the column AUTO_INCREMENT.
  void declare_auto_increment(const ColumnBook::Name& name) { book_.declare_auto_increment(name); }
  /// Second pass.
  [[nodiscard]] RowFacts facts_of(const Asked& asked, const Results& results,
                                  const TableKey& key_of);

 private:
  const StatementPlan& plan_of(const Asked& asked, const TableKey& key_of);
  void add_number(const StatementPlan& plan, const OkPacket& ok, std::string_view main_database,
                  RowFacts& facts) const;

  ColumnBook book_;
  std::set<std::string> numbered_;  ///< tables whose inserts were answered with an insert id
  std::map<std::pair<std::string, std::string>, StatementPlan> plans_;  ///< by database and pattern
};

}  // namespace understudy::mysql
