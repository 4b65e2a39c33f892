// Tokens one after the other with one of look-ahead, for what is no hot path.
#pragma once

#include <string>
#include <string_view>

#include "protocols/sql/lexer.hpp"

namespace understudy::sql {

enum class NameCase : std::uint8_t { folded, kept };

/// The name that a word, quoted identifier or string token stands for, without quotes. `folded` is
/// lower case for unquoted names in PostgreSQL and for all names in MySQL.
[[nodiscard]] std::string name_of(const Token& token, Mode mode, NameCase name_case);

/// Whether what a comment that opens with `/*!NNNNN` or `/*M!` holds is executed by some of the
/// servers in use only.
[[nodiscard]] bool depends_on_version(std::string_view opening);

class Cursor {
 public:
  Cursor(std::string_view sql, Mode mode) : mode_(mode), lexer_(sql, mode) {
    ahead_ = read();
    step();
  }

  [[nodiscard]] const Token& now() const noexcept { return now_; }
  [[nodiscard]] const Token& ahead() const noexcept { return ahead_; }
  [[nodiscard]] bool at(Word word) const noexcept { return now_.word() == word; }
  [[nodiscard]] bool at_end() const noexcept { return now_.kind == TokenKind::end; }
  void step() {
    now_ = ahead_;
    ahead_ = read();
  }
  /// Steps over `word` where it is next.
  bool accept(Word word) {
    if (!at(word)) return false;
    step();
    return true;
  }
  /// The word that is next, in lower case; empty where it is none.
  [[nodiscard]] std::string word() const {
    return now_.kind == TokenKind::word ? name_of(now_, mode_, NameCase::folded) : std::string();
  }
  bool accept(std::string_view lower) {
    if (word() != lower) return false;
    step();
    return true;
  }
  bool accept(char mark) {
    if (!now_.is(mark)) return false;
    step();
    return true;
  }
  /// Some of the text is executed by servers of a certain version only: what it does is not known.
  [[nodiscard]] bool conditional() const noexcept { return conditional_; }

 private:
  Token read();

  Mode mode_;
  Lexer lexer_;
  Token now_, ahead_;
  bool conditional_ = false;
};

}  // namespace understudy::sql
