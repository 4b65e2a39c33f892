#include "protocols/sql/literal.hpp"

#include <algorithm>

namespace understudy::sql {
namespace {

int hex_digit(char octet) noexcept {
  const char lower = to_lower(octet);
  if (lower >= '0' && lower <= '9') return lower - '0';
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

void append_utf8(std::uint32_t code, std::string& out) {
  const auto put = [&out](std::uint32_t octet) { out += static_cast<char>(octet); };
  if (code < 0x80) return put(code);
  if (code < 0x800) {
    put(0xC0U | (code >> 6));
  } else {
    if (code < 0x10000) {
      put(0xE0U | (code >> 12));
    } else {
      put(0xF0U | (code >> 18));
      put(0x80U | ((code >> 12) & 0x3FU));
    }
    put(0x80U | ((code >> 6) & 0x3FU));
  }
  put(0x80U | (code & 0x3FU));
}

/// `count` to `most` digits of `base` from `at` on; false where there are fewer than `count`.
bool take_code(std::string_view text, std::size_t& at, std::size_t count, std::size_t most,
               int base, std::uint32_t& code) {
  std::size_t taken = 0;
  for (code = 0; taken < most && at < text.size(); ++taken, ++at) {
    const int value = hex_digit(text[at]);
    if (value < 0 || value >= base) break;
    code = code * static_cast<std::uint32_t>(base) + static_cast<std::uint32_t>(value);
  }
  return taken >= count;
}

/// One escape of PostgreSQL's E'…'; `at` is behind the backslash.
bool append_postgres_escape(std::string_view text, std::size_t& at, std::string& out) {
  static constexpr std::string_view letters = "bfnrt";
  static constexpr std::string_view meanings = "\b\f\n\r\t";
  const char escape = text[at];
  std::uint32_t code = 0;
  if (const std::size_t i = letters.find(escape); i != std::string_view::npos) {
    out += meanings[i];
    ++at;
  } else if (escape == 'u' || escape == 'U') {
    const std::size_t digits = escape == 'u' ? 4 : 8;
    if (!take_code(text, ++at, digits, digits, 16, code)) return false;
    if (code == 0 || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) return false;
    append_utf8(code, out);
  } else if (escape == 'x' && at + 1 < text.size() && hex_digit(text[at + 1]) >= 0) {
    if (!take_code(text, ++at, 1, 2, 16, code) || code == 0) return false;
    out += static_cast<char>(code);
  } else if (escape >= '0' && escape <= '7') {
    if (!take_code(text, at, 1, 3, 8, code) || (code & 0xFFU) == 0) return false;
    out += static_cast<char>(code);
  } else {
    out += escape;
    ++at;
  }
  return true;
}

/// One escape of a MySQL string; `at` is behind the backslash. `\%` and `\_` keep it.
void append_mysql_escape(std::string_view text, std::size_t& at, std::string& out) {
  const char escape = text[at++];
  switch (escape) {
    case '0':
      out += '\0';
      break;
    case 'b':
      out += '\b';
      break;
    case 'n':
      out += '\n';
      break;
    case 'r':
      out += '\r';
      break;
    case 't':
      out += '\t';
      break;
    case 'Z':
      out += '\x1A';
      break;
    case '%':
    case '_':
      out += '\\';
      [[fallthrough]];
    default:
      out += escape;
  }
}

/// Past the white space and comments that part the pieces of a continued string.
std::size_t next_piece(std::string_view text, std::size_t at) noexcept {
  while (at < text.size() && text[at] != '\'') {
    if (text[at] == '-')
      while (at < text.size() && text[at] != '\n' && text[at] != '\r') ++at;
    else
      ++at;
  }
  return at;
}

bool append_quoted(std::string_view text, const Token& token, Mode mode, std::string& out) {
  const char quote = text.front();
  for (std::size_t at = 1; at < text.size();) {
    if (text[at] == quote) {
      if (at + 1 == text.size()) return true;
      if (text[at + 1] == quote) out += quote;
      at = text[at + 1] == quote ? at + 2 : next_piece(text, at + 1) + 1;
    } else if (text[at] == '\\' && token.form == StringForm::backslash && at + 1 < text.size()) {
      ++at;
      if (mode.dialect == Dialect::mysql)
        append_mysql_escape(text, at, out);
      else if (!append_postgres_escape(text, at, out))
        return false;
    } else {
      out += text[at++];
    }
  }
  return false;
}

}  // namespace

bool append_string_value(const Token& token, Mode mode, std::string& out) {
  std::string_view text = token.text;
  if (token.form == StringForm::unicode) return false;
  if (token.form == StringForm::dollar) {
    const std::size_t tag = text.find('$', 1) + 1;
    out += text.substr(tag, text.size() - 2 * tag);
    return true;
  }
  const std::size_t before = out.size();
  if (text.front() != '\'' && text.front() != '"') text.remove_prefix(1);
  const bool sound = append_quoted(text, token, mode, out);
  if (!sound) out.resize(before);
  return sound;
}

bool append_bits_value(const Token& token, Mode mode, std::string& out) {
  std::string_view digits = token.text;
  const bool prefixed = digits[0] == '0';
  const char kind = to_lower(prefixed ? digits[1] : digits[0]);
  digits = prefixed ? digits.substr(2) : digits.substr(2, digits.size() - 3);
  const std::size_t width = kind == 'x' ? 2 : 8;
  if (mode.dialect == Dialect::mysql && !prefixed && kind == 'x' && digits.size() % 2 != 0)
    return false;
  for (const char digit : digits)
    if (const int value = hex_digit(digit); value < 0 || (kind == 'b' && value > 1)) return false;
  if (mode.dialect == Dialect::postgres) {
    for (const char digit : digits)
      for (int bit = kind == 'x' ? 3 : 0; bit >= 0; --bit)
        out += (hex_digit(digit) >> bit & 1) != 0 ? '1' : '0';
    return true;
  }
  std::size_t left = digits.size();
  unsigned octet = 0;
  for (const char digit : digits) {
    octet = (octet << (kind == 'x' ? 4 : 1)) | static_cast<unsigned>(hex_digit(digit));
    if (--left % width == 0) out += static_cast<char>(octet & 0xFFU);
  }
  return true;
}

std::uint16_t spelling_of(bool negative, std::string_view spelled) noexcept {
  // A plain integer has one spelling, whatever its value, so that another may take its place.
  const bool plain = !spelled.empty() && (spelled.front() != '0' || spelled.size() == 1) &&
                     std::ranges::all_of(spelled, [](char c) { return c >= '0' && c <= '9'; });
  if (plain) return 0x0101;
  // FNV-1a.
  std::uint32_t hash = negative ? 0x811C9DC5U : 0x9DC5811CU;
  for (const char octet : spelled)
    hash = (hash ^ static_cast<std::uint8_t>(to_lower(octet))) * 0x01000193U;
  return static_cast<std::uint16_t>((hash % 255 + 1) << 8 | (hash / 255 % 255 + 1));
}

}  // namespace understudy::sql
