#include "protocols/postgres/hidden_needs.hpp"

#include <utility>

#include "protocols/postgres/request.hpp"
#include "protocols/sql/lexer.hpp"
#include "protocols/sql/lower.hpp"
#include "protocols/sql/schema_text.hpp"

namespace understudy::postgres {
namespace {

using sql::TokenKind;

/// The bare name of the function or procedure that a statement defines; empty where it is none.
std::string routine_of(std::string_view sql) {
  sql::Lexer lexer(sql, sql_mode());
  bool named = false;
  std::string name;
  for (const sql::Token* token = &lexer.next(); token->kind != TokenKind::end && !token->is('(');
       token = &lexer.next()) {
    if (token->kind != TokenKind::word && token->kind != TokenKind::quoted) continue;
    const std::string word = sql::lower(token->text);
    if (named) name = word;
    named |= word == "function" || word == "procedure";
  }
  return name;
}

}  // namespace

void HiddenNeeds::define(std::string_view sql) {
  const SessionNeeds needs = needs_of_definition(sql);
  if (needs.bits == 0 && needs.settings.empty()) return;
  needs_.merge(needs);
  if (std::string name = routine_of(sql); !name.empty()) routines_.insert(std::move(name));
}

void HiddenNeeds::define_all(std::string_view text) {
  for (const sql::SchemaStatement& each : sql::schema_statements(text, sql_mode()))
    define(each.text);
}

void HiddenNeeds::add(std::string_view pattern, const std::string& sql, bool shows_rows) {
  Statement& statement =
      statements_.try_emplace(std::string(pattern), Statement{sql}).first->second;
  statement.shows_rows |= shows_rows;
}

bool HiddenNeeds::calls_routine(std::string_view sql) const {
  if (routines_.empty()) return false;
  sql::Lexer lexer(sql, sql_mode());
  for (const sql::Token* token = &lexer.next(); token->kind != TokenKind::end;
       token = &lexer.next())
    if (token->kind == TokenKind::word && routines_.contains(sql::lower(token->text))) return true;
  return false;
}

void HiddenNeeds::settle(
    const std::function<bool(const std::string& pattern, const std::string& sql)>& is_indirect,
    const std::function<void(const std::string& pattern, const SessionNeeds&)>& learn) {
  // What shows no rows does not depend on how values are printed.
  constexpr std::uint16_t without_rows = SessionNeeds::database | SessionNeeds::role |
                                         SessionNeeds::search_path | SessionNeeds::read_only;
  const auto statements = std::exchange(statements_, {});
  if (needs_.bits == 0 && needs_.settings.empty()) return;
  for (const auto& [pattern, statement] : statements) {
    if (!is_indirect(pattern, statement.sql) && !calls_routine(statement.sql)) continue;
    SessionNeeds needs = needs_;
    if (!statement.shows_rows) needs.bits &= without_rows;
    learn(pattern, needs);
  }
}

}  // namespace understudy::postgres
