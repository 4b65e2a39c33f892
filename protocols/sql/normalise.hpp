// One pass over the tokens of a statement: pattern and slots.
//
// A literal becomes a slot where a bound parameter could stand in its place and be answered alike.
// Elsewhere it stays in the pattern as it was written: in the output list (it makes the type of a
// column), as an ordinal of ORDER BY, in a type, in statements that take no parameters.
// Either way its value stays part of the identity.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "protocols/sql/lexer.hpp"
#include "protocols/sql/statement.hpp"

namespace understudy::sql {

class Normaliser {
 public:
  Normaliser(Statement& statement, std::string_view sql, Mode mode) noexcept
      : statement_(statement),
        mode_(mode),
        mysql_(mode.dialect == Dialect::mysql),
        sql_(sql),
        lexer_(sql, mode) {
    frames_[0] = Frame{};
  }

  void run();

 private:
  enum class Clause : std::uint8_t {
    slots,     ///< literals are values
    verbatim,  ///< literals shape the answer
    output,    ///< the same, and in MySQL the text names the columns
    ordinals   ///< GROUP BY and ORDER BY: verbatim but for the arguments of functions
  };

  /// One level of parentheses. Without initialisers: most of the frames kept are never entered.
  struct Frame {
    Clause clause;
    bool fixed;      ///< no keyword in it changes the clause: verbatim down to its end
    bool inserting;  ///< VALUES are those of an INSERT
    bool returns;    ///< RETURNING may follow
    // The output item under way (MySQL names unaliased columns by their text).
    bool in_item, plain, aliased;
    std::size_t item_pattern, item_begin;
  };

  static constexpr std::size_t frames_kept = 64;

  [[nodiscard]] Frame& frame() noexcept {
    return frames_[depth_ < frames_kept ? depth_ : frames_kept - 1];
  }
  [[nodiscard]] bool keeps_literals() noexcept {
    return frame().fixed || frame().clause != Clause::slots;
  }
  [[nodiscard]] bool after_word() const noexcept { return last_kind_ == TokenKind::word; }
  [[nodiscard]] bool after_dot() const noexcept { return last_ == '.'; }
  [[nodiscard]] bool value_may_start() const noexcept;
  [[nodiscard]] bool types_a_string(const Token& token) const noexcept;
  [[nodiscard]] bool folds(const Token& token) const noexcept;
  [[nodiscard]] bool quotes_matter(std::string_view name) const noexcept;
  [[nodiscard]] bool parted(const Token& token) const noexcept;

  void take(const Token& token);
  TokenKind take_by_kind(const Token& token);
  void take_word(const Token& token);
  bool take_constant(const Token& token);
  void count_booleans();
  void take_quoted(const Token& token);
  void take_string(const Token& token);
  void take_bits(const Token& token);
  void drop_introducer();
  void take_parameter(const Token& token);
  void take_number(const Token& token, bool negative);
  bool take_sign(const Token& token);
  void take_punctuation(const Token& token);

  void begin_statement(Word word);
  void end_statement();
  void change_clause(Word word);
  void open_frame();
  void close_frame();

  void begin_item(const Token& token);
  void note_item(const Token& token);
  void end_item();
  void append_item_text(std::string_view text);

  void separate(const Token& token);
  void append_raw(std::string_view text);
  void append_verbatim(const Token& token);
  Statement::Slot& add_slot(const Token& token, ValueClass value_class, std::size_t literal_begin);

  Statement& statement_;
  Mode mode_;
  bool mysql_;
  std::string_view sql_;
  Lexer lexer_;
  std::size_t depth_ = 0;
  bool at_start_ = true;        ///< of a statement
  bool starts_ = true;          ///< at_start_ before the token under way
  bool fixed_ = false;          ///< a statement that takes no parameters
  bool creates_ = false;        ///< MySQL's CREATE
  bool has_body_ = false;       ///< of a routine, to the end of the text
  bool json_ = false;           ///< words or operators that tell TRUE from 1 in MySQL
  std::size_t semicolons_ = 0;  ///< seen and not yet written: trailing ones never are
  TokenKind last_kind_ = TokenKind::end;
  char last_ = '\0';  ///< the last token where it was punctuation
  std::string_view last_text_;
  std::uint8_t last_flags_ = 0;  ///< of the last token where it was a word; `word_flags`
  Word last_word_ = Word::none;
  Word before_last_ = Word::none;
  std::size_t last_end_ = 0;  ///< where it ends in the statement
  std::array<Frame, frames_kept> frames_;
};

}  // namespace understudy::sql
