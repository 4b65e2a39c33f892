// What a query shows of the clock and of chance.
#pragma once

#include <string>
#include <string_view>

#include "protocols/sql/statement.hpp"

namespace understudy::sql {

/// The first function of the clock or of chance on whose value the answer to a query depends, in
/// lower case: `now`, `random`. Empty where there is none. A clock that is only compared with what
/// is there (WHERE, ON, HAVING) is none: it was that of the recording, as all that is there is.
[[nodiscard]] std::string unsteady_of(std::string_view sql, Mode mode);

/// Whether a function of that name, in lower case, is the clock or chance, whatever it is given.
[[nodiscard]] bool is_clock_or_chance(std::string_view function) noexcept;

}  // namespace understudy::sql
