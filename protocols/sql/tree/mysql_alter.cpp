// ALTER of MySQL and MariaDB.
#include <utility>

#include "protocols/sql/tree/mysql_grammar.hpp"

namespace understudy::sql::tree::mysql {
namespace {

using Change = AlterAction::Kind;

AlterAction action_of(Change kind, std::string name = {}) {
  AlterAction action;
  action.kind = kind;
  action.name = std::move(name);
  return action;
}

void parse_place(TokenStream& tokens, AlterAction& action) {
  if (tokens.accept("after"))
    action.after = tokens.name();
  else
    action.first = tokens.accept("first");
}

// ---- ADD ----

void parse_added_column(TokenStream& tokens, std::vector<AlterAction>& actions, bool if_exists) {
  AlterAction action = action_of(Change::add_column);
  action.if_exists = if_exists;
  action.column = parse_column(tokens);
  parse_place(tokens, action);
  actions.push_back(std::move(action));
}

void parse_add(TokenStream& tokens, std::vector<AlterAction>& actions) {
  if (tokens.accept("partition")) {
    while (!tokens.at_end() && !tokens.at_mark(',')) {
      if (tokens.at_mark('('))
        tokens.skip_parentheses();
      else
        tokens.step();
    }
    actions.push_back(action_of(Change::inert));
    return;
  }
  if (tokens.at("system", "versioning") || tokens.at("period", "for") ||
      tokens.at("period", "if")) {
    while (!tokens.at_end() && !tokens.at_mark(',')) tokens.step();
    actions.push_back(action_of(Change::other));
    return;
  }
  if (auto constraint = parse_constraint(tokens)) {
    AlterAction action = action_of(Change::add_constraint);
    action.constraint = std::move(constraint);
    actions.push_back(std::move(action));
    return;
  }
  tokens.accept("column");
  const bool if_exists = accept_if_not_exists(tokens);
  if (!tokens.accept_mark('(')) return parse_added_column(tokens, actions, if_exists);
  do {
    if (auto constraint = parse_constraint(tokens)) {
      AlterAction action = action_of(Change::add_constraint);
      action.constraint = std::move(constraint);
      actions.push_back(std::move(action));
    } else {
      parse_added_column(tokens, actions, if_exists);
    }
  } while (tokens.accept_mark(','));
  tokens.expect_mark(')');
}

// ---- DROP ----

AlterAction parse_dropped(TokenStream& tokens) {
  if (tokens.accept("primary", "key")) return action_of(Change::drop_constraint, "PRIMARY");
  const bool index = tokens.accept("index") || tokens.accept("key");
  const bool constraint = index || tokens.accept("foreign", "key") || tokens.accept("constraint") ||
                          tokens.accept("check");
  if (constraint) {
    const bool if_exists = accept_if_exists(tokens);
    AlterAction action =
        action_of(index ? Change::drop_index : Change::drop_constraint, tokens.name());
    action.if_exists = if_exists;
    return action;
  }
  if (tokens.accept("partition")) {
    accept_if_exists(tokens);
    parse_names(tokens);
    return action_of(Change::change_rows);
  }
  if (tokens.at("system", "versioning") || tokens.at("period", "for") ||
      tokens.at("period", "if")) {
    while (!tokens.at_end() && !tokens.at_mark(',')) tokens.step();
    return action_of(Change::other);
  }
  tokens.accept("column");
  const bool if_exists = accept_if_exists(tokens);
  AlterAction action = action_of(Change::drop_column, tokens.name());
  action.if_exists = if_exists;
  if (!tokens.accept("restrict")) action.cascade = tokens.accept("cascade");
  return action;
}

// ---- ALTER, CHANGE, MODIFY, RENAME ----

AlterAction parse_altered(TokenStream& tokens) {
  if (tokens.accept("index") || tokens.accept("key") || tokens.accept("check") ||
      tokens.accept("constraint")) {  // visible, ignored, enforced
    accept_if_exists(tokens);
    tokens.name();
    while (!tokens.at_end() && !tokens.at_mark(',')) tokens.step();
    return action_of(Change::inert);
  }
  tokens.accept("column");
  accept_if_exists(tokens);
  AlterAction action = action_of(Change::set_default, tokens.name());
  if (tokens.accept("set", "default")) {
    action.expression = parse_expression(tokens, Power::primary);
  } else if (tokens.accept("set")) {
    if (!tokens.accept_any("visible", "invisible")) tokens.fail("DEFAULT");
    action.kind = Change::inert;
  } else {
    tokens.expect("drop", "default");
  }
  return action;
}

AlterAction parse_changed(TokenStream& tokens, bool renames) {
  tokens.accept("column");
  const bool if_exists = accept_if_exists(tokens);
  AlterAction action = action_of(Change::change_column);
  action.if_exists = if_exists;
  if (renames) action.name = tokens.name();
  action.column = parse_column(tokens);
  if (!renames) action.name = action.column->name;
  parse_place(tokens, action);
  return action;
}

AlterAction parse_renamed(TokenStream& tokens) {
  const bool column = tokens.accept("column");
  const bool index = !column && (tokens.accept("index") || tokens.accept("key"));
  if (!column && !index) {
    if (!tokens.accept("to") && !tokens.accept("as")) tokens.accept_operator("=");
    AlterAction action = action_of(Change::rename_table);
    action.table = parse_name(tokens);
    return action;
  }
  accept_if_exists(tokens);
  AlterAction action =
      action_of(column ? Change::rename_column : Change::rename_index, tokens.name());
  tokens.expect("to");
  action.new_name = tokens.name();
  return action;
}

/// What concerns partitions as a whole, or how the table is kept.
AlterAction parse_rest(TokenStream& tokens) {
  if (tokens.accept("exchange")) {
    AlterAction action = action_of(Change::change_rows);
    tokens.expect("partition");
    tokens.name();
    tokens.expect("with", "table");
    action.table = parse_name(tokens);
    while (!tokens.at_end() && !tokens.at_mark(',')) tokens.step();
    return action;
  }
  const bool rows = tokens.at_any("truncate", "exchange", "discard", "import", "coalesce",
                                  "reorganize", "convert");
  // CONVERT TO CHARACTER SET changes how values compare.
  const bool understood = tokens.now().kind == TokenKind::word;
  if (!understood) tokens.fail("a change of the table");
  const bool compares =
      tokens.at_any("collate", "character", "charset", "default", "convert", "partition");
  while (!tokens.at_end() && !tokens.at_mark(',')) {
    if (tokens.at_mark('('))
      tokens.skip_parentheses();
    else
      tokens.step();
  }
  return action_of(compares ? Change::other : rows ? Change::change_rows : Change::inert);
}

void parse_action(TokenStream& tokens, std::vector<AlterAction>& actions) {
  if (tokens.accept("add")) return parse_add(tokens, actions);
  if (tokens.accept("drop")) {
    actions.push_back(parse_dropped(tokens));
  } else if (tokens.accept("alter")) {
    actions.push_back(parse_altered(tokens));
  } else if (tokens.accept("change")) {
    actions.push_back(parse_changed(tokens, true));
  } else if (tokens.accept("modify")) {
    actions.push_back(parse_changed(tokens, false));
  } else if (tokens.accept("rename")) {
    actions.push_back(parse_renamed(tokens));
  } else {
    actions.push_back(parse_rest(tokens));
  }
}

AlterTable parse_alter_table(TokenStream& tokens) {
  AlterTable alter;
  alter.if_exists = accept_if_exists(tokens);
  alter.name = parse_name(tokens);
  if (tokens.accept("wait")) tokens.step();
  tokens.accept("nowait");
  while (!tokens.at_end()) {
    parse_action(tokens, alter.actions);
    if (!tokens.at_end() && !tokens.accept_mark(',')) {
      // PARTITION BY stands behind the last change without a comma.
      if (!tokens.at_any("partition", "remove")) tokens.fail(",");
    }
  }
  return alter;
}

AlterOther parse_alter_other(TokenStream& tokens) {
  AlterOther other;
  const bool sized =
      tokens.at_any("database", "schema", "event", "sequence", "server", "function", "procedure");
  if (tokens.at_any("database", "schema")) other.kind = ObjectKind::database;
  if (tokens.at("event")) other.kind = ObjectKind::event;
  if (tokens.at("sequence")) other.kind = ObjectKind::sequence;
  if (tokens.at_any("user", "role")) other.kind = ObjectKind::role;
  if (tokens.at("function")) other.kind = ObjectKind::function;
  if (tokens.at("procedure")) other.kind = ObjectKind::procedure;
  tokens.step();
  accept_if_exists(tokens);
  if (sized && tokens.at_name()) other.name = parse_name(tokens);
  while (!tokens.at_end()) tokens.step();
  return other;
}

}  // namespace

Statement parse_alter(TokenStream& tokens) {
  Statement statement;
  tokens.expect("alter");
  tokens.accept_any("online", "offline", "ignore");
  if (tokens.accept("table")) {
    statement.node = parse_alter_table(tokens);
    return statement;
  }
  while (!tokens.at_end() &&
         !tokens.at_any("view", "event", "database", "schema", "sequence", "user", "role", "server",
                        "function", "procedure", "instance", "tablespace", "logfile", "resource"))
    tokens.step();  // ALGORITHM, DEFINER
  if (tokens.accept("view")) {
    CreateView view;
    view.replace = true;
    view.name = parse_name(tokens);
    if (tokens.at_mark('(')) view.columns = parse_name_list(tokens);
    tokens.expect("as");
    view.query = parse_query(tokens);
    if (tokens.accept("with")) {
      while (!tokens.at_end()) tokens.step();
      view.check_option = true;
    }
    statement.node = std::move(view);
    return statement;
  }
  if (tokens.at_end()) tokens.fail("TABLE, VIEW or the like");
  statement.node = parse_alter_other(tokens);
  return statement;
}

}  // namespace understudy::sql::tree::mysql
