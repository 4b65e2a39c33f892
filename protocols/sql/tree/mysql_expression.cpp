// Expressions of MySQL and MariaDB, by precedence.
#include <algorithm>
#include <array>
#include <utility>

#include "protocols/sql/literal.hpp"
#include "protocols/sql/tree/mysql_grammar.hpp"
#include "protocols/sql/tree/visitor.hpp"

namespace understudy::sql::tree::mysql {
namespace {

Power above(Power power) {
  return static_cast<Power>(static_cast<int>(power) + 1);
}

/// Binary operators whose operands are expressions and nothing more.
struct Infix {
  std::string_view spelled;
  Operator op;
  Power power;
  bool chains = false;  ///< `a op b op c` is one node
};

constexpr std::array<Infix, 36> infixes = {{
    {"or", Operator::or_, Power::or_, true},
    {"xor", Operator::xor_, Power::xor_, true},
    {"and", Operator::and_, Power::and_, true},
    {"&&", Operator::and_, Power::and_, true},
    {"||", Operator::pipes, Power::or_, true},
    {"=", Operator::equal, Power::comparison},
    {"<=>", Operator::not_distinct, Power::comparison},
    {"<>", Operator::not_equal, Power::comparison},
    {"!=", Operator::not_equal, Power::comparison},
    {"<", Operator::less, Power::comparison},
    {"<=", Operator::less_equal, Power::comparison},
    {">", Operator::greater, Power::comparison},
    {">=", Operator::greater_equal, Power::comparison},
    {"|", Operator::bit_or, Power::bit_or, true},
    {"&", Operator::bit_and, Power::bit_and, true},
    {"<<", Operator::shift_left, Power::shift},
    {">>", Operator::shift_right, Power::shift},
    {"+", Operator::add, Power::sum, true},
    {"-", Operator::subtract, Power::sum},
    {"*", Operator::multiply, Power::product, true},
    {"/", Operator::divide, Power::product},
    {"div", Operator::integer_divide, Power::product},
    {"%", Operator::modulo, Power::product},
    {"mod", Operator::modulo, Power::product},
    {"^", Operator::bit_xor, Power::bit_xor, true},
    {"->", Operator::json_get, Power::primary},
    {"->>", Operator::json_get_text, Power::primary},
}};

const Infix* infix_at(const TokenStream& tokens) {
  const Token& token = tokens.now();
  if (token.kind != TokenKind::operator_ && token.kind != TokenKind::word) return nullptr;
  const auto* const found = std::find_if(infixes.begin(), infixes.end(), [&](const Infix& infix) {
    return !infix.spelled.empty() && equals_folded(token.text, infix.spelled);
  });
  return found == infixes.end() ? nullptr : found;
}

Operation::Quantifier accept_quantifier(TokenStream& tokens) {
  const bool query = tokens.at_mark('(', 1);
  if (query && tokens.accept_any("any", "some")) return Operation::Quantifier::any;
  return query && tokens.accept("all") ? Operation::Quantifier::all : Operation::Quantifier::none;
}

Expression combine(TokenStream& tokens, const Infix& infix, Expression left) {
  const std::size_t offset = left.offset;
  tokens.step();
  Operation operation;
  operation.op = infix.op;
  if (infix.power == Power::comparison) operation.quantifier = accept_quantifier(tokens);
  Expression right = parse_expression(tokens, above(infix.power));
  auto* chain = left.as<Operation>();
  const bool chains = infix.chains && chain != nullptr && chain->op == infix.op;
  if (chains) operation.operands = std::move(chain->operands);
  if (!chains) operation.operands.push_back(std::move(left));
  operation.operands.push_back(std::move(right));
  return finish(tokens, std::move(operation), offset);
}

// ---- predicates ----

Is::Test parse_test(TokenStream& tokens) {
  if (tokens.accept("null")) return Is::Test::null;
  if (tokens.accept("true")) return Is::Test::true_;
  if (tokens.accept("false")) return Is::Test::false_;
  if (!tokens.accept("unknown")) tokens.fail("NULL, TRUE, FALSE or UNKNOWN");
  return Is::Test::unknown;
}

Expression parse_is(TokenStream& tokens, Expression left) {
  const std::size_t offset = left.offset;
  Is is;
  is.operand = std::move(left);
  is.negated = tokens.accept("not");
  is.test = parse_test(tokens);
  return finish(tokens, std::move(is), offset);
}

Expression parse_in(TokenStream& tokens, Expression left, bool negated) {
  const std::size_t offset = left.offset;
  In in;
  in.operand = std::move(left);
  in.negated = negated;
  tokens.expect_mark('(');
  const TokenStream::Level level(tokens);
  if (at_query(tokens))
    in.query = parse_query(tokens);
  else
    in.list = parse_expressions(tokens);
  tokens.expect_mark(')');
  return finish(tokens, std::move(in), offset);
}

Expression parse_between(TokenStream& tokens, Expression left, bool negated) {
  const std::size_t offset = left.offset;
  Between between;
  between.operand = std::move(left);
  between.negated = negated;
  between.low = parse_expression(tokens, Power::bit_or);
  tokens.expect("and");
  between.high = parse_expression(tokens, Power::predicate);
  return finish(tokens, std::move(between), offset);
}

Expression parse_like(TokenStream& tokens, Expression left, Like::Kind kind, bool negated) {
  const std::size_t offset = left.offset;
  Like like;
  like.kind = kind;
  like.operand = std::move(left);
  like.negated = negated;
  like.pattern = parse_expression(tokens, Power::bit_or);
  if (tokens.accept("escape")) like.escape = parse_expression(tokens, Power::bit_or);
  return finish(tokens, std::move(like), offset);
}

bool at_predicate(const TokenStream& tokens, bool negated) {
  if (tokens.at_any("in", "between", "like", "regexp", "rlike")) return true;
  return !negated &&
         (tokens.at("sounds", "like") || tokens.at("member", "of") || tokens.at("member", "("));
}

Expression parse_predicate(TokenStream& tokens, Expression left) {
  const bool negated = tokens.accept("not");
  if (tokens.accept("in")) return parse_in(tokens, std::move(left), negated);
  if (tokens.accept("between")) return parse_between(tokens, std::move(left), negated);
  if (tokens.accept("like")) return parse_like(tokens, std::move(left), Like::Kind::like, negated);
  if (tokens.accept_any("regexp", "rlike"))
    return parse_like(tokens, std::move(left), Like::Kind::regexp, negated);
  if (tokens.accept("sounds", "like"))
    return parse_like(tokens, std::move(left), Like::Kind::sounds, negated);
  tokens.expect("member");
  tokens.accept("of");
  const std::size_t offset = left.offset;
  Operation operation;
  operation.op = Operator::member_of;
  operation.operands.push_back(std::move(left));
  operation.operands.push_back(parse_expression(tokens, Power::primary));
  return finish(tokens, std::move(operation), offset);
}

bool at_negated_predicate(const TokenStream& tokens) {
  return tokens.at("not", "in") || tokens.at("not", "between") || tokens.at("not", "like") ||
         tokens.at("not", "regexp") || tokens.at("not", "rlike");
}

/// The next operator behind `left`, if it binds at least as tightly as `least`; else nothing.
bool extend(TokenStream& tokens, Expression& left, Power least) {
  if (least <= Power::comparison && tokens.accept("is")) {
    left = parse_is(tokens, std::move(left));
  } else if (least <= Power::predicate &&
             (at_predicate(tokens, false) || at_negated_predicate(tokens))) {
    left = parse_predicate(tokens, std::move(left));
  } else if (least <= Power::collate && tokens.accept("collate")) {
    const std::size_t offset = left.offset;
    Collate collate{std::move(left), {}};
    collate.collation.name =
        tokens.now().kind == TokenKind::string ? tokens.string() : tokens.name();
    left = finish(tokens, std::move(collate), offset);
  } else {
    const Infix* const infix = infix_at(tokens);
    if (infix == nullptr || infix->power < least) return false;
    left = combine(tokens, *infix, std::move(left));
  }
  return true;
}

// ---- what an expression begins with ----

Expression parse_operand(TokenStream& tokens);

Expression prefixed(TokenStream& tokens, Operator op, Power power, std::size_t offset) {
  Operation operation;
  operation.op = op;
  operation.operands.push_back(parse_expression(tokens, power));
  return finish(tokens, std::move(operation), offset);
}

Expression parse_case(TokenStream& tokens, std::size_t offset) {
  Case node;
  if (!tokens.at("when")) node.operand = parse_expression(tokens);
  while (tokens.accept("when")) {
    Case::When when;
    when.condition = parse_expression(tokens);
    tokens.expect("then");
    when.result = parse_expression(tokens);
    node.whens.push_back(std::move(when));
  }
  if (node.whens.empty()) tokens.fail("WHEN");
  if (tokens.accept("else")) node.otherwise = parse_expression(tokens);
  tokens.expect("end");
  return finish(tokens, std::move(node), offset);
}

/// INTERVAL amount unit, or the function of that name.
Expression parse_interval(TokenStream& tokens, std::size_t offset) {
  const bool parenthesis = tokens.at_mark('(');
  Expression amount = parse_expression(tokens);
  auto* row = amount.as<Collection>();
  if (parenthesis && row != nullptr && !at_unit(tokens)) {
    Call call;
    call.name.name = "interval";
    call.arguments = std::move(row->elements);
    return finish(tokens, std::move(call), offset);
  }
  if (!at_unit(tokens)) tokens.fail("a unit of time");
  return finish(tokens, Interval{std::move(amount), lower_name(tokens.name())}, offset);
}

Expression parse_match(TokenStream& tokens, std::size_t offset) {
  Match match;
  const bool parenthesis = tokens.accept_mark('(');
  match.columns = parse_expressions(tokens);
  if (parenthesis) tokens.expect_mark(')');
  tokens.expect("against");
  tokens.expect_mark('(');
  match.against = parse_expression(tokens, Power::bit_or);
  const std::size_t begin = tokens.offset();
  while (!tokens.at_end() && !tokens.at_mark(')')) tokens.step();
  match.mode = lower_name(std::string(tokens.text_from(begin)));
  tokens.expect_mark(')');
  return finish(tokens, std::move(match), offset);
}

Expression parse_sub_query(TokenStream& tokens, SubQuery::Kind kind, std::size_t offset) {
  tokens.expect_mark('(');
  const TokenStream::Level level(tokens);
  SubQuery node{kind, parse_query(tokens)};
  tokens.expect_mark(')');
  return finish(tokens, std::move(node), offset);
}

/// A parenthesised expression, a row, or a query.
Expression parse_parenthesis(TokenStream& tokens, std::size_t offset) {
  if (tokens.at_mark('(') && at_query(tokens))
    return parse_sub_query(tokens, SubQuery::Kind::scalar, offset);
  tokens.expect_mark('(');
  const TokenStream::Level level(tokens);
  std::vector<Expression> elements = parse_expressions(tokens);
  tokens.expect_mark(')');
  if (elements.size() == 1) return std::move(elements.front());
  return finish(tokens, Collection{Collection::Kind::row, std::move(elements)}, offset);
}

Expression parse_variable(TokenStream& tokens, std::size_t offset) {
  std::string text(tokens.now().text);
  Variable variable;
  variable.is_system = text.starts_with("@@");
  text.erase(0, variable.is_system ? 2 : 1);
  tokens.step();
  std::erase_if(text, [](char c) { return c == '`' || c == '\'' || c == '"'; });
  variable.name = lower_name(std::move(text));
  if (variable.is_system)
    for (const std::string_view scope : {"session.", "global.", "local."})
      if (variable.name.starts_with(scope)) {
        variable.scope = scope.substr(0, scope.size() - 1);
        variable.name.erase(0, scope.size());
      }
  if (!variable.is_system && tokens.accept_operator(":="))
    return finish(tokens, AssignVariable{std::move(variable), parse_expression(tokens)}, offset);
  return finish(tokens, std::move(variable), offset);
}

Expression parse_bits(TokenStream& tokens, std::size_t offset, std::string charset) {
  Literal literal{Literal::Kind::bits, {}, std::move(charset)};
  if (!append_bits_value(tokens.now(), tokens.mode(), literal.text)) tokens.fail("bits");
  tokens.step();
  return finish(tokens, std::move(literal), offset);
}

bool is_string(const Token& token) {
  return token.kind == TokenKind::string;
}

/// `_utf8'…'` and N'…'
bool at_introducer(const TokenStream& tokens) {
  const Token& token = tokens.now();
  const Token& next = tokens.ahead(1);
  if (token.kind != TokenKind::word || (!is_string(next) && next.kind != TokenKind::bits))
    return false;
  return token.text.front() == '_' || (equals_folded(token.text, "n") && !next.spaced);
}

/// DATE '…', and ODBC's {d '…'}
bool at_typed_string(const TokenStream& tokens) {
  return is_string(tokens.ahead(1)) && tokens.at_any("date", "time", "timestamp");
}

Expression parse_typed_string(TokenStream& tokens, std::size_t offset) {
  Cast cast;
  cast.type.name.name = lower_name(tokens.name());
  cast.operand = finish(tokens, parse_string(tokens), offset);
  return finish(tokens, std::move(cast), offset);
}

Expression parse_braces(TokenStream& tokens, std::size_t offset) {
  tokens.step();
  const std::string what = lower_name(tokens.name());
  Expression value = parse_expression(tokens);
  tokens.expect_mark('}');
  if (what != "d" && what != "t" && what != "ts") return value;
  Cast cast;
  cast.type.name.name = what == "d" ? "date" : what == "t" ? "time" : "timestamp";
  cast.operand = std::move(value);
  return finish(tokens, std::move(cast), offset);
}

/// Functions that need no parentheses.
bool is_bare_function(const TokenStream& tokens) {
  return tokens.at_any("current_timestamp", "current_date", "current_time", "current_user",
                       "current_role", "localtime", "localtimestamp", "utc_date", "utc_time",
                       "utc_timestamp");
}

/// A column, or a function of a schema.
Expression parse_dotted(TokenStream& tokens, std::size_t offset) {
  std::vector<std::string> path = {tokens.name()};
  while (tokens.accept_mark('.')) {
    if (tokens.accept_operator("*")) return finish(tokens, Star{std::move(path)}, offset);
    path.push_back(tokens.name());
  }
  if (path.size() == 2 && tokens.at_mark('('))
    return parse_call(tokens, {path[0], lower_name(path[1])}, offset);
  return finish(tokens, Column{std::move(path)}, offset);
}

Expression parse_sequence_value(TokenStream& tokens, std::size_t offset) {
  const bool next = tokens.at("next");
  tokens.step();
  tokens.expect("value", "for");
  Call call;
  call.name.name = next ? "nextval" : "lastval";
  const Name sequence = parse_name(tokens);
  Column column;
  if (!sequence.schema.empty()) column.path.push_back(sequence.schema);
  column.path.push_back(sequence.name);
  call.arguments.push_back(finish(tokens, std::move(column), offset));
  return finish(tokens, std::move(call), offset);
}

/// `NULL`, `CASE …`, `BINARY x`: what words begin that are no names. Nothing where none does.
std::optional<Expression> parse_keyword(TokenStream& tokens, std::size_t offset) {
  const bool called = tokens.at_mark('(', 1);
  if (tokens.accept("null")) return finish(tokens, Literal{}, offset);
  if (tokens.at_any("true", "false")) {
    Literal literal{Literal::Kind::boolean, lower_name(std::string(tokens.now().text))};
    tokens.step();
    return finish(tokens, std::move(literal), offset);
  }
  if (tokens.accept("not")) return prefixed(tokens, Operator::not_, Power::not_, offset);
  if (tokens.accept("case")) return parse_case(tokens, offset);
  if (called && tokens.accept("exists"))
    return parse_sub_query(tokens, SubQuery::Kind::exists, offset);
  if (tokens.accept("interval")) return parse_interval(tokens, offset);
  if (tokens.accept("match")) return parse_match(tokens, offset);
  if (tokens.at("next", "value", "for") || tokens.at("previous", "value", "for"))
    return parse_sequence_value(tokens, offset);
  if (!called && tokens.accept("binary")) {
    Cast cast;
    cast.type.name.name = "binary";
    cast.operand = parse_expression(tokens, Power::unary);
    return finish(tokens, std::move(cast), offset);
  }
  if (called && tokens.accept("row")) {
    Expression row = parse_parenthesis(tokens, offset);
    if (row.as<Collection>() != nullptr) return row;
    Collection single;
    single.elements.push_back(std::move(row));
    return finish(tokens, std::move(single), offset);
  }
  if (!called && tokens.accept("default")) return finish(tokens, Default{}, offset);
  if (tokens.accept("default")) {
    tokens.step();
    Default node;
    do node.path.push_back(tokens.name());
    while (tokens.accept_mark('.'));
    tokens.expect_mark(')');
    return finish(tokens, std::move(node), offset);
  }
  return std::nullopt;
}

/// Of a pattern: a value that had an introducer, which may change what it equals.
bool at_introduced_value(const TokenStream& tokens) {
  const Token& token = tokens.now();
  return tokens.ahead(1).kind == TokenKind::parameter &&
         (token.text.front() == '_' || equals_folded(token.text, "n"));
}

Expression parse_introduced_value(TokenStream& tokens, std::size_t offset) {
  Collate collate;
  collate.collation.name = lower_name(tokens.name());
  collate.operand = parse_operand(tokens);
  return finish(tokens, std::move(collate), offset);
}

Expression parse_word(TokenStream& tokens, std::size_t offset) {
  if (at_introduced_value(tokens)) return parse_introduced_value(tokens, offset);
  if (at_introducer(tokens)) {
    std::string charset = lower_name(tokens.name());
    if (charset.front() == '_') charset.erase(0, 1);
    if (tokens.now().kind == TokenKind::bits) return parse_bits(tokens, offset, charset);
    Literal literal = parse_string(tokens);
    literal.charset = std::move(charset);
    return finish(tokens, std::move(literal), offset);
  }
  if (at_typed_string(tokens)) return parse_typed_string(tokens, offset);
  if (auto expression = parse_keyword(tokens, offset)) return std::move(*expression);
  if (tokens.at_mark('(', 1)) return parse_call(tokens, {"", lower_name(tokens.name())}, offset);
  if (is_bare_function(tokens)) {
    Call call;
    call.name.name = lower_name(tokens.name());
    call.parentheses = false;
    return finish(tokens, std::move(call), offset);
  }
  if (!tokens.at_name()) return tokens.fail("an expression"), Expression();
  return parse_dotted(tokens, offset);
}

Expression parse_operator(TokenStream& tokens, std::size_t offset) {
  if (tokens.accept_operator("*")) return finish(tokens, Star{}, offset);
  if (tokens.accept_operator("-")) return prefixed(tokens, Operator::negate, Power::unary, offset);
  if (tokens.accept_operator("+")) return prefixed(tokens, Operator::plus, Power::unary, offset);
  if (tokens.accept_operator("~")) return prefixed(tokens, Operator::bit_not, Power::unary, offset);
  if (tokens.accept_operator("!")) return prefixed(tokens, Operator::not_, Power::unary, offset);
  return tokens.fail("an expression"), Expression();
}

Expression parse_operand(TokenStream& tokens) {
  const std::size_t offset = tokens.offset();
  const Token token = tokens.now();
  switch (token.kind) {
    case TokenKind::string:
      return finish(tokens, parse_string(tokens), offset);
    case TokenKind::number:
      tokens.step();
      return finish(tokens, Literal{Literal::Kind::number, std::string(token.text)}, offset);
    case TokenKind::bits:
      return parse_bits(tokens, offset, {});
    case TokenKind::parameter:
      tokens.step();
      return finish(tokens, Parameter{static_cast<std::uint32_t>(token.parameter)}, offset);
    case TokenKind::variable:
      return parse_variable(tokens, offset);
    case TokenKind::word:
      return parse_word(tokens, offset);
    case TokenKind::quoted:
      if (tokens.at_mark('(', 1)) return parse_call(tokens, {"", tokens.name()}, offset);
      return parse_dotted(tokens, offset);
    case TokenKind::operator_:
      return parse_operator(tokens, offset);
    default:
      if (token.is('{')) return parse_braces(tokens, offset);
      if (token.is('(')) return parse_parenthesis(tokens, offset);
      return tokens.fail("an expression"), Expression();
  }
}

class Height : public Visitor {
 public:
  using Visitor::visit;
  void visit(const Expression& child) override {
    highest = std::max(highest, static_cast<std::size_t>(child.height) + 1);
  }
  std::size_t highest = 0;
};

}  // namespace

Expression finish(TokenStream& tokens, Expression::Node node, std::size_t offset) {
  Expression expression(std::move(node), static_cast<std::uint32_t>(offset));
  Height height;
  height.descend(expression);
  if (height.highest > depth_limit) tokens.fail_too_deep();
  expression.height = static_cast<std::uint16_t>(std::min(height.highest, depth_limit));
  return expression;
}

/// Strings side by side are one.
Literal parse_string(TokenStream& tokens) {
  Literal literal{Literal::Kind::string, tokens.string()};
  while (is_string(tokens.now())) literal.text += tokens.string();
  return literal;
}

Expression parse_expression(TokenStream& tokens, Power least) {
  const TokenStream::Level level(tokens);
  Expression left = parse_operand(tokens);
  while (!tokens.failed() && extend(tokens, left, least)) {
  }
  return left;
}

std::vector<Expression> parse_expressions(TokenStream& tokens) {
  std::vector<Expression> expressions;
  do expressions.push_back(parse_expression(tokens));
  while (tokens.accept_mark(','));
  return expressions;
}

}  // namespace understudy::sql::tree::mysql
