// Arrays that a request brings.
#pragma once

#include <optional>
#include <string_view>

#include "protocols/postgres/emulator/value_functions.hpp"
#include "protocols/postgres/emulator/values.hpp"

namespace understudy::postgres::emulation {

/// The elements of `{1,2,NULL}` as a JSON list of what the executor keeps for them; nothing where
/// the server may refuse one, or for an array of several dimensions.
[[nodiscard]] std::optional<Datum> read_array(ColumnType element, sql::ValueClass value_class,
                                              std::string_view text, const Printing& printing);

/// The elements of an array as a client may spell it; nothing as above.
[[nodiscard]] std::optional<Elements> take_array_apart(std::string_view text);

}  // namespace understudy::postgres::emulation
