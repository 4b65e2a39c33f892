// Rows in the text format of COPY: cells between tabs, \N for NULL, a backslash before what would
// be taken for something else.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/postgres/answer.hpp"

namespace understudy::postgres {

/// A line without its newline; nothing where it is none.
[[nodiscard]] std::optional<Row> read_copy_row(std::string_view line);
/// With its newline.
void append_copy_row(const Row& row, std::string& text);

}  // namespace understudy::postgres
