// Values of types whose text is not what is calculated with, or has to be brought into the one form
// in which the server prints it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocols/sql/emulator/decimals.hpp"

namespace understudy::postgres::emulation {

using sql::emulator::print_numeric;
using sql::emulator::read_decimal_text;
using sql::emulator::read_numeric;
using sql::emulator::scale_of;

/// As ordered_bits(); nothing for NaN, infinities and -0.
[[nodiscard]] std::optional<std::int64_t> read_float(std::string_view text);
[[nodiscard]] std::string print_float(std::int64_t bits);
/// The same of single precision.
[[nodiscard]] std::optional<std::int64_t> read_single(std::string_view text);
[[nodiscard]] std::string print_single(std::int64_t bits);

/// `\\x` and digits, which become lower case; nothing for any other form.
[[nodiscard]] std::optional<std::string> read_bytea(std::string_view text);
/// Days and a time of day or more, as they are printed.
[[nodiscard]] std::optional<std::string> read_interval(std::string_view text);
/// JSON as jsonb prints it; nothing for what is none, or what has numbers that are not plain.
[[nodiscard]] std::optional<std::string> read_jsonb(std::string_view text);

}  // namespace understudy::postgres::emulation
