// Types of columns as DDL declares them: for those that no recorded result shows.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocols/mysql/column_book.hpp"
#include "protocols/sql/statement.hpp"

namespace understudy::mysql {

/// What one statement says of the columns of one table.
struct DeclaredColumns {
  std::string table;     ///< lower case, `schema.table` where it is spelled so
  bool unknown = false;  ///< its columns are others from now on, and not told which
  std::vector<std::pair<std::string, ColumnBook::Entry>> columns = {};  ///< by lower-case name
  std::vector<std::string> json = {};  ///< those of them that hold JSON
};

/// Of CREATE TABLE, ALTER TABLE and RENAME TABLE; empty for anything else, and where a name is
/// beyond ASCII. A type that is not followed is of kind `other`.
[[nodiscard]] std::vector<DeclaredColumns> declared_columns(std::string_view sql, sql::Mode mode);

}  // namespace understudy::mysql
