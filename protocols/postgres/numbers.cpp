#include "protocols/postgres/numbers.hpp"

#include <array>
#include <charconv>
#include <cmath>

#include "understudy/byte_reader.hpp"
#include "understudy/byte_writer.hpp"

namespace understudy::postgres {
namespace {

constexpr std::uint16_t sign_negative = 0x4000, sign_nan = 0xC000, sign_infinity = 0xD000,
                        sign_minus_infinity = 0xF000;
constexpr int digits_per_group = 4;
constexpr std::size_t digits_cap = 150'000;  // beyond the 131072 + 16383 digits of the real type

void append_fixed(std::string_view digits, int exponent, std::string& out) {
  const int count = static_cast<int>(digits.size());
  if (exponent < 0) {
    out.append("0.").append(static_cast<std::size_t>(-exponent - 1), '0').append(digits);
  } else if (exponent + 1 >= count) {
    out.append(digits).append(static_cast<std::size_t>(exponent + 1 - count), '0');
  } else {
    const auto whole = static_cast<std::size_t>(exponent + 1);
    out.append(digits.substr(0, whole)).append(".").append(digits.substr(whole));
  }
}

void append_scientific(std::string_view digits, int exponent, std::string& out) {
  out += digits.front();
  if (digits.size() > 1) out.append(".").append(digits.substr(1));
  out += exponent < 0 ? "e-" : "e+";
  const int magnitude = std::abs(exponent);
  if (magnitude < 10) out += '0';
  out += std::to_string(magnitude);
}

template <class Float>
void append_shortest(Float value, int fixed_below, std::string& out) {
  if (std::isnan(value)) return void(out += "NaN");
  if (std::signbit(value)) out += '-';
  if (std::isinf(value)) return void(out += "Infinity");
  std::array<char, 64> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), std::abs(value),
                                 std::chars_format::scientific)
                       .ptr;
  const std::string_view all(text.data(), static_cast<std::size_t>(end - text.data()));
  const std::size_t e = all.find('e');
  std::string digits(1, all.front());
  if (e > 1) digits.append(all.substr(2, e - 2));
  int exponent = 0;
  const std::size_t from = e + (all[e + 1] == '+' ? 2 : 1);
  std::from_chars(all.data() + from, all.data() + all.size(), exponent);
  if (exponent >= -4 && exponent < fixed_below) return append_fixed(digits, exponent, out);
  append_scientific(digits, exponent, out);
}

[[nodiscard]] bool equals_folded(std::string_view text, std::string_view lower) noexcept {
  if (text.size() != lower.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i)
    if ((text[i] | 0x20) != lower[i]) return false;
  return true;
}

template <class Float>
bool parse_number(std::string_view text, Float& value) noexcept {
  const bool negative = text.starts_with('-');
  std::string_view magnitude = text;
  if (negative || text.starts_with('+')) magnitude.remove_prefix(1);
  if (magnitude.empty() || magnitude.front() == '-') return false;
  if (equals_folded(magnitude, "infinity") || equals_folded(magnitude, "inf")) {
    value = INFINITY;
  } else if (equals_folded(magnitude, "nan")) {
    value = NAN;
  } else {
    const auto [end, error] =
        std::from_chars(magnitude.data(), magnitude.data() + magnitude.size(), value);
    if (error != std::errc{} || end != magnitude.data() + magnitude.size()) return false;
  }
  if (negative) value = -value;
  return true;
}

/// A decimal taken apart: its digits without point, and how many of them stand before it.
struct Decimal {
  bool negative = false;
  std::string digits;
  std::int64_t point = 0;
  std::size_t scale = 0;
};

bool read_exponent(std::string_view text, std::int64_t& exponent) {
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), exponent);
  return error == std::errc{} && end == text.data() + text.size() && std::abs(exponent) < 131'072;
}

bool read_decimal(std::string_view text, Decimal& decimal) {
  if (text.size() > digits_cap) return false;
  if (text.starts_with('-') || text.starts_with('+')) {
    decimal.negative = text.front() == '-';
    text.remove_prefix(1);
  }
  const std::size_t e = text.find_first_of("eE");
  std::int64_t exponent = 0;
  if (e != std::string_view::npos && !read_exponent(text.substr(e + 1), exponent)) return false;
  bool fraction = false;
  std::int64_t decimals = 0;
  for (const char c : text.substr(0, e)) {
    if (c == '.' && !fraction) {
      fraction = true;
    } else if (c >= '0' && c <= '9') {
      decimal.digits += c;
      if (fraction) ++decimals;
    } else {
      return false;
    }
  }
  decimal.point = static_cast<std::int64_t>(decimal.digits.size()) - decimals + exponent;
  decimal.scale = static_cast<std::size_t>(std::max<std::int64_t>(0, decimals - exponent));
  return !decimal.digits.empty() && decimal.scale <= 16383;
}

