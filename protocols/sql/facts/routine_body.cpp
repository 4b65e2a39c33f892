#include "protocols/sql/facts/routine_body.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "protocols/sql/lexer.hpp"

namespace understudy::sql {
namespace {

bool begins_statement(const Token& token) {
  switch (token.word()) {
    case Word::select:
    case Word::insert:
    case Word::update:
    case Word::delete_:
    case Word::replace:
    case Word::merge:
    case Word::truncate:
    case Word::with:
    case Word::call:
    case Word::perform:
    case Word::execute:
    case Word::prepare:
    case Word::create:
    case Word::alter:
    case Word::drop:
    case Word::copy:
      return true;
    default:
      return false;
  }
}

class BodyReader {
 public:
  BodyReader(std::string_view body, Dialect dialect)
      : mode_{dialect, dialect == Dialect::mysql, false}, lexer_(body, mode_) {}

  std::vector<std::string> read() {
    for (Token token = lexer_.next(); token.kind != TokenKind::end; token = lexer_.next())
      take(token);
    end_statement();
    return std::move(statements_);
  }

 private:
  void take(const Token& token) {
    if (token.is(';')) return end_statement();
    // LOOP, THEN, ELSE and DO end what controls the statements behind them.
    const bool control = token.word() == Word::then || token.word() == Word::loop ||
                         token.word() == Word::do_ || token.word() == Word::begin;
    if (control && depth_ == 0 && (!statement_ || token.word() == Word::loop))
      return end_statement();
    if (token.is('(')) ++depth_;
    if (token.is(')')) --depth_;
    if (!statement_ && depth_ == 0 && !after_dot_ && begins_statement(token)) {
      if (token.word() != Word::replace && token.word() != Word::truncate) end_statement();
      statement_ = true;
      selects_ = token.word() == Word::select || token.word() == Word::with ||
                 token.word() == Word::perform;
      if (token.word() == Word::perform) {
        text_ = "select";
        return;
      }
    }
    after_dot_ = token.is('.');
    if (skip_into(token)) return;
    const bool first = text_.empty() && !statement_;
    if (first && controls(token.word(), token.text)) return;
    text_ += ' ';
    if (token.word() == Word::default_)
      text_ += "default";
    else
      text_ += token.text;
  }

  /// PostgreSQL: SELECT … INTO variables is no table that is made.
  bool skip_into(const Token& token) {
    const bool into = statement_ && selects_ && depth_ == 0 && token.word() == Word::into;
    if (into && mode_.dialect == Dialect::postgres) return into_ = true;
    if (!into_) return false;
    const bool name = token.kind == TokenKind::word || token.kind == TokenKind::quoted ||
                      token.kind == TokenKind::variable || token.is('.') || token.is(',');
    if (name && token.word() != Word::from && token.word() != Word::where) return true;
    return into_ = false;
  }

  /// Words that say what becomes of the expression behind them, or that none is there.
  static bool controls(Word word, std::string_view text) {
    static constexpr std::array<std::string_view, 9> words = {
        "if", "elseif", "elsif", "while", "until", "return", "when", "end", "else"};
    return word == Word::case_ || word == Word::begin ||
           std::ranges::any_of(words,
                               [&](std::string_view each) { return equals_folded(text, each); });
  }

  void end_statement() {
    const std::size_t word = text_.find_first_not_of(' ');
    const bool assigns = mode_.dialect == Dialect::mysql && word != std::string::npos &&
                         equals_folded(std::string_view(text_).substr(word, 4), "set ");
    // DECLARE name type DEFAULT value
    const std::size_t value = statement_ || assigns ? std::string::npos : text_.find(" default ");
    const bool declares = value != std::string::npos && word != std::string::npos &&
                          equals_folded(std::string_view(text_).substr(word, 8), "declare ");
    if (declares) text_.erase(0, value + sizeof " default" - 1);
    if (word != std::string::npos)
      statements_.push_back(statement_ || assigns ? text_ : "select" + text_);
    text_.clear();
    statement_ = into_ = selects_ = false;
    depth_ = 0;
  }

  Mode mode_;
  Lexer lexer_;
  std::vector<std::string> statements_;
  std::string text_;
  int depth_ = 0;
  bool statement_ = false, selects_ = false, into_ = false, after_dot_ = false;
};

void merge(std::vector<KeyPath>& paths, const std::vector<KeyPath>& others) {
  for (const KeyPath& each : others)
    if (std::ranges::find(paths, each) == paths.end()) paths.push_back(each);
}

}  // namespace

std::vector<std::string> statements_of_body(std::string_view body, Dialect dialect) {
  return BodyReader(body, dialect).read();
}

Dependencies dependencies_of_body(std::string_view body, Dialect dialect) {
  const Mode mode{dialect, dialect == Dialect::mysql, false};
  Dependencies found;
  for (const std::string& statement : statements_of_body(body, dialect)) {
    const Dependencies more = dependencies_of(statement, mode);
    merge(found.reads, more.reads);
    merge(found.writes, more.writes);
    const bool understood = more.understood && more.functions.empty();
    found.understood = found.understood && understood;
    // What is not known of may write as well.
    if (!understood) merge(found.reads, {KeyPath()});
    if (!understood) merge(found.writes, {KeyPath()});
    if (!found.writes.empty()) found.effect = Effect::write;
  }
  return found;
}

}  // namespace understudy::sql
