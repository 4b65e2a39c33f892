// Integers and doubles as Redis spells them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace understudy::redis {

/// A signed 64-bit integer in its only spelling (no plus sign, no leading zeros), as string2ll.
[[nodiscard]] std::optional<std::int64_t> parse_integer(std::string_view digits) noexcept;

/// A finite or infinite double; `inf`, `-inf`, `+inf` and `nan` as RESP3 spells them.
[[nodiscard]] std::optional<double> parse_double(std::string_view digits) noexcept;

/// How a server spells doubles: up to 7.0 with 17 significant digits, since 7.2 the shortest text
/// that reads back as the same number.
enum class DoubleStyle : std::uint8_t { seventeen_digits, shortest };

[[nodiscard]] std::string format_double(double number, DoubleStyle style);

}  // namespace understudy::redis
