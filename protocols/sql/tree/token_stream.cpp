#include "protocols/sql/tree/token_stream.hpp"

#include "protocols/sql/cursor.hpp"
#include "protocols/sql/literal.hpp"

namespace understudy::sql::tree {

TokenStream::TokenStream(std::string_view sql, Mode mode) : sql_(sql), mode_(mode) {
  Lexer lexer(sql, mode);
  for (Token token = lexer.next(); token.kind != TokenKind::end; token = lexer.next()) {
    if (token.kind == TokenKind::comment_open)
      depends_on_version_ = depends_on_version_ || sql::depends_on_version(token.text);
    if (token.kind == TokenKind::comment_open || token.kind == TokenKind::comment_close ||
        token.kind == TokenKind::hint)
      continue;
    tokens_.push_back(token);
    // The lexer gives up where a token does not end.
    if (token.kind == TokenKind::broken) at_ = tokens_.size() - 1, fail("SQL"), at_ = 0;
  }
  while (!tokens_.empty() && tokens_.back().is(';')) tokens_.pop_back();
}

std::size_t TokenStream::offset() const noexcept {
  return at_end() ? sql_.size() : static_cast<std::size_t>(now().text.data() - sql_.data());
}

std::string_view TokenStream::text_from(std::size_t begin) const noexcept {
  const std::string_view text = sql_.substr(begin, offset() - begin);
  return text.substr(0, text.find_last_not_of(" \t\r\n;") + 1);
}

std::string_view TokenStream::rest() const noexcept {
  return sql_.substr(offset());
}

bool TokenStream::at_words(std::initializer_list<std::string_view> words) const noexcept {
  std::size_t count = 0;
  for (const std::string_view word : words) {
    const Token& token = ahead(count++);
    if (token.kind != TokenKind::word || !equals_folded(token.text, word)) return false;
  }
  return true;
}

bool TokenStream::at_name(std::size_t count) const noexcept {
  const Token& token = ahead(count);
  if (token.kind == TokenKind::quoted) return true;
  return token.kind == TokenKind::word && (token.entry->flags & mysql_reserved) == 0;
}

std::string TokenStream::name() {
  const Token& token = now();
  if (token.kind != TokenKind::word && token.kind != TokenKind::quoted)
    return fail("a name"), std::string();
  std::string name = name_of(token, mode_, NameCase::kept);
  step();
  return name;
}

std::string TokenStream::string() {
  std::string text;
  if (now().kind != TokenKind::string || !append_string_value(now(), mode_, text))
    return fail("a string"), std::string();
  step();
  return text;
}

void TokenStream::skip_parentheses() {
  if (!at_mark('(')) return fail("(");
  std::size_t depth = 0;
  do {
    if (at_end()) return fail(")");
    if (at_mark('(')) ++depth;
    if (at_mark(')')) --depth;
    step();
  } while (depth > 0);
}

void TokenStream::fail(std::string_view expected) {
  if (failed_) return;
  error_offset_ = offset();
  const std::string_view found = now().text.substr(0, 40);
  error_ = "expected " + std::string(expected) + ", not " +
           (at_end() ? std::string("the end") : "`" + std::string(found) + "`");
  failed_ = true;
}

void TokenStream::fail_too_deep() {
  if (failed_) return;
  error_offset_ = offset();
  error_ = "nested too deeply";
  failed_ = true;
}

}  // namespace understudy::sql::tree
