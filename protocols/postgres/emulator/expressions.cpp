// Expressions, with the types that the server would give them.
#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

#include "protocols/postgres/emulator/exact_values.hpp"
#include "protocols/postgres/emulator/typed.hpp"

namespace understudy::postgres::emulation {
namespace {

using sql::contents::is_text;
using sql::contents::is_whole;

/// A number with a point.
Typed decimal(const std::string& text) {
  const std::int32_t scale = scale_of(text);
  const auto number = read_numeric(text, 0, scale);
  if (!number) throw Unsure{"a number of many digits"};
  ColumnType type{TypeKind::numeric};
  type.scale = scale;
  return typed("(" + std::to_string(*number) + ")", type);
}

}  // namespace

Typed Translator::node(const tree::Expression& expression, const Scope& scope) {
  const auto make = [&](const auto& each) -> Typed {
    using Node = std::remove_cvref_t<decltype(each)>;
    if constexpr (std::is_same_v<Node, tree::Parameter>) {
      if (outermost_ != nullptr)
        return node(tree::Column{{"$" + std::to_string(each.index + 1)}}, scope);
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
  return std::visit(make, expression.node);
}

Typed Translator::variable(const ScopeColumn& column) {
  if (column.type.kind == TypeKind::opaque) throw Unsure{"the type of variable " + column.name};
  Bound bound;
  bound.source = Bound::Source::variable;
  bound.slot = *column.variable;
  bound.type = column.type;
  Typed value = typed(bind(std::move(bound)), column.type);
  value.bound = bounds_.size() - 1;
  return value;
}

Typed Translator::truth(std::string sql) const {
  return typed(std::move(sql), boolean_type);
}

Typed Translator::as_output(Typed value) {
  return coerced(std::move(value), {TypeKind::text});
}

Typed Translator::node(const tree::Literal& literal) {
  Typed value;
  switch (literal.kind) {
    case tree::Literal::Kind::null:
      value.untyped = Untyped::null;
      return value;
    case tree::Literal::Kind::boolean:
      return typed(literal.text == "true" ? "1" : "0", boolean_type);
    case tree::Literal::Kind::string:
      value.untyped = Untyped::text;
      value.text = literal.text;
      return value;
    case tree::Literal::Kind::number: {
      std::int64_t number = 0;
      const std::string& text = literal.text;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
      if (error != std::errc{} || end != text.data() + text.size()) return decimal(text);
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

// ---- types ----

/// `compared`: of a number only its value counts, so that it may be beyond the type.
Typed Translator::coerced(Typed value, ColumnType type, bool compared) {
  if (value.untyped == Untyped::no) return value;
  if (type.kind == TypeKind::opaque ||
      (type.scale == ColumnType::own_scale && !compared && value.untyped != Untyped::null))
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
    if (!datum || !keeps_scale(type, value.text, compared))
      throw Unsure{"the literal '" + value.text + "'"};
    Bound bound;
    bound.type = type;
    if (const auto* number = std::get_if<std::int64_t>(&*datum); number && is_whole(type.kind))
      value.range = Typed::Range{*number, *number};
    bound.constant = std::move(*datum);
    value.sql = bind(std::move(bound));
    if (is_text(type.kind)) value.bound = bounds_.size() - 1;
  }
  value.untyped = Untyped::no;
  value.type = type;
  return value;
}

Typed Translator::as_text(Typed value) {
  value = as_compared(coerced(std::move(value), {TypeKind::text}));
  if (!is_text(value.type.kind)) throw Unsure{"text of another type"};
  return value;
}

/// What may be compared by < and sorted.
std::string Translator::ordered(const Typed& value) const {
  if (value.type.kind == TypeKind::interval) return "pg_interval_order(" + value.sql + ")";
  if (value.type.kind == TypeKind::numeric && value.type.scale == ColumnType::own_scale)
    return "pg_decimal_order(" + value.sql + ")";
  if (value.type.kind == TypeKind::array) throw Unsure{"the order of arrays"};
  if (value.type.kind == TypeKind::inet) throw Unsure{"the order of addresses"};
  if (value.type.kind == TypeKind::enumeration) return place_of_label(value);
  require_comparable(value.type);
  if (!is_text(value.type.kind) || value.type.bytewise) return value.sql;
  if (printing_.order == Printing::Order::bytewise) return value.sql;
  if (printing_.order == Printing::Order::common) return "plain(" + value.sql + ")";
  throw Unsure{"the order of text in an unknown collation"};
}

/// In the order of its labels.
std::string Translator::place_of_label(const Typed& value) {
  std::string sql = "(CASE " + value.sql;
  std::size_t place = 0;
  for (const std::string& each : value.type.enumeration->labels)
    sql += " WHEN " + quoted(each) + " THEN " + std::to_string(place++);
  return sql + " END)";
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
    } else if (type.kind == TypeKind::array && value.type.kind == TypeKind::array &&
               type.element == value.type.element) {
      type.length = 0;
    } else if (is_exact(type) && is_exact(value.type) &&
               (type.kind != value.type.kind || type.scale != value.type.scale)) {
      type = {.kind = TypeKind::numeric, .scale = ColumnType::own_scale};
    } else if (type.kind == value.type.kind && type.bytewise == value.type.bytewise &&
               type.scale == value.type.scale && type.enumeration == value.type.enumeration) {
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
  // Numerics of several scales are kept as texts that have a scale of their own.
  if (type.kind == TypeKind::numeric && type.scale == ColumnType::own_scale)
    for (Typed& value : values)
      if (value.type.scale != ColumnType::own_scale) {
        value.sql = as_decimal(value);
        value.type = type;
      }
}

Typed Translator::condition(const tree::Expression& expression, const Scope& scope) {
  const bool sole = std::exchange(sole_condition_, false);
  const Restored<bool> strict(strict_, strict_ || !sole);
  Typed value = coerced(this->expression(expression, scope), boolean_type);
  if (value.type.kind != TypeKind::boolean) throw Unsure{"a condition that is no boolean"};
  return value;
}

}  // namespace understudy::postgres::emulation
