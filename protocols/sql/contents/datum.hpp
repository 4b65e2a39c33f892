// Values as the executor keeps them.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace understudy::sql::contents {

/// NULL; booleans (0 and 1), integers, days and microseconds; all else as its canonical text. Which
/// of them a column holds is a matter of its type.
using Datum = std::variant<std::monostate, std::int64_t, std::string>;
using DatumRow = std::vector<Datum>;

/// In place of a value that nobody knows: no text of a server has such an octet. SQL reads a cell
/// that may hold it through known(), see Database.
[[nodiscard]] inline const Datum& hidden_value() {
  static const Datum value = std::string("\0hidden", 7);
  return value;
}

[[nodiscard]] inline bool is_null(const Datum& datum) noexcept {
  return std::holds_alternative<std::monostate>(datum);
}

}  // namespace understudy::sql::contents
