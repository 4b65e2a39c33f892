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

namespace {

/// ARRAY[…] whose elements get the type that a cast names.
const tree::Collection* array_in(const tree::Cast& cast, const ColumnType& type) {
  const auto* collection = cast.operand->as<tree::Collection>();
  return type.kind == TypeKind::array && collection != nullptr &&
                 collection->kind == tree::Collection::Kind::array
             ? collection
             : nullptr;
}

}  // namespace

/// Also of an enumeration that a statement made.
ColumnType Translator::named_type(const tree::Type& type) const {
  ColumnType known = column_type(type, {});
  const auto found = book_.enumerations.find(emulation::key_of(type.name));
  if (known.kind != TypeKind::opaque || found == book_.enumerations.end() || type.dimensions > 0 ||
      type.is_set)
    return known;
  known.kind = TypeKind::enumeration;
  known.enumeration = found->second;
  return known;
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
  const ColumnType type = named_type(cast.type);
  if (type.kind == TypeKind::opaque) throw Unsure{"a cast to " + cast.type.name.name};
  const auto* inner = cast.operand->as<tree::Cast>();
  if (inner != nullptr && is_text(type.kind) && type.length == 0)
    if (auto text = printed_literal(*inner, printing_)) {
      Bound bound;
      bound.type = type;
      bound.constant = *std::move(text);
      return typed(bind(std::move(bound)), type);
    }
  if (const auto* list = array_in(cast, type)) {
    std::vector<std::string> elements;
    for (const tree::Expression& each : list->elements)
      elements.push_back(as_element(expression(each, scope), element_type(type)));
    return typed("pg_array(" + joined(elements, ", ") + ")", type);
  }
  Typed value = expression(*cast.operand, scope);
  if (is_text(type.kind) && type.length == 0 && inner != nullptr && value.bound &&
      bounds_[*value.bound].source == Bound::Source::request &&
      bounds_[*value.bound].slot != Bound::no_slot && is_moment(value.type.kind)) {
    // The text of a value of the request, which is read as of the type that is named.
    bounds_[*value.bound].printed = true;
    return typed(value.sql, type);
  }
  if (value.untyped != Untyped::no) {
    // What is shown of a numeric has the digits that it is written with.
    if (type.kind == TypeKind::numeric) throw Unsure{"a cast to numeric"};
    if (type.kind == TypeKind::varchar && type.length > 0) return cut_off(std::move(value), type);
    value = coerced(std::move(value), type);
    value.soft = false;
    return value;
  }
  value = from_catalogue(std::move(value));
  if (is_text(type.kind) && is_text(value.type.kind) && type.length > 0)
    return cut_off(std::move(value), type);
  return this->cast(std::move(value), type);
}

