#include "protocols/sql/scope_statement.hpp"

#include "protocols/sql/cursor.hpp"

namespace understudy::sql {
namespace {

std::optional<ScopeStatement::Function> function_named(const Token& token) {
  using Function = ScopeStatement::Function;
  if (token.kind != TokenKind::word) return std::nullopt;
  if (equals_folded(token.text, "understudy_scope")) return Function::scope;
  if (equals_folded(token.text, "understudy_reset")) return Function::reset;
  if (equals_folded(token.text, "understudy_drop")) return Function::drop;
  return std::nullopt;
}

bool accept(Cursor& cursor, char punctuation) {
  if (!cursor.now().is(punctuation)) return false;
  cursor.step();
  return true;
}

/// A string or a parameter, in PostgreSQL perhaps with a cast.
bool read_argument(Cursor& cursor, Mode mode, ScopeStatement& statement) {
  const Token argument = cursor.now();
  if (argument.kind == TokenKind::parameter)
    statement.parameter = static_cast<std::size_t>(argument.parameter);
  else if (argument.kind == TokenKind::string)
    statement.name = name_of(argument, mode, NameCase::kept);
  else
    return false;
  cursor.step();
  if (cursor.now().text != "::") return true;
  cursor.step();
  const bool type = cursor.now().kind == TokenKind::word;
  cursor.step();
  return type;
}

}  // namespace

std::optional<ScopeStatement> parse_scope_statement(std::string_view sql, Mode mode) {
  Cursor cursor(sql, mode);
  if (!cursor.accept(Word::select)) return std::nullopt;
  const auto function = function_named(cursor.now());
  if (!function) return std::nullopt;
  ScopeStatement statement{*function, name_of(cursor.now(), mode, NameCase::folded), {}, {}};
  cursor.step();
  if (!accept(cursor, '(')) return std::nullopt;
  const bool takes_name = *function != ScopeStatement::Function::scope;
  if (takes_name && !cursor.now().is(')') && !read_argument(cursor, mode, statement))
    return std::nullopt;
  if (!accept(cursor, ')')) return std::nullopt;
  if (cursor.accept(Word::as) || cursor.now().kind == TokenKind::word ||
      cursor.now().kind == TokenKind::quoted) {
    statement.column = name_of(cursor.now(), mode, NameCase::kept);
    cursor.step();
  }
  while (accept(cursor, ';')) {
  }
  if (!cursor.at_end()) return std::nullopt;
  return statement;
}

}  // namespace understudy::sql
