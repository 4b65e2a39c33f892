#include "protocols/redis/numbers.hpp"

#include <charconv>
#include <cmath>
#include <cstdio>

namespace understudy::redis {

std::optional<std::int64_t> parse_integer(std::string_view digits) noexcept {
  const std::size_t sign = digits.starts_with('-') ? 1 : 0;
  if (digits.size() == sign) return std::nullopt;
  if (digits[sign] == '0' && digits.size() > 1) return std::nullopt;
  std::int64_t value = 0;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (problem != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

std::optional<double> parse_double(std::string_view digits) noexcept {
  if (digits.starts_with('+')) digits.remove_prefix(1);
  double value = 0;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (problem != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

namespace {

// d2string of 7.0 prints whole numbers of up to 2^52 as integers; so does the one of 7.2.
bool prints_as_integer(double number) {
  constexpr double bound = 4503599627370496.0;
  return number > -bound && number < bound && number == std::trunc(number) &&
         !(number == 0 && std::signbit(number));
}

}  // namespace

std::string format_double(double number, DoubleStyle style) {
  if (std::isnan(number)) return "nan";
  if (std::isinf(number)) return number > 0 ? "inf" : "-inf";
  char text[64];
  if (prints_as_integer(number)) {
    const auto [end, _] =
        std::to_chars(text, text + sizeof text, static_cast<std::int64_t>(number));
    return {text, end};
  }
  if (style == DoubleStyle::shortest) {
    const auto [end, _] =
        std::to_chars(text, text + sizeof text, number, std::chars_format::general);
    return {text, end};
  }
  return {text, static_cast<std::size_t>(std::snprintf(text, sizeof text, "%.17g", number))};
}

}  // namespace understudy::redis
