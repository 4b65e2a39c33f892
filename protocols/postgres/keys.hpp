// What a statement reads and writes, at the level of tables.
#pragma once

#include <string_view>

#include "protocols/sql/statement.hpp"

namespace understudy::postgres {

/// By PostgreSQL's grammar, or by the light parser of protocols/sql where that does not accept the
/// text; nothing is known of what names mean (see TableNames). Tables are `{"orders"}`, of another
/// schema than public `{"sales.orders"}`; the catalogue is `{"@catalog"}`; DDL and what may do
/// anything is `{}`. A write is listed among the reads too.
[[nodiscard]] sql::Dependencies keys_of(std::string_view sql);

}  // namespace understudy::postgres
