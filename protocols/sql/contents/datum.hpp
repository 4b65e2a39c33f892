// Values as the executor keeps them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace understudy::sql::contents {

/// NULL; booleans (0 and 1), integers, days and microseconds; all else as its canonical text. Which
/// of them a column holds is a matter of its type.
using Datum = std::variant<std::monostate, std::int64_t, std::string>;
using DatumRow = std::vector<Datum>;

[[nodiscard]] inline bool is_null(const Datum& datum) noexcept {
  return std::holds_alternative<std::monostate>(datum);
}

/// In place of a value that nobody knows. SQL reads a cell that may hold one through known(), see
/// Database. `made`: what it may be made where somebody asks for it, whom nothing has told of it
/// yet; NULL: it may not.
[[nodiscard]] Datum hidden_value(const Datum& made);
[[nodiscard]] bool is_hidden(std::string_view text);
/// What it may be made; NULL where it may not.
[[nodiscard]] Datum made_of_hidden(std::string_view text);

}  // namespace understudy::sql::contents
