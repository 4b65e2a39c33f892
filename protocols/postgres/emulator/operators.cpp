// Operators: comparisons, logic, arithmetic, text, and what is spelled as one.
#include <algorithm>
#include <array>

#include "protocols/postgres/emulator/typed.hpp"

namespace understudy::postgres::emulation {
namespace {

using sql::contents::is_text;
using sql::contents::is_whole;
using tree::Operator;

const char* spelled(Operator op) {
  switch (op) {
    case Operator::equal:
      return "=";
    case Operator::not_equal:
      return "<>";
    case Operator::less:
      return "<";
    case Operator::less_equal:
      return "<=";
    case Operator::greater:
      return ">";
    case Operator::greater_equal:
      return ">=";
    case Operator::distinct:
      return "IS NOT";
    case Operator::not_distinct:
      return "IS";
    case Operator::add:
      return "+";
    case Operator::subtract:
      return "-";
    case Operator::multiply:
      return "*";
    case Operator::divide:
      return "/";
    case Operator::modulo:
      return "%";
    default:
      throw Unsure{"this operator"};
  }
}

bool is_order(Operator op) {
  return op == Operator::less || op == Operator::less_equal || op == Operator::greater ||
         op == Operator::greater_equal;
}

bool is_comparison(Operator op) {
  return is_order(op) || op == Operator::equal || op == Operator::not_equal ||
         op == Operator::distinct || op == Operator::not_distinct;
}

/// Throws TooFar where it is beyond the type.
Typed::Range range_of_result(Operator op, Typed::Range a, Typed::Range b, TypeKind kind) {
  __extension__ typedef __int128 Wide;  // wider than all types that are calculated with
  std::array<Wide, 4> ends{};
  switch (op) {
    case Operator::add:
      ends = {Wide{a.low} + b.low, Wide{a.high} + b.high, Wide{a.low} + b.low,
              Wide{a.high} + b.high};
      break;
    case Operator::subtract:
      ends = {Wide{a.low} - b.high, Wide{a.high} - b.low, Wide{a.low} - b.high,
              Wide{a.high} - b.low};
      break;
    case Operator::multiply:
      ends = {Wide{a.low} * b.low, Wide{a.low} * b.high, Wide{a.high} * b.low,
              Wide{a.high} * b.high};
      break;
    default:  // a quotient or a rest is no farther from 0 than what is divided
      ends = {Wide{a.low}, Wide{a.high}, -Wide{a.low}, -Wide{a.high}};
  }
  const auto [low, high] = std::ranges::minmax(ends);
  const Typed::Range all = limits_of(kind);
  if (low < all.low || high > all.high) throw TooFar{};
  return {static_cast<std::int64_t>(low), static_cast<std::int64_t>(high)};
}

}  // namespace

namespace {

/// Whether equal values of both are kept as equal ones.
bool kept_alike(const ColumnType& a, const ColumnType& b) {
  return (a.kind == b.kind && a.scale == b.scale) || (is_whole(a.kind) && is_whole(b.kind)) ||
         (is_text(a.kind) && is_text(b.kind));
}

/// A number as a numeric of that scale.
Typed at_scale(Typed value, std::int32_t scale) {
  if (value.type.scale == ColumnType::own_scale || value.soft)
    throw Unsure{"a number of an unknown scale"};
  if (value.type.scale < scale)
    value.sql = "scaled(" + value.sql + ", " + std::to_string(scale - value.type.scale) + ")";
  value.type = {.kind = TypeKind::numeric, .scale = scale};
  value.range.reset();
  return value;
}

}  // namespace

/// Numbers of two scales, and moments of two types, as one.
void Translator::make_comparable(Typed& left, Typed& right) const {
  const auto numeric = [](const Typed& each) { return each.type.kind == TypeKind::numeric; };
  const auto exact = [&](const Typed& each) { return numeric(each) || is_whole(each.type.kind); };
  if ((numeric(left) || numeric(right)) && exact(left) && exact(right)) {
    for (Typed* each : {&left, &right})
      if (numeric(*each) && each->type.length == 0 && !each->bound)
        each->sql = "near(" + each->sql + ")";
    const std::int32_t scale = std::max(left.type.scale, right.type.scale);
    if (left.type.scale != right.type.scale || !numeric(left) || !numeric(right)) {
      left = at_scale(std::move(left), scale);
      right = at_scale(std::move(right), scale);
    }
  }
  if (is_moment(left.type.kind) && is_moment(right.type.kind) &&
      left.type.kind != right.type.kind) {
    left.sql = moment(left);
    right.sql = moment(right);
    left.type = right.type = {TypeKind::timestamp};
  }
}

/// A date or timestamp as microseconds.
std::string Translator::moment(const Typed& value) const {
  if (value.type.kind == TypeKind::timestamptz && !printing_.utc)
    throw Unsure{"a time in a zone other than UTC"};
  return value.type.kind == TypeKind::date ? "(" + value.sql + " * 86400000000)" : value.sql;
}

/// Of numerics: the scale of what comes out follows from those of what goes in.
Typed Translator::numeric_arithmetic(Operator op, Typed left, Typed right) {
  std::int32_t scale = std::max(left.type.scale, right.type.scale);
  if (op == Operator::multiply) {
    scale = left.type.scale + right.type.scale;
    left = at_scale(std::move(left), left.type.scale);
    right = at_scale(std::move(right), right.type.scale);
  } else {
    left = at_scale(std::move(left), scale);
    right = at_scale(std::move(right), scale);
  }
  constexpr std::int32_t most = 15;
  const char* const function = op == Operator::add        ? "whole_sum("
                               : op == Operator::subtract ? "whole_difference("
                               : op == Operator::multiply ? "whole_product("
                                                          : nullptr;
  if (function == nullptr || scale > most) throw Unsure{"this operator between numerics"};
  return typed("near(" + (function + left.sql) + ", " + right.sql + "))",
               {.kind = TypeKind::numeric, .scale = scale});
}

Typed Translator::compare(Operator op, Typed left, Typed right) {
  if (left.untyped != Untyped::no && right.untyped != Untyped::no)
    throw Unsure{"two values without a type"};
  const bool of_catalogue = !left.shade.empty() || !right.shade.empty();
  const Typed left_column = left, right_column = right;
  left = as_compared(std::move(left));
  right = as_compared(std::move(right));
  left = coerced(std::move(left), right.type, true);
  right = coerced(std::move(right), left.type, true);
  make_comparable(left, right);
  const bool text = is_text(left.type.kind) && is_text(right.type.kind);
  const bool whole = is_whole(left.type.kind) && is_whole(right.type.kind);
  if (!text && !whole && left.type.kind != right.type.kind)
    throw Unsure{"a comparison of two types"};
  require_comparable(left.type);
  require_comparable(right.type);
  if (text && left.type.bytewise != right.type.bytewise) {
    if (!left.bound && !right.bound && left.origin && right.origin)
      throw Unsure{"a comparison of two collations"};
    left.type.bytewise = right.type.bytewise = true;
  }
  const bool order = is_order(op);
  if (of_catalogue) {
    if (op != Operator::equal && op != Operator::not_equal)
      throw Unsure{"a comparison of this kind in the catalogue"};
    const std::string equal = equal_in_catalogue(left_column, right_column, left.sql, right.sql);
    return typed(op == Operator::equal ? equal : "(NOT " + equal + ")", boolean_type);
  }
  return typed("(" + (order ? ordered(left) : left.sql) + " " + spelled(op) + " " +
                   (order ? ordered(right) : right.sql) + ")",
               boolean_type);
}

Typed Translator::logic(const tree::Operation& operation, const Scope& scope) {
  std::vector<std::string> parts;
  for (const tree::Expression& each : operation.operands)
    parts.push_back(condition(each, scope).sql);
  if (operation.op == Operator::not_) return typed("(NOT " + parts.front() + ")", boolean_type);
  return typed("(" + joined(parts, operation.op == Operator::or_ ? " OR " : " AND ") + ")",
               boolean_type);
}

/// What the value of a whole number may be; of a column or a parameter it is checked.
Typed::Range Translator::range_of(Typed& value) {
  if (value.range) return *value.range;
  const std::int64_t most = value.type.kind == TypeKind::int2   ? reach_.int2
                            : value.type.kind == TypeKind::int4 ? reach_.int4
                                                                : reach_.int8;
  if (value.bound)
    bounds_[*value.bound].most = most;
  else if (value.of_part)
    part_guards_[*value.of_part] = most;
  else if (value.origin)
    guards_[*value.origin] = most;
  else
    throw Unsure{"a sum of what is computed"};
  return {-most, most};
}

Typed Translator::arithmetic(Operator op, Typed left, Typed right) {
  if (left.untyped != Untyped::no && right.untyped != Untyped::no)
    throw Unsure{"two values without a type"};
  left = coerced(std::move(left), right.type);
  right = coerced(std::move(right), left.type);
  const auto exact = [](const Typed& value) {
    return is_whole(value.type.kind) || value.type.kind == TypeKind::numeric;
  };
  if (exact(left) && exact(right) &&
      (left.type.kind == TypeKind::numeric || right.type.kind == TypeKind::numeric))
    return numeric_arithmetic(op, std::move(left), std::move(right));
  if (!is_whole(left.type.kind) || !is_whole(right.type.kind))
    throw Unsure{"arithmetic with what is no number"};
  const ColumnType type = wider(left.type, right.type);
  if (op == Operator::divide || op == Operator::modulo) {
    // A parameter may be no whole number though it looks like one: 2.0 divides otherwise.
    const bool sure = right.range && right.range->low == right.range->high &&
                      right.range->low != 0 && !left.soft && !right.soft;
    if (!sure) throw Unsure{"a division by what is not written out"};
  }
  const Typed::Range a = range_of(left), b = range_of(right);
  const Typed::Range range = range_of_result(op, a, b, type.kind);
  Typed result = typed("(" + left.sql + " " + spelled(op) + " " + right.sql + ")", type,
                       left.soft || right.soft);
  result.range = range;
  return result;
}

Typed Translator::concatenation(const tree::Operation& operation, const Scope& scope) {
  std::vector<std::string> parts;
  bool typed_one = false;
  for (const tree::Expression& each : operation.operands) {
    Typed value = expression(each, scope);
    typed_one = typed_one || value.untyped == Untyped::no;
    parts.push_back(as_text(std::move(value)).sql);
  }
  if (!typed_one) throw Unsure{"two values without a type"};
  return typed("(" + joined(parts, " || ") + ")", {TypeKind::text});
}

/// `value = ANY (ARRAY[…])` of texts.
Typed Translator::any_of_list(const tree::Operation& operation, Typed left,
                              const tree::Collection& list, const Scope& scope) {
  const bool known = operation.quantifier == tree::Operation::Quantifier::any &&
                     operation.op == Operator::equal && left.untyped == Untyped::no &&
                     list.kind == tree::Collection::Kind::array && !list.elements.empty();
  if (!known) throw Unsure{"ANY and ALL of this kind"};
  std::vector<std::string> parts;
  for (const tree::Expression& each : list.elements) {
    Typed element = expression(each, scope);
    if (element.untyped == Untyped::no && !is_text(element.type.kind))
      throw Unsure{"ANY and ALL of this kind"};
    parts.push_back(compare(Operator::equal, left, std::move(element)).sql);
  }
  return typed("(" + joined(parts, " OR ") + ")", boolean_type);
}

/// `value = ANY ($1)`: the elements of an array that the request brings.
Typed Translator::any_of(const tree::Operation& operation, const Scope& scope) {
  Typed left = expression(operation.operands.front(), scope);
  if (const auto* list = operation.operands.back().as<tree::Collection>())
    return any_of_list(operation, std::move(left), *list, scope);
  const Typed right = expression(operation.operands.back(), scope);
  left = as_compared(std::move(left));
  const bool known = operation.quantifier == tree::Operation::Quantifier::any &&
                     operation.op == Operator::equal && left.untyped == Untyped::no &&
                     right.untyped == Untyped::slot;
  if (!known || left.type.kind == TypeKind::numeric || !sql::contents::is_comparable(left.type))
    throw Unsure{"ANY and ALL of this kind"};
  Bound bound;
  bound.slot = right.slot;
  bound.type = left.type;
  bound.array = true;
  return typed(
      "(" + left.sql + " IN (SELECT value FROM json_each(" + bind(std::move(bound)) + ")))",
      boolean_type);
}

Typed Translator::node(const tree::Operation& operation, const Scope& scope) {
  using Quantifier = tree::Operation::Quantifier;
  if (operation.operands.empty()) throw Unsure{"this operator"};
  if (operation.quantifier != Quantifier::none) return any_of(operation, scope);
  switch (operation.op) {
    case Operator::and_:
    case Operator::or_:
    case Operator::not_:
      return logic(operation, scope);
    case Operator::concatenate:
      return concatenation(operation, scope);
    case Operator::negate: {
      Typed zero = typed("0", {TypeKind::int2});
      zero.range = Typed::Range{0, 0};
      Typed value = expression(operation.operands.front(), scope);
      if (value.untyped != Untyped::no) throw Unsure{"a value without a type"};
      return arithmetic(Operator::subtract, std::move(zero), std::move(value));
    }
    default:
      break;
  }
  if (operation.op == Operator::other) throw Unsure{"the operator " + operation.spelled};
  if (operation.operands.size() != 2) throw Unsure{"this operator"};
  Typed left = expression(operation.operands[0], scope);
  Typed right = expression(operation.operands[1], scope);
  if (is_comparison(operation.op)) return compare(operation.op, std::move(left), std::move(right));
  return arithmetic(operation.op, std::move(left), std::move(right));
}

Typed Translator::node(const tree::Is& is, const Scope& scope) {
  Typed value = expression(*is.operand, scope);
  if (value.untyped != Untyped::no) throw Unsure{"a value without a type"};
  const char* const negation = is.negated ? " IS NOT " : " IS ";
  if (is.test == tree::Is::Test::null)
    return typed("(" + value.sql + negation + "NULL)", boolean_type);
  if (value.type.kind != TypeKind::boolean || is.test == tree::Is::Test::other)
    throw Unsure{"this test"};
  const char* const tested = is.test == tree::Is::Test::true_    ? "1"
                             : is.test == tree::Is::Test::false_ ? "0"
                                                                 : "NULL";
  return typed("(" + value.sql + negation + tested + ")", boolean_type);
}

Typed Translator::node(const tree::In& in, const Scope& scope) {
  const Typed operand = expression(*in.operand, scope);
  if (operand.untyped != Untyped::no) throw Unsure{"a value without a type"};
  if (in.query) {
    Selected query = selected(*in.query, &scope, false);
    if (query.columns.size() != 1 || query.outputs.empty()) throw Unsure{"rows in a query"};
    Typed shown = typed("", query.columns.front().type);
    if (!kept_alike(operand.type, shown.type)) throw Unsure{"a comparison of two types"};
    static_cast<void>(compare(Operator::equal, operand, std::move(shown)));
    return typed("(" + operand.sql + (in.negated ? " NOT IN (" : " IN (") + query.sql + "))",
                 boolean_type);
  }
  if (in.list.empty()) throw Unsure{"an empty list"};
  std::vector<std::string> parts;
  for (const tree::Expression& each : in.list)
    parts.push_back(compare(Operator::equal, operand, expression(each, scope)).sql);
  const std::string any = "(" + joined(parts, " OR ") + ")";
  return typed(in.negated ? "(NOT " + any + ")" : any, boolean_type);
}

Typed Translator::node(const tree::Between& between, const Scope& scope) {
  if (between.symmetric) throw Unsure{"BETWEEN SYMMETRIC"};
  const Typed operand = expression(*between.operand, scope);
  const std::string low =
      compare(Operator::greater_equal, operand, expression(*between.low, scope)).sql;
  const std::string high =
      compare(Operator::less_equal, operand, expression(*between.high, scope)).sql;
  return typed((between.negated ? "(NOT (" : "((") + low + " AND " + high + "))", boolean_type);
}

Typed Translator::node(const tree::Like& like, const Scope& scope) {
  using Kind = tree::Like::Kind;
  const bool folds = like.kind == Kind::ilike;
  if ((like.kind != Kind::like && !folds) || !like.pattern) throw Unsure{"regular expressions"};
  if (folds && printing_.order == Printing::Order::unknown)
    throw Unsure{"letters of an unknown collation"};
  std::string escape = "'\\'";
  if (like.escape) {
    const auto* literal = like.escape->as<tree::Literal>();
    if (literal == nullptr || literal->text.size() > 1 || literal->text == "'")
      throw Unsure{"this escape"};
    escape = "'" + literal->text + "'";
  }
  Typed operand = expression(*like.operand, scope), pattern = expression(*like.pattern, scope);
  if (operand.untyped != Untyped::no) throw Unsure{"a value without a type"};
  const auto folded = [&](const std::string& sql) {
    return folds ? "lower(ascii(" + sql + "))" : sql;
  };
  const std::string call = "is_like(" + folded(as_text(std::move(operand)).sql) + ", " +
                           folded(as_text(std::move(pattern)).sql) + ", " + escape + ")";
  return typed(like.negated ? "(NOT " + call + ")" : call, boolean_type);
}

Typed Translator::node(const tree::Case& choice, const Scope& scope) {
  // What stands behind ELSE counts first for the type of all.
  Typed none;
  none.untyped = Untyped::null;
  std::vector<Typed> results = {choice.otherwise ? expression(*choice.otherwise, scope) : none};
  std::vector<std::string> conditions;
  for (const tree::Case::When& when : choice.whens) {
    if (choice.operand)
      conditions.push_back(compare(Operator::equal, expression(*choice.operand, scope),
                                   expression(when.condition, scope))
                               .sql);
    else
      conditions.push_back(condition(when.condition, scope).sql);
    results.push_back(expression(when.result, scope));
  }
  ColumnType type;
  bool soft = false;
  require_one_length(results);
  make_alike(results, type, soft);
  std::string sql = "(CASE";
  for (std::size_t i = 0; i < conditions.size(); ++i)
    sql += " WHEN " + conditions[i] + " THEN " + results[i + 1].sql;
  return typed(sql + " ELSE " + results.front().sql + " END)", type, soft);
}

}  // namespace understudy::postgres::emulation
