#include "store/scalar.hpp"

#include <charconv>
#include <cmath>
#include <limits>

namespace understudy::store {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> spellings) {
  return std::ranges::find(spellings, text) != spellings.end();
}

bool all_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_digit);
}

/// [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?
bool is_decimal_float(std::string_view text) {
  std::size_t i = 0;
  const auto skip_digits = [&] {
    const std::size_t from = i;
    while (i < text.size() && is_digit(text[i])) ++i;
    return i - from;
  };
  const auto skip_sign = [&] {
    i += i < text.size() && (text[i] == '-' || text[i] == '+') ? 1 : 0;
  };
  skip_sign();
  const std::size_t before_point = skip_digits();
  std::size_t after_point = 0;
  if (i < text.size() && text[i] == '.') {
    ++i;
    after_point = skip_digits();
  }
  if (before_point + after_point == 0) return false;
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    skip_sign();
    if (skip_digits() == 0) return false;
  }
  return i == text.size();
}

Document parse_unsigned(std::string_view digits, int base, bool negative, std::string_view whole,
                        std::string& problem) {
  std::uint64_t magnitude = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stop, failure] = std::from_chars(digits.data(), end, magnitude, base);
  constexpr std::uint64_t lowest = std::uint64_t{1} << 63;
  if (failure != std::errc{} || stop != end || (negative && magnitude > lowest)) {
    problem = fmt::format("the integer {} does not fit in 64 bits", whole);
    return Document(std::string(whole));
  }
  if (!negative || magnitude == 0) return Document(magnitude);
  return Document(static_cast<std::int64_t>(~magnitude + 1));
}

/// Nothing (discarded) where `text` is no integer.
Document resolve_integer(std::string_view text, std::string& problem) {
  if (text.starts_with("0x") && text.size() > 2 &&
      text.find_first_not_of("0123456789abcdefABCDEF", 2) == std::string_view::npos)
    return parse_unsigned(text.substr(2), 16, false, text, problem);
  if (text.starts_with("0o") && text.size() > 2 &&
      text.find_first_not_of("01234567", 2) == std::string_view::npos)
    return parse_unsigned(text.substr(2), 8, false, text, problem);
  const bool has_sign = text.front() == '-' || text.front() == '+';
  const std::string_view digits = text.substr(has_sign ? 1 : 0);
  if (!all_digits(digits)) return Document(Document::value_t::discarded);
  return parse_unsigned(digits, 10, text.front() == '-', text, problem);
}

Document resolve_float(std::string_view text, std::string& problem) {
  double value = 0;
  const std::string_view unsigned_text = text.substr(text.front() == '+' ? 1 : 0);
  const char* const end = unsigned_text.data() + unsigned_text.size();
  const auto [stop, failure] = std::from_chars(unsigned_text.data(), end, value);
  if (failure == std::errc{} && stop == end) return Document(value);
  problem = fmt::format("the number {} is beyond what a double holds", text);
  return Document(std::string(text));
}

/// Words that some reader takes for null, a boolean or a number, in any letter case.
bool is_reserved_word(std::string_view text) {
  if (text.size() > 5) return false;
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  return is_one_of(lower, {"null", "true", "false", "yes", "no", "on", "off"});
}

bool can_begin_plain(char c) {
  return is_letter(c) || c == '_' || c == '/' || c == '$' || c == '(' || c == '^' ||
         static_cast<std::uint8_t>(c) >= 0x80;
}

}  // namespace

Document resolve_plain(std::string_view text, std::string& problem) {
  if (text.empty() || is_one_of(text, {"~", "null", "Null", "NULL"})) return {};
  if (is_one_of(text, {"true", "True", "TRUE"})) return Document(true);
  if (is_one_of(text, {"false", "False", "FALSE"})) return Document(false);
  const char first = text.front();
  if (!is_digit(first) && first != '-' && first != '+' && first != '.')
    return Document(std::string(text));
  const Document integer = resolve_integer(text, problem);
  if (!integer.is_discarded()) return integer;
  if (is_decimal_float(text)) return resolve_float(text, problem);
  if (is_one_of(text, {".nan", ".NaN", ".NAN"}))
    return Document(std::numeric_limits<double>::quiet_NaN());
  const std::string_view magnitude = text.substr(first == '-' || first == '+' ? 1 : 0);
  if (is_one_of(magnitude, {".inf", ".Inf", ".INF"})) {
    const double infinity = std::numeric_limits<double>::infinity();
    return Document(first == '-' ? -infinity : infinity);
  }
  return Document(std::string(text));
}

std::string spell_double(double value) {
  if (std::isnan(value)) return ".nan";
  if (std::isinf(value)) return value < 0 ? "-.inf" : ".inf";
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  std::string text(digits.data(), end);
  if (text.find('.') != std::string::npos) return text;
  // YAML 1.1 wants a point in every float, with an exponent as well.
  const std::size_t exponent = text.find('e');
  text.insert(exponent == std::string::npos ? text.size() : exponent, ".0");
  return text;
}

char32_t next_code_point(std::string_view text, std::size_t& offset) noexcept {
  const auto octet = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t lead = octet(offset++);
  if (lead < 0x80) return lead;
  const int more = lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
  char32_t code_point = lead & (0x3FU >> more);
  for (int i = 0; i < more && offset < text.size(); ++i)
    code_point = (code_point << 6) | (octet(offset++) & 0x3FU);
  return code_point;
}

bool is_visible(char32_t c) noexcept {
  if (c < 0x20 || (c >= 0x7F && c <= 0xA0)) return false;
  if (c < 0x2000) return c != 0xAD && c != 0x61C;
  const bool zero_width = c == 0x200B || c == 0x2060 || c == 0xFEFF;
  const bool direction =
      c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
  const bool line_break = c == 0x2028 || c == 0x2029;
  const bool no_character = (c >= 0xFDD0 && c <= 0xFDEF) || (c & 0xFFFE) == 0xFFFE;
  return !zero_width && !direction && !line_break && !no_character;
}

bool can_be_plain(std::string_view text, PlainPlace place) noexcept {
  if (text.empty() || !can_begin_plain(text.front()) || text.back() == ' ') return false;
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (c == ':' && (i + 1 == text.size() || text[i + 1] == ' ')) return false;
    if (c == '#' && text[i - 1] == ' ') return false;
    if (place == PlainPlace::flow && std::string_view(",?[]{}").find(c) != std::string_view::npos)
      return false;
    if (!is_visible(next_code_point(text, i))) return false;
  }
  return !is_reserved_word(text);
}

}  // namespace understudy::store
