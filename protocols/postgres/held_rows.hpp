// The rows of tables as a snapshot keeps them: for each table a file with a COPY … FROM stdin, as
// pg_dump writes it, so that psql loads it behind the catalogue.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/postgres/catalogue_connection.hpp"
#include "understudy/catalogue.hpp"

namespace understudy::postgres {

/// Within the transaction in which the catalogue was read. Values are printed as with TimeZone UTC
/// and DateStyle ISO, whatever the session says.
[[nodiscard]] HeldRows read_rows(CatalogueConnection& connection, const Secrets& secrets,
                                 const RowBounds& bounds);

/// Such a file, taken apart.
struct HeldCopy {
  std::vector<std::string> columns;
  std::vector<std::string_view> lines;  ///< of the text: the rows, see read_copy_row()
};

/// Nothing where it is not whole.
[[nodiscard]] std::optional<HeldCopy> read_held_copy(std::string_view text);

}  // namespace understudy::postgres
