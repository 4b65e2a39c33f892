// Functions by their names, and aggregates.
#include <algorithm>
#include <map>
#include <set>

#include "protocols/postgres/emulator/typed.hpp"
#include "protocols/sql/lower.hpp"

namespace understudy::postgres::emulation {

using sql::lower;
using sql::contents::is_text;
using sql::contents::is_whole;
using tree::Operator;

Typed Translator::aggregate(const tree::Call& call, const Scope& scope) {
  if (grouped_ == nullptr || in_aggregate_) throw Unsure{"an aggregate here"};
  if (call.variadic || call.within_group) throw Unsure{"this aggregate"};
  if (!call.order.empty() && !gathers(call.name.name)) throw Unsure{"this aggregate"};
  in_aggregate_ = true;
  const std::string filter =
      call.filter ? " FILTER (WHERE " + condition(*call.filter, scope).sql + ")" : "";
  const std::string& name = call.name.name;
  Typed result;
  if (call.star && name == "count") {
    result = typed("count(*)" + filter, {TypeKind::int8});
  } else if (gathers(name)) {
    result = gathered(call, scope, filter);
  } else {
    if (call.arguments.size() != 1) throw Unsure{"this aggregate"};
    Typed value = expression(call.arguments.front(), scope);
    if (value.untyped != Untyped::no || value.soft) throw Unsure{"a value without a type"};
    const TypeKind kind = value.type.kind;
    const bool exact = kind == TypeKind::numeric && value.type.scale != ColumnType::own_scale;
    const bool own = value.type.scale == ColumnType::own_scale;
    if (call.distinct) require_comparable(value.type);
    const std::string distinct = call.distinct ? "DISTINCT " : "";
    if (name == "count") {
      result = typed("count(" + distinct + value.sql + ")" + filter, {TypeKind::int8});
    } else if (name == "sum" && is_whole(kind)) {
      result = typed("sum(" + distinct + value.sql + ")" + filter,
                     {kind == TypeKind::int8 ? TypeKind::numeric : TypeKind::int8});
    } else if (name == "sum" && exact) {
      result = typed("sum(" + distinct + value.sql + ")" + filter,
                     {.kind = TypeKind::numeric, .scale = value.type.scale});
    } else if (name == "avg" && !call.distinct && (exact || is_whole(kind))) {
      result = typed("mean(" + value.sql + ", " + std::to_string(value.type.scale) + ")" + filter,
                     {.kind = TypeKind::numeric, .scale = ColumnType::own_scale});
    } else if ((name == "sum" || name == "avg") && !call.distinct && kind == TypeKind::float8) {
      result = typed((name == "sum" ? "float_sum(" : "float_mean(") + value.sql + ")" + filter,
                     value.type);
    } else if (own && !call.distinct && (name == "sum" || name == "avg")) {
      result = typed(
          (name == "sum" ? "pg_decimal_total(" : "pg_decimal_mean(") + value.sql + ")" + filter,
          value.type);
    } else if (own && (name == "min" || name == "max")) {
      result = typed("pg_decimal_" + name + "(" + value.sql + ")" + filter, value.type);
    } else if (kind == TypeKind::interval || kind == TypeKind::array ||
               kind == TypeKind::enumeration) {
      throw Unsure{"the aggregate " + name + " of this type"};
    } else if ((name == "min" || name == "max") && kind != TypeKind::boolean &&
               kind != TypeKind::uuid && kind != TypeKind::inet && kind != TypeKind::bytea &&
               kind != TypeKind::oid && kind != TypeKind::name && kind != TypeKind::character) {
      ColumnType type = value.type;
      if (kind == TypeKind::numeric) type.length = 0;
      if (type.kind == TypeKind::varchar) type = {TypeKind::text, 0, type.bytewise};
      result = typed(name + "(" + ordered(value) + ")" + filter, type);
    } else if ((name == "bool_or" || name == "bool_and" || name == "every") &&
               kind == TypeKind::boolean) {
      result =
          typed((name == "bool_or" ? "max(" : "min(") + value.sql + ")" + filter, boolean_type);
    } else {
      throw Unsure{"the aggregate " + name};
    }
  }
  in_aggregate_ = false;
  return result;
}

Typed Translator::node(const tree::Call& call, const Scope& scope) {
  const std::string& name = call.name.name;
  if (auto texts = vector(call, scope)) return *std::move(texts);
  if (auto text = stored_expression(call, scope)) return *std::move(text);
  const bool built_in = call.name.schema.empty() || call.name.schema == "pg_catalog";
  if (!built_in || !call.argument_names.empty()) throw Unsure{"the function " + name};
  if (call.over) return window(call, scope);
  static const std::set<std::string_view> aggregate_names = {"count",   "sum",      "min",   "max",
                                                             "bool_or", "bool_and", "every", "avg"};
  if (aggregate_names.contains(name) || gathers(name)) return aggregate(call, scope);
  if (call.star || call.distinct || call.variadic || call.filter || !call.order.empty())
    throw Unsure{"the function " + name};
  std::vector<Typed> values;
  for (const tree::Expression& each : call.arguments) values.push_back(expression(each, scope));
  if (name == "coalesce" && values.size() > 1) {
    ColumnType type;
    bool soft = false;
    // What is a column first can't be left out before it is described.
    const bool first = values.front().origin.has_value() &&
                       std::ranges::none_of(
                           values, [](const Typed& each) { return each.untyped == Untyped::null; });
    if (!first) require_one_length(values);
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
  const bool of_octets =
      name == "length" && values.size() == 1 && values[0].type.kind == TypeKind::bytea;
  if (const auto found = families().find(name); found != families().end() && !of_octets)
    return (this->*found->second)(call, std::move(values));
  if (auto found = by_signature(call, std::move(values))) return *std::move(found);
  throw Unsure{"the function " + name};
}

// ---- families ----

/// What is computed beside COALESCE, NULLIF and aggregates: docs/computed-sql.md lists it.
const std::map<std::string_view, Translator::Family>& Translator::families() {
  static const std::map<std::string_view, Family> all = {
      {"length", &Translator::text_length},
      {"char_length", &Translator::text_length},
      {"character_length", &Translator::text_length},
      {"lower", &Translator::letters},
      {"upper", &Translator::letters},
      {"replace", &Translator::replaced},
      {"extract", &Translator::part_of_time},
      {"date_trunc", &Translator::start_of_time},
      {"current_setting", &Translator::setting},
      {"now", &Translator::clock},
      {"transaction_timestamp", &Translator::clock},
      {"statement_timestamp", &Translator::clock},
      {"clock_timestamp", &Translator::clock},
      {"current_timestamp", &Translator::clock},
      {"localtimestamp", &Translator::clock},
      {"current_date", &Translator::clock},
      {"gen_random_uuid", &Translator::new_uuid},
      {"uuid_generate_v4", &Translator::new_uuid},
      {"concat", &Translator::concatenated},
      {"concat_ws", &Translator::concatenated},
      {"mod", &Translator::remainder},
      {"greatest", &Translator::extreme},
      {"least", &Translator::extreme},
      {"timezone", &Translator::in_zone},
      {"age", &Translator::age},
      {"to_char", &Translator::to_char},
      {"date_part", &Translator::part_as_float},
      {"json_build_object", &Translator::json_made},
      {"jsonb_build_object", &Translator::json_made},
      {"json_build_array", &Translator::json_made},
      {"jsonb_build_array", &Translator::json_made},
      {"to_json", &Translator::to_json},
      {"to_jsonb", &Translator::to_json},
      {"array_append", &Translator::of_array},
      {"array_prepend", &Translator::of_array},
      {"array_cat", &Translator::of_array},
      {"array_remove", &Translator::of_array},
      {"array_replace", &Translator::of_array},
      {"array_position", &Translator::of_array},
      {"array_length", &Translator::of_array},
      {"array_to_string", &Translator::of_array},
      {"cardinality", &Translator::of_array},
      {"pg_table_is_visible", &Translator::is_visible},
      {"format_type", &Translator::name_of_type},
      {"pg_get_constraintdef", &Translator::definition_told},
      {"pg_get_indexdef", &Translator::definition_told},
      {"obj_description", &Translator::comment_of},
      {"col_description", &Translator::comment_of},
      {"current_schema", &Translator::first_schema},
      {"current_database", &Translator::database_name},
      {"current_catalog", &Translator::database_name},
      {"abs", &Translator::without_sign}};
  return all;
}

Typed Translator::text_length(const tree::Call&, std::vector<Typed> values) {
  if (values.size() != 1 || values[0].untyped != Untyped::no || !is_text(values[0].type.kind))
    throw Unsure{"a length of no text"};
  return typed("length(" + values[0].sql + ")", {TypeKind::int4});
}

Typed Translator::letters(const tree::Call& call, std::vector<Typed> values) {
  if (printing_.order == Printing::Order::unknown) throw Unsure{"letters of an unknown collation"};
  if (values.size() != 1 || values[0].untyped == Untyped::null)
    throw Unsure{"the function " + call.name.name};
  const bool bytewise = values[0].type.bytewise;
  const Typed text = as_text(std::move(values[0]));
  return typed(call.name.name + "(ascii(" + text.sql + "))", {TypeKind::text, 0, bytewise});
}

Typed Translator::replaced(const tree::Call&, std::vector<Typed> values) {
  if (values.size() != 3) throw Unsure{"the function replace"};
  std::vector<std::string> parts;
  const bool bytewise = values[0].type.bytewise;
  for (Typed& each : values) parts.push_back(as_text(std::move(each)).sql);
  return typed("replace(" + joined(parts, ", ") + ")", {TypeKind::text, 0, bytewise});
}

namespace {

/// The name of a field of time, which is written out.
std::string field_of(const tree::Call& call) {
  const auto* literal =
      call.arguments.size() == 2 ? call.arguments.front().as<tree::Literal>() : nullptr;
  if (literal == nullptr) throw Unsure{"a field of time that is not written out"};
  return literal->text;
}

}  // namespace

Typed Translator::part_of_time(const tree::Call& call, std::vector<Typed> values) {
  const std::string field = field_of(call);
  static const std::set<std::string_view> whole = {"year",    "quarter", "month", "week",
                                                   "isoyear", "day",     "dow",   "isodow",
                                                   "doy",     "hour",    "minute"};
  static const std::set<std::string_view> of_day = {"hour", "minute", "second"};
  Typed& value = values[1];
  const bool date = value.type.kind == TypeKind::date;
  const bool interval = value.type.kind == TypeKind::interval,
             clock = value.type.kind == TypeKind::time;
  if (value.untyped == Untyped::no && !value.soft && (interval || clock) &&
      printing_.numeric_fields) {
    static const std::set<std::string_view> of_interval = {"year", "month", "day", "hour",
                                                           "minute"};
    const bool fraction = field == "second" || field == "epoch";
    if (!fraction &&
        !(interval ? of_interval.contains(field) : field == "hour" || field == "minute"))
      throw Unsure{"the field " + field};
    return typed((interval ? "pg_part_of_interval(" : "pg_part_of_clock(") + quoted(field) + ", " +
                     value.sql + ")",
                 {.kind = TypeKind::numeric, .scale = fraction ? 6 : 0});
  }
  if (value.untyped != Untyped::no || !is_moment(value.type.kind) || value.soft ||
      (date && of_day.contains(field)) || !printing_.numeric_fields)
    throw Unsure{"a field of this value"};
  std::int32_t scale = 0;
  if (field == "second" || (field == "epoch" && !date))
    scale = 6;
  else if (!whole.contains(field))
    throw Unsure{"the field " + field};
  // Of an instant its seconds since 1970, whatever the zone.
  const bool instant = field == "epoch" && value.type.kind == TypeKind::timestamptz;
  return typed("part_of_time('" + field + "', " + (instant ? value.sql : moment(value)) + ")",
               {.kind = TypeKind::numeric, .scale = scale});
}

Typed Translator::start_of_time(const tree::Call& call, std::vector<Typed> values) {
  if (values.size() != 2) throw Unsure{"this date_trunc"};
  std::string field;
  if (values[0].untyped == Untyped::slot) {
    Typed told = coerced(values[0], {TypeKind::text});
    bounds_[*told.bound].demand = Bound::Demand::field;
    return start_at(told.sql, values[1]);
  }
  field = field_of(call);
  static const std::set<std::string_view> fields = {"year", "quarter", "month",  "week",
                                                    "day",  "hour",    "minute", "second"};
  if (!fields.contains(field)) throw Unsure{"a beginning of this value"};
  return start_at(quoted(field), values[1]);
}

/// `field`: as SQLite's.
Typed Translator::start_at(const std::string& field, const Typed& value) {
  if (value.untyped == Untyped::no && value.type.kind == TypeKind::time && !value.soft)
    return typed("pg_start_of_clock(" + field + ", " + value.sql + ")", {TypeKind::interval});
  if (value.untyped != Untyped::no || !is_moment(value.type.kind) || value.soft)
    throw Unsure{"a beginning of this value"};
  const TypeKind kind =
      value.type.kind == TypeKind::timestamp ? TypeKind::timestamp : TypeKind::timestamptz;
  if (kind == TypeKind::timestamptz && !printing_.utc) {
    const std::string instant =
        value.type.kind == TypeKind::date ? instant_sql(moment(value)) : value.sql;
    return typed("pg_start_in_zone(" + field + ", " + instant + ", " + zone() + ")", {kind});
  }
  return typed("start_of_time(" + field + ", " + moment(value) + ")", {kind});
}

Typed Translator::clock(const tree::Call& call, std::vector<Typed> values) {
  const std::string& name = call.name.name;
  if (!values.empty()) throw Unsure{"the precision of " + name};
  Bound bound;
  bound.source = name == "statement_timestamp" || name == "clock_timestamp" ? Bound::Source::clock
                                                                            : Bound::Source::now;
  bound.type = {name == "current_date"     ? TypeKind::date
                : name == "localtimestamp" ? TypeKind::timestamp
                                           : TypeKind::timestamptz};
  const ColumnType type = bound.type;
  return typed(bind(std::move(bound)), type);
}

Typed Translator::new_uuid(const tree::Call&, std::vector<Typed> values) {
  if (!values.empty()) throw Unsure{"the function gen_random_uuid"};
  Bound bound;
  bound.source = Bound::Source::uuid;
  bound.type = {TypeKind::uuid};
  return typed(bind(std::move(bound)), {TypeKind::uuid});
}

Typed Translator::setting(const tree::Call& call, std::vector<Typed> values) {
  const auto* literal =
      call.arguments.size() == 2 ? call.arguments.back().as<tree::Literal>() : nullptr;
  if (values.empty() || values.size() > 2) throw Unsure{"the function current_setting"};
  const tree::Expression* name = &call.arguments.front();
  if (const auto* cast = name->as<tree::Cast>()) name = &*cast->operand;
  const auto* told = name->as<tree::Literal>();
  Bound bound;
  bound.source = Bound::Source::setting;
  bound.missing_ok = literal != nullptr && literal->text == "true";
  if (values[0].untyped == Untyped::slot)
    bound.slot = values[0].slot;
  else if (told != nullptr && told->kind == tree::Literal::Kind::string)
    bound.constant = lower(told->text);
  else
    throw Unsure{"the function current_setting"};
  return typed(bind(std::move(bound)), {TypeKind::text});
}

Typed Translator::without_sign(const tree::Call&, std::vector<Typed> values) {
  if (values.size() != 1 || values[0].untyped != Untyped::no || values[0].soft)
    throw Unsure{"the function abs"};
  const TypeKind kind = values[0].type.kind;
  if (kind == TypeKind::float8) return typed("pg_float_abs(" + values[0].sql + ")", {kind});
  if (is_whole(kind)) {
    may_raise("abs");
    return typed(bounded("abs(" + values[0].sql + ")", kind), {kind});
  }
  if (kind != TypeKind::numeric) throw Unsure{"the function abs"};
  if (values[0].type.scale == ColumnType::own_scale)
    return typed("pg_decimal_abs(" + values[0].sql + ")", values[0].type);
  return typed("abs(" + values[0].sql + ")",
               {.kind = TypeKind::numeric, .scale = values[0].type.scale});
}

}  // namespace understudy::postgres::emulation