Typed Translator::cast(Typed value, const ColumnType& type) {
  if (value.type.enumeration != type.enumeration && !is_text(type.kind))
    throw Unsure{"a cast between these types"};
  const TypeKind from = value.type.kind, to = type.kind;
  if (from != to || value.type.length != type.length) forget_origin(value);
  if (is_text(to)) {
    const bool bytewise = value.type.bytewise;
    if (!is_text(from)) {
      value.sql = cast_text(value);
      value.bound.reset();
      value.range.reset();
      value.type = type;
      if (type.length > 0) return cut_off(std::move(value), type);
    }
    value.type = type;
    value.type.bytewise = bytewise;
    value.soft = false;
    return value;
  }
  const bool numbers = (is_exact(value.type) || from == TypeKind::float8) &&
                       (is_exact(type) || to == TypeKind::float8);
  if (numbers && !(is_whole(from) && is_whole(to))) return cast_number(std::move(value), type);
  if (is_whole(to) && is_whole(from)) {
    if (static_cast<int>(to) < static_cast<int>(from)) {
      if (!strict_ && !value.soft) {
        may_raise("a cast");
        return typed(bounded(value.sql, to), type);
      }
      const Typed::Range all = limits_of(to), range = range_of(value);
      if (range.low < all.low || range.high > all.high) throw TooFar{};
    }
    value.bound.reset();
  } else if (is_moment(from) && is_moment(to) && from != to) {
    const std::string clock = moment(value);
    value.sql = to == TypeKind::date          ? "floor_quotient(" + clock + ", 86400000000)"
                : to == TypeKind::timestamptz ? instant_sql(clock)
                                              : clock;
    value.bound.reset();
  } else if (to == TypeKind::time &&
             (from == TypeKind::timestamp || from == TypeKind::timestamptz)) {
    value.sql = "pg_time_of_day(" + moment(value) + ")";
    value.bound.reset();
  } else if (is_text(from) && !value.soft) {
    const Typed::Range all = limits_of(to);
    const std::string limits = ", " + std::to_string(all.low) + ", " + std::to_string(all.high);
    value.sql = is_whole(to)                ? "pg_read_whole(" + value.sql + limits + ")"
                : to == TypeKind::boolean   ? "pg_read_boolean(" + value.sql + ")"
                : to == TypeKind::date      ? "pg_read_date(" + value.sql + ")"
                : to == TypeKind::time      ? "pg_read_time(" + value.sql + ")"
                : to == TypeKind::timestamp ? "pg_read_timestamp(" + value.sql + ")"
                : to == TypeKind::timestamptz
                    ? "pg_read_timestamptz(" + value.sql + ", " + zone() + ")"
                : to == TypeKind::uuid     ? "pg_read_uuid(" + value.sql + ")"
                : to == TypeKind::inet     ? throw Unsure{"a cast between these types"}
                : to == TypeKind::interval ? "pg_read_interval(" + value.sql + ")"
                : to == TypeKind::jsonb    ? "pg_read_jsonb(" + value.sql + ")"
                : to == TypeKind::numeric && type.scale == ColumnType::own_scale
                    ? "pg_read_decimal(" + value.sql + ")"
                : to == TypeKind::numeric
                    ? "pg_decimal_to_scale(pg_read_decimal(" + value.sql + "), " +
                          std::to_string(type.scale) + ", " + std::to_string(type.length) + ")"
                : to == TypeKind::float8 ? "pg_float_of_decimal(" + value.sql + ")"
                                         : throw Unsure{"a cast between these types"};
    may_raise("a cast");
    value.bound.reset();
  } else if ((from == TypeKind::json && to == TypeKind::jsonb)) {
    value.sql = "pg_read_jsonb(" + value.sql + ")";
  } else if (from == TypeKind::boolean && to == TypeKind::int4) {
    value.bound.reset();
  } else if (from == TypeKind::int4 && to == TypeKind::boolean) {
    value.sql = "(" + value.sql + " <> 0)";
    value.bound.reset();
  } else if (from == TypeKind::array && to == TypeKind::array &&
             value.type.element != type.element) {
    const bool wider = is_whole(value.type.element) && is_whole(type.element) &&
                       static_cast<int>(value.type.element) < static_cast<int>(type.element);
    if (!wider && !(is_text(value.type.element) && is_text(type.element) && type.length == 0))
      throw Unsure{"a cast between arrays"};
  } else if (from != to && !(from == TypeKind::jsonb && to == TypeKind::json)) {
    throw Unsure{"a cast between these types"};
  }
  if (from == TypeKind::array && type.length > 0 && value.type.length != type.length)
    throw Unsure{"a cast between arrays"};
  const bool bytewise = value.type.bytewise;
  if (value.soft && from != to && !(is_whole(from) && is_whole(to)))
    throw Unsure{"a cast of a parameter"};
  value.type = type;
  value.type.bytewise = bytewise;
  value.soft = false;
  return value;
}

/// Between whole numbers, numerics and floats.
Typed Translator::cast_number(Typed value, const ColumnType& type) {
  const TypeKind from = value.type.kind, to = type.kind;
  const Typed::Range all = limits_of(to);
  const std::string limits = ", " + std::to_string(all.low) + ", " + std::to_string(all.high) + ")";
  if (from == to && value.type.scale == type.scale && value.type.length == type.length)
    return value;
  if (value.soft) throw Unsure{"a cast of a parameter"};
  std::string sql;
  if (to == TypeKind::float8) {
    sql = as_float(value);
  } else if (from == TypeKind::float8) {
    if (!is_whole(to)) throw Unsure{"a float as a numeric"};
    may_raise("a cast");
    sql = "pg_float_to_whole(" + value.sql + limits;
  } else if (is_whole(to)) {
    may_raise("a cast");
    sql = "pg_decimal_to_whole(" + as_decimal(value) + limits;
  } else if (type.scale == ColumnType::own_scale) {
    sql = as_decimal(value);
  } else {
    may_raise("a cast");
    sql = "pg_decimal_to_scale(" + as_decimal(value) + ", " + std::to_string(type.scale) + ", " +
          std::to_string(type.length) + ")";
  }
  return typed(sql, type);
}

Typed Translator::node(const tree::Collate& collate, const Scope& scope) {
  Typed value = as_text(expression(*collate.operand, scope));
  const bool bytewise = collate.collation.name == "C" || collate.collation.name == "POSIX";
  if (!bytewise) throw Unsure{"this collation"};
  value.type.bytewise = true;
  return value;
}

}  // namespace understudy::postgres::emulation
