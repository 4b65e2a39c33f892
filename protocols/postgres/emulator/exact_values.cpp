#include "protocols/postgres/emulator/exact_values.hpp"

#include <algorithm>
#include <cmath>

#include "protocols/postgres/datetime.hpp"
#include "protocols/postgres/emulator/time_values.hpp"
#include "protocols/postgres/numbers.hpp"
#include "protocols/sql/contents/exact_functions.hpp"

namespace understudy::postgres::emulation {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

template <class Float>
std::optional<std::int64_t> read_floating(std::string_view text) {
  Float value = 0;
  const bool plain = std::ranges::all_of(text, [](char c) {
    return is_digit(c) || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
  });
  if (!plain || !parse_float(text, value) || !std::isfinite(value)) return std::nullopt;
  if (value == 0) {
    if (std::signbit(value)) return std::nullopt;
    const bool underflown = std::ranges::any_of(text, [](char c) { return c >= '1' && c <= '9'; });
    return underflown ? std::nullopt : std::optional(sql::contents::ordered_bits(0.0));
  }
  if (std::fpclassify(value) != FP_NORMAL) return std::nullopt;
  return sql::contents::ordered_bits(static_cast<double>(value));
}

}  // namespace

// ---- numbers ----

std::optional<std::int64_t> read_float(std::string_view text) {
  return read_floating<double>(text);
}

std::optional<std::int64_t> read_single(std::string_view text) {
  return read_floating<float>(text);
}

std::string print_single(std::int64_t bits) {
  std::string text;
  append_float(static_cast<float>(sql::contents::value_of_bits(bits)), text);
  return text;
}

std::string print_float(std::int64_t bits) {
  std::string text;
  append_float(sql::contents::value_of_bits(bits), text);
  return text;
}

// ---- octets and intervals ----

std::optional<std::string> read_bytea(std::string_view text) {
  if (!text.starts_with("\\x") || text.size() % 2 != 0) return std::nullopt;
  std::string canonical = "\\x";
  for (const char c : text.substr(2)) {
    const char lower = c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
    if (!is_digit(lower) && !(lower >= 'a' && lower <= 'f')) return std::nullopt;
    canonical += lower;
  }
  return canonical;
}

std::optional<std::string> read_interval(std::string_view text) {
  // As psycopg and the server itself write it; the words of other forms mean other things.
  Interval interval;
  const bool plain = std::ranges::all_of(text, [](char c) {
    return is_digit(c) || c == ':' || c == '.' || c == '-' || c == ' ' || (c >= 'a' && c <= 'z');
  });
  std::string printed;
  if (plain && parse_interval(text, interval)) {
    append_interval(interval, printed);
    if (printed == text) return printed;
  }
  if (const auto spelled = read_spelled_interval(text)) return print_interval(*spelled);
  constexpr std::string_view middle = " days ", end = " seconds";
  const std::size_t at = text.find(middle);
  if (at == std::string_view::npos || !text.ends_with(end)) return std::nullopt;
  const auto days = read_numeric(text.substr(0, at), 9, 0);
  const std::string_view seconds =
      text.substr(at + middle.size(), text.size() - at - middle.size() - end.size());
  const auto micros = scale_of(seconds) <= 6 ? read_numeric(seconds, 15, 6) : std::nullopt;
  if (!days || !micros || scale_of(text.substr(0, at)) != 0) return std::nullopt;
  interval = {*micros, static_cast<std::int32_t>(*days), 0};
  append_interval(interval, printed);
  return printed;
}

}  // namespace understudy::postgres::emulation
