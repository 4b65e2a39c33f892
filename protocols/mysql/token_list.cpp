#include "protocols/mysql/token_list.hpp"

#include <algorithm>

namespace understudy::mysql {
namespace {

using sql::Token;
using sql::TokenKind;
using sql::Word;

/// Names that one spelling means: the server folds letters beyond ASCII by its own rules, and a
/// key `a.b` is table `b` of database `a`.
bool is_plain(const Token& token) {
  if (token.kind != TokenKind::word && token.kind != TokenKind::quoted) return true;
  return std::ranges::none_of(
      token.text, [](char c) { return static_cast<unsigned char>(c) >= 0x80 || c == '.'; });
}

}  // namespace

TokenList::TokenList(std::string_view pattern, sql::Mode mode)
    : sql_(sql::sql_of_pattern(pattern, sql::Dialect::mysql)), mode_(mode) {
  sql::Lexer lexer(sql_, mode);
  for (Token token = lexer.next(); token.kind != TokenKind::end; token = lexer.next()) {
    if (token.kind == TokenKind::hint) continue;
    sound_ = sound_ && token.kind != TokenKind::broken && token.kind != TokenKind::comment_open &&
             !token.is(';') && is_plain(token);
    tokens_.push_back(token);
  }
  match_parentheses();
}

void TokenList::match_parentheses() {
  std::vector<std::size_t> open;
  closing_.resize(tokens_.size());
  for (std::size_t i = 0; i < tokens_.size(); ++i) {
    closing_[i] = i;
    if (tokens_[i].is('(')) {
      open.push_back(i);
    } else if (tokens_[i].is(')')) {
      sound_ = sound_ && !open.empty();
      if (open.empty()) continue;
      closing_[open.back()] = i;
      open.pop_back();
    }
  }
  sound_ = sound_ && open.empty();
}

Word TokenList::word(std::size_t i, Range within) const noexcept {
  if (i < within.begin || i >= within.end || (i > 0 && tokens_[i - 1].is('.'))) return Word::none;
  return tokens_[i].word();
}

bool TokenList::is_name(std::size_t i, Range within) const noexcept {
  if (i >= within.end) return false;
  if (tokens_[i].kind == TokenKind::quoted) return true;
  if (tokens_[i].kind != TokenKind::word) return false;
  const bool qualified = i > 0 && tokens_[i - 1].is('.');
  return qualified || (tokens_[i].entry->flags & sql::mysql_reserved) == 0;
}

std::string TokenList::name(std::size_t i) const {
  return sql::name_of(tokens_[i], mode_, sql::NameCase::folded);
}

std::size_t TokenList::find(Range within, std::initializer_list<Word> words) const {
  for (std::size_t i = within.begin; i < within.end; i = closing_[i] + 1)
    if (std::ranges::find(words, word(i, within)) != words.end()) return i;
  return within.end;
}

std::vector<Range> TokenList::split(Range within) const {
  std::vector<Range> parts;
  if (within.empty()) return parts;
  std::size_t begin = within.begin;
  for (std::size_t i = within.begin; i < within.end; i = closing_[i] + 1) {
    if (!tokens_[i].is(',')) continue;
    parts.push_back({begin, i});
    begin = i + 1;
  }
  parts.push_back({begin, within.end});
  return parts;
}

Range TokenList::without_parentheses(Range within) const {
  if (within.size() < 2 || !tokens_[within.begin].is('(') ||
      closing_[within.begin] + 1 != within.end)
    return within;
  return {within.begin + 1, within.end - 1};
}

}  // namespace understudy::mysql
