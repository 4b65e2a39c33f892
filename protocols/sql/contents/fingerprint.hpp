// The contents of tables as a short text that tells them apart.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "protocols/sql/contents/contents.hpp"

namespace understudy::sql::contents {

/// Of the rows that a table holds now, in these of its columns, and of what the columns are: 32
/// bytes. The order of the rows does not count. Nothing where not all of it is known, and where it
/// is too much to look at.
[[nodiscard]] std::optional<std::string> fingerprint(Contents& contents, const TableState& table,
                                                     const std::vector<std::size_t>& columns);

}  // namespace understudy::sql::contents
