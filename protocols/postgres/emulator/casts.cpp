// Casts, and collations that an expression names.
#include "protocols/postgres/emulator/typed.hpp"

namespace understudy::postgres::emulation {

using sql::contents::is_text;
using sql::contents::is_whole;

namespace {

/// What the server prints for a moment that is written out.
std::optional<std::string> printed_literal(const tree::Cast& cast, const Printing& printing) {
  const auto* literal = cast.operand->as<tree::Literal>();
  const ColumnType type = column_type(cast.type, {});
  if (literal == nullptr || literal->kind != tree::Literal::Kind::string || !is_moment(type.kind))
    return std::nullopt;
  const auto datum = read_value(type, sql::ValueClass::string, literal->text, printing);
  bool sure = true;
  auto text = datum ? print_value(type, *datum, printing, sure) : std::nullopt;
  return sure ? text : std::nullopt;
}

}  // namespace

/// Text as one of so many characters: a cast leaves out those behind.
Typed Translator::cut_off(Typed value, ColumnType type) {
  const bool bytewise = value.type.bytewise;
  value = as_text(std::move(value));
  Typed result = typed("substr(" + value.sql + ", 1, " + std::to_string(type.length) + ")", type);
  result.type.bytewise = bytewise;
  return result;
}

/// Of a type that is of the catalogue alone.
std::optional<Typed> Translator::cast_in_catalogue(const tree::Cast& cast, const Scope& scope) {
  const std::string& name = cast.type.name.name;
  if (!cast.type.name.schema.empty() || cast.type.dimensions != 0) return std::nullopt;
  Typed value;
  if (name == "regclass") {
    value = table_named(*cast.operand);
  } else if (name == "oid") {
    value = coerced(expression(*cast.operand, scope), {TypeKind::int8});
    if (value.type.kind != TypeKind::int8 && value.type.kind != TypeKind::oid)
      throw Unsure{"a cast to oid"};
  } else if (name == "name") {
    value = as_text(expression(*cast.operand, scope));
    value.type.bytewise = true;
  } else {
    return std::nullopt;
  }
  value.soft = value.soft || value.type.kind != TypeKind::oid || name == "regclass";
  value.bound.reset();
  return value;
}

Typed Translator::node(const tree::Cast& cast, const Scope& scope) {
  if (auto value = cast_in_catalogue(cast, scope)) return *std::move(value);
  const ColumnType type = column_type(cast.type, {});
  if (type.kind == TypeKind::opaque || type.kind == TypeKind::numeric)
    throw Unsure{"a cast to " + cast.type.name.name};
  const auto* inner = cast.operand->as<tree::Cast>();
  if (inner != nullptr && is_text(type.kind) && type.length == 0)
    if (auto text = printed_literal(*inner, printing_)) {
      Bound bound;
      bound.type = type;
      bound.constant = *std::move(text);
      return typed(bind(std::move(bound)), type);
    }
  Typed value = expression(*cast.operand, scope);
  if (is_text(type.kind) && type.length == 0 && inner != nullptr && value.bound &&
      bounds_[*value.bound].source == Bound::Source::request &&
      bounds_[*value.bound].slot != Bound::no_slot && is_moment(value.type.kind)) {
    // The text of a value of the request, which is read as of the type that is named.
    bounds_[*value.bound].printed = true;
    return typed(value.sql, type);
  }
  if (type.kind == TypeKind::varchar && type.length > 0) return cut_off(std::move(value), type);
  if (value.untyped != Untyped::no) {
    value = coerced(std::move(value), type);
    value.soft = false;
    return value;
  }
  if (is_text(type.kind)) {
    const TypeKind kind = value.type.kind;
    value = as_compared(std::move(value));
    if (kind == TypeKind::oid) throw Unsure{"the text of an oid"};
    if (kind != value.type.kind) forget_origin(value);
  }
  const TypeKind from = value.type.kind;
  if (from != type.kind || value.type.length != type.length) forget_origin(value);
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
  } else if (is_moment(from) && is_moment(type.kind) && from != type.kind) {
    value.sql = type.kind == TypeKind::date ? "floor_quotient(" + moment(value) + ", 86400000000)"
                                            : moment(value);
    if (type.kind == TypeKind::timestamptz && !printing_.utc)
      throw Unsure{"a time in a zone other than UTC"};
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

Typed Translator::node(const tree::Collate& collate, const Scope& scope) {
  Typed value = as_text(expression(*collate.operand, scope));
  const bool bytewise = collate.collation.name == "C" || collate.collation.name == "POSIX";
  if (!bytewise) throw Unsure{"this collation"};
  value.type.bytewise = true;
  return value;
}

}  // namespace understudy::postgres::emulation
