// The rows of tables as a snapshot keeps them: for each table a file of INSERT statements, a row a
// line, that the server's own client loads behind the catalogue.
#pragma once

#include "protocols/mysql/catalogue_connection.hpp"
#include "understudy/catalogue.hpp"

namespace understudy::mysql {

/// Within the transaction in which the catalogue was read, in a session whose time zone is +00:00
/// and whose sql_mode is empty.
[[nodiscard]] HeldRows read_rows(CatalogueConnection& connection, const Secrets& secrets,
                                 const RowBounds& bounds);

}  // namespace understudy::mysql
