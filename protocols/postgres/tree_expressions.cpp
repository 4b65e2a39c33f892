// Expressions of libpg_query's JSON.
#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <utility>

#include "protocols/postgres/tree_reading.hpp"

namespace understudy::postgres::trees {
namespace {

using tree::Expression;
using tree::Operator;

Expression node_of(Expression::Node node) {
  return Expression(std::move(node));
}

// ---- constants and names ----

/// libpg_query leaves out numbers that are not positive: 0, and those that the text has a minus
/// for.
std::optional<std::string> unwritten_number(const ParseTree& node, const TreeReading& reading) {
  if (reading.text.empty()) return "0";  // a length, say
  const auto location = static_cast<std::size_t>(number_at(node, "location"));
  if (location >= reading.text.size()) return std::nullopt;
  std::string_view rest = reading.text.substr(location);
  if (!rest.starts_with('-')) return rest.starts_with('0') ? std::optional("0") : std::nullopt;
  rest.remove_prefix(std::min(rest.find_first_not_of(" \t\n\r\f", 1), rest.size()));
  const std::string_view digits = rest.substr(0, rest.find_first_not_of("0123456789"));
  if (digits.empty()) return std::nullopt;
  return "-" + std::string(digits);
}

Expression constant_of(const ParseTree& node, const TreeReading& reading) {
  using Kind = tree::Literal::Kind;
  tree::Literal literal;
  if (node.contains("ival") && !at(node, "ival").contains("ival")) {
    const auto number = unwritten_number(node, reading);
    if (!number) return node_of(tree::Opaque{"a number"});
    literal = {Kind::number, *number};
  } else if (node.contains("ival")) {
    literal = {Kind::number, std::to_string(number_at(at(node, "ival"), "ival"))};
  } else if (node.contains("fval")) {
    literal = {Kind::number, text_at(at(node, "fval"), "fval")};
  } else if (node.contains("boolval")) {
    literal = {Kind::boolean, flag_at(at(node, "boolval"), "boolval") ? "true" : "false"};
  } else if (node.contains("sval")) {
    literal = {Kind::string, text_at(at(node, "sval"), "sval")};
  } else if (node.contains("bsval")) {
    literal = {Kind::bits, text_at(at(node, "bsval"), "bsval")};
    if (!literal.text.empty()) literal.text.erase(0, 1);
  }
  return node_of(std::move(literal));
}

Expression column_of(const ParseTree& fields) {
  std::vector<std::string> path;
  for (const ParseTree& field : fields) {
    if (field.contains("A_Star")) return node_of(tree::Star{std::move(path)});
    path.push_back(text_at(at(field, "String"), "sval"));
  }
  if (path.empty()) return node_of(tree::Opaque{"a column"});
  return node_of(tree::Column{std::move(path)});
}

// ---- operators ----

struct Spelled {
  std::string_view spelled;
  Operator op;
};
constexpr std::array<Spelled, 21> operators = {
    {{"=", Operator::equal},          {"<>", Operator::not_equal},
     {"!=", Operator::not_equal},     {"<", Operator::less},
     {"<=", Operator::less_equal},    {">", Operator::greater},
     {">=", Operator::greater_equal}, {"+", Operator::add},
     {"-", Operator::subtract},       {"*", Operator::multiply},
     {"/", Operator::divide},         {"%", Operator::modulo},
     {"^", Operator::power},          {"||", Operator::concatenate},
     {"|", Operator::bit_or},         {"&", Operator::bit_and},
     {"#", Operator::bit_xor},        {"<<", Operator::shift_left},
     {">>", Operator::shift_right},   {"->", Operator::json_get},
     {"->>", Operator::json_get_text}}};

/// The operator of a list of names; `spelled` where it has a schema or no name of its own here.
void set_operator(tree::Operation& operation, const ParseTree& names) {
  const tree::Name name = name_of_list(names);
  const bool plain = name.schema.empty() || name.schema == "pg_catalog";
  operation.op = Operator::other;
  operation.spelled = name.schema.empty() ? name.name : name.schema + "." + name.name;
  for (const Spelled& each : operators) {
    if (!plain || each.spelled != name.name) continue;
    operation.op = each.op;
    operation.spelled.clear();
  }
}

Expression operation_of(const ParseTree& node, TreeReading& reading) {
  tree::Operation operation;
  set_operator(operation, at(node, "name"));
  if (node.contains("lexpr")) {
    operation.operands.push_back(expression_of(at(node, "lexpr"), reading));
  } else {  // a prefix
    if (operation.op == Operator::subtract) operation.op = Operator::negate;
    if (operation.op == Operator::add) operation.op = Operator::plus;
  }
  operation.operands.push_back(expression_of(at(node, "rexpr"), reading));
  const std::string kind = text_at(node, "kind");
  using Quantifier = tree::Operation::Quantifier;
  if (kind == "AEXPR_OP_ANY") operation.quantifier = Quantifier::any;
  if (kind == "AEXPR_OP_ALL") operation.quantifier = Quantifier::all;
  if (kind == "AEXPR_DISTINCT") operation.op = Operator::distinct;
  if (kind == "AEXPR_NOT_DISTINCT") operation.op = Operator::not_distinct;
  return node_of(std::move(operation));
}

Expression in_of(const ParseTree& node, TreeReading& reading) {
  tree::In in;
  in.operand = expression_of(at(node, "lexpr"), reading);
  in.list = expressions_of(at(node, "rexpr", "List", "items"), reading);
  in.negated = name_of_list(at(node, "name")).name == "<>";
  return node_of(std::move(in));
}

Expression between_of(const ParseTree& node, const std::string& kind, TreeReading& reading) {
  const ParseTree& bounds = at(node, "rexpr", "List", "items");
  if (bounds.size() != 2) return node_of(tree::Opaque{"BETWEEN"});
  tree::Between between;
  between.operand = expression_of(at(node, "lexpr"), reading);
  between.low = expression_of(bounds[0], reading);
  between.high = expression_of(bounds[1], reading);
  between.negated = kind.find("NOT") != std::string::npos;
  between.symmetric = kind.find("SYM") != std::string::npos;
  return node_of(std::move(between));
}

/// The pattern of LIKE and SIMILAR stands in a call where an escape or the latter is.
Expression like_of(const ParseTree& node, const std::string& kind, TreeReading& reading) {
  tree::Like like;
  like.kind = kind == "AEXPR_ILIKE"     ? tree::Like::Kind::ilike
              : kind == "AEXPR_SIMILAR" ? tree::Like::Kind::similar
                                        : tree::Like::Kind::like;
  like.negated = name_of_list(at(node, "name")).name.starts_with("!");
  like.operand = expression_of(at(node, "lexpr"), reading);
  const ParseTree& pattern = at(node, "rexpr");
  const std::string escape = name_of_list(at(pattern, "FuncCall", "funcname")).name;
  if (escape == "like_escape" || escape == "similar_to_escape") {
    const ParseTree& arguments = at(pattern, "FuncCall", "args");
    if (!arguments.empty()) like.pattern = expression_of(arguments[0], reading);
    if (arguments.size() > 1) like.escape = expression_of(arguments[1], reading);
  } else {
    like.pattern = expression_of(pattern, reading);
  }
  return node_of(std::move(like));
}

Expression a_expr(const ParseTree& node, TreeReading& reading) {
  const std::string kind = text_at(node, "kind");
  if (kind == "AEXPR_IN") return in_of(node, reading);
  if (kind.find("BETWEEN") != std::string::npos) return between_of(node, kind, reading);
  if (kind == "AEXPR_LIKE" || kind == "AEXPR_ILIKE" || kind == "AEXPR_SIMILAR")
    return like_of(node, kind, reading);
  if (kind != "AEXPR_NULLIF") return operation_of(node, reading);
  tree::Call call;
  call.name.name = "nullif";
  call.arguments.push_back(expression_of(at(node, "lexpr"), reading));
  call.arguments.push_back(expression_of(at(node, "rexpr"), reading));
  return node_of(std::move(call));
}

Expression bool_of(const ParseTree& node, TreeReading& reading) {
  const std::string kind = text_at(node, "boolop");
  tree::Operation operation;
  operation.op = kind == "AND_EXPR"  ? Operator::and_
                 : kind == "OR_EXPR" ? Operator::or_
                                     : Operator::not_;
  operation.operands = expressions_of(at(node, "args"), reading);
  return node_of(std::move(operation));
}

Expression null_test(const ParseTree& node, TreeReading& reading) {
  tree::Is is;
  is.operand = expression_of(at(node, "arg"), reading);
  is.negated = text_at(node, "nulltesttype") == "IS_NOT_NULL";
  return node_of(std::move(is));
}

Expression boolean_test(const ParseTree& node, TreeReading& reading) {
  const std::string kind = text_at(node, "booltesttype");
  tree::Is is;
  is.operand = expression_of(at(node, "arg"), reading);
  is.negated = kind.starts_with("IS_NOT_");
  is.test = kind.ends_with("TRUE")    ? tree::Is::Test::true_
            : kind.ends_with("FALSE") ? tree::Is::Test::false_
                                      : tree::Is::Test::unknown;
  return node_of(std::move(is));
}

// ---- calls ----

Expression call_of(const ParseTree& node, TreeReading& reading) {
  tree::Call call;
  call.name = name_of_list(at(node, "funcname"));
  for (const ParseTree& each : at(node, "args")) {
    const ParseTree& named = at(each, "NamedArgExpr");
    if (!named.is_null()) {
      call.argument_names.resize(call.arguments.size());
      call.argument_names.push_back(text_at(named, "name"));
    }
    call.arguments.push_back(expression_of(named.is_null() ? each : at(named, "arg"), reading));
  }
  call.star = flag_at(node, "agg_star");
  call.distinct = flag_at(node, "agg_distinct");
  call.variadic = flag_at(node, "func_variadic");
  call.within_group = flag_at(node, "agg_within_group");
  call.order = order_of(at(node, "agg_order"), reading);
  call.filter = optional_expression(at(node, "agg_filter"), reading);
  if (node.contains("over")) call.over = window_of(at(node, "over"), reading);
  return node_of(std::move(call));
}

Expression plain_call(const char* name, const ParseTree& arguments, TreeReading& reading) {
  tree::Call call;
  call.name.name = name;
  call.arguments = expressions_of(arguments, reading);
  return node_of(std::move(call));
}

/// CURRENT_DATE and its like: `SVFOP_CURRENT_TIMESTAMP_N`.
Expression value_function(const ParseTree& node) {
  std::string name = text_at(node, "op");
  if (name.starts_with("SVFOP_")) name.erase(0, 6);
  if (name.ends_with("_N")) name.resize(name.size() - 2);
  for (char& c : name)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  tree::Call call;
  call.name.name = std::move(name);
  call.parentheses = false;
  return node_of(std::move(call));
}

Expression min_max(const ParseTree& node, TreeReading& reading) {
  return plain_call(text_at(node, "op") == "IS_GREATEST" ? "greatest" : "least", at(node, "args"),
                    reading);
}

Expression xml_of(const ParseTree& node, TreeReading& reading) {
  tree::Call call;
  call.name.name = "xmlelement";
  call.arguments = expressions_of(at(node, "args"), reading);
  for (const ParseTree& each : at(node, "named_args"))
    call.arguments.push_back(expression_of(at(each, "ResTarget", "val"), reading));
  return node_of(std::move(call));
}

// ---- the rest ----

Expression cast_of(const ParseTree& node, TreeReading& reading) {
  return node_of(
      tree::Cast{expression_of(at(node, "arg"), reading), type_of(at(node, "typeName"))});
}

Expression case_of(const ParseTree& node, TreeReading& reading) {
  tree::Case result;
  result.operand = optional_expression(at(node, "arg"), reading);
  for (const ParseTree& each : at(node, "args")) {
    const ParseTree& when = at(each, "CaseWhen");
    result.whens.push_back(
        {expression_of(at(when, "expr"), reading), expression_of(at(when, "result"), reading)});
  }
  result.otherwise = optional_expression(at(node, "defresult"), reading);
  return node_of(std::move(result));
}

Expression sub_link(const ParseTree& node, TreeReading& reading) {
  const std::string kind = text_at(node, "subLinkType");
  tree::SubQuery query{tree::SubQuery::Kind::scalar, wrapped_query(at(node, "subselect"), reading)};
  if (kind == "EXISTS_SUBLINK") query.kind = tree::SubQuery::Kind::exists;
  if (kind == "ARRAY_SUBLINK") query.kind = tree::SubQuery::Kind::array;
  const bool any = kind == "ANY_SUBLINK";
  if (!any && kind != "ALL_SUBLINK") return node_of(std::move(query));
  if (any && !node.contains("operName")) {
    tree::In in;
    in.operand = expression_of(at(node, "testexpr"), reading);
    in.query = std::move(query.query);
    return node_of(std::move(in));
  }
  tree::Operation operation;
  set_operator(operation, at(node, "operName"));
  operation.quantifier = any ? tree::Operation::Quantifier::any : tree::Operation::Quantifier::all;
  operation.operands.push_back(expression_of(at(node, "testexpr"), reading));
  operation.operands.push_back(node_of(std::move(query)));
  return node_of(std::move(operation));
}

Expression indirection_of(const ParseTree& node, TreeReading& reading) {
  Expression result = expression_of(at(node, "arg"), reading);
  for (const ParseTree& each : at(node, "indirection")) {
    tree::Access access;
    access.operand = std::move(result);
    if (each.contains("String")) access.field = text_at(at(each, "String"), "sval");
    if (each.contains("A_Star")) access.field = "*";
    access.slice = flag_at(at(each, "A_Indices"), "is_slice");
    for (const char* bound : {"lidx", "uidx"})
      if (at(each, "A_Indices").contains(bound))
        access.subscripts.push_back(expression_of(at(each, "A_Indices", bound), reading));
    result = node_of(std::move(access));
  }
  return result;
}

Expression collection_of(tree::Collection::Kind kind, const ParseTree& elements,
                         TreeReading& reading) {
  return node_of(tree::Collection{kind, expressions_of(elements, reading)});
}

/// Of GROUP BY: the columns are what counts.
Expression grouping_set(const ParseTree& node, TreeReading& reading) {
  return collection_of(tree::Collection::Kind::row, at(node, "content"), reading);
}

using ReadExpression = std::function<Expression(const ParseTree&, TreeReading&)>;

const std::map<std::string, ReadExpression>& expression_readers() {
  using Kind = tree::Collection::Kind;
  static const std::map<std::string, ReadExpression> all = {
      {"A_Const",
       [](const ParseTree& node, TreeReading& reading) { return constant_of(node, reading); }},
      {"ColumnRef",
       [](const ParseTree& node, TreeReading&) { return column_of(at(node, "fields")); }},
      {"ParamRef",
       [](const ParseTree& node, TreeReading&) {
         const long long number = number_at(node, "number");
         if (number < 1) return node_of(tree::Opaque{"?"});
         return node_of(tree::Parameter{static_cast<std::uint32_t>(number - 1)});
       }},
      {"A_Expr", a_expr},
      {"BoolExpr", bool_of},
      {"NullTest", null_test},
      {"BooleanTest", boolean_test},
      {"FuncCall", call_of},
      {"SQLValueFunction",
       [](const ParseTree& node, TreeReading&) { return value_function(node); }},
      {"MinMaxExpr", min_max},
      {"XmlExpr", xml_of},
      {"XmlSerialize",
       [](const ParseTree& node, TreeReading& reading) {
         return node_of(
             tree::Cast{expression_of(at(node, "expr"), reading), type_of(at(node, "typeName"))});
       }},
      {"CoalesceExpr",
       [](const ParseTree& node, TreeReading& reading) {
         return plain_call("coalesce", at(node, "args"), reading);
       }},
      {"GroupingFunc",
       [](const ParseTree& node, TreeReading& reading) {
         return plain_call("grouping", at(node, "args"), reading);
       }},
      {"TypeCast", cast_of},
      {"CaseExpr", case_of},
      {"SubLink", sub_link},
      {"A_Indirection", indirection_of},
      {"RowExpr",
       [](const ParseTree& node, TreeReading& reading) {
         return collection_of(Kind::row, at(node, "args"), reading);
       }},
      {"A_ArrayExpr",
       [](const ParseTree& node, TreeReading& reading) {
         return collection_of(Kind::array, at(node, "elements"), reading);
       }},
      {"List",
       [](const ParseTree& node, TreeReading& reading) {
         return collection_of(Kind::row, at(node, "items"), reading);
       }},
      {"GroupingSet", grouping_set},
      {"CollateClause",
       [](const ParseTree& node, TreeReading& reading) {
         return node_of(tree::Collate{expression_of(at(node, "arg"), reading),
                                      name_of_list(at(node, "collname"))});
       }},
      {"SetToDefault", [](const ParseTree&, TreeReading&) { return node_of(tree::Default{}); }},
      {"MultiAssignRef",
       [](const ParseTree& node, TreeReading& reading) {
         return expression_of(at(node, "source"), reading);
       }},
      {"CurrentOfExpr",
       [](const ParseTree&, TreeReading&) { return node_of(tree::Opaque{"current of"}); }},
      {"A_Star", [](const ParseTree&, TreeReading&) { return node_of(tree::Star{}); }},
  };
  return all;
}

}  // namespace

tree::Expression expression_of(const ParseTree& node, TreeReading& reading) {
  const TreeReading::Level level(reading);
  const auto [kind, inside] = kind_of(node);
  const auto found = expression_readers().find(kind);
  if (!level.sound() || found == expression_readers().end()) {
    if (reading.failure.empty()) reading.failure = kind + " is not known";
    return node_of(tree::Opaque{kind});
  }
  Expression expression = found->second(*inside, reading);
  const long long location = number_at(*inside, "location");
  if (location > 0) expression.offset = static_cast<std::uint32_t>(location);
  return expression;
}

std::vector<tree::Expression> expressions_of(const ParseTree& list, TreeReading& reading) {
  std::vector<Expression> expressions;
  for (const ParseTree& each : list) expressions.push_back(expression_of(each, reading));
  return expressions;
}

tree::Box<tree::Expression> optional_expression(const ParseTree& node, TreeReading& reading) {
  if (node.is_null()) return {};
  return expression_of(node, reading);
}

tree::Type type_of(const ParseTree& node) {
  tree::Type type;
  type.name = name_of_list(at(node, "names"));
  if (type.name.schema == "pg_catalog") type.name.schema.clear();
  TreeReading arguments;
  for (const ParseTree& each : at(node, "typmods")) {
    const Expression argument = expression_of(each, arguments);
    const auto* literal = argument.as<tree::Literal>();
    type.arguments.push_back(literal == nullptr ? std::string() : literal->text);
  }
  type.dimensions = static_cast<int>(at(node, "arrayBounds").size());
  type.is_set = flag_at(node, "setof");
  return type;
}

std::vector<tree::OrderItem> order_of(const ParseTree& list, TreeReading& reading) {
  std::vector<tree::OrderItem> order;
  for (const ParseTree& each : list) {
    const ParseTree& node = at(each, "SortBy");
    tree::OrderItem item;
    item.expression = expression_of(at(node, "node"), reading);
    item.descending = text_at(node, "sortby_dir") == "SORTBY_DESC";
    if (text_at(node, "sortby_nulls") == "SORTBY_NULLS_FIRST")
      item.nulls = tree::OrderItem::Nulls::first;
    if (text_at(node, "sortby_nulls") == "SORTBY_NULLS_LAST")
      item.nulls = tree::OrderItem::Nulls::last;
    if (text_at(node, "sortby_dir") == "SORTBY_USING")
      item.operator_ = name_of_list(at(node, "useOp")).name;
    order.push_back(std::move(item));
  }
  return order;
}

tree::Window window_of(const ParseTree& node, TreeReading& reading) {
  // FRAMEOPTION_NONDEFAULT of PostgreSQL's parsenodes.h.
  constexpr long long nondefault = 1;
  tree::Window window;
  const std::string name = text_at(node, "name"), base = text_at(node, "refname");
  window.only_name = !name.empty() && base.empty();
  window.base = window.only_name ? name : base;
  window.partition = expressions_of(at(node, "partitionClause"), reading);
  window.order = order_of(at(node, "orderClause"), reading);
  const long long frame = number_at(node, "frameOptions");
  if ((frame & nondefault) != 0) window.frame = "options " + std::to_string(frame);
  for (const char* bound : {"startOffset", "endOffset"})
    if (node.contains(bound))
      window.frame_bounds.push_back(expression_of(at(node, bound), reading));
  return window;
}

}  // namespace understudy::postgres::trees
