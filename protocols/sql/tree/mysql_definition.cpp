// CREATE, DROP, RENAME and TRUNCATE of MySQL and MariaDB.
#include <utility>

#include "protocols/sql/tree/mysql_grammar.hpp"

namespace understudy::sql::tree::mysql {
namespace {

template <class Node>
Statement statement_of(Node node) {
  Statement statement;
  statement.node = std::move(node);
  return statement;
}

// ---- tables ----

/// What is up to the next AS, query or end on this level of parentheses: the options of a table
/// and its partitions.
void parse_table_options(TokenStream& tokens, CreateTable& table) {
  while (!tokens.at_end() && !tokens.at("as")) {
    if (at_query(tokens) && !tokens.at("with", "system")) return;
    if (tokens.at("partition", "by")) table.partitioned = true;
    if (tokens.at("system", "versioning")) table.versioned = true;
    if (tokens.accept("collate")) {
      tokens.accept_operator("=");
      table.collation = lower_name(std::string(tokens.now().text));
    }
    if (tokens.at_mark('('))
      tokens.skip_parentheses();
    else
      tokens.step();
  }
}

void parse_elements(TokenStream& tokens, CreateTable& table) {
  tokens.expect_mark('(');
  do {
    if (tokens.accept("like")) {
      table.like.push_back(parse_name(tokens));
    } else if (tokens.at("period", "for")) {
      table.versioned = true;
      while (!tokens.at_end() && !tokens.at_mark('(')) tokens.step();
      tokens.skip_parentheses();
    } else if (auto constraint = parse_constraint(tokens)) {
      table.constraints.push_back(std::move(*constraint));
    } else {
      table.columns.push_back(parse_column(tokens));
    }
  } while (tokens.accept_mark(','));
  tokens.expect_mark(')');
}

}  // namespace

CreateTable parse_create_table(TokenStream& tokens, bool replace, bool temporary) {
  CreateTable table;
  table.replace = replace;
  table.temporary = temporary;
  table.if_not_exists = accept_if_not_exists(tokens);
  table.name = parse_name(tokens);
  if (tokens.accept("like")) {
    table.like.push_back(parse_name(tokens));
    return table;
  }
  if (tokens.at_mark('(') && !at_query(tokens)) parse_elements(tokens, table);
  parse_table_options(tokens, table);
  tokens.accept("as");
  if (at_query(tokens)) table.query = parse_query(tokens);
  return table;
}

namespace {

// ---- views, indexes, sequences, databases ----

Statement parse_view(TokenStream& tokens, bool replace) {
  CreateView view;
  view.replace = replace;
  view.if_not_exists = accept_if_not_exists(tokens);
  view.name = parse_name(tokens);
  if (tokens.at_mark('(')) view.columns = parse_name_list(tokens);
  tokens.expect("as");
  view.query = parse_query(tokens);
  if (tokens.accept("with")) {
    tokens.accept_any("cascaded", "local");
    tokens.expect("check", "option");
    view.check_option = true;
  }
  return statement_of(std::move(view));
}

Statement parse_index(TokenStream& tokens, bool unique) {
  CreateIndex index;
  index.unique = unique;
  index.if_not_exists = accept_if_not_exists(tokens);
  index.name = tokens.name();
  if (tokens.accept("using")) tokens.step();
  tokens.expect("on");
  index.table = parse_name(tokens);
  index.parts = parse_key_parts(tokens);
  // USING, COMMENT, ALGORITHM, LOCK: how, not what.
  while (!tokens.at_end()) tokens.step();
  return statement_of(std::move(index));
}

Statement parse_sequence(TokenStream& tokens, bool temporary) {
  CreateSequence sequence;
  sequence.temporary = temporary;
  sequence.if_not_exists = accept_if_not_exists(tokens);
  sequence.name = parse_name(tokens);
  while (!tokens.at_end()) tokens.step();
  return statement_of(std::move(sequence));
}

Statement parse_other(TokenStream& tokens, ObjectKind kind) {
  CreateOther other;
  other.kind = kind;
  other.if_not_exists = accept_if_not_exists(tokens);
  if (!tokens.at_end() && tokens.now().kind != TokenKind::string) other.name = parse_name(tokens);
  while (!tokens.at_end()) tokens.step();
  return statement_of(std::move(other));
}

// ---- routines ----

/// Characteristics between the head of a routine and its body.
void parse_characteristics(TokenStream& tokens, CreateRoutine& routine) {
  using Volatility = CreateRoutine::Volatility;
  for (;;) {
    if (tokens.accept("comment")) {
      tokens.string();
    } else if (tokens.accept("language")) {
      routine.language = lower_name(tokens.name());
    } else if (tokens.accept("not", "deterministic")) {
      routine.volatility = Volatility::volatile_;
    } else if (tokens.accept("deterministic")) {
      routine.volatility = Volatility::stable;
    } else if (tokens.accept("no", "sql")) {
      routine.no_sql = true;
    } else if (tokens.accept("reads", "sql", "data")) {
      routine.reads_only = true;
    } else if (tokens.accept("modifies", "sql", "data")) {
      routine.modifies = true;
    } else if (tokens.accept("sql", "security")) {
      routine.security_definer = tokens.at("definer");
      tokens.step();
    } else if (!tokens.accept("contains", "sql") && !tokens.accept("aggregate")) {
      return;
    }
  }
}

void take_body(TokenStream& tokens, CreateRoutine& routine) {
  if (tokens.at_end()) return tokens.fail("a body");
  routine.body = std::string(tokens.rest());
  tokens.skip_body();
}

void parse_parameters(TokenStream& tokens, CreateRoutine& routine) {
  tokens.expect_mark('(');
  while (!tokens.at_end() && !tokens.at_mark(')')) {
    const bool mode = tokens.at_any("in", "out", "inout");
    if (mode && !tokens.at("in")) routine.has_more = true;
    if (mode) tokens.step();
    routine.parameters.push_back(lower_name(tokens.name()));
    routine.parameter_types.push_back(parse_type(tokens));
    if (tokens.accept("collate")) tokens.step(), routine.has_more = true;
    if (tokens.accept("default")) parse_expression(tokens), routine.has_more = true;
    tokens.accept_mark(',');
  }
  tokens.expect_mark(')');
}

Statement parse_routine(TokenStream& tokens, ObjectKind kind, bool replace) {
  CreateRoutine routine;
  routine.kind = kind;
  routine.replace = replace;
  routine.language = "sql";
  routine.if_not_exists = accept_if_not_exists(tokens);
  routine.name = parse_name(tokens);
  if (kind == ObjectKind::function && tokens.at("returns")) {  // a loadable function
    while (!tokens.at_end()) tokens.step();
    routine.language = "c";
    return statement_of(std::move(routine));
  }
  parse_parameters(tokens, routine);
  if (kind == ObjectKind::function) {
    tokens.expect("returns");
    routine.returns = parse_type(tokens);
    if (tokens.accept("collate")) tokens.step(), routine.has_more = true;
  }
  parse_characteristics(tokens, routine);
  take_body(tokens, routine);
  return statement_of(std::move(routine));
}

Statement parse_trigger(TokenStream& tokens, bool replace) {
  CreateRoutine trigger;
  trigger.kind = ObjectKind::trigger;
  trigger.replace = replace;
  trigger.language = "sql";
  trigger.if_not_exists = accept_if_not_exists(tokens);
  trigger.name = parse_name(tokens);
  trigger.timing = lower_name(tokens.name());
  trigger.events.push_back(lower_name(tokens.name()));
  tokens.expect("on");
  trigger.table = parse_name(tokens);
  tokens.expect("for", "each", "row");
  if (tokens.accept_any("follows", "precedes")) tokens.step(), trigger.has_more = true;
  take_body(tokens, trigger);
  return statement_of(std::move(trigger));
}

Statement parse_event(TokenStream& tokens, bool replace) {
  CreateRoutine event;
  event.kind = ObjectKind::event;
  event.replace = replace;
  event.language = "sql";
  event.if_not_exists = accept_if_not_exists(tokens);
  event.name = parse_name(tokens);
  while (!tokens.at_end() && !tokens.at("do")) tokens.step();
  tokens.expect("do");
  take_body(tokens, event);
  return statement_of(std::move(event));
}

/// DEFINER = user, ALGORITHM = …, SQL SECURITY …
void skip_creators(TokenStream& tokens) {
  for (;;) {
    if (tokens.at_any("definer", "algorithm") && tokens.at_operator("=", 1)) {
      tokens.step(), tokens.step();
      tokens.step();
      // `'root'@'localhost'` and `root@localhost`; CURRENT_USER()
      if (tokens.now().kind == TokenKind::variable) tokens.step();
      if (tokens.at_mark('(')) tokens.skip_parentheses();
      while (tokens.accept_mark('.')) tokens.step();
    } else if (tokens.accept("sql", "security")) {
      tokens.step();
    } else {
      return;
    }
  }
}

ObjectKind parse_kind(TokenStream& tokens) {
  struct Named {
    std::string_view word;
    ObjectKind kind;
  };
  static constexpr Named kinds[] = {{"table", ObjectKind::table},
                                    {"tables", ObjectKind::table},
                                    {"view", ObjectKind::view},
                                    {"index", ObjectKind::index},
                                    {"sequence", ObjectKind::sequence},
                                    {"database", ObjectKind::database},
                                    {"schema", ObjectKind::database},
                                    {"function", ObjectKind::function},
                                    {"procedure", ObjectKind::procedure},
                                    {"trigger", ObjectKind::trigger},
                                    {"event", ObjectKind::event},
                                    {"user", ObjectKind::role},
                                    {"role", ObjectKind::role}};
  for (const Named& named : kinds)
    if (tokens.accept(named.word)) return named.kind;
  return ObjectKind::other;
}

}  // namespace

Statement parse_create(TokenStream& tokens) {
  tokens.expect("create");
  const bool replace = tokens.accept("or", "replace");
  skip_creators(tokens);
  const bool temporary = tokens.accept("temporary");
  tokens.accept("aggregate");
  const bool unique = tokens.accept("unique");
  tokens.accept_any("fulltext", "spatial", "online", "offline", "undo");
  const ObjectKind kind = parse_kind(tokens);
  switch (kind) {
    case ObjectKind::table:
      return statement_of(parse_create_table(tokens, replace, temporary));
    case ObjectKind::view:
      return parse_view(tokens, replace);
    case ObjectKind::index:
      return parse_index(tokens, unique);
    case ObjectKind::sequence:
      return parse_sequence(tokens, temporary);
    case ObjectKind::function:
    case ObjectKind::procedure:
      return parse_routine(tokens, kind, replace);
    case ObjectKind::trigger:
      return parse_trigger(tokens, replace);
    case ObjectKind::event:
      return parse_event(tokens, replace);
    default:
      return parse_other(tokens, kind);
  }
}

Statement parse_drop(TokenStream& tokens) {
  tokens.expect("drop");
  if (tokens.accept("prepare")) {
    Utility utility;
    utility.kind = Kind::deallocate;
    utility.name = tokens.name();
    return statement_of(std::move(utility));
  }
  Drop drop;
  drop.temporary = tokens.accept("temporary");
  drop.kind = parse_kind(tokens);
  drop.if_exists = accept_if_exists(tokens);
  if (drop.kind == ObjectKind::other || drop.kind == ObjectKind::role) {
    while (!tokens.at_end()) tokens.step();
    return statement_of(std::move(drop));
  }
  drop.names = parse_names(tokens);
  if (drop.kind == ObjectKind::index) {
    tokens.expect("on");
    drop.table = parse_name(tokens);
    while (!tokens.at_end()) tokens.step();
  }
  if (!tokens.accept("restrict")) tokens.accept("cascade");
  if (tokens.accept("wait")) tokens.step();
  tokens.accept("nowait");
  return statement_of(std::move(drop));
}

Statement parse_rename(TokenStream& tokens) {
  tokens.expect("rename");
  if (tokens.accept("user")) {
    while (!tokens.at_end()) tokens.step();
    AlterOther other;
    other.kind = ObjectKind::role;
    return statement_of(std::move(other));
  }
  if (!tokens.accept_any("table", "tables")) tokens.fail("TABLE");
  accept_if_exists(tokens);
  RenameTables rename;
  do {
    RenameTables::Pair pair;
    pair.from = parse_name(tokens);
    if (tokens.accept("wait")) tokens.step();
    tokens.expect("to");
    pair.to = parse_name(tokens);
    rename.pairs.push_back(std::move(pair));
  } while (tokens.accept_mark(','));
  return statement_of(std::move(rename));
}

Statement parse_truncate(TokenStream& tokens) {
  tokens.expect("truncate");
  tokens.accept("table");
  Truncate truncate;
  truncate.restart_identity = true;
  truncate.tables.push_back({parse_name(tokens), false, {}, {}});
  if (tokens.accept("wait")) tokens.step();
  tokens.accept("nowait");
  return statement_of(std::move(truncate));
}

}  // namespace understudy::sql::tree::mysql
