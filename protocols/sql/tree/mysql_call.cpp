// Calls of functions: those with a grammar of their own, aggregates and windows.
#include <algorithm>
#include <array>
#include <utility>

#include "protocols/sql/tree/mysql_grammar.hpp"

namespace understudy::sql::tree::mysql {
namespace {

constexpr std::array<std::string_view, 20> units = {"microsecond",
                                                    "second",
                                                    "minute",
                                                    "hour",
                                                    "day",
                                                    "week",
                                                    "month",
                                                    "quarter",
                                                    "year",
                                                    "second_microsecond",
                                                    "minute_microsecond",
                                                    "minute_second",
                                                    "hour_microsecond",
                                                    "hour_second",
                                                    "hour_minute",
                                                    "day_microsecond",
                                                    "day_second",
                                                    "day_minute",
                                                    "day_hour",
                                                    "year_month"};

/// What stands in the parentheses as words, up to `end` or the closing parenthesis.
void parse_words(TokenStream& tokens, Call& call) {
  while (!tokens.at_end() && !tokens.at_mark(')')) {
    if (tokens.at_mark('(')) {
      tokens.skip_parentheses();
      continue;
    }
    if (!call.words.empty()) call.words += ' ';
    call.words += lower_name(std::string(tokens.now().text));
    tokens.step();
  }
}

void parse_unit(TokenStream& tokens, Call& call) {
  call.words = lower_name(tokens.name());
  if (call.words.starts_with("sql_tsi_")) call.words.erase(0, 8);
}

Expression parse_cast(TokenStream& tokens, std::size_t offset) {
  Cast cast;
  cast.operand = parse_expression(tokens);
  tokens.expect("as");
  cast.type = parse_type(tokens);
  tokens.expect_mark(')');
  return finish(tokens, std::move(cast), offset);
}

Expression parse_convert(TokenStream& tokens, std::size_t offset) {
  Cast cast;
  cast.operand = parse_expression(tokens);
  if (tokens.accept("using")) {
    Call call;
    call.name.name = "convert";
    call.arguments.push_back(std::move(*cast.operand));
    call.words = lower_name(tokens.name());
    tokens.expect_mark(')');
    return finish(tokens, std::move(call), offset);
  }
  tokens.expect_mark(',');
  cast.type = parse_type(tokens);
  tokens.expect_mark(')');
  return finish(tokens, std::move(cast), offset);
}

void parse_trim(TokenStream& tokens, Call& call) {
  for (const std::string_view side : {"both", "leading", "trailing"})
    if (tokens.accept(side)) call.words = side;
  if (!tokens.at("from")) call.arguments.push_back(parse_expression(tokens));
  if (tokens.accept("from")) call.arguments.push_back(parse_expression(tokens));
}

void parse_substring(TokenStream& tokens, Call& call) {
  call.arguments.push_back(parse_expression(tokens));
  while (tokens.accept_mark(',') || tokens.accept("from") || tokens.accept("for"))
    call.arguments.push_back(parse_expression(tokens));
}

void parse_position(TokenStream& tokens, Call& call) {
  call.arguments.push_back(parse_expression(tokens, Power::bit_or));
  if (!tokens.accept("in")) tokens.expect_mark(',');
  call.arguments.push_back(parse_expression(tokens));
}

/// EXTRACT (unit FROM time)
void parse_extract(TokenStream& tokens, Call& call) {
  parse_unit(tokens, call);
  tokens.expect("from");
  call.arguments.push_back(parse_expression(tokens));
}

/// TIMESTAMPADD (unit, …), GET_FORMAT (type, …)
void parse_unit_first(TokenStream& tokens, Call& call) {
  parse_unit(tokens, call);
  while (tokens.accept_mark(',')) call.arguments.push_back(parse_expression(tokens));
}

/// Arguments as of any other function or aggregate.
void parse_arguments(TokenStream& tokens, Call& call) {
  if (tokens.at_mark(')')) return;
  call.distinct = tokens.accept("distinct");
  tokens.accept("all");
  if (tokens.at_operator("*") && tokens.at_mark(')', 1)) {
    tokens.step();
    call.star = true;
    return;
  }
  call.arguments = parse_expressions(tokens);
  if (tokens.accept("order", "by")) call.order = parse_order(tokens);
  // USING charset, SEPARATOR string, LIMIT, AS type, RETURNING type …
  if (!tokens.at_mark(')')) parse_words(tokens, call);
}

using Parse = void (*)(TokenStream&, Call&);
struct Special {
  std::string_view name;
  Parse parse;
};
constexpr std::array<Special, 9> specials = {{{"trim", parse_trim},
                                              {"substring", parse_substring},
                                              {"substr", parse_substring},
                                              {"mid", parse_substring},
                                              {"position", parse_position},
                                              {"extract", parse_extract},
                                              {"timestampadd", parse_unit_first},
                                              {"timestampdiff", parse_unit_first},
                                              {"get_format", parse_unit_first}}};

std::string frame_text(TokenStream& tokens, std::vector<Expression>& bounds) {
  const std::size_t begin = tokens.offset();
  while (!tokens.at_end() && !tokens.at_mark(')')) {
    // A bound that is an expression stands before PRECEDING or FOLLOWING.
    const bool word = tokens.now().kind == TokenKind::word && !tokens.at("interval");
    if (word)
      tokens.step();
    else
      bounds.push_back(parse_expression(tokens, Power::bit_or));
  }
  return lower_name(std::string(tokens.text_from(begin)));
}

void parse_over(TokenStream& tokens, Call& call) {
  if (tokens.at("within", "group")) {
    tokens.step(), tokens.step();
    tokens.expect_mark('(');
    tokens.expect("order", "by");
    call.order = parse_order(tokens);
    call.within_group = true;
    tokens.expect_mark(')');
  }
  if (tokens.accept("from", "first") || tokens.accept("respect", "nulls")) call.words += " first";
  if (tokens.accept("from", "last")) call.words += " from last";
  if (tokens.accept("ignore", "nulls")) call.words += " ignore nulls";
  if (!tokens.accept("over")) return;
  if (tokens.at_mark('(')) {
    call.over = parse_window(tokens);
  } else {
    Window window;
    window.base = tokens.name();
    window.only_name = true;
    call.over = std::move(window);
  }
}

}  // namespace

bool at_unit(const TokenStream& tokens) {
  return tokens.now().kind == TokenKind::word &&
         std::any_of(units.begin(), units.end(),
                     [&](std::string_view unit) { return equals_folded(tokens.now().text, unit); });
}

Window parse_window(TokenStream& tokens) {
  Window window;
  tokens.expect_mark('(');
  const TokenStream::Level level(tokens);
  if (tokens.at_name() && !tokens.at_any("rows", "range", "groups")) window.base = tokens.name();
  if (tokens.accept("partition", "by")) window.partition = parse_expressions(tokens);
  if (tokens.accept("order", "by")) window.order = parse_order(tokens);
  if (!tokens.at_mark(')')) window.frame = frame_text(tokens, window.frame_bounds);
  tokens.expect_mark(')');
  return window;
}

Expression parse_call(TokenStream& tokens, Name name, std::size_t offset) {
  tokens.expect_mark('(');
  const TokenStream::Level level(tokens);
  if (name.schema.empty() && name.name == "cast") return parse_cast(tokens, offset);
  if (name.schema.empty() && name.name == "convert") return parse_convert(tokens, offset);
  Call call;
  call.name = std::move(name);
  const auto* const special = std::find_if(
      specials.begin(), specials.end(),
      [&](const Special& each) { return call.name.schema.empty() && each.name == call.name.name; });
  (special == specials.end() ? parse_arguments : special->parse)(tokens, call);
  tokens.expect_mark(')');
  parse_over(tokens, call);
  return finish(tokens, std::move(call), offset);
}

}  // namespace understudy::sql::tree::mysql
