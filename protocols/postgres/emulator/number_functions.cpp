// Functions of numbers: numerics as texts with a scale of their own, floats as they are ordered.
#include <algorithm>
#include <cmath>
#include <limits>

#include "protocols/postgres/emulator/decimal.hpp"
#include "protocols/postgres/emulator/exact_values.hpp"
#include "protocols/postgres/emulator/value_functions.hpp"
#include "protocols/sql/contents/exact_functions.hpp"

namespace understudy::postgres::emulation {
namespace of_numbers {
namespace {

using sql::contents::is_null;
using sql::contents::ordered_bits;
using sql::contents::value_of_bits;

// ---- numerics ----

std::optional<Decimal> decimal_in(const Datum& datum) {
  return read_decimal(text_in(datum));
}

Given_value text_of(const std::optional<Decimal>& number) {
  return number ? std::optional(Datum(print_decimal(*number))) : std::nullopt;
}

/// A whole number of 10^-scale.
Given_value decimal_of(Values values) {
  return text_of(Decimal{number_in(values[0]), static_cast<std::int32_t>(number_in(values[1]))});
}

template <std::optional<Decimal> (*calculate)(const Decimal&, const Decimal&)>
Given_value of_two(Values values) {
  const auto a = decimal_in(values[0]), b = decimal_in(values[1]);
  return a && b ? text_of(calculate(*a, *b)) : std::nullopt;
}

template <Rounding rounding>
Given_value to_digits(Values values) {
  const auto number = decimal_in(values[0]);
  const std::int64_t digits = values.size() > 1 ? number_in(values[1]) : 0;
  if (!number || digits > 30 || digits < -30) return std::nullopt;
  return text_of(rounded(*number, static_cast<std::int32_t>(digits), rounding));
}

Given_value without_sign(Values values) {
  auto number = decimal_in(values[0]);
  if (number && number->value < 0) number->value = -number->value;
  return text_of(number);
}
Given_value negated(Values values) {
  auto number = decimal_in(values[0]);
  if (number) number->value = -number->value;
  return text_of(number);
}
Given_value sign_of(Values values) {
  const auto number = decimal_in(values[0]);
  if (!number) return std::nullopt;
  return text_of(Decimal{number->value < 0 ? -1 : number->value > 0 ? 1 : 0, 0});
}

Given_value order_of(Values values) {
  const auto number = decimal_in(values[0]);
  return number ? std::optional(Datum(ordered_text(*number))) : std::nullopt;
}

/// As a whole number of 10^-scale, of at most so many digits.
Given_value to_scale(Values values) {
  const auto number = decimal_in(values[0]);
  const auto scale = static_cast<std::int32_t>(number_in(values[1]));
  const auto result = number ? rounded(*number, scale, Rounding::half_away) : std::nullopt;
  if (!result) return std::nullopt;
  WideNumber limit = 1;
  for (std::int64_t i = 0; i < number_in(values[2]); ++i) limit *= 10;
  if (result->value >= limit || result->value <= -limit) return std::nullopt;
  return Datum(static_cast<std::int64_t>(result->value));
}

/// A whole number between two.
Given_value to_whole(Values values) {
  const auto number = decimal_in(values[0]);
  const auto result = number ? rounded(*number, 0, Rounding::half_away) : std::nullopt;
  if (!result || result->value < number_in(values[1]) || result->value > number_in(values[2]))
    return std::nullopt;
  return Datum(static_cast<std::int64_t>(result->value));
}

// ---- whole numbers ----

Given_value whole_quotient(Values values) {
  const std::int64_t a = number_in(values[0]), b = number_in(values[1]);
  if (b == 0 || (b == -1 && a == std::numeric_limits<std::int64_t>::min())) return std::nullopt;
  return Datum(a / b);
}
Given_value whole_remainder(Values values) {
  const std::int64_t a = number_in(values[0]), b = number_in(values[1]);
  if (b == 0) return std::nullopt;
  return Datum(b == -1 ? std::int64_t{0} : a % b);
}

/// Of a text that holds nothing else, between two.
Given_value read_whole(Values values) {
  std::string_view text = text_in(values[0]);
  constexpr std::string_view spaces = " \t\n\r\v\f";
  text.remove_prefix(std::min(text.find_first_not_of(spaces), text.size()));
  text = text.substr(0, text.find_last_not_of(spaces) + 1);
  const auto number = read_decimal(text);
  if (!number || text.find('.') != std::string_view::npos || number->value < number_in(values[1]) ||
      number->value > number_in(values[2]))
    return std::nullopt;
  return Datum(static_cast<std::int64_t>(number->value));
}

Given_value read_plain_decimal(Values values) {
  const std::string& text = text_in(values[0]);
  const bool bare = text.ends_with('.') || text.starts_with('.');
  return bare ? std::nullopt : text_of(read_decimal(text));
}

// ---- floats ----

/// Nothing for what is kept in no form, and what the server may refuse.
Given_value float_of(double value) {
  if (!std::isfinite(value)) return std::nullopt;
  if (value == 0)
    return std::signbit(value) ? std::nullopt : std::optional(Datum(ordered_bits(0.0)));
  if (std::fpclassify(value) != FP_NORMAL) return std::nullopt;
  return Datum(ordered_bits(value));
}

double float_in(const Datum& datum) {
  return value_of_bits(number_in(datum));
}

template <char operation>
Given_value float_operation(Values values) {
  const double a = float_in(values[0]), b = float_in(values[1]);
  switch (operation) {
    case '+':
      return float_of(a + b);
    case '-':
      return float_of(a - b);
    case '*':
      return a != 0 && b != 0 && a * b == 0 ? std::nullopt : float_of(a * b);
    default:
      return b == 0 || (a != 0 && a / b == 0) ? std::nullopt : float_of(a / b);
  }
}

Given_value whole_as_float(Values values) {
  return float_of(static_cast<double>(number_in(values[0])));
}
Given_value decimal_as_float(Values values) {
  const auto bits = read_float(text_in(values[0]));
  return bits ? std::optional(Datum(*bits)) : std::nullopt;
}
Given_value float_as_whole(Values values) {
  const double value = std::nearbyint(float_in(values[0]));
  constexpr double most = 9e18;
  if (value < static_cast<double>(number_in(values[1])) ||
      value > static_cast<double>(number_in(values[2])) || std::fabs(value) > most)
    return std::nullopt;
  return Datum(static_cast<std::int64_t>(value));
}

template <double (*calculate)(double)>
Given_value of_float(Values values) {
  return float_of(calculate(float_in(values[0])));
}
Given_value root_of(Values values) {
  const double value = float_in(values[0]);
  return value < 0 ? std::nullopt : float_of(std::sqrt(value));
}
/// Of whole numbers whose power is exact.
Given_value power_of(Values values) {
  const double base = float_in(values[0]), exponent = float_in(values[1]);
  constexpr double exact = 9'007'199'254'740'992.0;
  if (base != std::nearbyint(base) || exponent != std::nearbyint(exponent) || exponent < 0 ||
      exponent > 64)
    return std::nullopt;
  double result = 1;
  for (int i = 0; i < static_cast<int>(exponent); ++i) {
    result *= base;
    if (std::fabs(result) > exact) return std::nullopt;
  }
  return float_of(result);
}
Given_value print_of_float(Values values) {
  return Datum(print_float(number_in(values[0])));
}

// ---- the greatest and the least ----

/// NULL is left out.
template <bool greatest>
Given_value extreme(Values values) {
  Datum found;
  for (const Datum& each : values)
    if (!is_null(each) && (is_null(found) || (greatest ? found < each : each < found)))
      found = each;
  return found;
}

double rounded_float(double value) {
  return std::nearbyint(value);
}
double ceil_of(double value) {
  return std::ceil(value);
}
double floor_of(double value) {
  return std::floor(value);
}
double trunc_of(double value) {
  return std::trunc(value);
}
double abs_of(double value) {
  return std::fabs(value);
}
double negative_of(double value) {
  return -value;
}

constexpr ValueFunction functions[] = {{"pg_decimal", 2, decimal_of},
                                       {"pg_decimal_sum", 2, of_two<sum>},
                                       {"pg_decimal_difference", 2, of_two<difference>},
                                       {"pg_decimal_product", 2, of_two<product>},
                                       {"pg_decimal_quotient", 2, of_two<quotient>},
                                       {"pg_decimal_remainder", 2, of_two<remainder>},
                                       {"pg_round", 1, to_digits<Rounding::half_away>},
                                       {"pg_round", 2, to_digits<Rounding::half_away>},
                                       {"pg_trunc", 1, to_digits<Rounding::to_zero>},
                                       {"pg_trunc", 2, to_digits<Rounding::to_zero>},
                                       {"pg_ceil", 1, to_digits<Rounding::up>},
                                       {"pg_floor", 1, to_digits<Rounding::down>},
                                       {"pg_decimal_abs", 1, without_sign},
                                       {"pg_decimal_negated", 1, negated},
                                       {"pg_decimal_sign", 1, sign_of},
                                       {"pg_decimal_order", 1, order_of},
                                       {"pg_decimal_to_scale", 3, to_scale},
                                       {"pg_decimal_to_whole", 3, to_whole},
                                       {"pg_whole_quotient", 2, whole_quotient},
                                       {"pg_whole_remainder", 2, whole_remainder},
                                       {"pg_read_whole", 3, read_whole},
                                       {"pg_read_decimal", 1, read_plain_decimal},
                                       {"pg_float_sum", 2, float_operation<'+'>},
                                       {"pg_float_difference", 2, float_operation<'-'>},
                                       {"pg_float_product", 2, float_operation<'*'>},
                                       {"pg_float_quotient", 2, float_operation<'/'>},
                                       {"pg_float_of_whole", 1, whole_as_float},
                                       {"pg_float_of_decimal", 1, decimal_as_float},
                                       {"pg_float_to_whole", 3, float_as_whole},
                                       {"pg_float_round", 1, of_float<rounded_float>},
                                       {"pg_float_ceil", 1, of_float<ceil_of>},
                                       {"pg_float_floor", 1, of_float<floor_of>},
                                       {"pg_float_trunc", 1, of_float<trunc_of>},
                                       {"pg_float_abs", 1, of_float<abs_of>},
                                       {"pg_float_negated", 1, of_float<negative_of>},
                                       {"pg_float_text", 1, print_of_float},
                                       {"pg_sqrt", 1, root_of},
                                       {"pg_power", 2, power_of},
                                       {"pg_greatest", -1, extreme<true>, true},
                                       {"pg_least", -1, extreme<false>, true}};

}  // namespace
}  // namespace of_numbers

std::span<const ValueFunction> number_functions() {
  return of_numbers::functions;
}

}  // namespace understudy::postgres::emulation
