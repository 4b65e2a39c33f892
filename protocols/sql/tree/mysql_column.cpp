// Types, columns, constraints and indexes of MySQL and MariaDB.
#include <algorithm>
#include <array>
#include <utility>

#include "protocols/sql/tree/mysql_grammar.hpp"

namespace understudy::sql::tree::mysql {
namespace {

// ---- types ----

/// Types of several words, the longest first, and what they are called here.
struct LongType {
  std::array<std::string_view, 3> words;
  std::string_view name;
};
constexpr std::array<LongType, 14> long_types = {{
    {{"national", "character", "varying"}, "varchar"},
    {{"national", "char", "varying"}, "varchar"},
    {{"long", "char", "varying"}, "mediumtext"},
    {{"double", "precision", ""}, "double"},
    {{"character", "varying", ""}, "varchar"},
    {{"char", "varying", ""}, "varchar"},
    {{"char", "byte", ""}, "binary"},
    {{"national", "varchar", ""}, "varchar"},
    {{"national", "character", ""}, "char"},
    {{"national", "char", ""}, "char"},
    {{"nchar", "varchar", ""}, "varchar"},
    {{"long", "varchar", ""}, "mediumtext"},
    {{"long", "varbinary", ""}, "mediumblob"},
    {{"long", "", ""}, "mediumtext"},
}};

std::string parse_type_name(TokenStream& tokens) {
  for (const LongType& type : long_types) {
    std::size_t count = 0;
    bool found = true;
    for (const std::string_view word : type.words) {
      if (word.empty()) continue;
      const Token& token = tokens.ahead(count++);
      found = found && token.kind == TokenKind::word && equals_folded(token.text, word);
    }
    if (!found) continue;
    for (; count > 0; --count) tokens.step();
    return std::string(type.name);
  }
  return lower_name(tokens.name());
}

void parse_type_arguments(TokenStream& tokens, Type& type) {
  if (!tokens.accept_mark('(')) return;
  do {
    if (tokens.now().kind == TokenKind::string) {
      type.arguments.push_back(parse_string(tokens).text);
    } else {
      type.arguments.emplace_back(tokens.now().text);
      tokens.step();
    }
  } while (tokens.accept_mark(','));
  tokens.expect_mark(')');
}

std::string parse_collation(TokenStream& tokens) {
  tokens.accept_operator("=");
  return lower_name(tokens.now().kind == TokenKind::string ? tokens.string() : tokens.name());
}

bool accept_charset(TokenStream& tokens) {
  return tokens.accept("character", "set") || tokens.accept("charset") ||
         tokens.accept("char", "set");
}

// ---- columns ----

/// `(a, b ASC)` of MySQL's ON DELETE and its like.
ForeignAction parse_action(TokenStream& tokens) {
  if (tokens.accept("cascade")) return ForeignAction::cascade;
  if (tokens.accept("restrict")) return ForeignAction::restrict;
  if (tokens.accept("set", "null")) return ForeignAction::set_null;
  if (tokens.accept("set", "default")) return ForeignAction::set_default;
  if (!tokens.accept("no", "action")) tokens.fail("CASCADE, RESTRICT, SET NULL or NO ACTION");
  return ForeignAction::no_action;
}

void parse_references(TokenStream& tokens, Constraint& constraint) {
  constraint.kind = Constraint::Kind::foreign;
  constraint.parent = parse_name(tokens);
  if (tokens.at_mark('(')) constraint.parent_columns = parse_name_list(tokens);
  if (tokens.accept("match")) tokens.step();
  for (;;) {
    if (tokens.accept("on", "delete"))
      constraint.on_delete = parse_action(tokens);
    else if (tokens.accept("on", "update"))
      constraint.on_update = parse_action(tokens);
    else
      return;
  }
}

Constraint parse_check(TokenStream& tokens, std::string name) {
  Constraint constraint;
  constraint.kind = Constraint::Kind::check;
  constraint.name = std::move(name);
  tokens.expect_mark('(');
  constraint.expression = parse_expression(tokens);
  tokens.expect_mark(')');
  if (!tokens.accept("not", "enforced")) tokens.accept("enforced");
  return constraint;
}

/// GENERATED ALWAYS AS (…), or AS ROW START of a table with system versions.
void parse_generated(TokenStream& tokens, ColumnDefinition& column) {
  tokens.expect("as");
  if (tokens.accept("row")) {
    tokens.step();
    return;
  }
  tokens.expect_mark('(');
  column.generated = parse_expression(tokens);
  tokens.expect_mark(')');
  tokens.accept_any("virtual", "stored", "persistent");
}

void add_key(ColumnDefinition& column, Constraint::Kind kind) {
  Constraint constraint;
  constraint.kind = kind;
  constraint.parts.push_back({column.name, {}});
  column.constraints.push_back(std::move(constraint));
}

bool parse_default(TokenStream& tokens, ColumnDefinition& column) {
  if (tokens.accept("default")) {
    column.default_ = parse_expression(tokens, Power::primary);
  } else if (tokens.accept("on", "update")) {
    column.on_update = parse_expression(tokens, Power::primary);
  } else if (tokens.accept("serial", "default", "value")) {
    column.identity = column.not_null = true;
    add_key(column, Constraint::Kind::unique);
  } else {
    return false;
  }
  return true;
}

bool parse_column_constraint(TokenStream& tokens, ColumnDefinition& column) {
  std::string name;
  if (tokens.accept("constraint") && !tokens.at_any("check", "references")) name = tokens.name();
  if (tokens.accept("check")) {
    column.constraints.push_back(parse_check(tokens, std::move(name)));
  } else if (tokens.accept("references")) {
    Constraint constraint;
    constraint.name = std::move(name);
    constraint.parts.push_back({column.name, {}});
    parse_references(tokens, constraint);
    column.constraints.push_back(std::move(constraint));
  } else if (tokens.accept("unique")) {
    if (!tokens.accept("key")) tokens.accept("index");
    add_key(column, Constraint::Kind::unique);
  } else if (tokens.accept("primary", "key") || tokens.accept("key")) {
    column.not_null = true;
    add_key(column, Constraint::Kind::primary);
  } else {
    return false;
  }
  return true;
}

/// Attributes that change no value.
bool skip_column_attribute(TokenStream& tokens) {
  if (tokens.accept("comment")) {
    tokens.string();
  } else if (tokens.at("column_format") || tokens.at("storage") || tokens.at("srid")) {
    tokens.step(), tokens.step();
  } else if (tokens.at("ref_system_id")) {
    tokens.step(), tokens.accept_operator("="), tokens.step();
  } else if (tokens.accept("compressed")) {
    if (tokens.accept_operator("=")) tokens.step();
  } else if (tokens.accept("without", "system")) {
    tokens.expect("versioning");
  } else {
    return tokens.accept_any("visible", "invisible", "engine_attribute");
  }
  return true;
}

bool parse_column_attribute(TokenStream& tokens, ColumnDefinition& column) {
  if (tokens.accept("not", "null")) return column.not_null = true;
  if (tokens.accept("null")) return true;
  if (tokens.accept("auto_increment")) return column.identity = true;
  if (tokens.accept("collate")) return column.collation = parse_collation(tokens), true;
  if (accept_charset(tokens)) return column.type.charset = parse_collation(tokens), true;
  if (tokens.accept("with", "system")) return column.versioned = true, tokens.expect("versioning");
  if (tokens.accept("generated", "always") || tokens.at("as"))
    return parse_generated(tokens, column), true;
  return parse_default(tokens, column) || parse_column_constraint(tokens, column) ||
         skip_column_attribute(tokens);
}

// ---- constraints and indexes ----

void skip_index_options(TokenStream& tokens) {
  for (;;) {
    if (tokens.accept("using")) {
      tokens.step();
    } else if (tokens.accept("comment")) {
      tokens.string();
    } else if (tokens.at("with", "parser")) {
      tokens.step(), tokens.step(), tokens.step();
    } else if (tokens.at_any("key_block_size", "engine_attribute", "secondary_engine_attribute",
                             "clustering")) {
      tokens.step(), tokens.accept_operator("="), tokens.step();
    } else if (!tokens.accept_any("visible", "invisible", "ignored") &&
               !tokens.accept("not", "ignored")) {
      return;
    }
  }
}

void parse_key(TokenStream& tokens, Constraint& constraint) {
  accept_if_not_exists(tokens);
  if (tokens.at_name() || tokens.now().kind == TokenKind::quoted) {
    const bool named = !tokens.at("using");
    if (named) constraint.name = tokens.name();
  }
  if (tokens.accept("using")) tokens.step();
  constraint.parts = parse_key_parts(tokens);
  skip_index_options(tokens);
}

}  // namespace

Type parse_type(TokenStream& tokens) {
  Type type;
  type.name.name = parse_type_name(tokens);
  parse_type_arguments(tokens, type);
  for (;;) {
    if (tokens.accept_any("unsigned", "zerofill"))
      type.is_unsigned = true;
    else if (accept_charset(tokens))
      type.charset = parse_collation(tokens);
    else if (tokens.accept("array"))
      type.dimensions = 1;
    else if (!tokens.accept_any("signed", "binary", "ascii", "unicode", "byte", "integer", "int"))
      return type;
  }
}

ColumnDefinition parse_column(TokenStream& tokens) {
  ColumnDefinition column;
  column.name = tokens.name();
  column.type = parse_type(tokens);
  if (column.type.name.name == "serial") {
    column.identity = column.not_null = column.type.is_unsigned = true;
    column.type.name.name = "bigint";
    add_key(column, Constraint::Kind::unique);
  }
  while (!tokens.failed() && parse_column_attribute(tokens, column)) {
  }
  return column;
}

std::vector<KeyPart> parse_key_parts(TokenStream& tokens) {
  std::vector<KeyPart> parts;
  tokens.expect_mark('(');
  do {
    KeyPart part;
    if (tokens.accept_mark('(')) {
      part.expression = parse_expression(tokens);
      tokens.expect_mark(')');
    } else {
      part.column = tokens.name();
      if (tokens.accept_mark('(')) {
        part.length = std::string(tokens.now().text);
        tokens.step();
        tokens.expect_mark(')');
      }
    }
    part.descending = tokens.accept("desc");
    if (!tokens.accept("asc")) tokens.accept("without", "overlaps");
    parts.push_back(std::move(part));
  } while (tokens.accept_mark(','));
  tokens.expect_mark(')');
  return parts;
}

std::optional<Constraint> parse_constraint(TokenStream& tokens) {
  Constraint constraint;
  if (tokens.at("constraint")) {
    tokens.step();
    accept_if_not_exists(tokens);
    const bool named = !tokens.at("primary", "key") && !tokens.at("unique") &&
                       !tokens.at("foreign", "key") && !tokens.at("check");
    if (named) constraint.name = tokens.name();
  }
  if (tokens.accept("primary", "key")) {
    constraint.kind = Constraint::Kind::primary;
    parse_key(tokens, constraint);
    constraint.name = "PRIMARY";
  } else if (tokens.at("unique")) {
    tokens.step();
    if (!tokens.accept("key")) tokens.accept("index");
    const std::string name = std::move(constraint.name);
    constraint.kind = Constraint::Kind::unique;
    parse_key(tokens, constraint);
    if (constraint.name.empty()) constraint.name = name;
  } else if (tokens.accept("foreign", "key")) {
    const std::string name = std::move(constraint.name);
    parse_key(tokens, constraint);
    tokens.expect("references");
    parse_references(tokens, constraint);
    if (!name.empty()) constraint.name = name;
  } else if (tokens.accept("check")) {
    return parse_check(tokens, std::move(constraint.name));
  } else if (tokens.at_any("index", "key", "fulltext", "spatial")) {
    constraint.kind = Constraint::Kind::index;
    tokens.accept_any("fulltext", "spatial");
    if (!tokens.accept("key")) tokens.accept("index");
    parse_key(tokens, constraint);
  } else {
    return std::nullopt;
  }
  return constraint;
}

}  // namespace understudy::sql::tree::mysql
