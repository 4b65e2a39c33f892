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

constexpr int deepest = 100;

}  // namespace

Typed Translator::expression(const tree::Expression& expression, const Scope& scope) {
  if (++depth_ > deepest) throw Unsure{"so deep an expression"};
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
  auto whole = grouped_whole(expression, scope);
  Typed result = whole ? std::move(*whole) : std::visit(make, expression.node);
  --depth_;
  return result;
}

/// Of a query with groups: an expression that is one of those that it is grouped by.
std::optional<Typed> Translator::grouped_whole(const tree::Expression& expression,
                                               const Scope& scope) {
  const bool computed =
      expression.as<tree::Operation>() != nullptr || expression.as<tree::Call>() != nullptr ||
      expression.as<tree::Cast>() != nullptr || expression.as<tree::Case>() != nullptr;
  if (grouped_ == nullptr || in_aggregate_ || !computed || aggregates(expression))
    return std::nullopt;
  const std::size_t bounds = bounds_.size(), aliases = aliases_;
  const int depth = depth_;
  const auto* const grouped = std::exchange(grouped_, nullptr);
  const auto columns = columns_;
  const auto guards = guards_;
  std::optional<Typed> found;
  try {
    Typed value = this->expression(expression, scope);
    if (value.untyped == Untyped::no && grouped->contains(value.sql)) found = std::move(value);
  } catch (const Unsure&) {  // it will be thrown again
  }
  grouped_ = grouped;
  depth_ = depth;
  if (found) return found;
  bounds_.resize(bounds);
  aliases_ = aliases;
  columns_ = columns;
  guards_ = guards;
  return std::nullopt;
}

namespace {

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

Typed Translator::node(const tree::Column& column, const Scope& scope) {
  const ScopeColumn& found = scope.find(column.path);
  if (found.variable) return variable(found);
  if (outermost_ != nullptr && column.path.size() == 1)
    for (const ScopeRelation& each : outermost_->relations)
      if (each.name.empty() && std::ranges::count(each.columns, column.name(), &ScopeColumn::name))
        throw Unsure{"a variable that is called like a column"};
  read_column(found);
  const bool grouped = found.key && grouped_ != nullptr && grouped_->contains(*found.key);
  if (!grouped && grouped_ != nullptr && !in_aggregate_ && !grouped_->contains(found.sql))
    throw Unsure{"a column beside its group"};
  Typed value = typed(found.sql, found.type, found.soft);
  value.origin = found.origin;
  value.shown_as = found.shown_as ? found.shown_as : found.origin;
  value.of_part = found.of_part;
  return value;
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

// ---- types ----

/// `compared`: of a number only its value counts, so that it may be beyond the type.
Typed Translator::coerced(Typed value, ColumnType type, bool compared) {
  if (value.untyped == Untyped::no) return value;
  if (type.kind == TypeKind::opaque || type.scale == ColumnType::own_scale)
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
  require_comparable(value.type);
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
    } else if (type.kind == value.type.kind && type.bytewise == value.type.bytewise &&
               type.scale == value.type.scale) {
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
  Typed value = coerced(this->expression(expression, scope), boolean_type);
  if (value.type.kind != TypeKind::boolean) throw Unsure{"a condition that is no boolean"};
  return value;
}

/// The first row of a sorted query, in place of a value.
Typed Translator::one_of(const tree::Query& query, const Scope& scope) {
  const auto* limit = query.limit ? query.limit->as<tree::Literal>() : nullptr;
  const auto* slot = query.limit ? query.limit->as<tree::Parameter>() : nullptr;
  if (query.limit && slot == nullptr && (limit == nullptr || limit->text != "1"))
    throw Unsure{"a LIMIT of this kind in place of a value"};
  Selected inner = selected(query, &scope, false, true);
  if (inner.columns.size() != 1) throw Unsure{"rows in place of a value"};
  std::string keys;
  for (std::size_t i = 0; i < inner.keys; ++i) keys += ", k" + std::to_string(i);
  const std::string rest = " FROM (" + inner.sql + " LIMIT 1000000)";
  const ScopeColumn& column = inner.columns.front();
  if (!query.limit) return typed("(SELECT sole(o0)" + rest + ")", column.type, column.soft);
  std::string chosen = "first(o0" + keys + ")";
  if (slot != nullptr) {
    Bound bound;
    bound.slot = slot->index;
    bound.type = {TypeKind::int8};
    chosen = "only_of_one(" + bind(std::move(bound)) + ", " + chosen + ")";
  }
  return typed("(SELECT " + chosen + rest + ")", column.type, column.soft);
}

Typed Translator::node(const tree::SubQuery& query, const Scope& scope) {
  if (query.kind == tree::SubQuery::Kind::exists)
    return typed("EXISTS (" + selected(*query.query, &scope, true).sql + ")", boolean_type);
  if (query.kind != tree::SubQuery::Kind::scalar) throw Unsure{"an array of a query"};
  if (!query.query->order.empty() || query.query->limit) return one_of(*query.query, scope);
  const auto* select = query.query->as<tree::Select>();
  const bool one_row = select != nullptr && select->group.empty() && select->outputs.size() == 1 &&
                       aggregates(select->outputs.front().expression);
  const Selected inner = selected(*query.query, &scope, false);
  if (inner.columns.size() != 1) throw Unsure{"rows in place of a value"};
  if (!one_row)
    return typed("(SELECT sole(o0) FROM (" + inner.sql + "))", inner.columns.front().type,
                 inner.columns.front().soft);
  return typed("(" + inner.sql + ")", inner.columns.front().type, inner.columns.front().soft);
}

}  // namespace understudy::postgres::emulation
