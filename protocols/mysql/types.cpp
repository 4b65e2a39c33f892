#include "protocols/mysql/types.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <iterator>

namespace understudy::mysql {

namespace {

// Decimal exponents (position of the point before the first digit) that are printed plainly.
constexpr int first_plain_exponent = -14;
constexpr int last_plain_exponent = 15;

// Digits without point or sign, and where the point stands: value = 0.digits * 10^exponent.
struct Digits {
  std::string digits;
  int exponent = 0;
};

Digits digits_of(std::string_view scientific) {
  Digits result;
  const std::size_t e = scientific.find('e');
  for (const char c : scientific.substr(0, e))
    if (c != '.' && c != '-') result.digits += c;
  int power = 0;
  std::string_view tail = scientific.substr(e + 1);
  if (tail.starts_with('+')) tail.remove_prefix(1);
  std::from_chars(tail.data(), tail.data() + tail.size(), power);
  while (result.digits.size() > 1 && result.digits.back() == '0') result.digits.pop_back();
  result.exponent = result.digits == "0" ? 1 : power + 1;
  return result;
}

std::string layout(const Digits& value, bool negative) {
  const auto& [digits, exponent] = value;
  const int count = static_cast<int>(digits.size());
  std::string text = negative ? "-" : "";
  if (exponent < first_plain_exponent || exponent > last_plain_exponent) {
    text += digits[0];
    if (count > 1) text += "." + digits.substr(1);
    return text + fmt::format("e{}", exponent - 1);
  }
  if (exponent <= 0)
    return text + "0." + std::string(static_cast<std::size_t>(-exponent), '0') + digits;
  if (count <= exponent)
    return text + digits + std::string(static_cast<std::size_t>(exponent - count), '0');
  const auto point = static_cast<std::size_t>(exponent);
  return text + digits.substr(0, point) + "." + digits.substr(point);
}

template <class Number>
std::string shortest(Number value) {
  std::array<char, 64> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                 std::chars_format::scientific);
  return layout(digits_of({buffer.data(), end.ptr}), std::signbit(value));
}

float float_of(std::string_view text) noexcept {
  float value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

struct Temporal {
  bool negative = false;
  unsigned year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, micros = 0;
};

std::string fraction(unsigned micros, unsigned decimals) {
  if (decimals > 6) decimals = micros == 0 ? 0 : 6;
  if (decimals == 0) return {};
  return "." + fmt::format("{:06}", micros).substr(0, decimals);
}

std::string read_time(ByteReader& reader, unsigned decimals) {
  const std::uint64_t length = reader.le(1);
  Temporal t;
  std::uint64_t hours = 0;
  if (length != 0 && length != 8 && length != 12) reader.fail();
  if (length >= 8) {
    t.negative = reader.le(1) != 0;
    hours = reader.le(4) * 24;
    hours += reader.le(1);
    t.minute = static_cast<unsigned>(reader.le(1));
    t.second = static_cast<unsigned>(reader.le(1));
  }
  if (length == 12) t.micros = static_cast<unsigned>(reader.le(4));
  return fmt::format("{}{:02}:{:02}:{:02}{}", t.negative ? "-" : "", hours, t.minute, t.second,
                     fraction(t.micros, decimals));
}

// Unsigned digits up to a delimiter or the end; false where there are none.
bool take_number(std::string_view& text, unsigned& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{}) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

bool take_char(std::string_view& text, char wanted) {
  if (!text.starts_with(wanted)) return false;
  text.remove_prefix(1);
  return true;
}

bool take_fraction(std::string_view& text, unsigned& micros) {
  if (text.empty()) return true;
  if (!take_char(text, '.') || text.empty() || text.size() > 6) return false;
  const std::size_t digits = text.size();
  if (!take_number(text, micros) || !text.empty()) return false;
  for (std::size_t i = digits; i < 6; ++i) micros *= 10;
  return true;
}

bool take_clock(std::string_view& text, Temporal& t) {
  return take_number(text, t.hour) && take_char(text, ':') && take_number(text, t.minute) &&
         take_char(text, ':') && take_number(text, t.second) && take_fraction(text, t.micros);
}

bool take_date(std::string_view& text, Temporal& t) {
  return take_number(text, t.year) && take_char(text, '-') && take_number(text, t.month) &&
         take_char(text, '-') && take_number(text, t.day);
}

void write_time(ByteWriter& writer, const Temporal& t) {
  const bool clock = t.hour != 0 || t.minute != 0 || t.second != 0;
  const std::uint8_t length = t.micros != 0 ? 12 : clock ? 8 : 0;
  writer.byte(length);
  if (length == 0) return;
  writer.byte(t.negative ? 1 : 0);
  writer.le(t.hour / 24, 4);
  writer.le(t.hour % 24, 1);
  writer.le(t.minute, 1);
  writer.le(t.second, 1);
  if (length == 12) writer.le(t.micros, 4);
}

void write_datetime(ByteWriter& writer, const Temporal& t) {
  const bool clock = t.hour != 0 || t.minute != 0 || t.second != 0;
  const bool date = t.year != 0 || t.month != 0 || t.day != 0;
  const std::uint8_t length = t.micros != 0 ? 11 : clock ? 7 : date ? 4 : 0;
  writer.byte(length);
  if (length >= 4) {
    writer.le(t.year, 2);
    writer.le(t.month, 1);
    writer.le(t.day, 1);
  }
  if (length >= 7) {
    writer.le(t.hour, 1);
    writer.le(t.minute, 1);
    writer.le(t.second, 1);
  }
  if (length == 11) writer.le(t.micros, 4);
}

}  // namespace

std::string double_text(double value, std::uint8_t decimals) {
  if (decimals < floating_decimals) return fmt::format("{:.{}f}", value, decimals);
  return shortest(value);
}

std::string float_text(float value, std::uint8_t decimals) {
  if (decimals < floating_decimals)
    return fmt::format("{:.{}f}", static_cast<double>(value), decimals);
  return layout(digits_of(fmt::format("{:.5e}", static_cast<double>(value))), std::signbit(value));
}

std::string exact_float_text(float value, std::uint8_t decimals) {
  std::string text = float_text(value, decimals);
  return float_of(text) == value ? text : shortest(value);
}

std::string exact_double_text(double value, std::uint8_t decimals) {
  std::string text = double_text(value, decimals);
  return double_of(text) == value ? text : shortest(value);
}

double double_of(std::string_view text) noexcept {
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::string read_temporal(ByteReader& reader, FieldType type, unsigned decimals) {
  if (type == FieldType::time) return read_time(reader, decimals);
  const std::uint64_t length = reader.le(1);
  if (length != 0 && length != 4 && length != 7 && length != 11) reader.fail();
  Temporal t;
  if (length >= 4) {
    t.year = static_cast<unsigned>(reader.le(2));
    t.month = static_cast<unsigned>(reader.le(1));
    t.day = static_cast<unsigned>(reader.le(1));
  }
  if (length >= 7) {
    t.hour = static_cast<unsigned>(reader.le(1));
    t.minute = static_cast<unsigned>(reader.le(1));
    t.second = static_cast<unsigned>(reader.le(1));
  }
  if (length == 11) t.micros = static_cast<unsigned>(reader.le(4));
  std::string text = fmt::format("{:04}-{:02}-{:02}", t.year, t.month, t.day);
  if (type == FieldType::date || type == FieldType::newdate) return text;
  return text + fmt::format(" {:02}:{:02}:{:02}", t.hour, t.minute, t.second) +
         fraction(t.micros, decimals);
}

bool write_temporal(ByteWriter& writer, FieldType type, std::string_view text) {
  Temporal t;
  if (type == FieldType::time) {
    t.negative = take_char(text, '-');
    if (!take_clock(text, t)) return false;
    write_time(writer, t);
    return true;
  }
  if (!take_date(text, t)) return false;
  const bool date_only = type == FieldType::date || type == FieldType::newdate;
  if (date_only ? !text.empty() : !take_char(text, ' ') || !take_clock(text, t)) return false;
  write_datetime(writer, t);
  return true;
}

}  // namespace understudy::mysql
