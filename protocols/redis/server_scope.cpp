// Scopes in the serving role: the command UNDERSTUDY, and client names that name one.
//   UNDERSTUDY SCOPE [name]   enters a scope; without a name says which one it is
//   UNDERSTUDY RESET [name]   puts that scope, or its own, back
//   UNDERSTUDY DROP [name]    and forgets it
#include "protocols/redis/server.hpp"
#include "understudy/scope.hpp"

namespace understudy::redis {

RedisServer::Step RedisServer::scope_command() {
  if (!live_.authenticated) return fail("NOAUTH Authentication required.");
  if (live_.conversation.in_multi) return fail("ERR Command not allowed inside a transaction");
  const auto says = [&](std::string_view word) {
    return arguments_.size() > 1 && equals_ignoring_case(arguments_[1], word);
  };
  const bool scope = says("SCOPE"), reset = says("RESET"), drop = says("DROP");
  if ((!scope && !reset && !drop) || arguments_.size() > 3)
    return fail("ERR understudy: expected UNDERSTUDY SCOPE|RESET|DROP [name]");
  if (scope && arguments_.size() == 2) {
    if (!held_back()) writer().bulk(scope_);
    finish_command();
    return Synthesised{"UNDERSTUDY"};
  }
  const std::string_view name = arguments_.size() == 3 ? arguments_[2] : std::string_view();
  return call_scope(Awaiting::scope,
                    scope   ? ScopeCall::Action::enter
                    : reset ? ScopeCall::Action::reset
                            : ScopeCall::Action::drop,
                    name);
}

RedisServer::Step RedisServer::call_scope(Awaiting awaiting, ScopeCall::Action action,
                                          std::string_view name) {
  awaiting_ = awaiting;
  called_scope_ = name;
  scope_call_ = ScopeCall{action, called_scope_};
  return scope_call_;
}

/// The scope that CLIENT SETNAME or HELLO … SETNAME names; nothing where it names none.
std::optional<std::string> RedisServer::scope_of_name(Verb verb) const {
  if (!live_.authenticated && verb != Verb::hello) return std::nullopt;
  std::optional<std::string_view> name;
  const bool is_client = verb == Verb::client && arguments_.size() == 3 &&
                         equals_ignoring_case(arguments_[1], "SETNAME");
  if (is_client) name = arguments_[2];
  for (std::size_t i = 2; verb == Verb::hello && i + 1 < arguments_.size(); ++i)
    if (equals_ignoring_case(arguments_[i], "SETNAME")) name = arguments_[i + 1];
  if (!name) return std::nullopt;
  if (const auto scope = split_scope(*name).scope) return std::string(*scope);
  if (scope_source_ == "client_name") return std::string(*name);
  return std::nullopt;
}

}  // namespace understudy::redis
