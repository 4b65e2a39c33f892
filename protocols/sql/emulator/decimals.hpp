// Decimal numbers as whole numbers of a power of ten.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace understudy::sql::emulator {

/// A plain decimal number as a whole number of 10^-scale, rounded half away from zero as the server
/// does where it has more digits; nothing where it has no such form or more than `precision`
/// digits (0: 15).
[[nodiscard]] std::optional<std::int64_t> read_numeric(std::string_view text,
                                                       std::int32_t precision, std::int32_t scale);
/// A plain decimal number with the digits behind its point that it is written with; nothing for any
/// other form.
[[nodiscard]] std::optional<std::string> read_decimal_text(std::string_view text);
[[nodiscard]] std::string print_numeric(std::int64_t value, std::int32_t scale);
/// How many digits a plain decimal number has behind its point, zeros at the end included.
[[nodiscard]] std::int32_t scale_of(std::string_view text);

}  // namespace understudy::sql::emulator
