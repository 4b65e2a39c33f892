#include "protocols/sql/tree/parse_mysql.hpp"

#include <algorithm>
#include <utility>

#include "protocols/sql/tree/mysql_grammar.hpp"

namespace understudy::sql::tree {
namespace mysql {
namespace {

Statement parse_query_statement(TokenStream& tokens) {
  Statement statement;
  statement.node = parse_query(tokens);
  return statement;
}

/// WITH before UPDATE or DELETE; else it is part of a query.
Statement parse_with_statement(TokenStream& tokens) {
  TokenStream ahead = tokens;
  const With skipped = parse_with(ahead);
  if (!ahead.at_any("update", "delete", "insert", "replace")) return parse_query_statement(tokens);
  With with = parse_with(tokens);
  if (tokens.at("update")) return parse_update(tokens, std::move(with));
  if (tokens.at("delete")) return parse_delete(tokens, std::move(with));
  return parse_insert(tokens, std::move(with));
}

}  // namespace

std::string lower_name(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), to_lower);
  return text;
}

Name parse_name(TokenStream& tokens) {
  Name name{"", tokens.name()};
  while (tokens.at_mark('.')) {
    tokens.step();
    name = {std::move(name.name), tokens.name()};
  }
  return name;
}

std::vector<Name> parse_names(TokenStream& tokens) {
  std::vector<Name> names;
  do names.push_back(parse_name(tokens));
  while (tokens.accept_mark(','));
  return names;
}

std::vector<std::string> parse_name_list(TokenStream& tokens) {
  std::vector<std::string> names;
  tokens.expect_mark('(');
  if (tokens.accept_mark(')')) return names;
  do names.push_back(tokens.name());
  while (tokens.accept_mark(','));
  tokens.expect_mark(')');
  return names;
}

bool accept_if_exists(TokenStream& tokens) {
  return tokens.accept("if", "exists");
}
bool accept_if_not_exists(TokenStream& tokens) {
  return tokens.accept("if", "not", "exists");
}

Statement parse_statement(TokenStream& tokens, std::string_view sql) {
  const TokenStream::Level level(tokens);
  if (tokens.at("with")) return parse_with_statement(tokens);
  if (at_query(tokens) || tokens.at("values")) return parse_query_statement(tokens);
  if (tokens.at_any("insert", "replace")) return parse_insert(tokens, {});
  if (tokens.at("update")) return parse_update(tokens, {});
  if (tokens.at("delete")) return parse_delete(tokens, {});
  if (tokens.at("load", "data") || tokens.at("load", "xml")) return parse_load(tokens);
  if (tokens.at("create")) return parse_create(tokens);
  if (tokens.at("alter")) return parse_alter(tokens);
  if (tokens.at("drop")) return parse_drop(tokens);
  if (tokens.at("rename")) return parse_rename(tokens);
  if (tokens.at("truncate")) return parse_truncate(tokens);
  return parse_utility(tokens, sql);
}

}  // namespace mysql

Statement parse_mysql(std::string_view sql, Mode mode) {
  constexpr std::size_t text_cap = 4 << 20;
  Statement statement;
  if (sql.size() > text_cap) {
    statement.node = Unknown{"too long", 0};
    return statement;
  }
  TokenStream tokens(sql, mode);
  statement = mysql::parse_statement(tokens, sql);
  if (!tokens.at_end()) tokens.fail("the end");
  if (tokens.failed()) statement.node = Unknown{tokens.error(), tokens.error_offset()};
  statement.depends_on_version = tokens.depends_on_version();
  return statement;
}

}  // namespace understudy::sql::tree
