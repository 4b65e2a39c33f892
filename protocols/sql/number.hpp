// The one text of a number, whoever spelled it: `7`, `-0.5`, `1.5` for `1.50` and `15e-1`.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace understudy::sql {

/// Appends the canonical text of a decimal number with optional sign, fraction and exponent. What
/// is no such number (NaN, Infinity, hexadecimal) or too long to write out (beyond 400 digits) is
/// appended as it stands, in lower case.
void append_number(std::string_view spelled, std::string& out);

void append_integer(std::int64_t value, std::string& out);
void append_unsigned(std::uint64_t value, std::string& out);
/// The shortest text that gives the same value back. Give it to a Value with `any_spelling`.
void append_float(double value, std::string& out);
void append_float(float value, std::string& out);

}  // namespace understudy::sql
