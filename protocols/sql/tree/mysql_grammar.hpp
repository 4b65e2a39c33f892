// The parts of MySQL's and MariaDB's grammar, as functions over a stream of tokens that call each
// other. For parse_mysql.cpp alone.
//
// The grammar is a little wider than the servers': a statement that both would refuse may be
// parsed, one that they accept is never taken for another one.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "protocols/sql/tree/token_stream.hpp"
#include "protocols/sql/tree/tree.hpp"

namespace understudy::sql::tree::mysql {

/// How tightly an operator binds, chapter "Operator Precedence" of the manual.
enum class Power : int {
  any = 0,
  or_ = 10,
  xor_ = 20,
  and_ = 30,
  not_ = 40,
  comparison = 50,
  predicate = 60,
  bit_or = 70,
  bit_and = 80,
  shift = 90,
  sum = 100,
  product = 110,
  bit_xor = 120,
  unary = 130,
  collate = 140,
  primary = 150
};

// ---- mysql_expression.cpp ----
/// An expression of operators that bind at least as tightly as `least`.
Expression parse_expression(TokenStream& tokens, Power least = Power::any);
std::vector<Expression> parse_expressions(TokenStream& tokens);
/// A node with its height; an error where that is beyond reason.
Expression finish(TokenStream& tokens, Expression::Node node, std::size_t offset);
Literal parse_string(TokenStream& tokens);

// ---- mysql_call.cpp ----
/// A call whose name is read, up to its window. The parenthesis is next.
Expression parse_call(TokenStream& tokens, Name name, std::size_t offset);
Window parse_window(TokenStream& tokens);
/// Whether the unit of an interval is next: `day`, `day_hour`.
bool at_unit(const TokenStream& tokens);

// ---- mysql_query.cpp ----
Query parse_query(TokenStream& tokens);
bool at_query(const TokenStream& tokens);
With parse_with(TokenStream& tokens);
/// The list behind FROM with its joins.
std::vector<Relation> parse_relations(TokenStream& tokens);
/// A table by its name, with its alias.
Relation parse_table(TokenStream& tokens);
std::vector<OrderItem> parse_order(TokenStream& tokens);
std::vector<Output> parse_outputs(TokenStream& tokens);
void parse_limit(TokenStream& tokens, Box<Expression>& limit, Box<Expression>& offset);

// ---- mysql_change.cpp ----
Statement parse_insert(TokenStream& tokens, With with);
Statement parse_update(TokenStream& tokens, With with);
Statement parse_delete(TokenStream& tokens, With with);
Statement parse_load(TokenStream& tokens);
std::vector<Assignment> parse_assignments(TokenStream& tokens);

// ---- mysql_column.cpp ----
Type parse_type(TokenStream& tokens);
ColumnDefinition parse_column(TokenStream& tokens);
/// A constraint or index of a table, if one is next.
std::optional<Constraint> parse_constraint(TokenStream& tokens);
std::vector<KeyPart> parse_key_parts(TokenStream& tokens);

// ---- mysql_definition.cpp ----
Statement parse_create(TokenStream& tokens);
Statement parse_drop(TokenStream& tokens);
Statement parse_rename(TokenStream& tokens);
Statement parse_truncate(TokenStream& tokens);
CreateTable parse_create_table(TokenStream& tokens, bool replace, bool temporary);

// ---- mysql_alter.cpp ----
Statement parse_alter(TokenStream& tokens);

// ---- mysql_utility.cpp ----
/// Whatever is no query, change or definition.
Statement parse_utility(TokenStream& tokens, std::string_view sql);

// ---- parse_mysql.cpp ----
Statement parse_statement(TokenStream& tokens, std::string_view sql);

// ---- names ----
std::string lower_name(std::string text);
/// `name` or `schema.name`
Name parse_name(TokenStream& tokens);
std::vector<Name> parse_names(TokenStream& tokens);
/// `(name, …)`
std::vector<std::string> parse_name_list(TokenStream& tokens);
bool accept_if_exists(TokenStream& tokens);
bool accept_if_not_exists(TokenStream& tokens);

}  // namespace understudy::sql::tree::mysql
