// Random tables of MySQL, and random statements over them of the kinds that its emulator computes,
// and of kinds beside those.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "random.hpp"
#include "sql_statements.hpp"

namespace differential {

class MysqlGenerator {
 public:
  explicit MysqlGenerator(Random& random) : random_(random) {}

  /// New tables in place of all others.
  [[nodiscard]] std::vector<std::string> schema();
  /// What removes the tables and routines of any schema.
  [[nodiscard]] static std::vector<std::string> cleanup();
  [[nodiscard]] SqlStatement statement();
  /// The last statement was refused: what it would have changed is as before.
  void take_back() {
    if (before_) tables_ = *before_;
    before_.reset();
  }

 private:
  struct Column {
    std::string name, type;
    bool needed = false;  ///< an insert has to give it
  };
  struct Table {
    std::string name;
    std::vector<Column> columns;  ///< the first is its key
  };

  [[nodiscard]] std::string definition(Table& table, std::size_t number);
  [[nodiscard]] std::string literal(const std::string& type);
  [[nodiscard]] std::string quoted(int length);
  [[nodiscard]] std::string comparison(const Table& table, const std::string& prefix);
  [[nodiscard]] std::string condition(const Table& table, const std::string& prefix, int depth);
  [[nodiscard]] std::string where(const Table& table, const std::string& prefix);
  [[nodiscard]] std::string number(const Table& table, const std::string& prefix);
  [[nodiscard]] const Column& column(const Table& table);

  SqlStatement insert(const Table& table);
  SqlStatement insert_query(const Table& table);
  SqlStatement update(const Table& table);
  SqlStatement update_join();
  SqlStatement remove(const Table& table);
  SqlStatement remove_join();
  SqlStatement rows(const Table& table);
  SqlStatement first(const Table& table);
  SqlStatement aggregate(const Table& table);
  SqlStatement group(const Table& table);
  SqlStatement distinct(const Table& table);
  SqlStatement join();
  SqlStatement subquery(const Table& table);
  SqlStatement calculated(const Table& table);

  // ---- mysql_definitions.cpp ----
  SqlStatement altered();
  [[nodiscard]] std::string added(Table& table, const std::string& place);
  [[nodiscard]] std::string changed(Table& table, Column& column);
  [[nodiscard]] std::string keyed(const Table& table, const Column& column);

  // ---- mysql_routines.cpp ----
  [[nodiscard]] std::string counted(const Table& table) const;
  [[nodiscard]] std::vector<std::string> routines();
  [[nodiscard]] std::vector<std::string> triggers();
  SqlStatement call();
  SqlStatement upsert(const Table& table);
  SqlStatement computed_insert(const Table& table);
  SqlStatement of_this_moment();

  Random& random_;
  std::vector<Table> tables_;
  std::optional<std::vector<Table>> before_;  ///< the last statement
  int made_ = 0;                              ///< names of columns and indexes
};

}  // namespace differential
