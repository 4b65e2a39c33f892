// Text and binary forms of float4, float8 and numeric.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "understudy/bytes.hpp"

namespace understudy::postgres {

/// Shortest text that reads back as the same number, laid out as float4out and float8out do.
void append_float(double value, std::string& out);
void append_float(float value, std::string& out);
/// Accepts what PostgreSQL accepts: NaN, Infinity, -Infinity (any case), decimal and scientific.
[[nodiscard]] bool parse_float(std::string_view text, double& value) noexcept;
[[nodiscard]] bool parse_float(std::string_view text, float& value) noexcept;

/// numeric_send's layout: int16 ndigits, weight, sign, dscale, then base-10000 digits.
[[nodiscard]] bool numeric_to_text(Bytes binary, std::string& out);
[[nodiscard]] bool numeric_to_binary(std::string_view text, std::vector<std::uint8_t>& out);

}  // namespace understudy::postgres
