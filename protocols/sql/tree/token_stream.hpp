// The tokens of one statement for a parser: looked at from left to right, with any look-ahead.
//
// Errors are sticky: after the first one every token reads as the end of the text and nothing is
// accepted any more, so that every loop of a parser ends and none of it has to ask.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/sql/lexer.hpp"
#include "protocols/sql/statement.hpp"

namespace understudy::sql::tree {

class TokenStream {
 public:
  /// `sql` must outlive it. Comments that servers execute are read as if they were no comments.
  TokenStream(std::string_view sql, Mode mode);

  [[nodiscard]] Mode mode() const noexcept { return mode_; }
  [[nodiscard]] const Token& now() const noexcept { return ahead(0); }
  [[nodiscard]] const Token& ahead(std::size_t count) const noexcept {
    return failed_ || at_ + count >= tokens_.size() ? end_ : tokens_[at_ + count];
  }
  [[nodiscard]] bool at_end() const noexcept { return now().kind == TokenKind::end; }
  [[nodiscard]] std::size_t offset() const noexcept;
  /// The text from `begin` up to the token that is next.
  [[nodiscard]] std::string_view text_from(std::size_t begin) const noexcept;
  /// All that is left of the text.
  [[nodiscard]] std::string_view rest() const noexcept;
  /// To the next token. A semicolon is an error: several statements are none.
  void step() {
    if (failed_ || at_ >= tokens_.size()) return;
    if (tokens_[at_].is(';')) return fail("the end");
    ++at_;
  }
  /// To the end, whatever comes: a routine's body holds statements.
  void skip_body() noexcept { at_ = tokens_.size(); }

  /// Whether these words are next; they are given in lower case.
  template <class... Words>
  [[nodiscard]] bool at(std::string_view first, Words... rest) const noexcept {
    return at_words({first, std::string_view(rest)...});
  }
  template <class... Words>
  bool accept(std::string_view first, Words... rest) noexcept {
    const bool found = at(first, rest...);
    if (found) at_ += 1 + sizeof...(rest);
    return found;
  }
  template <class... Words>
  bool expect(std::string_view first, Words... rest) {
    if (accept(first, rest...)) return true;
    return fail(first), false;
  }
  /// Whether one of these words is next.
  template <class... Words>
  [[nodiscard]] bool at_any(Words... words) const noexcept {
    return (at(std::string_view(words)) || ...);
  }
  template <class... Words>
  bool accept_any(Words... words) noexcept {
    return (accept(std::string_view(words)) || ...);
  }

  [[nodiscard]] bool at_mark(char mark, std::size_t count = 0) const noexcept {
    return ahead(count).is(mark);
  }
  bool accept_mark(char mark) {
    const bool found = at_mark(mark);
    if (found) step();
    return found;
  }
  bool expect_mark(char mark) {
    if (accept_mark(mark)) return true;
    return fail(std::string_view(&mark, 1)), false;
  }
  [[nodiscard]] bool at_operator(std::string_view text, std::size_t count = 0) const noexcept {
    return ahead(count).kind == TokenKind::operator_ && ahead(count).text == text;
  }
  bool accept_operator(std::string_view text) {
    const bool found = at_operator(text);
    if (found) step();
    return found;
  }

  /// Whether an identifier is `count` tokens ahead: quoted, or a word that is not reserved.
  [[nodiscard]] bool at_name(std::size_t count = 0) const noexcept;
  /// The identifier that is next, of whatever word; an error where there is none.
  std::string name();
  /// The string that is next, unescaped.
  std::string string();
  /// Steps over a parenthesis with all that is in it.
  void skip_parentheses();

  /// The statement is not understood: something else than `expected` is next.
  void fail(std::string_view expected);
  [[nodiscard]] bool failed() const noexcept { return failed_; }
  [[nodiscard]] const std::string& error() const noexcept { return error_; }
  [[nodiscard]] std::size_t error_offset() const noexcept { return error_offset_; }
  [[nodiscard]] bool depends_on_version() const noexcept { return depends_on_version_; }

  /// One level of nesting, an error where there are too many.
  class Level {
   public:
    explicit Level(TokenStream& tokens) : tokens_(tokens) {
      if (++tokens_.depth_ > nesting_limit) tokens_.fail_too_deep();
    }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;
    ~Level() { --tokens_.depth_; }

   private:
    TokenStream& tokens_;
  };
  void fail_too_deep();

 private:
  /// Of expressions and sub-queries; a parser has up to a dozen frames for each.
  static constexpr std::size_t nesting_limit = 160;

  [[nodiscard]] bool at_words(std::initializer_list<std::string_view> words) const noexcept;

  std::string_view sql_;
  Mode mode_;
  std::vector<Token> tokens_;
  Token end_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  bool failed_ = false;
  bool depends_on_version_ = false;
  std::string error_;
  std::size_t error_offset_ = 0;
};

}  // namespace understudy::sql::tree
