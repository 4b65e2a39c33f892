// What the server prints of names and of the defaults of columns.
#pragma once

#include "protocols/postgres/emulator/catalogue_rows.hpp"

namespace understudy::postgres::emulation {

/// As quote_ident() writes it.
[[nodiscard]] std::string quoted_identifier(std::string_view name);

/// As pg_get_expr() prints the default of a column: NULL where it has none, else unknown unless it
/// is one of the usual ones.
[[nodiscard]] Cell default_text(const TableColumn& column);

}  // namespace understudy::postgres::emulation
