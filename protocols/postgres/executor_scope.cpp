// Scopes in band: SET understudy.scope, and the functions understudy_….
#include "protocols/postgres/executor.hpp"

namespace understudy::postgres {

void Executor::logged_in_to(std::string scope) {
  login_scope_ = std::move(scope);
  scope_ = login_scope_;
}

void Executor::enter_scope(const SetStatement& set) {
  StatementAnswer answer;
  const sql::Kind kind = portal_->statement->verb.kind;
  if (kind != sql::Kind::set && kind != sql::Kind::reset)
    answer = single_value("set_config", set.value);
  else
    answer.tag = kind == sql::Kind::reset ? "RESET" : "SET";
  call_scope(ScopeCall::Action::enter, set.to_default ? login_scope_ : set.value,
             std::move(answer));
}

void Executor::run_scope(const sql::ScopeStatement& statement) {
  using Function = sql::ScopeStatement::Function;
  if (statement.function == Function::scope)
    return complete("scope", single_value(statement.column, scope_));
  std::string name = statement.name;
  if (statement.parameter && *statement.parameter < portal_->parameters.size())
    name = portal_->parameters[*statement.parameter].value_or("");
  const auto action =
      statement.function == Function::reset ? ScopeCall::Action::reset : ScopeCall::Action::drop;
  StatementAnswer answer = single_value(statement.column, name.empty() ? scope_ : name);
  call_scope(action, std::move(name), std::move(answer));
}

/// `answer` is what the client gets once it is done.
void Executor::call_scope(ScopeCall::Action action, std::string name, StatementAnswer answer) {
  scope_action_ = action;
  called_scope_ = std::move(name);
  scope_answer_ = std::move(answer);
  scope_call_ = ScopeCall{action, called_scope_};
  waiting_ = Waiting::scope;
}

void Executor::finish_scope() {
  if (scope_action_ == ScopeCall::Action::enter) scope_ = called_scope_;
  complete("scope", std::move(scope_answer_));
}

}  // namespace understudy::postgres
