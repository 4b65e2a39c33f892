// MariaDB's COM_STMT_BULK_EXECUTE: one prepared statement, many rows of parameters, one answer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/mysql/commands.hpp"

namespace understudy::mysql {

/// What stands for a parameter in one row.
struct BulkCell {
  enum class Indicator : std::uint8_t { value, null, default_, ignore };
  Indicator indicator = Indicator::value;
  Parameter parameter;
};

struct Bulk {
  std::uint32_t statement = 0;
  std::vector<std::vector<BulkCell>> rows;
};

/// Of a COM_STMT_BULK_EXECUTE body for a statement of `count` parameters. Types are taken from and
/// remembered in `binding`. False where the body is malformed.
[[nodiscard]] bool decode_bulk(Bytes body, std::size_t count, Binding& binding, Bulk& bulk);

/// What a batch says in SQL: `INSERT INTO t (a) VALUES (?), (?)` where the parameters are those of
/// the only row of an INSERT or REPLACE, else the statement as often as there are rows, parted by
/// `; `.
struct BulkStatement {
  std::string sql;
  std::vector<Parameter> parameters;  ///< in the order of its question marks
};
/// Nothing where a row leaves a column as it is, which no SQL says, and where `sql` has another
/// number of parameters than the rows have.
[[nodiscard]] std::optional<BulkStatement> statement_of(const Bulk& bulk, std::string_view sql,
                                                        sql::Mode mode);

}  // namespace understudy::mysql
