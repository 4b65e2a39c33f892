#include "protocols/sql/emulator/decimals.hpp"

#include <algorithm>

namespace understudy::sql::emulator {
namespace {

bool is_decimal_digit(char c) {
  return c >= '0' && c <= '9';
}

struct Decimal {
  bool negative = false;
  std::string_view before, behind;  ///< the point
};

std::optional<Decimal> read_decimal(std::string_view text) {
  Decimal number;
  number.negative = text.starts_with('-');
  if (number.negative) text.remove_prefix(1);
  const std::size_t point = std::min(text.find('.'), text.size());
  number.before = text.substr(0, point);
  if (point < text.size()) number.behind = text.substr(point + 1);
  const bool plain = !number.before.empty() &&
                     std::ranges::all_of(number.before, is_decimal_digit) &&
                     std::ranges::all_of(number.behind, is_decimal_digit) &&
                     (point == text.size() || !number.behind.empty());
  return plain ? std::optional(number) : std::nullopt;
}

}  // namespace

std::optional<std::int64_t> read_numeric(std::string_view text, std::int32_t precision,
                                         std::int32_t scale) {
  constexpr std::int32_t most = 15;
  if (precision == 0) precision = most;
  const auto number = read_decimal(text);
  if (!number || number->before.size() + static_cast<std::size_t>(scale) > 18) return std::nullopt;
  std::int64_t value = 0;
  for (const char c : number->before) value = value * 10 + (c - '0');
  for (std::int32_t i = 0; i < scale; ++i) {
    const auto at = static_cast<std::size_t>(i);
    value = value * 10 + (at < number->behind.size() ? number->behind[at] - '0' : 0);
  }
  if (number->behind.size() > static_cast<std::size_t>(scale) &&
      number->behind[static_cast<std::size_t>(scale)] >= '5')
    ++value;
  std::int64_t limit = 1;
  for (std::int32_t i = 0; i < precision; ++i) limit *= 10;
  if (value >= limit) return std::nullopt;
  return number->negative ? -value : value;
}

std::optional<std::string> read_decimal_text(std::string_view text) {
  constexpr std::size_t most = 1000;  // digits: far from what a server refuses
  const auto number = read_decimal(text);
  if (!number || text.size() > most) return std::nullopt;
  std::string_view before = number->before;
  while (before.size() > 1 && before.starts_with('0')) before.remove_prefix(1);
  std::string printed(before);
  if (!number->behind.empty()) (printed += '.') += number->behind;
  const bool zero = printed.find_first_not_of("0.") == std::string::npos;
  return number->negative && !zero ? "-" + printed : printed;
}

std::string print_numeric(std::int64_t value, std::int32_t scale) {
  const bool negative = value < 0;
  std::string digits = std::to_string(value);
  if (negative) digits.erase(0, 1);
  const auto behind = static_cast<std::size_t>(scale);
  if (digits.size() <= behind) digits.insert(0, behind + 1 - digits.size(), '0');
  if (scale > 0) digits.insert(digits.size() - behind, ".");
  return negative ? "-" + digits : digits;
}

std::int32_t scale_of(std::string_view text) {
  const std::size_t point = text.find('.');
  return point == std::string_view::npos ? 0 : static_cast<std::int32_t>(text.size() - point - 1);
}

}  // namespace understudy::sql::emulator
