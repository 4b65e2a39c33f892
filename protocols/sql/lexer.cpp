#include "protocols/sql/lexer.hpp"

#include <algorithm>
#include <array>

namespace understudy::sql {
namespace {

enum CharClass : std::uint8_t {
  space = 1,
  digit = 2,
  letter = 4,
  operator_octet = 8,
  hex = 16,
  word_octet = 32
};

constexpr std::array<std::uint8_t, 256> make_classes() {
  std::array<std::uint8_t, 256> classes{};
  for (const char c : std::string_view(" \t\n\r\f")) classes[static_cast<std::uint8_t>(c)] = space;
  for (std::size_t c = '0'; c <= '9'; ++c) classes[c] = digit | hex;
  for (std::size_t c = 'a'; c <= 'z'; ++c) classes[c] = classes[c - 'a' + 'A'] = letter;
  for (std::size_t c = 'a'; c <= 'f'; ++c) classes[c] = classes[c - 'a' + 'A'] = letter | hex;
  for (std::size_t c = 128; c < 256; ++c) classes[c] = letter;
  classes['_'] = letter;
  classes['$'] = word_octet;
  for (const char c : std::string_view("+-*/<>=~!@#%^&|`?"))
    classes[static_cast<std::uint8_t>(c)] = operator_octet;
  return classes;
}

constexpr std::array<std::uint8_t, 256> classes = make_classes();

bool in(char octet, int wanted) noexcept {
  return (classes[static_cast<std::uint8_t>(octet)] & wanted) != 0;
}
bool is_space(char octet, bool mysql) noexcept {
  return in(octet, space) || (mysql && octet == '\v');
}
bool in_word(char octet) noexcept {
  return in(octet, letter | digit | word_octet);
}

}  // namespace

const Token& Lexer::next() noexcept {
  const bool spaced = skip_inert();
  after_name_ = after_name_ && !spaced;
  token_.form = StringForm::plain;
  token_.spaced = spaced;
  token_.entry = nullptr;
  dispatch();
  after_dot_ = mysql_ && token_.is('.');
  after_name_ = mysql_ && (token_.kind == TokenKind::word || token_.kind == TokenKind::quoted);
  return token_;
}

/// Skips white space and inert comments; true where there was any.
bool Lexer::skip_inert() noexcept {
  const std::size_t begin = at_;
  while (at_ < sql_.size()) {
    const char octet = sql_[at_];
    if (is_space(octet, mysql_)) {
      ++at_;
    } else if (octet != '-' && octet != '/' && octet != '#') {
      break;
    } else if (line_comment()) {
      skip_line();
    } else if (octet != '/' || peek(1) != '*' || !skip_block_comment()) {
      break;
    }
  }
  return at_ != begin;
}

/// MySQL's `--` asks for white space or a control character behind it.
bool Lexer::line_comment() const noexcept {
  if (mysql_ && peek() == '#') return true;
  if (peek() != '-' || peek(1) != '-') return false;
  if (!mysql_) return true;
  const auto behind = static_cast<std::uint8_t>(peek(2));
  return behind <= ' ' || behind == 0x7F;
}

void Lexer::skip_line() noexcept {
  while (at_ < sql_.size() && sql_[at_] != '\n' && (mysql_ || sql_[at_] != '\r')) ++at_;
}

/// False where the comment is significant or does not end: nothing is skipped then.
bool Lexer::skip_block_comment() noexcept {
  if (mysql_) {
    const char kind = peek(2);
    if (kind == '!' || kind == '+' || (kind == 'M' && peek(3) == '!')) return false;
    const std::size_t end = sql_.find("*/", at_ + 2);
    if (end == std::string_view::npos) return false;
    at_ = end + 2;
    return true;
  }
  std::size_t depth = 0;
  for (std::size_t i = at_; i + 1 < sql_.size(); ++i) {
    if (sql_[i] == '/' && sql_[i + 1] == '*') {
      ++depth;
      ++i;
    } else if (sql_[i] == '*' && sql_[i + 1] == '/') {
      ++i;
      if (--depth > 0) continue;
      at_ = i + 1;
      return true;
    }
  }
  return false;
}

void Lexer::finish(TokenKind kind, std::size_t begin) noexcept {
  token_.kind = kind;
  token_.text = std::string_view(sql_.data() + begin, at_ - begin);
}

/// The rest of the word that began at `begin`.
void Lexer::finish_word(std::size_t begin) noexcept {
  const char* const end = sql_.data() + sql_.size();
  const char* octet = sql_.data() + at_;
  while (octet != end && in_word(*octet)) ++octet;
  at_ = static_cast<std::size_t>(octet - sql_.data());
  finish(TokenKind::word, begin);
  token_.entry = &find_word(token_.text);
}

/// The whole rest of the text: nothing in it can be trusted any more.
void Lexer::broken(std::size_t begin) noexcept {
  at_ = sql_.size();
  return finish(TokenKind::broken, begin);
}

void Lexer::dispatch() noexcept {
  if (at_ >= sql_.size()) return finish(TokenKind::end, at_);
  const char octet = sql_[at_];
  if (in(octet, letter)) return lex_word();
  if (in(octet, digit)) return after_dot_ ? lex_word() : lex_number();
  switch (octet) {
    case '\'':
      return lex_string(at_, mode_.backslash_escapes ? StringForm::backslash : StringForm::plain);
    case '"':
      if (!mysql_ || mode_.ansi_quotes) return lex_quoted('"');
      return lex_string(at_, mode_.backslash_escapes ? StringForm::backslash : StringForm::plain);
    case '.':
      return in(peek(1), digit) && !after_dot_ && !after_name_ ? lex_number() : lex_punctuation();
    case '$':
      return mysql_ ? lex_word() : lex_dollar();
    case '(':
    case ')':
    case '[':
    case ']':
    case '{':
    case '}':
    case ',':
    case ';':
    case ':':
      return lex_punctuation();
    default:
      break;
  }
  if (octet == '/' && peek(1) == '*') return lex_block_comment();
  if (!mysql_) return lex_postgres_operator();
  if (octet == '`') return lex_quoted('`');
  if (octet == '@') return lex_at();
  return lex_mysql_operator();
}

void Lexer::lex_word() noexcept {
  const std::size_t begin = at_;
  const char first = to_lower(peek());
  const char second = peek(1);
  if (second == '\'' && (first == 'b' || first == 'x')) return ++at_, lex_bits(begin);
  if (!mysql_ && second == '\'' && first == 'e')
    return ++at_, lex_string(begin, StringForm::backslash);
  if (!mysql_ && first == 'u' && second == '&' && (peek(2) == '\'' || peek(2) == '"')) {
    at_ += 2;
    if (peek() == '\'') return lex_string(begin, StringForm::unicode);
    lex_quoted('"');
    token_.text = sql_.substr(begin, at_ - begin);
    return;
  }
  finish_word(begin);
}

/// Digits with fraction and exponent. With letters right behind it is a word of its own in MySQL
/// and an error in PostgreSQL 15; kept as a word it is never mistaken for a number and something
/// else.
void Lexer::lex_number() noexcept {
  const std::size_t begin = at_;
  if (mysql_ && peek() == '0' && (peek(1) == 'x' || peek(1) == 'b')) {
    const bool hexadecimal = peek(1) == 'x';
    std::size_t end = at_ + 2;
    while (end < sql_.size() &&
           (hexadecimal ? in(sql_[end], hex) : sql_[end] == '0' || sql_[end] == '1'))
      ++end;
    if (end > at_ + 2 && (end == sql_.size() || !in_word(sql_[end]))) {
      at_ = end;
      return finish(TokenKind::bits, begin);
    }
  }
  const auto digits = [this] {
    while (at_ < sql_.size() && in(sql_[at_], digit)) ++at_;
  };
  digits();
  if (peek() == '.' && !(peek(1) == '.' && !mysql_)) {
    ++at_;
    digits();
  }
  if (to_lower(peek()) == 'e') {
    const std::size_t sign = peek(1) == '+' || peek(1) == '-' ? 2 : 1;
    if (in(peek(sign), digit)) {
      at_ += sign;
      digits();
    }
  }
  if (at_ >= sql_.size() || !in_word(sql_[at_])) return finish(TokenKind::number, begin);
  finish_word(begin);
}

void Lexer::lex_quoted(char quote) noexcept {
  const std::size_t begin = at_;
  for (std::size_t i = at_ + 1; i < sql_.size(); ++i) {
    if (sql_[i] != quote) continue;
    if (i + 1 < sql_.size() && sql_[i + 1] == quote) {
      ++i;
      continue;
    }
    at_ = i + 1;
    return finish(TokenKind::quoted, begin);
  }
  return broken(begin);
}

/// PostgreSQL joins strings that are parted by white space with a line end in it.
bool Lexer::continues_on_next_line(std::size_t& next_quote) const noexcept {
  bool line_end = false;
  for (std::size_t i = at_; i < sql_.size(); ++i) {
    if (in(sql_[i], space)) {
      line_end = line_end || sql_[i] == '\n' || sql_[i] == '\r';
    } else if (sql_[i] == '-' && i + 1 < sql_.size() && sql_[i + 1] == '-') {
      while (i + 1 < sql_.size() && sql_[i + 1] != '\n' && sql_[i + 1] != '\r') ++i;
    } else {
      next_quote = i;
      return line_end && sql_[i] == '\'';
    }
  }
  return false;
}

/// `begin` is that of the prefix, the opening quote is next.
void Lexer::lex_string(std::size_t begin, StringForm form) noexcept {
  const char quote = sql_[at_];
  for (std::size_t i = at_ + 1; i < sql_.size(); ++i) {
    if (sql_[i] == '\\' && form == StringForm::backslash) {
      ++i;
    } else if (sql_[i] == quote) {
      at_ = i + 1;
      if (peek() == quote) {
        ++i;
      } else if (mysql_ || !continues_on_next_line(i)) {
        finish(TokenKind::string, begin);
        token_.form = form;
        return;
      }
    }
  }
  return broken(begin);
}

void Lexer::lex_bits(std::size_t begin) noexcept {
  const std::size_t end = sql_.find('\'', at_ + 1);
  if (end == std::string_view::npos) return broken(begin);
  at_ = end + 1;
  return finish(TokenKind::bits, begin);
}

/// `$1`, or a string between two `$tag$`.
void Lexer::lex_dollar() noexcept {
  const std::size_t begin = at_++;
  if (in(peek(), digit)) {
    std::int32_t number = 0;
    for (; in(peek(), digit); ++at_) number = std::min(number, 99'999) * 10 + (peek() - '0');
    if (number == 0 || in_word(peek())) {
      while (at_ < sql_.size() && in_word(sql_[at_])) ++at_;
      return finish(TokenKind::broken, begin);
    }
    token_.parameter = number - 1;
    return finish(TokenKind::parameter, begin);
  }
  while (in(peek(), letter | digit)) ++at_;
  if (peek() != '$') {
    at_ = begin + 1;
    return finish(TokenKind::broken, begin);
  }
  ++at_;
  const std::string_view tag = sql_.substr(begin, at_ - begin);
  const std::size_t end = sql_.find(tag, at_);
  if (end == std::string_view::npos) return broken(begin);
  at_ = end + tag.size();
  token_.form = StringForm::dollar;
  finish(TokenKind::string, begin);
}

/// @name, @'name', @`name`, @@name; also the @'host' of an account.
void Lexer::lex_at() noexcept {
  const std::size_t begin = at_++;
  if (peek() == '@') ++at_;
  const char quote = peek();
  if (quote == '\'' || quote == '"' || quote == '`') {
    const std::size_t end = sql_.find(quote, at_ + 1);
    if (end == std::string_view::npos) return broken(begin);
    at_ = end + 1;
  } else {
    while (at_ < sql_.size() && (in_word(sql_[at_]) || sql_[at_] == '.')) ++at_;
  }
  return finish(TokenKind::variable, begin);
}

/// A significant comment, or one that does not end. An executed one ends wherever its `*/` turns up
/// among the tokens, and one that never does is the server's to complain of.
void Lexer::lex_block_comment() noexcept {
  const std::size_t begin = at_;
  const bool executed = peek(2) == '!' || (peek(2) == 'M' && peek(3) == '!');
  // Where an executed one ends is not looked for: thousands may begin and none end.
  const std::size_t end = executed ? std::string_view::npos : sql_.find("*/", at_ + 2);
  if (!mysql_ || (!executed && end == std::string_view::npos)) return broken(begin);
  if (!executed) {
    at_ = end + 2;
    return finish(TokenKind::hint, begin);
  }
  executable_ = true;
  at_ += peek(2) == '!' ? 3 : 4;
  for (std::size_t i = 0; i < 6 && in(peek(), digit); ++i) ++at_;
  finish(TokenKind::comment_open, begin);
}

/// The longest run of operator characters that no comment starts in; a run of several gives up a
/// trailing + or - unless it holds one of ~ ! @ # % ^ & | ` ?.
void Lexer::lex_postgres_operator() noexcept {
  const std::size_t begin = at_;
  bool keeps_sign = false;
  for (; at_ < sql_.size() && in(sql_[at_], operator_octet); ++at_) {
    if (starts("/*") || starts("--")) break;
    keeps_sign =
        keeps_sign || std::string_view("~!@#%^&|`?").find(sql_[at_]) != std::string_view::npos;
  }
  if (at_ == begin) return ++at_, finish(TokenKind::broken, begin);
  while (!keeps_sign && at_ - begin > 1 && (sql_[at_ - 1] == '+' || sql_[at_ - 1] == '-')) --at_;
  return finish(TokenKind::operator_, begin);
}

void Lexer::lex_mysql_operator() noexcept {
  static constexpr std::array<std::string_view, 12> longer = {"->>", "<=>", "->", "<=", ">=", "<>",
                                                              "!=",  "<<",  ">>", "&&", "||", ":="};
  const std::size_t begin = at_;
  if (executable_ && starts("*/")) {
    executable_ = false;
    at_ += 2;
    return finish(TokenKind::comment_close, begin);
  }
  if (peek() == '?') {
    ++at_;
    token_.parameter = questions_++;
    return finish(TokenKind::parameter, begin);
  }
  const auto* const found = std::find_if(longer.begin(), longer.end(),
                                         [this](std::string_view text) { return starts(text); });
  if (found != longer.end()) {
    at_ += found->size();
    return finish(TokenKind::operator_, begin);
  }
  ++at_;
  const bool known = in(sql_[begin], operator_octet);
  return finish(known ? TokenKind::operator_ : TokenKind::broken, begin);
}

void Lexer::lex_punctuation() noexcept {
  const std::size_t begin = at_++;
  if (sql_[begin] != ':') return finish(TokenKind::punctuation, begin);
  if (!mysql_ && peek() == ':') return ++at_, finish(TokenKind::punctuation, begin);
  if (peek() == '=') return ++at_, finish(TokenKind::operator_, begin);
  return finish(TokenKind::punctuation, begin);
}

}  // namespace understudy::sql