/// Base-10000 groups of `decimal`, without leading and trailing zero groups.
std::vector<std::uint16_t> groups_of(const Decimal& decimal, std::int64_t& weight) {
  const std::int64_t shift =
      ((decimal.point % digits_per_group) + digits_per_group) % digits_per_group;
  std::string padded(shift == 0 ? 0 : static_cast<std::size_t>(digits_per_group - shift), '0');
  padded += decimal.digits;
  while (padded.size() % digits_per_group != 0) padded += '0';
  weight = (decimal.point + (shift == 0 ? 0 : digits_per_group - shift)) / digits_per_group - 1;
  std::vector<std::uint16_t> groups;
  for (std::size_t i = 0; i < padded.size(); i += digits_per_group) {
    std::uint16_t group = 0;
    std::from_chars(padded.data() + i, padded.data() + i + digits_per_group, group);
    groups.push_back(group);
  }
  std::size_t zeros = 0;
  while (zeros < groups.size() && groups[zeros] == 0) ++zeros;
  groups.erase(groups.begin(), groups.begin() + static_cast<std::ptrdiff_t>(zeros));
  weight -= static_cast<std::int64_t>(zeros);
  while (!groups.empty() && groups.back() == 0) groups.pop_back();
  if (groups.empty()) weight = 0;
  return groups;
}

void write_numeric(std::uint16_t sign, std::int64_t weight, std::size_t scale,
                   const std::vector<std::uint16_t>& groups, std::vector<std::uint8_t>& out) {
  ByteWriter writer(out);
  writer.be(static_cast<std::uint16_t>(groups.size()));
  writer.be(static_cast<std::uint16_t>(weight));
  writer.be(sign);
  writer.be(static_cast<std::uint16_t>(scale));
  for (const std::uint16_t group : groups) writer.be(group);
}

void append_group(std::uint16_t group, std::string& out) {
  for (int divisor = 1000; divisor > 0; divisor /= 10)
    out += static_cast<char>('0' + group / divisor % 10);
}

}  // namespace

void append_float(double value, std::string& out) {
  append_shortest(value, 15, out);
}
void append_float(float value, std::string& out) {
  append_shortest(value, 6, out);
}
bool parse_float(std::string_view text, double& value) noexcept {
  return parse_number(text, value);
}
bool parse_float(std::string_view text, float& value) noexcept {
  return parse_number(text, value);
}

bool numeric_to_text(Bytes binary, std::string& out) {
  ByteReader reader(binary);
  const auto count = reader.be<std::uint16_t>();
  const auto weight = static_cast<std::int16_t>(reader.be<std::uint16_t>());
  const auto sign = reader.be<std::uint16_t>();
  const auto scale = reader.be<std::uint16_t>();
  std::vector<std::uint16_t> groups;
  for (std::size_t i = 0; i < count && !reader.failed(); ++i)
    groups.push_back(reader.be<std::uint16_t>());
  if (!reader.complete() || scale > 16383) return false;
  if (sign == sign_nan) return out += "NaN", true;
  if (sign == sign_infinity) return out += "Infinity", true;
  if (sign == sign_minus_infinity) return out += "-Infinity", true;
  for (const std::uint16_t group : groups)
    if (group > 9999) return false;
  if (sign != 0 && sign != sign_negative) return false;
  const auto group_at = [&](std::int64_t index) {
    return index >= 0 && index < count ? groups[static_cast<std::size_t>(index)] : std::uint16_t{0};
  };
  std::string whole;
  for (std::int64_t i = 0; i <= weight; ++i) append_group(group_at(i), whole);
  whole.erase(0, std::min(whole.find_first_not_of('0'), whole.size()));
  std::string fraction;
  for (std::int64_t i = weight + 1; fraction.size() < scale; ++i)
    append_group(group_at(i), fraction);
  if (sign == sign_negative) out += '-';
  out += whole.empty() ? "0" : whole;
  if (scale > 0) out.append(".").append(fraction, 0, scale);
  return true;
}

bool numeric_to_binary(std::string_view text, std::vector<std::uint8_t>& out) {
  // numeric_send gives infinities the scale 32 and NaN none.
  const auto special = [&](std::uint16_t sign) {
    return write_numeric(sign, 0, sign == sign_nan ? 0 : 32, {}, out), true;
  };
  if (equals_folded(text, "nan")) return special(sign_nan);
  if (equals_folded(text, "infinity") || equals_folded(text, "inf")) return special(sign_infinity);
  if (text.starts_with('-') &&
      (equals_folded(text.substr(1), "infinity") || equals_folded(text.substr(1), "inf")))
    return special(sign_minus_infinity);
  Decimal decimal;
  if (!read_decimal(text, decimal)) return false;
  std::int64_t weight = 0;
  const auto groups = groups_of(decimal, weight);
  if (weight > 32767 || weight < -32768) return false;
  const std::uint16_t sign = decimal.negative && !groups.empty() ? sign_negative : std::uint16_t{0};
  write_numeric(sign, weight, decimal.scale, groups, out);
  return true;
}

}  // namespace understudy::postgres
