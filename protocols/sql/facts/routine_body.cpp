#include "protocols/sql/facts/routine_body.hpp"

#include <algorithm>
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

  Dependencies read() {
    for (Token token = lexer_.next(); token.kind != TokenKind::end; token = lexer_.next())
      take(token);
    end_statement();
    return std::move(found_);
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
    text_ += ' ';
    text_ += token.text;
  }

  /// SELECT … INTO variables is no table that is made.
  bool skip_into(const Token& token) {
    if (statement_ && selects_ && depth_ == 0 && token.word() == Word::into) return into_ = true;
    if (!into_) return false;
    const bool name = token.kind == TokenKind::word || token.kind == TokenKind::quoted ||
                      token.kind == TokenKind::variable || token.is('.') || token.is(',');
    if (name && token.word() != Word::from && token.word() != Word::where) return true;
    return into_ = false;
  }

  void end_statement() {
    if (!text_.empty()) add(dependencies_of(statement_ ? text_ : "select " + text_, mode_));
    text_.clear();
    statement_ = into_ = selects_ = false;
    depth_ = 0;
  }

  void add(const Dependencies& more) {
    const auto merge = [](std::vector<KeyPath>& paths, const std::vector<KeyPath>& others) {
      for (const KeyPath& each : others)
        if (std::ranges::find(paths, each) == paths.end()) paths.push_back(each);
    };
    merge(found_.reads, more.reads);
    merge(found_.writes, more.writes);
    const bool understood = more.understood && more.functions.empty();
    found_.understood = found_.understood && understood;
    // What is not known of may write as well.
    if (!understood) merge(found_.reads, {KeyPath()});
    if (!understood) merge(found_.writes, {KeyPath()});
    if (!found_.writes.empty()) found_.effect = Effect::write;
  }

  Mode mode_;
  Lexer lexer_;
  Dependencies found_;
  std::string text_;
  int depth_ = 0;
  bool statement_ = false, selects_ = false, into_ = false, after_dot_ = false;
};

}  // namespace

Dependencies dependencies_of_body(std::string_view body, Dialect dialect) {
  return BodyReader(body, dialect).read();
}

}  // namespace understudy::sql
