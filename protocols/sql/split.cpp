// The statements of a text.
#include "protocols/sql/lexer.hpp"
#include "protocols/sql/statement.hpp"

namespace understudy::sql {
namespace {

/// Counts what a semicolon may stand in without ending the statement: parentheses (a rule's
/// actions) and BEGIN ATOMIC … END, where CASE has an END of its own.
class Nesting {
 public:
  explicit Nesting(bool mysql) noexcept : mysql_(mysql) {}

  void take(const Token& token) {
    if (token.is('(')) ++parentheses_;
    if (token.is(')') && parentheses_ > 0) --parentheses_;
    const Word word = token.word();
    if (mysql_) take_mysql(token);
    if (word == Word::atomic && last_ == Word::begin) atomic_ = 1;
    if (atomic_ > 0 && word == Word::case_) ++atomic_;
    if (atomic_ > 0 && word == Word::end) --atomic_;
    last_ = word;
  }
  [[nodiscard]] bool open() const noexcept { return parentheses_ > 0 || atomic_ > 0 || routine_; }

 private:
  /// What defines a routine, and MariaDB's BEGIN NOT ATOMIC, goes on to the end of the text.
  void take_mysql(const Token& token) {
    if (!started_) creates_ = token.word() == Word::create;
    started_ = true;
    if (token.is('(')) creates_ = false;
    for (const std::string_view made : {"procedure", "function", "trigger", "event", "package"})
      routine_ = routine_ ||
                 (creates_ && token.kind == TokenKind::word && equals_folded(token.text, made));
    routine_ = routine_ || (last_ == Word::begin && token.word() == Word::not_);
  }

  bool mysql_;
  bool started_ = false;
  bool creates_ = false;
  bool routine_ = false;
  std::size_t parentheses_ = 0;
  std::size_t atomic_ = 0;
  Word last_ = Word::none;
};

}  // namespace

std::vector<std::string_view> split(std::string_view sql, Mode mode) {
  std::vector<std::string_view> statements;
  Lexer lexer(sql, mode);
  const bool mysql = mode.dialect == Dialect::mysql;
  Nesting nesting(mysql);
  const char* begin = nullptr;
  const char* end = nullptr;
  for (Token token = lexer.next();; token = lexer.next()) {
    const bool over = token.kind == TokenKind::end || (token.is(';') && !nesting.open());
    if (over && begin != nullptr)
      statements.emplace_back(begin, static_cast<std::size_t>(end - begin));
    if (token.kind == TokenKind::end) return statements;
    if (over) {
      nesting = Nesting(mysql);
      begin = nullptr;
      continue;
    }
    nesting.take(token);
    if (begin == nullptr) begin = token.text.data();
    end = token.text.data() + token.text.size();
  }
}

}  // namespace understudy::sql
