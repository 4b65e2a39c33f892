#include "protocols/postgres/emulator/decimal.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace understudy::postgres::emulation {
namespace {

using Wide = WideNumber;

constexpr int most_digits = 36;

constexpr Wide power_of_ten(int exponent) {
  Wide power = 1;
  for (; exponent > 0; --exponent) power *= 10;
  return power;
}

Wide magnitude(Wide value) {
  return value < 0 ? -value : value;
}

std::string digits_of(Wide value) {
  std::string digits;
  for (value = magnitude(value); value > 0; value /= 10)
    digits += static_cast<char>('0' + static_cast<int>(value % 10));
  std::reverse(digits.begin(), digits.end());
  return digits;
}

std::optional<Wide> times_power(Wide value, int exponent) {
  if (value == 0) return 0;
  if (exponent < 0 || static_cast<int>(digits_of(value).size()) + exponent > most_digits)
    return std::nullopt;
  return value * power_of_ten(exponent);
}

/// Both with the greater scale of the two.
struct Aligned {
  Wide a, b;
  std::int32_t scale;
};

std::optional<Aligned> aligned(const Decimal& a, const Decimal& b) {
  const std::int32_t scale = std::max(a.scale, b.scale);
  const auto x = times_power(a.value, scale - a.scale), y = times_power(b.value, scale - b.scale);
  if (!x || !y) return std::nullopt;
  return Aligned{*x, *y, scale};
}

std::optional<Decimal> bounded(Wide value, std::int32_t scale) {
  if (static_cast<int>(digits_of(value).size()) > most_digits || scale > most_digits)
    return std::nullopt;
  return Decimal{value, scale};
}

/// The first digit of base 10,000 that is none, and how many there are behind it before the point.
struct Leading {
  int digit = 0, weight = 0;
};

Leading leading_of(const Decimal& number) {
  const std::string digits = digits_of(number.value);
  if (digits.empty()) return {};
  // Of how many decimal digits the whole part is: 0 and below for a fraction.
  const int whole = static_cast<int>(digits.size()) - number.scale;
  const int weight = whole > 0 ? (whole - 1) / 4 : -((-whole) / 4) - 1;
  // Where the digit of base 10,000 begins: so many decimal digits of it are zeros at its left.
  const int width = whole - weight * 4;
  const std::string first = digits.substr(0, static_cast<std::size_t>(std::max(width, 0)));
  int digit = 0;
  for (int i = 0; i < width; ++i)
    digit = digit * 10 +
            (i < static_cast<int>(first.size()) ? first[static_cast<std::size_t>(i)] - '0' : 0);
  return {digit, weight};
}

}  // namespace

std::optional<Decimal> read_decimal(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  Decimal number;
  bool point = false, any = false;
  for (const char c : text) {
    if (c == '.' && !point) {
      point = true;
      continue;
    }
    if (c < '0' || c > '9') return std::nullopt;
    any = true;
    number.value = number.value * 10 + (c - '0');
    number.scale += point ? 1 : 0;
    if (number.value >= power_of_ten(most_digits) || number.scale > most_digits)
      return std::nullopt;
  }
  if (!any) return std::nullopt;
  if (negative) number.value = -number.value;
  return number;
}

std::string print_decimal(const Decimal& number) {
  std::string digits = digits_of(number.value);
  const auto scale = static_cast<std::size_t>(number.scale);
  if (digits.size() <= scale) digits.insert(0, scale + 1 - digits.size(), '0');
  if (scale > 0) digits.insert(digits.size() - scale, ".");
  return (number.value < 0 ? "-" : "") + digits;
}

std::optional<Decimal> sum(const Decimal& a, const Decimal& b) {
  const auto both = aligned(a, b);
  return both ? bounded(both->a + both->b, both->scale) : std::nullopt;
}

std::optional<Decimal> difference(const Decimal& a, const Decimal& b) {
  return sum(a, {-b.value, b.scale});
}

std::optional<Decimal> product(const Decimal& a, const Decimal& b) {
  const std::size_t digits = digits_of(a.value).size() + digits_of(b.value).size();
  if (digits > most_digits) return std::nullopt;
  return bounded(a.value * b.value, a.scale + b.scale);
}

/// select_div_scale() and a division that rounds half away from zero.
std::optional<Decimal> quotient(const Decimal& a, const Decimal& b) {
  if (b.value == 0) return std::nullopt;
  constexpr int significant = 16, base_digits = 4;
  const Leading x = leading_of(a), y = leading_of(b);
  const int weight = x.weight - y.weight - (x.digit <= y.digit ? 1 : 0);
  const std::int32_t scale =
      std::max({significant - weight * base_digits, a.scale, b.scale, std::int32_t{0}});
  const auto dividend = times_power(a.value, scale + b.scale - a.scale);
  if (!dividend) return std::nullopt;
  const Wide twice = 2 * magnitude(*dividend) / magnitude(b.value);
  const Wide result = (twice + 1) / 2;
  return bounded((a.value < 0) == (b.value < 0) ? result : -result, scale);
}

std::optional<Decimal> remainder(const Decimal& a, const Decimal& b) {
  const auto both = aligned(a, b);
  if (!both || both->b == 0) return std::nullopt;
  return bounded(both->a % both->b, both->scale);
}

std::optional<Decimal> rounded(const Decimal& a, std::int32_t digits, Rounding rounding) {
  const std::int32_t scale = std::max(digits, std::int32_t{0});
  if (digits >= a.scale) {
    const auto value = times_power(a.value, digits - a.scale);
    return value ? bounded(*value, scale) : std::nullopt;
  }
  const int cut = a.scale - digits;
  if (cut > most_digits) return std::nullopt;
  const Wide unit = power_of_ten(cut), whole = magnitude(a.value) / unit,
             rest = magnitude(a.value) % unit;
  const bool negative = a.value < 0;
  const bool away = rounding == Rounding::half_away ? 2 * rest >= unit
                    : rounding == Rounding::up      ? !negative && rest != 0
                    : rounding == Rounding::down    ? negative && rest != 0
                                                    : false;
  const auto value = times_power(whole + (away ? 1 : 0), digits < 0 ? -digits : 0);
  return value ? bounded(negative ? -*value : *value, scale) : std::nullopt;
}

std::optional<int> compared(const Decimal& a, const Decimal& b) {
  const auto both = aligned(a, b);
  if (!both) return std::nullopt;
  return both->a < both->b ? -1 : both->a > both->b ? 1 : 0;
}

std::string ordered_text(const Decimal& number) {
  if (number.value == 0) return "1";
  std::string digits = digits_of(number.value);
  const int exponent = static_cast<int>(digits.size()) - number.scale + 500;
  digits.erase(digits.find_last_not_of('0') + 1);
  std::string text = fmt::format("{:03}{}", exponent, digits);
  if (number.value > 0) return "2" + text;
  for (char& c : text) c = static_cast<char>('9' - (c - '0'));
  return "0" + text + "~";
}

}  // namespace understudy::postgres::emulation
