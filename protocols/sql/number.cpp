#include "protocols/sql/number.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>

#include "protocols/sql/words.hpp"

namespace understudy::sql {
namespace {

constexpr std::int64_t longest_number = 400;

/// A decimal number as its digits and where its point stands.
struct Decimal {
  bool negative = false;
  std::string_view whole, fraction;
  std::int64_t exponent = 0;

  [[nodiscard]] std::size_t size() const noexcept { return whole.size() + fraction.size(); }
  [[nodiscard]] char digit(std::size_t i) const noexcept {
    return i < whole.size() ? whole[i] : fraction[i - whole.size()];
  }
};

std::string_view take_digits(std::string_view& rest) {
  const std::size_t end = std::min(rest.find_first_not_of("0123456789"), rest.size());
  const std::string_view digits = rest.substr(0, end);
  rest.remove_prefix(end);
  return digits;
}

bool take_sign(std::string_view& rest) {
  if (rest.empty() || (rest.front() != '-' && rest.front() != '+')) return false;
  const bool negative = rest.front() == '-';
  rest.remove_prefix(1);
  return negative;
}

/// False where `spelled` is not a decimal number or its exponent is out of any range.
bool parse(std::string_view rest, Decimal& number) {
  number.negative = take_sign(rest);
  number.whole = take_digits(rest);
  if (!rest.empty() && rest.front() == '.') {
    rest.remove_prefix(1);
    number.fraction = take_digits(rest);
  }
  if (number.size() == 0) return false;
  if (rest.empty()) return true;
  if (to_lower(rest.front()) != 'e') return false;
  rest.remove_prefix(1);
  const bool negative = take_sign(rest);
  const std::string_view digits = take_digits(rest);
  if (digits.empty() || digits.size() > 9 || !rest.empty()) return false;
  for (const char digit : digits) number.exponent = number.exponent * 10 + (digit - '0');
  if (negative) number.exponent = -number.exponent;
  return true;
}

bool plain_integer(std::string_view text) {
  take_sign(text);
  return !text.empty() && (text.front() != '0' || text.size() == 1) &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Digits `first` to `last` of `number` with the point `point` places behind `first`.
void write(const Decimal& number, std::size_t first, std::size_t last, std::int64_t point,
           std::string& out) {
  if (number.negative) out += '-';
  const auto count = static_cast<std::int64_t>(last - first);
  if (point <= 0) {
    out += "0.";
    out.append(static_cast<std::size_t>(-point), '0');
  }
  for (std::int64_t i = 0; i < count; ++i) {
    if (i == point && i > 0) out += '.';
    out += number.digit(first + static_cast<std::size_t>(i));
  }
  if (point > count) out.append(static_cast<std::size_t>(point - count), '0');
}

template <typename T>
void append_shortest(T value, std::string& out) {
  std::array<char, 64> text{};
  const auto result = std::to_chars(text.data(), text.data() + text.size(), value);
  append_number(std::string_view(text.data(), static_cast<std::size_t>(result.ptr - text.data())),
                out);
}

}  // namespace

void append_number(std::string_view spelled, std::string& out) {
  if (plain_integer(spelled) && spelled.front() != '+') {
    out += spelled;
    return;
  }
  Decimal number;
  if (!parse(spelled, number)) {
    for (const char octet : spelled) out += to_lower(octet);
    return;
  }
  std::size_t first = 0;
  std::size_t last = number.size();
  while (first < last && number.digit(first) == '0') ++first;
  while (last > first && number.digit(last - 1) == '0') --last;
  if (first == last) {
    out += number.negative ? "-0" : "0";
    return;
  }
  const std::int64_t point = static_cast<std::int64_t>(number.whole.size()) -
                             static_cast<std::int64_t>(first) + number.exponent;
  if (std::abs(point) > longest_number) {
    for (const char octet : spelled) out += to_lower(octet);
    return;
  }
  write(number, first, last, point, out);
}

void append_integer(std::int64_t value, std::string& out) {
  append_shortest(value, out);
}
void append_unsigned(std::uint64_t value, std::string& out) {
  append_shortest(value, out);
}
void append_float(double value, std::string& out) {
  append_shortest(value, out);
}
void append_float(float value, std::string& out) {
  append_shortest(value, out);
}

}  // namespace understudy::sql
