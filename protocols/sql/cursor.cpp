#include "protocols/sql/cursor.hpp"

#include <algorithm>

namespace understudy::sql {
namespace {

/// Every server in use executes /*!NNNNN up to MySQL 5.6; above that it depends on which one it is.
constexpr int surely_executed = 50'699;

std::string unquoted(std::string_view text) {
  const char quote = text.back();
  text = text.substr(text.find(quote) + 1);
  text.remove_suffix(1);
  std::string name;
  for (std::size_t i = 0; i < text.size(); ++i) {
    name += text[i];
    if (text[i] == quote) ++i;
  }
  return name;
}

}  // namespace

bool depends_on_version(std::string_view opening) {
  const std::size_t digits = opening.find_first_of("0123456789");
  if (opening.find('M') != std::string_view::npos) return true;
  if (digits == std::string_view::npos) return false;
  int version = 0;
  for (const char digit : opening.substr(digits)) version = version * 10 + (digit - '0');
  return version > surely_executed;
}

std::string name_of(const Token& token, Mode mode, NameCase name_case) {
  const bool quoted = token.kind == TokenKind::quoted || token.kind == TokenKind::string;
  std::string name = quoted ? unquoted(token.text) : std::string(token.text);
  const bool folds = mode.dialect == Dialect::mysql ? name_case == NameCase::folded : !quoted;
  if (folds) std::transform(name.begin(), name.end(), name.begin(), to_lower);
  return name;
}

Token Cursor::read() {
  for (Token token = lexer_.next();; token = lexer_.next()) {
    if (token.kind == TokenKind::comment_open)
      conditional_ = conditional_ || depends_on_version(token.text);
    if (token.kind != TokenKind::comment_open && token.kind != TokenKind::comment_close &&
        token.kind != TokenKind::hint)
      return token;
  }
}

}  // namespace understudy::sql
