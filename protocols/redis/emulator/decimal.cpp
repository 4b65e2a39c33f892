#include "protocols/redis/emulator/decimal.hpp"

#include <cfloat>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace understudy::redis::emulation {

namespace {

__extension__ using Fixed = __int128;  // in units of 10^-17

constexpr int decimals = 17;
constexpr std::int64_t unit = 100'000'000'000'000'000;  // 10^17

// Below this three roundings to 64 bits are less than half of 10^-17.
constexpr std::int64_t fractions_below = 32;
// Multiples of 1/256 are exact up to here in both formats, and beyond.
constexpr std::int64_t dyadics_below = std::int64_t{1} << 48;
// Below this three roundings to 113 bits are less than half of 10^-17.
constexpr std::int64_t seen_to_be_equal_below = 1'000'000'000'000;

bool is_digit(char octet) {
  return octet >= '0' && octet <= '9';
}

// Nothing where it is spelled in a way that needs a second look.
std::optional<Fixed> parse(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  const std::string_view fraction =
      point == std::string_view::npos ? std::string_view() : text.substr(point + 1);
  if (whole.empty() || whole.size() > 16 || fraction.size() > decimals) return std::nullopt;
  if (point != std::string_view::npos && fraction.empty()) return std::nullopt;
  Fixed number = 0;
  for (const char octet : whole) {
    if (!is_digit(octet)) return std::nullopt;
    number = number * 10 + (octet - '0');
  }
  for (std::size_t i = 0; i < decimals; ++i) {
    const char octet = i < fraction.size() ? fraction[i] : '0';
    if (!is_digit(octet)) return std::nullopt;
    number = number * 10 + (octet - '0');
  }
  if (negative && number == 0) return std::nullopt;
  return negative ? -number : number;
}

Fixed magnitude_of(Fixed number) {
  return number < 0 ? -number : number;
}

bool is_below(Fixed number, std::int64_t bound) {
  return magnitude_of(number) < Fixed{bound} * unit;
}

bool is_dyadic(Fixed number) {
  return number % (unit / 256) == 0;
}

std::string without_zeros(std::string text) {
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

std::string spelled(Fixed number) {
  const Fixed size = magnitude_of(number);
  const std::string fraction = std::to_string(static_cast<std::int64_t>(size % unit));
  const std::string text = std::to_string(static_cast<std::int64_t>(size / unit)) + '.' +
                           std::string(decimals - fraction.size(), '0') + fraction;
  return (number < 0 ? "-" : "") + without_zeros(text);
}

// As a server on x86 does it; nothing on another machine.
std::optional<std::string> sum_of_x86(std::string_view left, std::string_view right) {
  if (LDBL_MANT_DIG != 64) return std::nullopt;
  const long double sum = std::strtold(std::string(left).c_str(), nullptr) +
                          std::strtold(std::string(right).c_str(), nullptr);
  char text[64];
  const int size = std::snprintf(text, sizeof text, "%.17Lf", sum);
  return without_zeros({text, static_cast<std::size_t>(size)});
}

}  // namespace

std::optional<std::string> decimal_sum(std::string_view left, std::string_view right) {
  const auto one = parse(left);
  const auto other = parse(right);
  if (!one || !other) return std::nullopt;
  const Fixed sum = *one + *other;
  const auto all_below = [&](std::int64_t bound) {
    return is_below(*one, bound) && is_below(*other, bound) && is_below(sum, bound);
  };
  const std::string text = spelled(sum);
  const bool dyadic = is_dyadic(*one) && is_dyadic(*other);
  if (all_below(fractions_below) || (dyadic && all_below(dyadics_below))) return text;
  if (all_below(seen_to_be_equal_below) && sum_of_x86(left, right) == text) return text;
  return std::nullopt;
}

}  // namespace understudy::redis::emulation
