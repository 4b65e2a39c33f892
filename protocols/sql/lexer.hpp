// SQL text as tokens, in either dialect. Inert comments and white space are
// skipped; every other octet of the text is in exactly one token.
//
// PostgreSQL: chapter 4.1 of its manual (Lexical Structure).
// MySQL: chapter 11.1 to 11.7 of its manual (Language Structure).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "protocols/sql/statement.hpp"
#include "protocols/sql/words.hpp"

namespace understudy::sql {

enum class TokenKind : std::uint8_t {
  end,
  word,       ///< keyword or unquoted identifier; `entry` tells which
  quoted,     ///< quoted identifier, with its quotes
  string,     ///< with its quotes and prefix; `form` tells how it is escaped
  number,     ///< without sign
  bits,       ///< b'…', x'…', and 0x… 0b… in MySQL
  parameter,  ///< `$n` in PostgreSQL, `?` in MySQL; `parameter` is its index from 0
  variable,   ///< @name and @@name in MySQL
  operator_,
  punctuation,    ///< one of ( ) [ ] { } , ; . : or `::`
  hint,           ///< MySQL's /*+ … */, whole
  comment_open,   ///< MySQL's /*! or /*M! with its version: what follows is executed
  comment_close,  ///< the */ that ends it
  broken          ///< text that no token of the dialect starts with, or that does not end
};

enum class StringForm : std::uint8_t {
  plain,      ///< a doubled quote is a quote; in PostgreSQL possibly continued on other lines
  backslash,  ///< so it is, and backslashes escape
  dollar,     ///< $tag$…$tag$
  unicode     ///< U&'…', whose escape character may be told later
};

struct Token {
  TokenKind kind = TokenKind::end;
  StringForm form = StringForm::plain;
  bool spaced = false;  ///< white space or a comment stands before it
  std::int32_t parameter = 0;
  std::string_view text;             ///< as it stands in the statement
  const WordEntry* entry = nullptr;  ///< of a word; never null there

  [[nodiscard]] Word word() const noexcept { return entry == nullptr ? Word::none : entry->word; }
  [[nodiscard]] bool is(char punctuation) const noexcept {
    return kind == TokenKind::punctuation && text.size() == 1 && text.front() == punctuation;
  }
};

class Lexer {
 public:
  /// `sql` must outlive the tokens.
  Lexer(std::string_view sql, Mode mode) noexcept
      : sql_(sql), mode_(mode), mysql_(mode.dialect == Dialect::mysql) {}

  /// The next token, valid until the next call; `end` again and again at the end.
  const Token& next() noexcept;
  [[nodiscard]] const Token& token() const noexcept { return token_; }
  /// Offset behind the last token.
  [[nodiscard]] std::size_t offset() const noexcept { return at_; }
  /// Where `token`, one of this lexer's, begins.
  [[nodiscard]] std::size_t begin_of(const Token& token) const noexcept {
    return static_cast<std::size_t>(token.text.data() - sql_.data());
  }

 private:
  [[nodiscard]] char peek(std::size_t ahead = 0) const noexcept {
    return at_ + ahead < sql_.size() ? sql_[at_ + ahead] : '\0';
  }
  [[nodiscard]] bool starts(std::string_view text) const noexcept {
    return sql_.substr(at_).starts_with(text);
  }
  bool skip_inert() noexcept;
  bool skip_block_comment() noexcept;
  void skip_line() noexcept;
  [[nodiscard]] bool line_comment() const noexcept;

  void finish(TokenKind kind, std::size_t begin) noexcept;
  void finish_word(std::size_t begin) noexcept;
  void broken(std::size_t begin) noexcept;
  void dispatch() noexcept;
  void lex_word() noexcept;
  void lex_number() noexcept;
  void lex_quoted(char quote) noexcept;
  void lex_string(std::size_t begin, StringForm form) noexcept;
  void lex_bits(std::size_t begin) noexcept;
  void lex_dollar() noexcept;
  void lex_at() noexcept;
  void lex_block_comment() noexcept;
  void lex_postgres_operator() noexcept;
  void lex_mysql_operator() noexcept;
  void lex_punctuation() noexcept;
  [[nodiscard]] bool continues_on_next_line(std::size_t& next_quote) const noexcept;

  std::string_view sql_;
  Mode mode_;
  bool mysql_;
  bool executable_ = false;  ///< inside /*! … */
  bool after_dot_ = false;   ///< MySQL: what follows a dot is an identifier
  bool after_name_ = false;  ///< and a dot right behind an identifier is never that of a number
  std::size_t at_ = 0;
  std::int32_t questions_ = 0;
  Token token_;
};

}  // namespace understudy::sql
