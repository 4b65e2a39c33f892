// Expressions, with the types that the server would give them.
#include <algorithm>
#include <charconv>
#include <limits>
#include <set>

#include "protocols/postgres/emulator/translator.hpp"

namespace understudy::postgres::emulation {
namespace {

using sql::contents::is_text;
using sql::contents::is_whole;
using tree::Operator;

constexpr ColumnType boolean{TypeKind::boolean};
constexpr int deepest = 100;

Typed typed(std::string sql, ColumnType type, bool soft = false) {
  Typed result;
  result.sql = std::move(sql);
  result.type = type;
  result.soft = soft;
  return result;
}

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

Typed::Range limits_of(TypeKind kind) {
  const auto of = [](auto number) {
    using Limits = std::numeric_limits<decltype(number)>;
    return Typed::Range{Limits::min(), Limits::max()};
  };
  return kind == TypeKind::int2   ? of(std::int16_t{})
         : kind == TypeKind::int4 ? of(std::int32_t{})
                                  : of(std::int64_t{});
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

ColumnType wider(ColumnType a, ColumnType b) {
  return static_cast<int>(a.kind) >= static_cast<int>(b.kind) ? a : b;
}

std::string joined(const std::vector<std::string>& parts, std::string_view between) {
  std::string result;
  for (const std::string& each : parts) {
    if (!result.empty()) result += between;
    result += each;
  }
  return result;
}

}  // namespace

Typed Translator::expression(const tree::Expression& expression, const Scope& scope) {
  if (++depth_ > deepest) throw Unsure{"so deep an expression"};
  const auto make = [&](const auto& each) -> Typed {
    using Node = std::remove_cvref_t<decltype(each)>;
    if constexpr (std::is_same_v<Node, tree::Parameter>) {
      Typed value;
      value.untyped = Untyped::slot;
      value.slot = each.index;
      value.soft = true;
      return value;
    } else if constexpr (std::is_same_v<Node, tree::Literal>) {
      return node(each);
    } else if constexpr (requires { node(each, scope); }) {
      return node(each, scope);
    } else {
      throw Unsure{"this kind of expression"};
    }
  };
  Typed result = std::visit(make, expression.node);
  --depth_;
  return result;
}

Typed Translator::node(const tree::Literal& literal) {
  Typed value;
  switch (literal.kind) {
    case tree::Literal::Kind::null:
      value.untyped = Untyped::null;
      return value;
    case tree::Literal::Kind::boolean:
      return typed(literal.text == "true" ? "1" : "0", boolean);
    case tree::Literal::Kind::string:
      value.untyped = Untyped::text;
      value.text = literal.text;
      return value;
    case tree::Literal::Kind::number: {
      std::int64_t number = 0;
      const std::string& text = literal.text;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
      if (error != std::errc{} || end != text.data() + text.size())
        throw Unsure{"a number that is not whole"};
      const bool small = number >= std::numeric_limits<std::int32_t>::min() &&
                         number <= std::numeric_limits<std::int32_t>::max();
      value = typed("(" + std::to_string(number) + ")", {small ? TypeKind::int4 : TypeKind::int8});
      value.range = Typed::Range{number, number};
      return value;
    }
    case tree::Literal::Kind::bits:
      break;
  }
  throw Unsure{"bit strings"};
}

Typed Translator::node(const tree::Column& column, const Scope& scope) {
  const ScopeColumn& found = scope.find(column.path);
  read_column(found);
  if (grouped_ != nullptr && !in_aggregate_ && !grouped_->contains(found.sql))
    throw Unsure{"a column beside its group"};
  Typed value = typed(found.sql, found.type, found.soft);
  value.origin = found.origin;
  return value;
}

// ---- types ----

/// `compared`: of a number only its value counts, so that it may be beyond the type.
Typed Translator::coerced(Typed value, ColumnType type, bool compared) {
  if (value.untyped == Untyped::no) return value;
  if (type.kind == TypeKind::opaque || type.kind == TypeKind::numeric)
    throw Unsure{"a value of this type"};
  if (value.untyped == Untyped::slot) {
    Bound bound;
    bound.slot = value.slot;
    bound.type = type;
    bound.compared = compared;
    value.sql = bind(std::move(bound));
    value.bound = bounds_.size() - 1;
  } else if (value.untyped == Untyped::null) {
    value.sql = "NULL";
  } else {
    auto datum = read_value(type, sql::ValueClass::string, value.text, printing_);
    if (!datum) throw Unsure{"the literal '" + value.text + "'"};
    Bound bound;
    bound.type = type;
    if (const auto* number = std::get_if<std::int64_t>(&*datum); number && is_whole(type.kind))
      value.range = Typed::Range{*number, *number};
    bound.constant = std::move(*datum);
    value.sql = bind(std::move(bound));
  }
  value.untyped = Untyped::no;
  value.type = type;
  return value;
}

Typed Translator::as_text(Typed value) {
  value = coerced(std::move(value), {TypeKind::text});
  if (!is_text(value.type.kind)) throw Unsure{"text of another type"};
  return value;
}

/// What may be compared by < and sorted.
std::string Translator::ordered(const Typed& value) const {
  if (!is_text(value.type.kind) || value.type.bytewise) return value.sql;
  if (printing_.order == Printing::Order::bytewise) return value.sql;
  if (printing_.order == Printing::Order::common) return "plain(" + value.sql + ")";
  throw Unsure{"the order of text in an unknown collation"};
}

/// As the branches of CASE and the arguments of COALESCE are made of one type.
void Translator::make_alike(std::vector<Typed>& values, ColumnType& type, bool& soft) {
  bool decided = false, untyped = false;
  for (const Typed& value : values) {
    soft = soft || value.soft;
    if (value.untyped != Untyped::no) {
      untyped = true;
      continue;
    }
    if (!decided) {
      type = value.type;
      decided = true;
    } else if (is_whole(type.kind) && is_whole(value.type.kind)) {
      type = wider(type, value.type);
    } else if (type.kind == value.type.kind && type.bytewise == value.type.bytewise) {
      if (type.length != value.type.length) type.length = 0;
    } else if (is_text(type.kind) && is_text(value.type.kind) &&
               type.bytewise == value.type.bytewise) {
      type.length = 0;  // each may become the other: the first one counts
    } else {
      throw Unsure{"values of two types in one place"};
    }
  }
  if (!decided) type = {TypeKind::text};
  if (untyped) type.length = 0;
  for (Typed& value : values) value = coerced(std::move(value), type);
}

Typed Translator::condition(const tree::Expression& expression, const Scope& scope) {
  Typed value = coerced(this->expression(expression, scope), boolean);
  if (value.type.kind != TypeKind::boolean) throw Unsure{"a condition that is no boolean"};
  return value;
}

// ---- operators ----

Typed Translator::compare(Operator op, Typed left, Typed right) {
  if (left.untyped != Untyped::no && right.untyped != Untyped::no)
    throw Unsure{"two values without a type"};
  left = coerced(std::move(left), right.type, true);
  right = coerced(std::move(right), left.type, true);
  const bool text = is_text(left.type.kind) && is_text(right.type.kind);
  const bool whole = is_whole(left.type.kind) && is_whole(right.type.kind);
  if (!text && !whole && left.type.kind != right.type.kind)
    throw Unsure{"a comparison of two types"};
  if (left.type.kind == TypeKind::numeric) throw Unsure{"a comparison of sums"};
  if (text && left.type.bytewise != right.type.bytewise) {
    if (!left.bound && !right.bound && left.origin && right.origin)
      throw Unsure{"a comparison of two collations"};
    left.type.bytewise = right.type.bytewise = true;
  }
  const bool order = is_order(op);
  return typed("(" + (order ? ordered(left) : left.sql) + " " + spelled(op) + " " +
                   (order ? ordered(right) : right.sql) + ")",
               boolean);
}

Typed Translator::logic(const tree::Operation& operation, const Scope& scope) {
  std::vector<std::string> parts;
  for (const tree::Expression& each : operation.operands)
    parts.push_back(condition(each, scope).sql);
  if (operation.op == Operator::not_) return typed("(NOT " + parts.front() + ")", boolean);
  return typed("(" + joined(parts, operation.op == Operator::or_ ? " OR " : " AND ") + ")",
               boolean);
}

/// What the value of a whole number may be; of a column or a parameter it is checked.
Typed::Range Translator::range_of(Typed& value) {
  if (value.range) return *value.range;
  const std::int64_t most = value.type.kind == TypeKind::int2   ? reach_.int2
                            : value.type.kind == TypeKind::int4 ? reach_.int4
                                                                : reach_.int8;
  if (value.bound)
    bounds_[*value.bound].most = most;
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
  if (!is_whole(left.type.kind) || !is_whole(right.type.kind))
    throw Unsure{"a sum of no whole numbers"};
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

/// `value = ANY ($1)`: the elements of an array that the request brings.
Typed Translator::any_of(const tree::Operation& operation, const Scope& scope) {
  Typed left = expression(operation.operands.front(), scope);
  const Typed right = expression(operation.operands.back(), scope);
  const bool known = operation.quantifier == tree::Operation::Quantifier::any &&
                     operation.op == Operator::equal && left.untyped == Untyped::no &&
                     right.untyped == Untyped::slot;
  if (!known) throw Unsure{"ANY and ALL of this kind"};
  Bound bound;
  bound.slot = right.slot;
  bound.type = left.type;
  bound.array = true;
  return typed(
      "(" + left.sql + " IN (SELECT value FROM json_each(" + bind(std::move(bound)) + ")))",
      boolean);
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
  if (is.test == tree::Is::Test::null) return typed("(" + value.sql + negation + "NULL)", boolean);
  if (value.type.kind != TypeKind::boolean || is.test == tree::Is::Test::other)
    throw Unsure{"this test"};
  const char* const tested = is.test == tree::Is::Test::true_    ? "1"
                             : is.test == tree::Is::Test::false_ ? "0"
                                                                 : "NULL";
  return typed("(" + value.sql + negation + tested + ")", boolean);
}

Typed Translator::node(const tree::In& in, const Scope& scope) {
  const Typed operand = expression(*in.operand, scope);
  if (operand.untyped != Untyped::no) throw Unsure{"a value without a type"};
  if (in.query) {
    Selected query = selected(*in.query, &scope, false);
    if (query.columns.size() != 1 || query.outputs.empty()) throw Unsure{"rows in a query"};
    Typed shown = typed("", query.columns.front().type);
    static_cast<void>(compare(Operator::equal, operand, std::move(shown)));
    return typed("(" + operand.sql + (in.negated ? " NOT IN (" : " IN (") + query.sql + "))",
                 boolean);
  }
  if (in.list.empty()) throw Unsure{"an empty list"};
  std::vector<std::string> parts;
  for (const tree::Expression& each : in.list)
    parts.push_back(compare(Operator::equal, operand, expression(each, scope)).sql);
  const std::string any = "(" + joined(parts, " OR ") + ")";
  return typed(in.negated ? "(NOT " + any + ")" : any, boolean);
}

Typed Translator::node(const tree::Between& between, const Scope& scope) {
  if (between.symmetric) throw Unsure{"BETWEEN SYMMETRIC"};
  const Typed operand = expression(*between.operand, scope);
  const std::string low =
      compare(Operator::greater_equal, operand, expression(*between.low, scope)).sql;
  const std::string high =
      compare(Operator::less_equal, operand, expression(*between.high, scope)).sql;
  return typed((between.negated ? "(NOT (" : "((") + low + " AND " + high + "))", boolean);
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
  return typed(like.negated ? "(NOT " + call + ")" : call, boolean);
}

namespace {

/// The server may find out which of them it is before it describes the column, and then tells the
/// length of that one.
void require_one_length(const std::vector<Typed>& values) {
  std::set<std::int32_t> lengths;
  for (const Typed& value : values)
    lengths.insert(value.untyped == Untyped::no ? value.type.length : 0);
  if (lengths.size() > 1) throw Unsure{"a choice of texts of several lengths"};
}

}  // namespace

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

Typed Translator::node(const tree::Cast& cast, const Scope& scope) {
  const ColumnType type = column_type(cast.type, {});
  if (type.kind == TypeKind::opaque || (type.kind == TypeKind::varchar && type.length > 0))
    throw Unsure{"a cast to " + cast.type.name.name};
  Typed value = expression(*cast.operand, scope);
  if (value.untyped != Untyped::no) {
    value = coerced(std::move(value), type);
    value.soft = false;
    return value;
  }
  const TypeKind from = value.type.kind;
  value.origin =
      from == type.kind && value.type.length == type.length ? value.origin : std::nullopt;
  if (is_whole(type.kind) && is_whole(from)) {
    if (static_cast<int>(type.kind) < static_cast<int>(from)) {
      const Typed::Range all = limits_of(type.kind), range = range_of(value);
      if (range.low < all.low || range.high > all.high) throw TooFar{};
    }
    value.bound.reset();
  } else if (is_text(type.kind) && (is_whole(from) || from == TypeKind::uuid)) {
    if (value.soft) throw Unsure{"the text of a parameter"};
    value.sql = "CAST(" + value.sql + " AS TEXT)";
    value.range.reset();
    value.bound.reset();
  } else if (!(is_text(type.kind) && is_text(from)) && type.kind != from) {
    throw Unsure{"a cast between these types"};
  }
  const bool bytewise = value.type.bytewise;
  value.type = type;
  value.type.bytewise = bytewise;
  value.soft = false;
  return value;
}

Typed Translator::node(const tree::SubQuery& query, const Scope& scope) {
  if (query.kind == tree::SubQuery::Kind::exists)
    return typed("EXISTS (" + selected(*query.query, &scope, true).sql + ")", boolean);
  if (query.kind != tree::SubQuery::Kind::scalar) throw Unsure{"an array of a query"};
  const auto* select = query.query->as<tree::Select>();
  const bool one_row = select != nullptr && select->group.empty() && select->outputs.size() == 1 &&
                       aggregates(select->outputs.front().expression);
  if (!one_row) throw Unsure{"a query that may give several rows in place of a value"};
  const Selected inner = selected(*query.query, &scope, false);
  return typed("(" + inner.sql + ")", inner.columns.front().type, inner.columns.front().soft);
}

Typed Translator::node(const tree::Collate& collate, const Scope& scope) {
  Typed value = as_text(expression(*collate.operand, scope));
  const bool bytewise = collate.collation.name == "C" || collate.collation.name == "POSIX";
  if (!bytewise) throw Unsure{"this collation"};
  value.type.bytewise = true;
  return value;
}

// ---- functions ----

Typed Translator::aggregate(const tree::Call& call, const Scope& scope) {
  if (grouped_ == nullptr || in_aggregate_) throw Unsure{"an aggregate here"};
  if (!call.order.empty() || call.variadic || call.within_group) throw Unsure{"this aggregate"};
  in_aggregate_ = true;
  const std::string filter =
      call.filter ? " FILTER (WHERE " + condition(*call.filter, scope).sql + ")" : "";
  const std::string& name = call.name.name;
  Typed result;
  if (call.star && name == "count") {
    result = typed("count(*)" + filter, {TypeKind::int8});
  } else {
    if (call.arguments.size() != 1) throw Unsure{"this aggregate"};
    Typed value = expression(call.arguments.front(), scope);
    if (value.untyped != Untyped::no || value.soft) throw Unsure{"a value without a type"};
    const TypeKind kind = value.type.kind;
    const std::string distinct = call.distinct ? "DISTINCT " : "";
    if (name == "count") {
      result = typed("count(" + distinct + value.sql + ")" + filter, {TypeKind::int8});
    } else if (name == "sum" && is_whole(kind)) {
      result = typed("sum(" + distinct + value.sql + ")" + filter,
                     {kind == TypeKind::int8 ? TypeKind::numeric : TypeKind::int8});
    } else if ((name == "min" || name == "max") && kind != TypeKind::boolean &&
               kind != TypeKind::uuid && kind != TypeKind::numeric) {
      ColumnType type = value.type;
      if (type.kind == TypeKind::varchar) type = {TypeKind::text, 0, type.bytewise};
      result = typed(name + "(" + ordered(value) + ")" + filter, type);
    } else if ((name == "bool_or" || name == "bool_and" || name == "every") &&
               kind == TypeKind::boolean) {
      result = typed((name == "bool_or" ? "max(" : "min(") + value.sql + ")" + filter, boolean);
    } else {
      throw Unsure{"the aggregate " + name};
    }
  }
  in_aggregate_ = false;
  return result;
}

Typed Translator::node(const tree::Call& call, const Scope& scope) {
  const std::string& name = call.name.name;
  const bool built_in = call.name.schema.empty() || call.name.schema == "pg_catalog";
  if (!built_in || call.over || !call.argument_names.empty()) throw Unsure{"the function " + name};
  static const std::set<std::string_view> aggregate_names = {"count",   "sum",      "min",  "max",
                                                             "bool_or", "bool_and", "every"};
  if (aggregate_names.contains(name)) return aggregate(call, scope);
  if (call.star || call.distinct || call.variadic || call.filter || !call.order.empty())
    throw Unsure{"the function " + name};
  std::vector<Typed> values;
  for (const tree::Expression& each : call.arguments) values.push_back(expression(each, scope));
  if (name == "coalesce" && values.size() > 1) {
    ColumnType type;
    bool soft = false;
    require_one_length(values);
    make_alike(values, type, soft);
    std::vector<std::string> parts;
    for (const Typed& value : values) parts.push_back(value.sql);
    return typed("coalesce(" + joined(parts, ", ") + ")", type, soft);
  }
  if (name == "nullif" && values.size() == 2) {
    if (values[0].untyped != Untyped::no) throw Unsure{"a value without a type"};
    const Typed equal = compare(Operator::equal, values[0], values[1]);
    ColumnType type = values[0].type;
    if (is_text(type.kind)) type = {TypeKind::text, 0, type.bytewise};  // as = takes it
    return typed("(CASE WHEN " + equal.sql + " THEN NULL ELSE " + values[0].sql + " END)", type,
                 values[0].soft);
  }
  if (values.size() != 1 || values.front().untyped == Untyped::null)
    throw Unsure{"the function " + name};
  Typed& value = values.front();
  if (name == "length" || name == "char_length" || name == "character_length") {
    if (value.untyped != Untyped::no || !is_text(value.type.kind))
      throw Unsure{"a length of no text"};
    return typed("length(" + value.sql + ")", {TypeKind::int4});
  }
  if (name == "lower" || name == "upper") {
    if (printing_.order == Printing::Order::unknown)
      throw Unsure{"letters of an unknown collation"};
    const bool bytewise = value.type.bytewise;
    const Typed text = as_text(std::move(value));
    return typed(name + "(ascii(" + text.sql + "))", {TypeKind::text, 0, bytewise});
  }
  throw Unsure{"the function " + name};
}

}  // namespace understudy::postgres::emulation
