// Scopes in the serving role: the one that a login names, SET @understudy_scope, and the functions
// understudy_….
#include <algorithm>

#include "protocols/mysql/server.hpp"
#include "protocols/sql/cursor.hpp"
#include "understudy/scope.hpp"

namespace understudy::mysql {

namespace {

using sql::Kind;

bool names_scope(const Assignment& assignment) {
  return assignment.target == Assignment::Target::user && assignment.name == scope_word;
}

/// The text that a string literal, a parameter, NULL or DEFAULT stands for; nothing for other SQL.
std::optional<std::string> literal_text(std::string_view sql, sql::Mode mode,
                                        const std::vector<sql::Value>& values) {
  sql::Cursor cursor(sql, mode);
  std::string text;
  const sql::Token token = cursor.now();
  if (token.kind == sql::TokenKind::string)
    text = sql::name_of(token, mode, sql::NameCase::kept);
  else if (token.kind == sql::TokenKind::parameter && !values.empty())
    text = values.front().text;
  else if (!cursor.at(sql::Word::null_) && !cursor.at(sql::Word::default_))
    return std::nullopt;
  cursor.step();
  if (cursor.now().is(';')) cursor.step();
  if (!cursor.at_end()) return std::nullopt;
  return text;
}

}  // namespace

/// Empty where the login names none; notes what is wrong with the service's entry.
std::string MysqlServer::scope_of_login() {
  const auto attribute = [&](std::string_view name) -> std::string_view {
    const auto found = std::ranges::find(login_.attributes, name, &Attribute::name);
    return found == login_.attributes.end() ? std::string_view() : std::string_view(found->value);
  };
  if (const std::string_view named = attribute(scope_word); !named.empty())
    return std::string(named);
  for (const std::string_view name : {std::string_view(login_.database), attribute("program_name")})
    if (const auto scope = split_scope(name).scope) return std::string(*scope);
  const std::string from = scope_source(*context_.settings);
  if (from == "user") return login_.user;
  if (from == "program_name") return std::string(attribute(from));
  if (!from.empty()) note_ = "scope_from: " + from + " is unknown, expected program_name or user";
  return {};
}

/// The connection is logged in: where its login names a scope, it is entered before the client
/// hears of it.
void MysqlServer::enter_login_scope() {
  std::string scope = scope_of_login();
  if (scope.empty()) return welcome();
  entering_ = true;
  (void)call_scope(ScopeCall::Action::enter, std::move(scope));
}

/// A SET of the scope or a call of a function, in place of a look-up; nothing for other statements.
std::optional<ServerEvent> MysqlServer::answer_scope_statement() {
  if (info_.kind == Kind::set && std::ranges::any_of(info_.assignments, names_scope))
    return set_scope();
  if (info_.kind != Kind::select) return std::nullopt;
  const auto statement = sql::parse_scope_statement(text_, session_.mode());
  if (!statement) return std::nullopt;
  using Function = sql::ScopeStatement::Function;
  std::string name = statement->name;
  if (statement->parameter && *statement->parameter < values_.size())
    name = values_[*statement->parameter].text;
  scope_column_ = statement->column;
  if (statement->function == Function::scope) {
    render_set(one_text(scope_column_, scope_), text_index_ < texts_.size());
    return synthesised("scope");
  }
  return call_scope(
      statement->function == Function::reset ? ScopeCall::Action::reset : ScopeCall::Action::drop,
      std::move(name));
}

ServerEvent MysqlServer::set_scope() {
  const Assignment& assignment = info_.assignments.front();
  const auto name = literal_text(assignment.value.value_or(""), session_.mode(), values_);
  if (info_.assignments.size() > 1 || !name) {
    fail(1105, "HY000",
         "understudy: @understudy_scope is set by a statement of its own, to a text: SET "
         "@understudy_scope = 'w1'");
    return synthesised("scope");
  }
  scope_column_.clear();
  return call_scope(ScopeCall::Action::enter, *name);
}

ServerEvent MysqlServer::call_scope(ScopeCall::Action action, std::string name) {
  called_scope_ = std::move(name);
  scope_action_ = action;
  asked_ = Asked::scope;
  return ScopeCall{scope_action_, called_scope_};
}

void MysqlServer::answer_scope() {
  asked_ = Asked::nothing;
  if (scope_action_ == ScopeCall::Action::enter) scope_ = called_scope_;
  if (std::exchange(entering_, false)) return welcome();
  const bool more = text_index_ < texts_.size();
  if (scope_column_.empty()) {
    note_result(OkPacket{});
    return send_ok({}, more);
  }
  render_set(one_text(scope_column_, called_scope_.empty() ? scope_ : called_scope_), more);
}

}  // namespace understudy::mysql
