// Random tables, and random statements over them of the kinds that the emulator of PostgreSQL
// computes, and of kinds beside those.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "random.hpp"

namespace differential {

struct SqlStatement {
  std::string kind;  ///< for the report: what is tested by it
  std::string sql;
  bool ordered = false;  ///< its rows have one order only
};

[[nodiscard]] bool is_moment(const std::string& type);

class SqlGenerator {
 public:
  explicit SqlGenerator(Random& random) : random_(random) {}

  /// New tables in place of all others.
  [[nodiscard]] std::vector<std::string> schema();
  [[nodiscard]] SqlStatement statement();

 private:
  struct Column {
    std::string name, type;
    bool generated = false;  ///< the server numbers it
  };
  struct Table {
    std::string name;
    std::vector<Column> columns;  ///< the first is its key
  };

  [[nodiscard]] std::string unique_index(const Table& table);
  [[nodiscard]] std::string literal(const std::string& type);
  [[nodiscard]] std::string number(const Table& table, const std::string& prefix, int depth);
  [[nodiscard]] std::optional<std::string> exact_literal(const std::string& type);
  [[nodiscard]] std::string decimal(const Table& table, const std::string& prefix, int depth);
  [[nodiscard]] std::string moment(const Table& table, const std::string& prefix);
  [[nodiscard]] std::string summable(const Table& table);
  [[nodiscard]] std::string text(const Table& table, const std::string& prefix, int depth);
  [[nodiscard]] std::string condition(const Table& table, const std::string& prefix, int depth);
  [[nodiscard]] std::string comparison(const Table& table, const std::string& prefix, int depth);
  [[nodiscard]] const Column& column(const Table& table);
  [[nodiscard]] std::vector<Column> columns_of(const Table& table, std::string_view kinds);
  [[nodiscard]] std::string returning(const Table& table);
  [[nodiscard]] std::string where(const Table& table, const std::string& prefix);

  // ---- sql_row_changes.cpp ----
  [[nodiscard]] std::string source_of(const Table& table, const std::vector<Column>& into);
  SqlStatement insert_query(const Table& table);
  SqlStatement insert_computed(const Table& table);
  SqlStatement update_from(const Table& table);
  SqlStatement remove_using(const Table& table);
  SqlStatement merge(const Table& table);
  SqlStatement changing_with(const Table& table);
  SqlStatement changing(const Table& table);
  [[nodiscard]] std::vector<std::string> views();
  SqlStatement view(const Table& table);

  // ---- sql_constructs.cpp ----
  [[nodiscard]] std::string value_of(const Table& table, const std::string& prefix, char kind);
  [[nodiscard]] std::string filled_from(const Table& table, const std::string& prefix,
                                        const std::vector<std::string>& patterns);
  SqlStatement shows(const Table& table, const std::string& kind,
                     const std::vector<std::string>& patterns);
  SqlStatement tests(const Table& table, const std::string& kind,
                     const std::vector<std::string>& patterns);
  SqlStatement gathered(const Table& table);
  SqlStatement framed(const Table& table);
  SqlStatement rare_query(const Table& table);
  SqlStatement computed_update(const Table& table);
  SqlStatement construct(const Table& table);

  // ---- sql_definitions.cpp ----
  [[nodiscard]] static std::vector<std::string> cleared_definitions();
  [[nodiscard]] std::string maybe(int percent, const std::string& text);
  SqlStatement made_table();
  SqlStatement dropped_definition();
  SqlStatement altered_table();
  SqlStatement sequence_use();
  SqlStatement definition();

  SqlStatement catalogue();  // sql_catalogue.cpp

  // ---- sql_routines.cpp ----
  [[nodiscard]] std::vector<std::string> routines();
  SqlStatement routine(const Table& table);

  SqlStatement insert(const Table& table);
  SqlStatement upsert(const Table& table);
  SqlStatement update(const Table& table);
  SqlStatement remove(const Table& table);
  SqlStatement truncate(const Table& table);
  SqlStatement rows(const Table& table);
  SqlStatement outputs(const Table& table);
  SqlStatement calculated(const Table& table);
  SqlStatement window(const Table& table);
  SqlStatement first_of(const Table& table);
  SqlStatement group_by_key(const Table& table);
  SqlStatement group_by_value(const Table& table);
  SqlStatement aggregate(const Table& table);
  SqlStatement group(const Table& table);
  SqlStatement join(const Table& table);
  SqlStatement subquery(const Table& table);
  SqlStatement set_operation(const Table& table);

  Random& random_;
  std::vector<Table> tables_;
  bool has_views_ = false, has_routines_ = false;
};

}  // namespace differential
