// Operators: comparisons, logic, arithmetic, text, and what is spelled as one.
#include <algorithm>
#include <array>

#include "protocols/postgres/emulator/typed.hpp"

namespace understudy::postgres::emulation {
namespace {

using sql::contents::is_text;
using sql::contents::is_whole;
using tree::Operator;

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
  return (a.kind == b.kind && a.scale == b.scale && a.enumeration == b.enumeration) ||
         (is_whole(a.kind) && is_whole(b.kind)) || (is_text(a.kind) && is_text(b.kind));
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
void Translator::make_comparable(Typed& left, Typed& right) {
  const auto numeric = [](const Typed& each) { return each.type.kind == TypeKind::numeric; };
  const auto exact = [&](const Typed& each) { return numeric(each) || is_whole(each.type.kind); };
  const auto is_float = [](const Typed& each) {
    return each.type.kind == TypeKind::float4 || each.type.kind == TypeKind::float8;
  };
  if (is_float(left) && is_float(right) && left.type.kind != right.type.kind)
    left.type = right.type = {TypeKind::float8};
  const auto own = [](const Typed& each) { return each.type.scale == ColumnType::own_scale; };
  if ((is_float(left) && exact(right)) || (exact(left) && is_float(right))) {
    left.sql = as_float(left);
    right.sql = as_float(right);
    left.type = right.type = {TypeKind::float8};
    return;
  }
  if (exact(left) && exact(right) && (own(left) || own(right))) {
    for (Typed* each : {&left, &right}) {
      if (each->soft && !own(*each)) throw Unsure{"a number of an unknown scale"};
      each->soft = false;
      each->sql = "pg_decimal_order(" + as_decimal(*each) + ")";
      each->type = {TypeKind::uuid};  // compared octet by octet
    }
    return;
  }
  if (left.type.kind == TypeKind::interval && right.type.kind == TypeKind::interval) {
    for (Typed* each : {&left, &right}) {
      each->sql = "pg_interval_order(" + each->sql + ")";
      each->type = {TypeKind::int8};
    }
    return;
  }
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
    const bool instants =
        left.type.kind == TypeKind::timestamptz || right.type.kind == TypeKind::timestamptz;
    for (Typed* each : {&left, &right})
      if (each->type.kind != TypeKind::timestamptz)
        each->sql = instants ? instant_sql(moment(*each)) : moment(*each);
    left.type = right.type = {TypeKind::timestamp};
  }
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
  // A number that is written out is one of double precision, a text is read as the column's.
  if ((left.type.kind == TypeKind::float4 && right.untyped != Untyped::no) ||
      (right.type.kind == TypeKind::float4 && left.untyped != Untyped::no))
    throw Unsure{"a comparison of single precision"};
  const bool of_catalogue = !left.shade.empty() || !right.shade.empty();
  const Typed left_column = left, right_column = right;
  left = as_compared(std::move(left));
  right = as_compared(std::move(right));
  left = coerced(std::move(left), right.type, true);
  right = coerced(std::move(right), left.type, true);
  if (left.type.kind == TypeKind::jsonb && right.type.kind == TypeKind::jsonb &&
      (op == Operator::equal || op == Operator::not_equal))
    return typed(std::string(op == Operator::equal ? "(" : "(NOT ") + "pg_json_same(" + left.sql +
                     ", " + right.sql + "))",
                 boolean_type);
  if (left.type.kind == TypeKind::array && right.type.kind == TypeKind::array &&
      (is_order(op) || left.type.element != right.type.element))
    throw Unsure{"a comparison of arrays"};
  if (left.type.kind == TypeKind::inet && (is_order(op) || right.type.kind != TypeKind::inet))
    throw Unsure{"a comparison of addresses"};
  if (left.type.enumeration != right.type.enumeration) throw Unsure{"a comparison of two types"};
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
  for (const tree::Expression& each : operation.operands) {
    sole_condition_ = operation.op == Operator::not_ && !strict_;
    parts.push_back(condition(each, scope).sql);
  }
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
  // Of a value of the request its digits count, however many it is written with.
  const auto of_slot = [&](Typed& value, const Typed& other) {
    if (value.untyped == Untyped::slot && other.type.kind == TypeKind::numeric)
      value = coerced(std::move(value), {.kind = TypeKind::numeric, .scale = ColumnType::own_scale},
                      true);
  };
  of_slot(left, right);
  of_slot(right, left);
  left = coerced(std::move(left), right.type);
  right = coerced(std::move(right), left.type);
  if (left.type.kind == TypeKind::float8 || right.type.kind == TypeKind::float8)
    return float_arithmetic(op, left, right);
  if (is_exact(left.type) && is_exact(right.type) &&
      (left.type.kind == TypeKind::numeric || right.type.kind == TypeKind::numeric)) {
    const bool own = left.type.scale == ColumnType::own_scale ||
                     right.type.scale == ColumnType::own_scale || op == Operator::divide ||
                     op == Operator::modulo;
    return own ? decimal_arithmetic(op, left, right)
               : numeric_arithmetic(op, std::move(left), std::move(right));
  }
  if (!is_whole(left.type.kind) || !is_whole(right.type.kind))
    throw Unsure{"arithmetic with what is no number"};
  return whole_arithmetic(op, std::move(left), std::move(right));
}

/// Of numerics whose scale is that of each value.
Typed Translator::decimal_arithmetic(Operator op, const Typed& left, const Typed& right) {
  const char* const function = op == Operator::add        ? "pg_decimal_sum("
                               : op == Operator::subtract ? "pg_decimal_difference("
                               : op == Operator::multiply ? "pg_decimal_product("
                               : op == Operator::divide   ? "pg_decimal_quotient("
                               : op == Operator::modulo   ? "pg_decimal_remainder("
                                                          : nullptr;
  if (function == nullptr) throw Unsure{"this operator between numerics"};
  if (op == Operator::divide || op == Operator::modulo) may_raise("a division");
  return typed(function + as_decimal(left) + ", " + as_decimal(right) + ")",
               {.kind = TypeKind::numeric, .scale = ColumnType::own_scale},
               left.soft || right.soft);
}

Typed Translator::float_arithmetic(Operator op, const Typed& left, const Typed& right) {
  const char* const function = op == Operator::add        ? "pg_float_sum("
                               : op == Operator::subtract ? "pg_float_difference("
                               : op == Operator::multiply ? "pg_float_product("
                               : op == Operator::divide   ? "pg_float_quotient("
                                                          : nullptr;
  if (function == nullptr) throw Unsure{"this operator between floats"};
  may_raise("floats");
  return typed(function + as_float(left) + ", " + as_float(right) + ")", {TypeKind::float8});
}

/// In a condition no number may leave its type whatever is computed of which row; elsewhere what
/// does is not sure.
Typed Translator::whole_arithmetic(Operator op, Typed left, Typed right) {
  if (!strict_ && !left.soft && !right.soft) {
    const ColumnType type = wider(left.type, right.type);
    const char* const function = op == Operator::add        ? "whole_sum("
                                 : op == Operator::subtract ? "whole_difference("
                                 : op == Operator::multiply ? "whole_product("
                                 : op == Operator::divide   ? "pg_whole_quotient("
                                 : op == Operator::modulo   ? "pg_whole_remainder("
                                                            : nullptr;
    if (function == nullptr) throw Unsure{"this operator between whole numbers"};
    const bool divides = op == Operator::divide || op == Operator::modulo;
    if (left.range && right.range && left.range->low == left.range->high &&
        right.range->low == right.range->high && !(divides && right.range->low == 0)) {
      const Typed::Range range = range_of_result(op, *left.range, *right.range, type.kind);
      Typed result = typed(function + left.sql + ", " + right.sql + ")", type);
      if (!divides) result.range = range;
      return result;
    }
    const bool zero = right.range && right.range->low == 0 && right.range->high == 0;
    if (zero && divides) throw Unsure{"a division by zero"};
    may_raise("a sum");
    return typed(bounded(function + left.sql + ", " + right.sql + ")", type.kind), type);
  }
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

Typed Translator::joined_operands(const tree::Operation& operation, const Scope& scope) {
  Typed left = expression(operation.operands[0], scope);
  Typed right = hinted(operation.operands[1], left.type, scope, false);
  return joined_values(std::move(left), std::move(right));
}

/// Of two values, of which one is text, octets, an array or JSON.
Typed Translator::joined_values(Typed left, Typed right) {
  const auto is_a = [](const Typed& value, TypeKind kind) {
    return value.untyped == Untyped::no && value.type.kind == kind;
  };
  const auto either = [&](TypeKind kind) { return is_a(left, kind) || is_a(right, kind); };
  if (either(TypeKind::array)) return array_operator("||", std::move(left), std::move(right));
  if (either(TypeKind::jsonb)) {
    left = coerced(std::move(left), {TypeKind::jsonb});
    right = coerced(std::move(right), {TypeKind::jsonb});
    if (!is_a(left, TypeKind::jsonb)) throw Unsure{"what is joined with JSON"};
    return json_operator("||", std::move(left), std::move(right));
  }
  if (either(TypeKind::bytea)) {
    left = coerced(std::move(left), {TypeKind::bytea});
    right = coerced(std::move(right), {TypeKind::bytea});
    if (!is_a(left, TypeKind::bytea) || !is_a(right, TypeKind::bytea))
      throw Unsure{"what is joined with octets"};
    return typed("pg_bytea_joined(" + left.sql + ", " + right.sql + ")", {TypeKind::bytea});
  }
  const bool none = left.untyped != Untyped::no && right.untyped != Untyped::no;
  const auto is_text_or_none = [](const Typed& value) {
    return value.untyped != Untyped::no || is_text(value.type.kind);
  };
  if (none || (!is_text_or_none(left) && !is_text_or_none(right)))
    throw Unsure{"what is joined to a text"};
  std::string parts;
  for (Typed* each : {&left, &right}) {
    if (each->untyped != Untyped::no) *each = as_text(std::move(*each));
    parts += (parts.empty() ? "(" : " || ") + cast_text(*each);
  }
  return typed(parts + ")", {TypeKind::text});
}

/// `value = ANY ($1)`: the elements of an array that the request brings.
Typed Translator::any_of(const tree::Operation& operation, const Scope& scope) {
  Typed left = as_compared(expression(operation.operands.front(), scope));
  const bool any = operation.quantifier == tree::Operation::Quantifier::any;
  const auto* list = operation.operands.back().as<tree::Collection>();
  if (list != nullptr && list->kind == tree::Collection::Kind::array && !list->elements.empty() &&
      operation.op == (any ? Operator::equal : Operator::not_equal) &&
      left.untyped == Untyped::no) {
    std::vector<std::string> parts;
    for (const tree::Expression& each : list->elements)
      parts.push_back(compare(operation.op, left, expression(each, scope)).sql);
    return typed("(" + joined(parts, any ? " OR " : " AND ") + ")", boolean_type);
  }
  if (operation.operands.back().as<tree::SubQuery>() != nullptr)
    throw Unsure{"ANY and ALL of a query"};
  const Typed right = expression(operation.operands.back(), scope);
  if (right.untyped == Untyped::no) return any_of_array(operation, std::move(left), right);
  const bool known = operation.op == (any ? Operator::equal : Operator::not_equal) &&
                     left.untyped == Untyped::no && right.untyped == Untyped::slot;
  if (!known || left.type.kind == TypeKind::numeric || !sql::contents::is_comparable(left.type))
    throw Unsure{"ANY and ALL of this kind"};
  Bound bound;
  bound.slot = right.slot;
  bound.type = left.type;
  bound.array = true;
  return typed("(" + left.sql + (any ? " IN" : " NOT IN") + " (SELECT value FROM json_each(" +
                   bind(std::move(bound)) + ")))",
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
      if (operation.operands.size() == 2) return joined_operands(operation, scope);
      return concatenation(operation, scope);
    case Operator::negate: {
      Typed zero = typed("0", {TypeKind::int2});
      zero.range = Typed::Range{0, 0};
      Typed value = expression(operation.operands.front(), scope);
      if (value.untyped != Untyped::no) throw Unsure{"a value without a type"};
      if (value.type.kind == TypeKind::interval)
        return typed("pg_interval_times(" + value.sql + ", -1)", value.type);
      if (value.type.kind == TypeKind::float8)
        return typed("pg_float_negated(" + value.sql + ")", value.type);
      if (value.type.scale == ColumnType::own_scale)
        return typed("pg_decimal_negated(" + value.sql + ")", value.type);
      return arithmetic(Operator::subtract, std::move(zero), std::move(value));
    }
    default:
      break;
  }
  if (operation.operands.size() != 2) throw Unsure{"this operator"};
  Typed left = expression(operation.operands[0], scope);
  Typed right = hinted(operation.operands[1], left.type, scope, false);
  if (operation.operands[0].as<tree::Collection>() != nullptr)
    left = hinted(operation.operands[0], right.type, scope, false);
  if (auto found = special(operation, left, right)) return *std::move(found);
  if (is_comparison(operation.op)) return compare(operation.op, std::move(left), std::move(right));
  if (auto found = time_arithmetic(operation.op, left, right)) return *std::move(found);
  return arithmetic(operation.op, std::move(left), std::move(right));
}

Typed Translator::node(const tree::Is& is, const Scope& scope) {
  Typed value = expression(*is.operand, scope);
  if (value.untyped == Untyped::slot && is.test == tree::Is::Test::null) {
    value = coerced(std::move(value), {TypeKind::text});
    bounds_[*value.bound].demand = Bound::Demand::presence;
  }
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
    if (!kept_alike(operand.type, shown.type) || !sql::contents::is_comparable(operand.type))
      throw Unsure{"a comparison of two types"};
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
