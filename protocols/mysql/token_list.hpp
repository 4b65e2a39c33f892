// A statement's tokens all at once, with its parentheses matched: for parsers that look for
// clauses and part lists.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "protocols/sql/cursor.hpp"

namespace understudy::mysql {

/// Tokens `begin` up to `end`.
struct Range {
  std::size_t begin = 0, end = 0;
  [[nodiscard]] bool empty() const noexcept { return begin >= end; }
  [[nodiscard]] std::size_t size() const noexcept { return empty() ? 0 : end - begin; }
};

class TokenList {
 public:
  /// `pattern` is sql::Statement::pattern(): every slot becomes a parameter token, and the index of
  /// the parameter is that of the slot.
  TokenList(std::string_view pattern, sql::Mode mode);
  TokenList(const TokenList&) = delete;
  TokenList& operator=(const TokenList&) = delete;

  /// False where the parentheses do not match, the text depends on the server's version, or a name
  /// is one that other spellings could mean as well (letters beyond ASCII, dots).
  [[nodiscard]] bool sound() const noexcept { return sound_; }
  [[nodiscard]] Range all() const noexcept { return {0, tokens_.size()}; }
  [[nodiscard]] const sql::Token& operator[](std::size_t i) const noexcept { return tokens_[i]; }
  /// Of the `(` at `i`: where its `)` is. Of any other token `i` itself.
  [[nodiscard]] std::size_t closing(std::size_t i) const noexcept { return closing_[i]; }
  /// The word at `i`, if it can be a keyword there.
  [[nodiscard]] sql::Word word(std::size_t i, Range within) const noexcept;
  [[nodiscard]] bool is(std::size_t i, char punctuation, Range within) const noexcept {
    return i < within.end && tokens_[i].is(punctuation);
  }
  /// Whether an identifier may stand at `i`.
  [[nodiscard]] bool is_name(std::size_t i, Range within) const noexcept;
  [[nodiscard]] std::string name(std::size_t i) const;

  /// The first token outside of parentheses that is one of `words`; `within.end` for none.
  [[nodiscard]] std::size_t find(Range within, std::initializer_list<sql::Word> words) const;
  /// The parts between the commas outside of parentheses.
  [[nodiscard]] std::vector<Range> split(Range within) const;
  /// What is inside the parentheses that are all of `within`; else `within` itself.
  [[nodiscard]] Range without_parentheses(Range within) const;

 private:
  void match_parentheses();

  std::string sql_;
  sql::Mode mode_;
  std::vector<sql::Token> tokens_;
  std::vector<std::size_t> closing_;
  bool sound_ = true;
};

}  // namespace understudy::mysql
