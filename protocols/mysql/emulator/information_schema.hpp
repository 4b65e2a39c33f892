// The tables of information_schema, as far as the definitions that are known tell them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/mysql/emulator/rules.hpp"

namespace understudy::mysql::emulation {

/// What a cell is written as that is not known.
inline constexpr std::string_view unknown_cell = "x''";

struct CatalogueTable {
  struct Column {
    std::string_view name;
    bool number = false;
  };
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> rows;  ///< SQL of each cell
};

/// Of the main database; nothing for a table that is not among them. Throws Unsure where it is not
/// known what there is.
[[nodiscard]] std::optional<CatalogueTable> information_schema(std::string_view table,
                                                               const TableBook& book,
                                                               const MysqlRules& rules);

[[nodiscard]] std::string sql_text(std::string_view text);

}  // namespace understudy::mysql::emulation
