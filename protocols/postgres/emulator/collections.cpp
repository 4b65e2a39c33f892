// Operators of arrays and JSON, and aggregates that gather the values of rows in an order.
#include <algorithm>
#include <set>

#include "protocols/postgres/emulator/typed.hpp"

namespace understudy::postgres::emulation {

using sql::contents::is_text;
using sql::contents::is_whole;
using tree::Operator;

namespace {

bool is_json(TypeKind kind) {
  return kind == TypeKind::json || kind == TypeKind::jsonb;
}

ColumnType texts() {
  ColumnType type{TypeKind::array};
  type.element = TypeKind::text;
  return type;
}

}  // namespace

// ---- aggregates ----

bool Translator::gathers(const std::string& name) {
  static const std::set<std::string_view> names = {
      "string_agg", "array_agg", "json_agg", "jsonb_agg", "json_object_agg", "jsonb_object_agg"};
  return names.contains(name);
}

/// In which order: see gathering.cpp. `value`: what DISTINCT tells apart.
std::string Translator::gathered_order(const tree::Call& call, const Scope& scope,
                                       const Typed* value, std::string& keys) {
  std::string how = call.distinct ? "d" : "a";
  using Nulls = tree::OrderItem::Nulls;
  if (call.distinct && value == nullptr) throw Unsure{"DISTINCT in this aggregate"};
  if (call.distinct && call.order.empty()) {
    keys += ", " + ordered(*value);
    return how + "al";
  }
  for (const tree::OrderItem& item : call.order) {
    const Typed key = expression(*item.expression, scope);
    if (key.untyped != Untyped::no || key.soft || !item.operator_.empty())
      throw Unsure{"the order of an aggregate"};
    if (call.distinct && key.sql != value->sql) throw Unsure{"the order of an aggregate"};
    keys += ", " + ordered(key);
    const bool first =
        item.nulls == Nulls::unspecified ? item.descending : item.nulls == Nulls::first;
    how += item.descending ? "d" : "a";
    how += first ? "f" : "l";
  }
  return how;
}

/// Within an aggregate: see aggregate().
Typed Translator::gathered(const tree::Call& call, const Scope& scope, const std::string& filter) {
  const std::string& name = call.name.name;
  std::vector<Typed> values;
  for (const tree::Expression& each : call.arguments) values.push_back(expression(each, scope));
  const bool of_pairs = name.ends_with("object_agg");
  const std::size_t count = name == "string_agg" || of_pairs ? 2 : 1;
  if (values.size() != count || values[0].untyped != Untyped::no || values[0].soft)
    throw Unsure{"the aggregate " + name};
  std::string keys;
  const std::string how =
      quoted(gathered_order(call, scope, of_pairs ? nullptr : &values[0], keys));
  if (name == "string_agg") {
    if (!is_text(values[0].type.kind)) throw Unsure{"the aggregate string_agg"};
    const bool bytewise = values[0].type.bytewise;
    return typed("pg_string_agg(" + how + ", " + values[0].sql + ", " +
                     as_text(std::move(values[1])).sql + keys + ")" + filter,
                 {TypeKind::text, 0, bytewise});
  }
  if (name == "array_agg") {
    ColumnType element = values[0].type;
    if (element.kind == TypeKind::varchar) element.length = 0;
    return typed("pg_array_agg(" + how + ", " + text_of(values[0]) + keys + ")" + filter,
                 array_of(element));
  }
  const bool binary = name.starts_with("jsonb");
  const auto [kind, text] = json_of(values[count - 1]);
  std::string arguments = how + ", ";
  if (of_pairs) {
    if (!is_text(values[0].type.kind)) throw Unsure{"a name of JSON of this type"};
    may_raise("a name of JSON that is NULL");
    arguments += values[0].sql + ", ";
  }
  return typed("pg_" + name + "(" + arguments + kind + ", " + text + keys + ")" + filter,
               {binary ? TypeKind::jsonb : TypeKind::json});
}

// ---- operators ----

Typed Translator::json_operator(const std::string& op, Typed left, Typed right) {
  const ColumnType type = left.type;
  const bool binary = type.kind == TypeKind::jsonb;
  if (op == "->" || op == "->>") {
    const bool place = right.untyped == Untyped::no && is_whole(right.type.kind);
    if (!place) right = as_text(std::move(right));
    const bool text = op == "->>";
    return typed((text ? "pg_json_get_text(" : "pg_json_get(") + left.sql + ", " + right.sql + ")",
                 text ? ColumnType{TypeKind::text} : type);
  }
  if (op == "#>" || op == "#>>") {
    right = coerced(std::move(right), texts());
    if (right.type.kind != TypeKind::array) throw Unsure{"a path of this type"};
    const bool text = op == "#>>";
    return typed(
        (text ? "pg_json_path_text(" : "pg_json_path(") + left.sql + ", " + right.sql + ")",
        text ? ColumnType{TypeKind::text} : type);
  }
  if (!binary) throw Unsure{"the operator " + op + " of json"};
  if (op == "?") {
    right = as_text(std::move(right));
    return typed("pg_json_exists(" + left.sql + ", " + right.sql + ")", boolean_type);
  }
  if (op == "?|" || op == "?&") {
    right = coerced(std::move(right), texts());
    if (right.type.kind != TypeKind::array) throw Unsure{"keys of this type"};
    return typed((op == "?|" ? "pg_json_exists_any(" : "pg_json_exists_all(") + left.sql + ", " +
                     right.sql + ")",
                 boolean_type);
  }
  if (op == "-") {
    const bool place = right.untyped == Untyped::no && is_whole(right.type.kind);
    if (!place) right = as_text(std::move(right));
    may_raise("what is taken from JSON");
    return typed("pg_json_without(" + left.sql + ", " + right.sql + ")", type);
  }
  right = coerced(std::move(right), type);
  if (right.type.kind != TypeKind::jsonb) throw Unsure{"the operator " + op};
  if (op == "@>")
    return typed("pg_json_contains(" + left.sql + ", " + right.sql + ")", boolean_type);
  if (op == "<@")
    return typed("pg_json_contains(" + right.sql + ", " + left.sql + ")", boolean_type);
  if (op == "||") return typed("pg_json_concat(" + left.sql + ", " + right.sql + ")", type);
  throw Unsure{"the operator " + op};
}

Typed Translator::array_operator(const std::string& op, Typed left, Typed right) {
  left = coerced(std::move(left), right.type);
  right = coerced(std::move(right), left.type);
  const bool arrays = left.type.kind == TypeKind::array && right.type.kind == TypeKind::array;
  if (op == "||") {
    ColumnType type = left.type.kind == TypeKind::array ? left.type : right.type;
    type.length = 0;
    if (arrays) {
      if (left.type.element != right.type.element) throw Unsure{"arrays of two types"};
      return typed("pg_array_cat(" + left.sql + ", " + right.sql + ")", type);
    }
    const bool at_end = left.type.kind == TypeKind::array;
    const std::string element = as_element(at_end ? right : left, element_type(type));
    return typed(at_end ? "pg_array_append(" + left.sql + ", " + element + ")"
                        : "pg_array_prepend(" + element + ", " + right.sql + ")",
                 type);
  }
  const bool alike = arrays && (left.type.element == right.type.element ||
                                (is_text(left.type.element) && is_text(right.type.element)));
  if (!alike || !sql::contents::is_comparable(left.type)) throw Unsure{"the operator " + op};
  if (op == "@>")
    return typed("pg_array_contains(" + left.sql + ", " + right.sql + ")", boolean_type);
  if (op == "<@")
    return typed("pg_array_contains(" + right.sql + ", " + left.sql + ")", boolean_type);
  if (op == "&&")
    return typed("pg_array_overlaps(" + left.sql + ", " + right.sql + ")", boolean_type);
  throw Unsure{"the operator " + op};
}

/// What an operator means by the types of its operands; nothing where it is one of numbers and
/// texts.
std::optional<Typed> Translator::special(const tree::Operation& operation, Typed left,
                                         Typed right) {
  std::string op = operation.spelled;
  if (operation.op == Operator::json_get) op = "->";
  if (operation.op == Operator::json_get_text) op = "->>";
  if (operation.op == Operator::subtract && left.type.kind == TypeKind::jsonb &&
      left.untyped == Untyped::no)
    op = "-";
  if (op.empty()) return std::nullopt;
  if (op == "~" || op == "~*" || op == "!~" || op == "!~*") {
    if (left.untyped != Untyped::no) throw Unsure{"a value without a type"};
    left = as_text(std::move(left));
    right = as_text(std::move(right));
    if (!right.bound) throw Unsure{"a regular expression that is computed"};
    bounds_[*right.bound].demand = Bound::Demand::pattern;
    const std::string call =
        "pg_matches(" + left.sql + ", " + right.sql + ", " + (op.ends_with('*') ? "1" : "0") + ")";
    if (op.ends_with('*') && printing_.order == Printing::Order::unknown)
      throw Unsure{"letters of an unknown collation"};
    return typed(op.starts_with('!') ? "(NOT " + call + ")" : call, boolean_type);
  }
  const auto is_a = [](const Typed& value, auto kind) {
    return value.untyped == Untyped::no && kind(value.type.kind);
  };
  const auto is_array = [](TypeKind kind) { return kind == TypeKind::array; };
  if (is_a(left, is_array) || is_a(right, is_array))
    return array_operator(op, std::move(left), std::move(right));
  if (op == "<@" && is_a(right, is_json)) left = coerced(std::move(left), right.type);
  if (is_a(left, is_json)) return json_operator(op, std::move(left), std::move(right));
  throw Unsure{"the operator " + op};
}

/// `value = ANY (array)` and `value <> ALL (array)` of an array that the statement computes.
Typed Translator::any_of_array(const tree::Operation& operation, Typed left, const Typed& right) {
  const bool any = operation.quantifier == tree::Operation::Quantifier::any;
  const bool known = any ? operation.op == Operator::equal : operation.op == Operator::not_equal;
  if (!known || right.untyped != Untyped::no || right.type.kind != TypeKind::array ||
      !sql::contents::is_comparable(right.type))
    throw Unsure{"ANY and ALL of this kind"};
  const std::string has = "pg_array_has(" + as_element(std::move(left), element_type(right.type)) +
                          ", " + right.sql + ")";
  return typed(any ? has : "(NOT " + has + ")", boolean_type);
}

}  // namespace understudy::postgres::emulation
