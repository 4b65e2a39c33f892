// Moments, dates and intervals: what is added to and subtracted from them, zones, and how they are
// printed.
#include "protocols/postgres/emulator/typed.hpp"

namespace understudy::postgres::emulation {

using sql::contents::is_whole;
using tree::Operator;

namespace {

bool is_interval(const Typed& value) {
  return value.untyped == Untyped::no && value.type.kind == TypeKind::interval;
}
bool is_clock(const Typed& value) {
  return value.untyped == Untyped::no && is_moment(value.type.kind);
}

}  // namespace

/// Nothing where it is arithmetic of something else.
std::optional<Typed> Translator::time_arithmetic(Operator op, Typed& left, Typed& right) {
  if (op == Operator::add &&
      (is_interval(left) ||
       (left.untyped == Untyped::no && is_whole(left.type.kind) && is_clock(right))) &&
      !is_interval(right) && right.untyped == Untyped::no)
    std::swap(left, right);
  if (op == Operator::multiply && is_interval(right)) std::swap(left, right);
  if (!is_clock(left) && !is_interval(left)) {
    if (is_clock(right) || is_interval(right)) throw Unsure{"arithmetic with this moment"};
    return std::nullopt;
  }
  if (op != Operator::add && op != Operator::subtract && op != Operator::multiply)
    throw Unsure{"this operator between moments"};
  const bool minus = op == Operator::subtract;
  const ColumnType interval{TypeKind::interval};
  if (is_interval(left)) {
    if (op == Operator::multiply) {
      if (right.untyped != Untyped::no || !is_whole(right.type.kind) || right.soft)
        throw Unsure{"an interval times this"};
      return typed("pg_interval_times(" + left.sql + ", " + right.sql + ")", interval);
    }
    right = coerced(std::move(right), interval);
    if (!is_interval(right)) throw Unsure{"arithmetic with this interval"};
    return typed((minus ? "pg_interval_difference(" : "pg_interval_sum(") + left.sql + ", " +
                     right.sql + ")",
                 interval);
  }
  if (op == Operator::multiply) throw Unsure{"this operator between moments"};
  const bool date = left.type.kind == TypeKind::date;
  // A value without a type is one of the same type, where there is such an operator.
  if (right.untyped == Untyped::slot && date) {
    right = coerced(std::move(right), {TypeKind::int4});
    bounds_[*right.bound].demand = Bound::Demand::number;
    right.soft = false;
  }
  if (right.untyped != Untyped::no && date && !minus) throw Unsure{"what is added to a date"};
  if (right.untyped != Untyped::no) right = coerced(std::move(right), minus ? left.type : interval);
  if (date && is_whole(right.type.kind)) {
    if (right.soft || right.type.kind == TypeKind::int8) throw Unsure{"a date and this number"};
    return typed("(" + left.sql + (minus ? " - " : " + ") + right.sql + ")", left.type);
  }
  if (is_interval(right)) {
    const std::string sign = minus ? "-1" : "1";
    if (left.type.kind == TypeKind::timestamptz && !printing_.utc)
      return typed(
          "pg_later_in_zone(" + left.sql + ", " + right.sql + ", " + sign + ", " + zone() + ")",
          left.type);
    return typed("pg_later(" + moment(left) + ", " + right.sql + ", " + sign + ")",
                 {date ? TypeKind::timestamp : left.type.kind});
  }
  if (!minus || !is_clock(right)) throw Unsure{"arithmetic with this moment"};
  if (date && right.type.kind == TypeKind::date)
    return typed("(" + left.sql + " - " + right.sql + ")", {TypeKind::int4});
  const bool instants =
      left.type.kind == TypeKind::timestamptz || right.type.kind == TypeKind::timestamptz;
  const auto as_one = [&](const Typed& value) {
    if (value.type.kind == TypeKind::timestamptz) return value.sql;
    return instants ? instant_sql(moment(value)) : moment(value);
  };
  return typed("pg_between(" + as_one(left) + ", " + as_one(right) + ")", interval);
}

/// AT TIME ZONE
Typed Translator::in_zone(const tree::Call&, std::vector<Typed> values) {
  if (values.size() != 2 || values[1].untyped != Untyped::no || values[1].soft)
    throw Unsure{"AT TIME ZONE of this value"};
  Typed zone = as_text(std::move(values[0]));
  if (zone.bound)
    bounds_[*zone.bound].demand = Bound::Demand::zone;
  else
    may_raise("a zone that is computed");
  const TypeKind kind = values[1].type.kind;
  if (kind != TypeKind::timestamp && kind != TypeKind::timestamptz)
    throw Unsure{"AT TIME ZONE of this value"};
  const bool local = kind == TypeKind::timestamptz;
  return typed((local ? "pg_local_at(" : "pg_instant_at(") + values[1].sql + ", " + zone.sql + ")",
               {local ? TypeKind::timestamp : TypeKind::timestamptz});
}

Typed Translator::age(const tree::Call&, std::vector<Typed> values) {
  const bool known = values.size() == 2 && is_clock(values[0]) && is_clock(values[1]) &&
                     values[0].type.kind == values[1].type.kind && !values[0].soft &&
                     !values[1].soft && (values[0].type.kind != TypeKind::date || printing_.utc);
  if (!known) throw Unsure{"the function age"};
  return typed("pg_age(" + moment(values[0]) + ", " + moment(values[1]) + ")",
               {TypeKind::interval});
}

Typed Translator::to_char(const tree::Call&, std::vector<Typed> values) {
  if (values.size() != 2 || !is_clock(values[0]) || values[0].soft)
    throw Unsure{"the function to_char of this value"};
  return typed("pg_to_char(" + moment(values[0]) + ", " + as_text(std::move(values[1])).sql + ")",
               {TypeKind::text});
}

/// date_part(): as extract(), but a float.
Typed Translator::part_as_float(const tree::Call& call, std::vector<Typed> values) {
  const Typed part = part_of_time(call, std::move(values));
  const bool whole = part.type.scale == 0;
  return typed((whole ? "pg_float_of_whole(" : "pg_seconds_as_float(") + part.sql + ")",
               {TypeKind::float8});
}

}  // namespace understudy::postgres::emulation
