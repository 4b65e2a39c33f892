// INSERT, REPLACE, UPDATE, DELETE and LOAD DATA of MySQL and MariaDB.
#include <utility>

#include "protocols/sql/tree/mysql_grammar.hpp"

namespace understudy::sql::tree::mysql {
namespace {

/// What may stand between a verb and the tables; whether IGNORE is among it.
bool skip_modifiers(TokenStream& tokens) {
  bool ignore = false;
  for (;;) {
    if (tokens.accept("ignore"))
      ignore = true;
    else if (!tokens.accept_any("low_priority", "high_priority", "delayed", "quick"))
      return ignore;
  }
}

std::vector<Output> parse_returning(TokenStream& tokens) {
  return tokens.accept("returning") ? parse_outputs(tokens) : std::vector<Output>();
}

/// `(a, t.b)`: columns, whose tables mean nothing.
void parse_columns(TokenStream& tokens, Insert& insert) {
  insert.columns_told = true;
  tokens.expect_mark('(');
  if (tokens.accept_mark(')')) return;
  do {
    std::string column = tokens.name();
    while (tokens.accept_mark('.')) column = tokens.name();
    insert.columns.push_back(std::move(column));
  } while (tokens.accept_mark(','));
  tokens.expect_mark(')');
}

void parse_rows(TokenStream& tokens, Insert& insert) {
  do {
    tokens.accept("row");
    tokens.expect_mark('(');
    insert.rows.emplace_back();
    if (!tokens.at_mark(')')) insert.rows.back() = parse_expressions(tokens);
    tokens.expect_mark(')');
  } while (tokens.accept_mark(','));
}

/// INSERT … SET a = 1, b = 2 is one row.
void parse_set_form(TokenStream& tokens, Insert& insert) {
  insert.columns_told = true;
  insert.rows.emplace_back();
  for (Assignment& each : parse_assignments(tokens)) {
    insert.columns.push_back(each.columns.front().name());
    insert.rows.back().push_back(std::move(each.value));
  }
}

void parse_source(TokenStream& tokens, Insert& insert) {
  const bool columns = tokens.at_mark('(') && !at_query(tokens);
  if (columns) parse_columns(tokens, insert);
  const bool rows = (tokens.at("values") || tokens.at("value")) &&
                    (tokens.at_mark('(', 1) || tokens.ahead(1).word() == Word::row);
  if (rows) {
    tokens.step();
    parse_rows(tokens, insert);
  } else if (tokens.accept("set")) {
    parse_set_form(tokens, insert);
  } else if (at_query(tokens)) {
    insert.query = parse_query(tokens);
  } else {
    tokens.fail("VALUES, SET or a query");
  }
}

void parse_row_alias(TokenStream& tokens, Insert& insert) {
  if (!tokens.accept("as")) return;
  insert.row_alias = tokens.name();
  if (tokens.at_mark('(')) insert.row_alias_columns = parse_name_list(tokens);
}

/// WHERE, ORDER BY and LIMIT of UPDATE and DELETE.
template <class Change>
void parse_rest(TokenStream& tokens, Change& change) {
  if (tokens.accept("where")) change.where = parse_expression(tokens);
  if (tokens.accept("order", "by")) change.order = parse_order(tokens);
  Box<Expression> offset;
  parse_limit(tokens, change.limit, offset);
  change.returning = parse_returning(tokens);
}

/// `a`, `s.a`, `a.*`: the targets of a DELETE from several tables.
std::vector<Name> parse_targets(TokenStream& tokens) {
  std::vector<Name> targets;
  do {
    Name target{"", tokens.name()};
    while (tokens.accept_mark('.'))
      if (!tokens.accept_operator("*")) target = {std::move(target.name), tokens.name()};
    targets.push_back(std::move(target));
  } while (tokens.accept_mark(','));
  return targets;
}

/// DELETE FROM a, b USING …, or `a.*`: what is behind FROM are targets, not tables.
bool at_targets(const TokenStream& tokens) {
  for (std::size_t i = 0;; ++i) {
    const Token& token = tokens.ahead(i);
    if (token.word() == Word::using_) return true;
    const bool listed = token.kind == TokenKind::word || token.kind == TokenKind::quoted ||
                        token.is('.') || token.is(',') ||
                        (token.kind == TokenKind::operator_ && token.text == "*");
    if (!listed || token.word() == Word::where) return false;
  }
}

}  // namespace

std::vector<Assignment> parse_assignments(TokenStream& tokens) {
  std::vector<Assignment> assignments;
  do {
    Assignment assignment;
    Column column;
    do column.path.push_back(tokens.name());
    while (tokens.accept_mark('.'));
    assignment.columns.push_back(std::move(column));
    if (!tokens.accept_operator("=") && !tokens.accept_operator(":=")) tokens.fail("=");
    assignment.value = parse_expression(tokens);
    assignments.push_back(std::move(assignment));
  } while (tokens.accept_mark(','));
  return assignments;
}

Statement parse_insert(TokenStream& tokens, With with) {
  Insert insert;
  insert.with = std::move(with);
  if (tokens.accept("replace"))
    insert.conflict.action = Conflict::Action::replace;
  else
    tokens.expect("insert");
  insert.ignore = skip_modifiers(tokens);
  tokens.accept("into");
  insert.table.offset = static_cast<std::uint32_t>(tokens.offset());
  TableName table{parse_name(tokens), false, {}, {}};
  if (tokens.accept("partition")) table.partitions = parse_name_list(tokens);
  insert.table.source = std::move(table);
  parse_source(tokens, insert);
  parse_row_alias(tokens, insert);
  if (tokens.accept("on", "duplicate", "key", "update")) {
    insert.conflict.action = Conflict::Action::update;
    insert.conflict.set = parse_assignments(tokens);
  }
  insert.returning = parse_returning(tokens);
  Statement statement;
  statement.node = std::move(insert);
  return statement;
}

Statement parse_update(TokenStream& tokens, With with) {
  Update update;
  update.with = std::move(with);
  tokens.expect("update");
  update.ignore = skip_modifiers(tokens);
  update.tables = parse_relations(tokens);
  tokens.expect("set");
  update.set = parse_assignments(tokens);
  parse_rest(tokens, update);
  Statement statement;
  statement.node = std::move(update);
  return statement;
}

Statement parse_delete(TokenStream& tokens, With with) {
  Delete remove;
  remove.with = std::move(with);
  tokens.expect("delete");
  remove.ignore = skip_modifiers(tokens);
  const bool history = tokens.at("history", "from") && tokens.accept("history");
  if (!tokens.at("from")) {
    remove.targets = parse_targets(tokens);
    tokens.expect("from");
    remove.from = parse_relations(tokens);
  } else {
    tokens.step();
    if (at_targets(tokens)) {
      remove.targets = parse_targets(tokens);
      tokens.expect("using");
      remove.from = parse_relations(tokens);
    } else {
      remove.table = parse_table(tokens);
    }
  }
  if (history && tokens.accept("before", "system_time")) {
    tokens.accept_any("timestamp", "transaction");
    std::get<TableName>(remove.table.source).as_of = parse_expression(tokens);
  }
  parse_rest(tokens, remove);
  Statement statement;
  statement.node = std::move(remove);
  return statement;
}

/// LOAD DATA and LOAD XML. How the file is cut into fields is of no matter here.
Statement parse_load(TokenStream& tokens) {
  Transfer transfer;
  transfer.into_table = true;
  tokens.expect("load");
  if (!tokens.accept_any("data", "xml")) tokens.fail("DATA");
  tokens.accept_any("low_priority", "concurrent");
  transfer.server_file = !tokens.accept("local");
  tokens.expect("infile");
  tokens.string();
  if (tokens.accept("replace")) transfer.conflict = Conflict::Action::replace;
  if (tokens.accept("ignore")) transfer.conflict = Conflict::Action::nothing;
  tokens.expect("into", "table");
  transfer.table = parse_name(tokens);
  while (!tokens.at_end() && !tokens.at_mark('(') && !tokens.at("set")) tokens.step();
  if (tokens.accept_mark('(')) {
    do {
      const bool variable = tokens.now().kind == TokenKind::variable;
      if (variable)
        tokens.step();
      else
        transfer.columns.push_back(tokens.name());
    } while (tokens.accept_mark(','));
    tokens.expect_mark(')');
  }
  if (tokens.accept("set")) transfer.set = parse_assignments(tokens);
  Statement statement;
  statement.node = std::move(transfer);
  return statement;
}

}  // namespace understudy::sql::tree::mysql
