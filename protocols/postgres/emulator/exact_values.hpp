// Values of types whose text is not what is calculated with, or has to be brought into the one form
// in which the server prints it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace understudy::postgres::emulation {

/// A plain decimal number as a whole number of 10^-scale, rounded half away from zero as the server
/// does where it has more digits; nothing where it has no such form or more than `precision`
/// digits (0: 15).
[[nodiscard]] std::optional<std::int64_t> read_numeric(std::string_view text,
                                                       std::int32_t precision, std::int32_t scale);
[[nodiscard]] std::string print_numeric(std::int64_t value, std::int32_t scale);
/// A plain decimal number as numeric keeps it that has no told precision: with the digits behind its
/// point that it is written with; nothing for any other form.
[[nodiscard]] std::optional<std::string> read_decimal_text(std::string_view text);
/// How many digits a plain decimal number has behind its point, zeros at the end included.
[[nodiscard]] std::int32_t scale_of(std::string_view text);

/// As ordered_bits(); nothing for NaN, infinities and -0.
[[nodiscard]] std::optional<std::int64_t> read_float(std::string_view text);
[[nodiscard]] std::string print_float(std::int64_t bits);

/// `\\x` and digits, which become lower case; nothing for any other form.
[[nodiscard]] std::optional<std::string> read_bytea(std::string_view text);
/// Days and a time of day or more, as they are printed.
[[nodiscard]] std::optional<std::string> read_interval(std::string_view text);
/// JSON as jsonb prints it; nothing for what is none, or what has numbers that are not plain.
[[nodiscard]] std::optional<std::string> read_jsonb(std::string_view text);

}  // namespace understudy::postgres::emulation
