// The statements of a text.
#include "protocols/sql/lexer.hpp"
#include "protocols/sql/statement.hpp"

namespace understudy::sql {
namespace {

/// Counts what a semicolon may stand in without ending the statement: parentheses (a rule's actions)
/// and BEGIN ATOMIC … END, where CASE has an END of its own.
class Nesting {
 public:
  void take(const Token& token) {
    if (token.is('(')) ++parentheses_;
    if (token.is(')') && parentheses_ > 0) --parentheses_;
    const Word word = token.word();
    if (word == Word::atomic && last_ == Word::begin) atomic_ = 1;
    if (atomic_ > 0 && word == Word::case_) ++atomic_;
    if (atomic_ > 0 && word == Word::end) --atomic_;
    last_ = word;
  }
  [[nodiscard]] bool open() const noexcept { return parentheses_ > 0 || atomic_ > 0; }

 private:
  std::size_t parentheses_ = 0;
  std::size_t atomic_ = 0;
  Word last_ = Word::none;
};

}  // namespace

std::vector<std::string_view> split(std::string_view sql, Mode mode) {
  std::vector<std::string_view> statements;
  Lexer lexer(sql, mode);
  Nesting nesting;
  const char* begin = nullptr;
  const char* end = nullptr;
  for (Token token = lexer.next();; token = lexer.next()) {
    const bool over = token.kind == TokenKind::end || (token.is(';') && !nesting.open());
    if (over && begin != nullptr) statements.emplace_back(begin, static_cast<std::size_t>(end - begin));
    if (token.kind == TokenKind::end) return statements;
    if (over) {
      nesting = Nesting();
      begin = nullptr;
      continue;
    }
    nesting.take(token);
    if (begin == nullptr) begin = token.text.data();
    end = token.text.data() + token.text.size();
  }
}

}  // namespace understudy::sql
