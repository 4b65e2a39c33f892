// Queries of MySQL and MariaDB: WITH, SELECT, VALUES, TABLE, UNION and its like, lists of tables.
#include <utility>

#include "protocols/sql/tree/mysql_grammar.hpp"

namespace understudy::sql::tree::mysql {
namespace {

/// The words that end a table's name where its alias could stand, and yet are not reserved.
bool at_clause(const TokenStream& tokens) {
  return tokens.at_any("window", "lateral", "except", "minus") || tokens.at("for", "update") ||
         tokens.at("skip", "locked");
}

bool is_alias(const TokenStream& tokens) {
  return tokens.at_name() && !at_clause(tokens);
}

std::string parse_alias(TokenStream& tokens) {
  if (tokens.accept("as"))
    return tokens.now().kind == TokenKind::string ? tokens.string() : tokens.name();
  return is_alias(tokens) ? tokens.name() : std::string();
}

// ---- tables ----

bool at_index_hint(const TokenStream& tokens, std::size_t ahead) {
  const Word verb = tokens.ahead(ahead).word(), what = tokens.ahead(ahead + 1).word();
  return (verb == Word::use || verb == Word::force || verb == Word::ignore) &&
         (what == Word::index || what == Word::key);
}

/// USE, FORCE and IGNORE INDEX … (names): what the optimiser is told.
void skip_index_hints(TokenStream& tokens) {
  while (at_index_hint(tokens, 0)) {
    tokens.step(), tokens.step();
    if (tokens.accept("for")) {
      if (!tokens.accept("join")) tokens.step(), tokens.expect("by");
    }
    tokens.skip_parentheses();
    if (tokens.at_mark(',') && at_index_hint(tokens, 1)) tokens.step();
  }
}

/// MariaDB's FOR SYSTEM_TIME AS OF …, BETWEEN … AND …, FROM … TO …, ALL, and FOR PORTION OF period
/// FROM … TO ….
Box<Expression> parse_system_time(TokenStream& tokens) {
  const bool portion = tokens.accept("for", "portion", "of");
  if (portion) tokens.name();
  if (!portion && !tokens.accept("for", "system_time")) return {};
  if (tokens.accept("all")) return finish(tokens, Opaque{"all"}, tokens.offset());
  if (tokens.accept("as", "of")) {
    tokens.accept_any("timestamp", "transaction");
    return parse_expression(tokens, Power::bit_or);
  }
  const bool between = tokens.accept("between");
  if (!between) tokens.expect("from");
  Between range;
  range.operand = finish(tokens, Opaque{"period"}, tokens.offset());
  range.low = parse_expression(tokens, Power::bit_or);
  tokens.expect(between ? "and" : "to");
  range.high = parse_expression(tokens, Power::bit_or);
  return finish(tokens, std::move(range), tokens.offset());
}

/// JSON_TABLE (document, path COLUMNS (…)): of which only the document is an expression.
Relation parse_table_function(TokenStream& tokens, Name name, std::size_t offset) {
  Call call;
  call.name = {std::move(name.schema), lower_name(std::move(name.name))};
  tokens.expect_mark('(');
  if (!tokens.at_mark(')')) call.arguments = parse_expressions(tokens);
  while (!tokens.at_end() && !tokens.at_mark(')')) {
    if (tokens.at_mark('('))
      tokens.skip_parentheses();
    else
      tokens.step();
  }
  tokens.expect_mark(')');
  TableFunction function;
  function.calls.push_back(finish(tokens, std::move(call), offset));
  Relation relation;
  relation.source = std::move(function);
  relation.offset = static_cast<std::uint32_t>(offset);
  relation.alias = parse_alias(tokens);
  return relation;
}

Relation parse_derived(TokenStream& tokens, bool lateral) {
  Relation relation;
  relation.offset = static_cast<std::uint32_t>(tokens.offset());
  tokens.expect_mark('(');
  const TokenStream::Level level(tokens);
  relation.source = Derived{parse_query(tokens), lateral};
  tokens.expect_mark(')');
  relation.alias = parse_alias(tokens);
  if (tokens.at_mark('(')) relation.alias_columns = parse_name_list(tokens);
  return relation;
}

Relation parse_joined(TokenStream& tokens);

/// Tables side by side are joined.
Relation joined(std::vector<Relation> relations) {
  Relation left = std::move(relations.front());
  for (std::size_t i = 1; i < relations.size(); ++i) {
    Join join;
    join.kind = Join::Kind::cross;
    join.left = std::move(left);
    join.right = std::move(relations[i]);
    left = Relation();
    left.source = std::move(join);
  }
  return left;
}

Relation parse_factor(TokenStream& tokens) {
  if (tokens.at_mark('{') && equals_folded(tokens.ahead(1).text, "oj")) {
    tokens.step(), tokens.step();
    Relation relation = parse_joined(tokens);
    tokens.expect_mark('}');
    return relation;
  }
  const bool lateral = tokens.accept("lateral");
  if (!tokens.at_mark('(')) return parse_table(tokens);
  const bool values = tokens.ahead(1).word() == Word::values;
  if (values || at_query(tokens)) return parse_derived(tokens, lateral);
  tokens.step();
  const TokenStream::Level level(tokens);
  std::vector<Relation> relations = parse_relations(tokens);
  tokens.expect_mark(')');
  return relations.empty() ? Relation() : joined(std::move(relations));
}

/// The words of a join up to its table; false where none is next.
bool parse_join_words(TokenStream& tokens, Join& join) {
  join.natural = tokens.accept("natural");
  if (tokens.accept("straight_join")) return true;
  const bool outer = tokens.at_any("left", "right") && !tokens.at_mark('(', 1);
  if (outer) {
    join.kind = tokens.at("left") ? Join::Kind::left : Join::Kind::right;
    tokens.step();
    tokens.accept("outer");
  } else if (tokens.accept("cross")) {
    join.kind = Join::Kind::cross;
  } else {
    const bool inner = tokens.accept("inner");
    if (!inner && !join.natural && !tokens.at("join")) return false;
  }
  return tokens.expect("join");
}

/// The condition of a join; false where there is none.
bool parse_join_condition(TokenStream& tokens, Join& join) {
  if (tokens.accept("on")) {
    join.on = parse_expression(tokens);
  } else if (tokens.accept("using")) {
    join.using_ = parse_name_list(tokens);
  } else {
    return false;
  }
  if (join.kind == Join::Kind::cross) join.kind = Join::Kind::inner;
  return true;
}

Relation join_of(Relation left, Join join) {
  join.left = std::move(left);
  Relation relation;
  relation.source = std::move(join);
  return relation;
}

/// `a JOIN b JOIN c ON … ON …` joins from the right: what stands right of a join whose condition
/// comes later takes the joins behind it.
bool parse_join(TokenStream& tokens, Relation& left) {
  Join join;
  if (!parse_join_words(tokens, join)) return false;
  const TokenStream::Level level(tokens);
  Relation right = parse_factor(tokens);
  const bool optional = join.natural || join.kind == Join::Kind::cross;
  while (!tokens.failed() && !optional && !tokens.at_any("on", "using")) {
    if (!parse_join(tokens, right)) break;
  }
  join.right = std::move(right);
  const bool outer = join.kind == Join::Kind::left || join.kind == Join::Kind::right;
  if (!parse_join_condition(tokens, join) && outer && !join.natural) tokens.fail("ON");
  left = join_of(std::move(left), std::move(join));
  return true;
}

Relation parse_joined(TokenStream& tokens) {
  constexpr std::size_t most_joins = 200;  // servers take 61 tables
  Relation left = parse_factor(tokens);
  for (std::size_t joins = 0; !tokens.failed() && parse_join(tokens, left); ++joins)
    if (joins > most_joins) tokens.fail_too_deep();
  return left;
}

// ---- SELECT ----

void parse_modifiers(TokenStream& tokens, Select& select) {
  while (tokens.now().kind == TokenKind::word && modifies_select(tokens.now().word())) {
    const Word word = tokens.now().word();
    if (word == Word::distinct || word == Word::distinctrow) select.distinct = true;
    if (word != Word::all && word != Word::distinct && word != Word::distinctrow)
      select.modifiers.push_back(lower_name(std::string(tokens.now().text)));
    tokens.step();
  }
}

void parse_into(TokenStream& tokens, Into& into) {
  if (!tokens.accept("into")) return;
  if (tokens.accept_any("outfile", "dumpfile")) {
    into.file = true;
    tokens.string();
    // FIELDS … LINES …
    while (!tokens.at_end() && !tokens.at_any("from", "for", "where")) tokens.step();
    return;
  }
  do {
    // A variable of a routine counts as well: it is no table's business.
    const Token token = tokens.now();
    if (token.kind != TokenKind::variable && !tokens.at_name()) return tokens.fail("a variable");
    tokens.step();
    into.variables.push_back(
        {lower_name(std::string(token.text.substr(token.kind == TokenKind::variable ? 1 : 0)))});
  } while (tokens.accept_mark(','));
}

void parse_group(TokenStream& tokens, Select& select) {
  if (!tokens.accept("group", "by")) return;
  do {
    select.group.push_back(parse_expression(tokens));
    if (!tokens.accept("asc")) tokens.accept("desc");
  } while (tokens.accept_mark(','));
  if (tokens.accept("with", "rollup")) select.grouping = "rollup";
}

void parse_windows(TokenStream& tokens, Select& select) {
  if (!tokens.accept("window")) return;
  do {
    NamedWindow named;
    named.name = tokens.name();
    tokens.expect("as");
    named.window = parse_window(tokens);
    select.windows.push_back(std::move(named));
  } while (tokens.accept_mark(','));
}

Select parse_select(TokenStream& tokens) {
  Select select;
  tokens.expect("select");
  parse_modifiers(tokens, select);
  select.outputs = parse_outputs(tokens);
  parse_into(tokens, select.into);
  if (tokens.accept("from") && !tokens.accept("dual")) select.from = parse_relations(tokens);
  if (tokens.accept("where")) select.where = parse_expression(tokens);
  parse_group(tokens, select);
  if (tokens.accept("having")) select.having = parse_expression(tokens);
  parse_windows(tokens, select);
  return select;
}

Query parse_values(TokenStream& tokens) {
  tokens.expect("values");
  Values values;
  do {
    tokens.accept("row");
    tokens.expect_mark('(');
    values.rows.push_back(parse_expressions(tokens));
    tokens.expect_mark(')');
  } while (tokens.accept_mark(','));
  Query query;
  query.body = std::move(values);
  return query;
}

/// TABLE t is SELECT * FROM t.
Query parse_whole_table(TokenStream& tokens) {
  tokens.expect("table");
  Select select;
  select.outputs.push_back({finish(tokens, Star{}, tokens.offset()), {}});
  Relation relation;
  relation.source = TableName{parse_name(tokens), false, {}, {}};
  select.from.push_back(std::move(relation));
  Query query;
  query.body = std::move(select);
  return query;
}

Query parse_term(TokenStream& tokens) {
  if (tokens.at_mark('(')) {
    tokens.step();
    const TokenStream::Level level(tokens);
    Query query = parse_query(tokens);
    tokens.expect_mark(')');
    return query;
  }
  if (tokens.at("values")) return parse_values(tokens);
  if (tokens.at("table")) return parse_whole_table(tokens);
  Query query;
  query.body = parse_select(tokens);
  return query;
}

// ---- UNION and what follows ----

bool at_set_operation(const TokenStream& tokens) {
  return tokens.at_any("union", "except", "intersect") || tokens.at("minus");
}

Query set_operation(SetOperation::Kind kind, bool all, Query left, Query right) {
  auto* chain = std::get_if<SetOperation>(&left.body);
  const bool bare = left.order.empty() && !left.limit && left.with.tables.empty();
  Query query;
  SetOperation operation{kind, all, {}};
  if (chain != nullptr && bare && chain->kind == kind && chain->all == all &&
      kind != SetOperation::Kind::except)
    operation.operands = std::move(chain->operands);
  else
    operation.operands.push_back(std::move(left));
  operation.operands.push_back(std::move(right));
  query.body = std::move(operation);
  return query;
}

bool accept_all(TokenStream& tokens) {
  if (tokens.accept("all")) return true;
  tokens.accept("distinct");
  return false;
}

/// INTERSECT binds tighter than the others.
Query parse_intersections(TokenStream& tokens) {
  Query left = parse_term(tokens);
  while (tokens.accept("intersect")) {
    const bool all = accept_all(tokens);
    left = set_operation(SetOperation::Kind::intersect, all, std::move(left), parse_term(tokens));
  }
  return left;
}

Query parse_body(TokenStream& tokens) {
  constexpr std::size_t most_operations = 500;
  Query left = parse_intersections(tokens);
  for (std::size_t count = 0; at_set_operation(tokens); ++count) {
    const auto kind = tokens.at("union") ? SetOperation::Kind::union_ : SetOperation::Kind::except;
    tokens.step();
    const bool all = accept_all(tokens);
    left = set_operation(kind, all, std::move(left), parse_intersections(tokens));
    if (count > most_operations) tokens.fail_too_deep();
  }
  return left;
}

/// FOR UPDATE, FOR SHARE, LOCK IN SHARE MODE; false where none is next.
bool parse_locking(TokenStream& tokens, Query& query) {
  Locking locking;
  if (tokens.accept("lock", "in", "share", "mode")) {
    locking.strength = Locking::Strength::share;
  } else if (tokens.at("for", "update") || tokens.at("for", "share")) {
    tokens.step();
    if (!tokens.accept("update")) tokens.step(), locking.strength = Locking::Strength::share;
    if (tokens.accept("of")) locking.of = parse_names(tokens);
  } else {
    return false;
  }
  locking.no_wait = tokens.accept("nowait");
  locking.skip_locked = tokens.accept("skip", "locked");
  if (tokens.accept("wait")) tokens.step();
  query.locking.push_back(std::move(locking));
  return true;
}

void parse_tail(TokenStream& tokens, Query& query) {
  if (tokens.accept("order", "by")) query.order = parse_order(tokens);
  parse_limit(tokens, query.limit, query.offset);
  if (tokens.accept("procedure")) tokens.fail("no PROCEDURE");
  auto* select = std::get_if<Select>(&query.body);
  if (select != nullptr && tokens.at("into")) parse_into(tokens, select->into);
  while (!tokens.failed() && parse_locking(tokens, query)) {
  }
  if (select != nullptr && tokens.at("into")) parse_into(tokens, select->into);
}

/// Puts a query around one that has an order or limit of its own, so that both are kept.
Query wrapped(TokenStream& tokens, Query inner) {
  Select select;
  select.outputs.push_back({finish(tokens, Star{}, tokens.offset()), {}});
  Relation relation;
  relation.source = Derived{std::move(inner), false};
  select.from.push_back(std::move(relation));
  Query query;
  query.body = std::move(select);
  return query;
}

}  // namespace

std::vector<Output> parse_outputs(TokenStream& tokens) {
  std::vector<Output> outputs;
  do {
    Output output;
    output.expression = parse_expression(tokens);
    if (tokens.now().kind == TokenKind::string)
      output.alias = tokens.string();
    else
      output.alias = parse_alias(tokens);
    outputs.push_back(std::move(output));
  } while (tokens.accept_mark(','));
  return outputs;
}

std::vector<OrderItem> parse_order(TokenStream& tokens) {
  std::vector<OrderItem> order;
  do {
    OrderItem item;
    item.expression = parse_expression(tokens);
    item.descending = tokens.accept("desc");
    tokens.accept("asc");
    order.push_back(std::move(item));
  } while (tokens.accept_mark(','));
  return order;
}

void parse_limit(TokenStream& tokens, Box<Expression>& limit, Box<Expression>& offset) {
  const auto count = [&] { return parse_expression(tokens, Power::bit_or); };
  if (tokens.accept("limit")) {
    if (tokens.accept("rows", "examined")) return void(count());
    limit = count();
    if (tokens.accept_mark(',')) {
      offset = std::move(limit);
      limit = count();
    } else if (tokens.accept("offset")) {
      offset = count();
    }
    if (tokens.accept("rows", "examined")) count();
    return;
  }
  if (tokens.accept("offset")) {
    offset = count();
    tokens.accept_any("row", "rows");
  }
  if (!tokens.accept("fetch")) return;
  if (!tokens.accept_any("first", "next")) tokens.fail("FIRST or NEXT");
  if (!tokens.at_any("row", "rows")) limit = count();
  if (!tokens.accept_any("row", "rows")) tokens.fail("ROWS");
  if (!tokens.accept("only")) tokens.fail("ONLY");
}

Relation parse_table(TokenStream& tokens) {
  const std::size_t offset = tokens.offset();
  Name name = parse_name(tokens);
  if (tokens.at_mark('(')) return parse_table_function(tokens, std::move(name), offset);
  TableName table{std::move(name), false, {}, {}};
  if (tokens.accept("partition")) table.partitions = parse_name_list(tokens);
  table.as_of = parse_system_time(tokens);
  Relation relation;
  relation.offset = static_cast<std::uint32_t>(offset);
  relation.source = std::move(table);
  relation.alias = parse_alias(tokens);
  skip_index_hints(tokens);
  return relation;
}

std::vector<Relation> parse_relations(TokenStream& tokens) {
  std::vector<Relation> relations;
  do relations.push_back(parse_joined(tokens));
  while (tokens.accept_mark(','));
  return relations;
}

/// Whether a query is next, behind any number of parentheses.
bool at_query(const TokenStream& tokens) {
  std::size_t count = 0;
  while (tokens.at_mark('(', count)) ++count;
  const Word word = tokens.ahead(count).word();
  if (word == Word::select || word == Word::with) return true;
  if (word == Word::table) return tokens.ahead(count + 1).kind == TokenKind::word;
  return word == Word::values && count > 0 && tokens.ahead(count + 1).word() == Word::row;
}

With parse_with(TokenStream& tokens) {
  With with;
  if (!tokens.accept("with")) return with;
  with.recursive = tokens.accept("recursive");
  do {
    CommonTable table;
    table.name = tokens.name();
    if (tokens.at_mark('(')) table.columns = parse_name_list(tokens);
    tokens.expect("as");
    tokens.expect_mark('(');
    Statement statement;
    statement.node = parse_query(tokens);
    table.statement = std::move(statement);
    tokens.expect_mark(')');
    if (tokens.accept("cycle")) {
      while (tokens.at_name()) tokens.step(), tokens.accept_mark(',');
      tokens.accept("restrict");
    }
    with.tables.push_back(std::move(table));
  } while (tokens.accept_mark(','));
  return with;
}

Query parse_query(TokenStream& tokens) {
  const TokenStream::Level level(tokens);
  With with = parse_with(tokens);
  Query query = parse_body(tokens);
  const bool limited = !query.order.empty() || query.limit || !query.locking.empty();
  const bool more = tokens.at("order", "by") || tokens.at("limit");
  if (limited && more) query = wrapped(tokens, std::move(query));
  parse_tail(tokens, query);
  if (!with.tables.empty()) {
    if (!query.with.tables.empty()) query = wrapped(tokens, std::move(query));
    query.with = std::move(with);
  }
  return query;
}

}  // namespace understudy::sql::tree::mysql
