// Numerics of up to 36 digits, each with a scale of its own, as PostgreSQL calculates with them.
//
// PostgreSQL: src/backend/utils/adt/numeric.c.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace understudy::postgres::emulation {

__extension__ typedef __int128 WideNumber;

/// `value` * 10^-scale.
struct Decimal {
  WideNumber value = 0;
  std::int32_t scale = 0;
};

/// Nothing for any other form than plain digits, and for too many of them. All results below are
/// nothing where they would have too many.
[[nodiscard]] std::optional<Decimal> read_decimal(std::string_view text);
[[nodiscard]] std::string print_decimal(const Decimal& number);

[[nodiscard]] std::optional<Decimal> sum(const Decimal& a, const Decimal& b);
[[nodiscard]] std::optional<Decimal> difference(const Decimal& a, const Decimal& b);
[[nodiscard]] std::optional<Decimal> product(const Decimal& a, const Decimal& b);
/// Nothing for a division by zero.
[[nodiscard]] std::optional<Decimal> quotient(const Decimal& a, const Decimal& b);
[[nodiscard]] std::optional<Decimal> remainder(const Decimal& a, const Decimal& b);

enum class Rounding : std::uint8_t { half_away, to_zero, up, down };
/// To that many digits behind the point; of fewer than none the scale is 0.
[[nodiscard]] std::optional<Decimal> rounded(const Decimal& a, std::int32_t digits,
                                             Rounding rounding);
/// Below, above or at 0 as a is to b; nothing where that can't be said.
[[nodiscard]] std::optional<int> compared(const Decimal& a, const Decimal& b);
/// A text that is ordered byte by byte as the numbers are; equal for equal ones.
[[nodiscard]] std::string ordered_text(const Decimal& number);

}  // namespace understudy::postgres::emulation
