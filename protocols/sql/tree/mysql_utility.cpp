// SET, EXPLAIN, CALL, PREPARE, LOCK and all that is no query, change or definition.
#include <utility>

#include "protocols/sql/tree/mysql_grammar.hpp"

namespace understudy::sql::tree::mysql {
namespace {

template <class Node>
Statement utility_of(Node node) {
  Statement statement;
  statement.node = std::move(node);
  return statement;
}

void skip_rest(TokenStream& tokens) {
  while (!tokens.at_end()) tokens.step();
}

// ---- SET ----

Set::Setting::Scope parse_scope(TokenStream& tokens) {
  using Scope = Set::Setting::Scope;
  if (tokens.accept("global") || tokens.accept("persist") || tokens.accept("persist_only"))
    return Scope::global;
  if (tokens.accept("local")) return Scope::local;
  tokens.accept("session");
  return Scope::session;
}

/// A word that names a value (`utf8mb4`, `ON`, `traditional`) is a string.
Expression parse_value(TokenStream& tokens) {
  const std::size_t offset = tokens.offset();
  if (tokens.accept_any("on", "binary"))
    return finish(tokens,
                  Literal{Literal::Kind::string, lower_name(std::string(tokens.text_from(offset)))},
                  offset);
  return parse_expression(tokens);
}

/// A character set or collation, which stands before COLLATE or a comma.
Expression parse_charset_name(TokenStream& tokens) {
  const std::size_t offset = tokens.offset();
  if (tokens.accept("binary"))
    return finish(tokens, Literal{Literal::Kind::string, "binary"}, offset);
  return parse_expression(tokens, Power::primary);
}

Set::Setting parse_transaction(TokenStream& tokens, Set::Setting::Scope scope) {
  Set::Setting setting{scope, "transaction_isolation", {}};
  const std::size_t offset = tokens.offset();
  skip_rest(tokens);
  setting.values.push_back(finish(
      tokens, Literal{Literal::Kind::string, lower_name(std::string(tokens.text_from(offset)))},
      offset));
  return setting;
}

Set::Setting parse_charset(TokenStream& tokens, Set::Setting::Scope scope, std::string name) {
  Set::Setting setting{scope, std::move(name), {}};
  if (tokens.accept("default")) return setting;
  setting.values.push_back(parse_charset_name(tokens));
  if (tokens.accept("collate")) setting.values.push_back(parse_charset_name(tokens));
  return setting;
}

Set::Setting parse_variable(TokenStream& tokens, Set::Setting::Scope scope) {
  Set::Setting setting{scope, {}, {}};
  if (tokens.now().kind == TokenKind::variable) {
    // Its name is written as an expression would be.
    std::string text = lower_name(std::string(tokens.now().text));
    std::erase_if(text, [](char c) { return c == '`' || c == '\'' || c == '"'; });
    const bool system = text.starts_with("@@");
    if (!system) setting.scope = Set::Setting::Scope::user;
    if (text.starts_with("@@global.")) setting.scope = Set::Setting::Scope::global;
    setting.name = text.substr(system ? 2 : 1);
    for (const std::string_view prefix : {"session.", "global.", "local."})
      if (system && setting.name.starts_with(prefix)) setting.name.erase(0, prefix.size());
    tokens.step();
  } else {
    setting.name = lower_name(tokens.name());
    while (tokens.accept_mark('.')) setting.name += "." + lower_name(tokens.name());
  }
  if (!tokens.accept_operator("=") && !tokens.accept_operator(":=")) tokens.fail("=");
  if (!(tokens.at("default") && !tokens.at_mark('(', 1)))
    setting.values.push_back(parse_value(tokens));
  else
    tokens.step();
  return setting;
}

Set::Setting parse_setting(TokenStream& tokens) {
  const Set::Setting::Scope scope = parse_scope(tokens);
  if (tokens.at("transaction") && !tokens.at_operator("=", 1)) {
    tokens.step();
    return parse_transaction(tokens, scope);
  }
  if (tokens.at("names") && !tokens.at_operator("=", 1)) {
    tokens.step();
    return parse_charset(tokens, scope, "names");
  }
  if (tokens.accept("character", "set") || (tokens.at("charset") && !tokens.at_operator("=", 1))) {
    tokens.accept("charset");
    return parse_charset(tokens, scope, "character_set");
  }
  return parse_variable(tokens, scope);
}

Statement parse_set(TokenStream& tokens, std::string_view sql) {
  tokens.expect("set");
  Set set;
  const bool of_statement = tokens.accept("statement");
  if (tokens.at("role") || tokens.at("password") || tokens.at("default", "role")) {
    Set::Setting setting{Set::Setting::Scope::session, lower_name(tokens.name()), {}};
    skip_rest(tokens);
    set.settings.push_back(std::move(setting));
    return utility_of(std::move(set));
  }
  do set.settings.push_back(parse_setting(tokens));
  while (tokens.accept_mark(','));
  if (of_statement && tokens.expect("for")) set.statement = parse_statement(tokens, sql);
  return utility_of(std::move(set));
}

// ---- statements about statements ----

bool at_statement(const TokenStream& tokens) {
  return at_query(tokens) || tokens.at_any("insert", "replace", "update", "delete");
}

/// EXPLAIN and DESCRIBE, of a statement or a table; MariaDB's ANALYZE of a statement.
Statement parse_explain(TokenStream& tokens, std::string_view sql) {
  Utility utility;
  utility.kind = Kind::explain;
  utility.executes = tokens.at("analyze");
  tokens.step();
  for (;;) {
    if (tokens.accept("analyze")) {
      utility.executes = true;
    } else if (tokens.at("format") && tokens.at_operator("=", 1)) {
      tokens.step(), tokens.step(), tokens.step();
    } else if (!tokens.accept_any("extended", "partitions")) {
      break;
    }
  }
  if (at_statement(tokens)) {
    utility.statement = parse_statement(tokens, sql);
  } else if (tokens.accept("for")) {
    skip_rest(tokens);
  } else {
    utility.tables.push_back(parse_name(tokens));
    if (!tokens.at_end()) tokens.step();  // a column, or a pattern of their names
  }
  return utility_of(std::move(utility));
}

Statement parse_prepare(TokenStream& tokens) {
  Utility utility;
  utility.kind = Kind::prepare;
  tokens.expect("prepare");
  utility.name = lower_name(tokens.name());
  tokens.expect("from");
  if (tokens.now().kind == TokenKind::string)
    utility.text = parse_string(tokens).text;
  else
    utility.arguments.push_back(parse_expression(tokens));
  return utility_of(std::move(utility));
}

Statement parse_execute(TokenStream& tokens) {
  Utility utility;
  utility.kind = Kind::execute;
  tokens.expect("execute");
  if (tokens.accept("immediate")) {
    if (tokens.now().kind == TokenKind::string)
      utility.text = parse_string(tokens).text;
    else
      utility.arguments.push_back(parse_expression(tokens));
  } else {
    utility.name = lower_name(tokens.name());
  }
  if (tokens.accept("using"))
    for (Expression& each : parse_expressions(tokens)) utility.arguments.push_back(std::move(each));
  return utility_of(std::move(utility));
}

Statement parse_call_statement(TokenStream& tokens) {
  Utility utility;
  utility.kind = Kind::call;
  tokens.expect("call");
  const std::size_t offset = tokens.offset();
  const Name name = parse_name(tokens);
  if (tokens.at_mark('(')) {
    utility.arguments.push_back(parse_call(tokens, {name.schema, lower_name(name.name)}, offset));
  } else {
    Call call;
    call.name = {name.schema, lower_name(name.name)};
    utility.arguments.push_back(finish(tokens, std::move(call), offset));
  }
  return utility_of(std::move(utility));
}

Statement parse_do(TokenStream& tokens) {
  Utility utility;
  utility.kind = Kind::unknown;
  utility.verb = "do";
  tokens.expect("do");
  utility.arguments = parse_expressions(tokens);
  return utility_of(std::move(utility));
}

// ---- statements about tables ----

/// LOCK TABLES a READ, b AS x WRITE
Statement parse_lock(TokenStream& tokens) {
  Utility utility;
  utility.kind = Kind::lock;
  utility.verb = "lock";
  tokens.expect("lock");
  if (!tokens.accept_any("table", "tables", "instance")) tokens.fail("TABLES");
  while (!tokens.at_end()) {
    const Relation relation = parse_table(tokens);
    if (const auto* table = relation.as<TableName>()) utility.tables.push_back(table->name);
    while (!tokens.at_end() && !tokens.accept_mark(',')) tokens.step();
  }
  return utility_of(std::move(utility));
}

/// ANALYZE, OPTIMIZE, CHECK and REPAIR TABLE a, b options
Statement parse_maintenance(TokenStream& tokens) {
  Utility utility;
  utility.verb = lower_name(tokens.name());
  if (!tokens.accept("no_write_to_binlog")) tokens.accept("local");
  if (!tokens.accept_any("table", "tables")) tokens.fail("TABLE");
  utility.tables = parse_names(tokens);
  skip_rest(tokens);
  return utility_of(std::move(utility));
}

/// HANDLER t OPEN, READ, CLOSE
Statement parse_handler(TokenStream& tokens) {
  Utility utility;
  utility.verb = "handler";
  tokens.step();
  utility.tables.push_back(parse_name(tokens));
  skip_rest(tokens);
  return utility_of(std::move(utility));
}

/// SHOW … {FROM | IN} table [{FROM | IN} database] …
Statement parse_show(TokenStream& tokens) {
  Utility utility;
  utility.kind = Kind::show;
  tokens.expect("show");
  const std::size_t offset = tokens.offset();
  while (tokens.accept_any("full", "extended", "session", "local", "global")) {
  }
  utility.name = lower_name(std::string(tokens.now().text));
  const bool of_table = tokens.at("create", "table") || tokens.at("create", "view");
  if (of_table) tokens.step(), tokens.step(), utility.tables.push_back(parse_name(tokens));
  const bool named = tokens.at_any("columns", "fields", "index", "indexes", "keys");
  while (!tokens.at_end()) {
    const bool from = tokens.accept_any("from", "in");
    if (from && named && tokens.at_name() && utility.tables.empty())
      utility.tables.push_back(parse_name(tokens));
    else if (from && named && tokens.at_name())
      utility.tables.back().schema = tokens.name();
    else if (!from)
      tokens.step();
  }
  utility.text = std::string(tokens.text_from(offset));
  return utility_of(std::move(utility));
}

/// What its first words tell and no more.
Statement parse_by_verb(TokenStream& tokens, std::string_view sql) {
  Utility utility;
  if (tokens.now().kind != TokenKind::word) tokens.fail("a statement");
  utility.verb = lower_name(std::string(tokens.now().text));
  Verb verb = verb_of(sql, tokens.mode());
  utility.kind = verb.kind;
  utility.name = std::move(verb.name);
  skip_rest(tokens);
  return utility_of(std::move(utility));
}

}  // namespace

Statement parse_utility(TokenStream& tokens, std::string_view sql) {
  if (tokens.at("set")) return parse_set(tokens, sql);
  if (tokens.at_any("explain", "describe", "desc")) return parse_explain(tokens, sql);
  if (tokens.at("analyze") && !tokens.at("analyze", "table") && !tokens.at("analyze", "tables") &&
      !tokens.at("analyze", "local") && !tokens.at("analyze", "no_write_to_binlog"))
    return parse_explain(tokens, sql);
  if (tokens.at("prepare")) return parse_prepare(tokens);
  if (tokens.at("execute")) return parse_execute(tokens);
  if (tokens.at("call")) return parse_call_statement(tokens);
  if (tokens.at("do")) return parse_do(tokens);
  if (tokens.at("lock")) return parse_lock(tokens);
  if (tokens.at("handler")) return parse_handler(tokens);
  if (tokens.at("show")) return parse_show(tokens);
  if (tokens.at_any("analyze", "optimize", "check", "repair")) return parse_maintenance(tokens);
  return parse_by_verb(tokens, sql);
}

}  // namespace understudy::sql::tree::mysql
